"""What `stratc check` does, without the library that reads command lines: that one takes longer to load than a check."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import exits
from .console import say, stop
from .sources import compile_file, show

if TYPE_CHECKING:
    from ..lang.diagnostics import Diagnostic

FORMATS = ("human", "json", "sarif", "github")
MAX_STATE = 64 * 2**20


def check_files(files: Sequence[Path], format: str = FORMATS[0], max_state: int = MAX_STATE) -> None:
    """Prints what is wrong with the files; exits with a code if something is."""
    if format not in FORMATS:
        stop(exits.USAGE, f"unknown format `{format}`", f"use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    results = [compile_file(path, max_state)[0].diagnostics for path in files]
    if format == "human":
        for result in results:
            show(result)
    elif text := _machine_readable(format, [d for result in results for d in result.in_order()]):
        say(text)
    if any(result.errors for result in results):
        raise SystemExit(exits.PROGRAM)
    if format == "human":
        say(f"{len(files)} file{'s' * (len(files) != 1)} checked, no errors")


def _machine_readable(format: str, found: list[Diagnostic]) -> str:
    """Of all files together."""
    import json

    from ..compiler.version import COMPILER
    from ..lang.render_github import to_github
    from ..lang.render_json import to_json
    from ..lang.render_sarif import to_sarif
    from .pages import titles

    if format == "github":
        return to_github(found)
    made = to_json(found) if format == "json" else to_sarif(found, COMPILER, titles({d.code for d in found}))
    return json.dumps(made, indent=2)


def plain_check(arguments: Sequence[str]) -> bool:
    """`check FILE… [--format F]` at once; False for every other command line, also a wrong one: that is not for here."""
    command, *rest = arguments or ("",)
    format, files = FORMATS[0], []
    words = iter(rest)
    for word in words:
        if word == "--format":
            format = next(words, "")
        elif word.startswith("--format="):
            format = word.partition("=")[2]
        elif word.startswith("-"):
            return False
        else:
            files.append(Path(word))
    if command != "check" or not files or format not in FORMATS:
        return False
    gc.disable()  # what is imported stays
    from ..compiler import pipeline  # noqa: F401

    gc.enable()
    check_files(files, format)
    return True
