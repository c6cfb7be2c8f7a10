"""`stratc check FILE…`: parse and check, build nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exits
from .console import say, stop
from .explain import titles
from .sources import compile_file, show

if TYPE_CHECKING:
    from ..lang.diagnostics import Diagnostic


FORMATS = ("human", "json", "sarif", "github")


def check(
    files: Annotated[list[Path], typer.Argument(help="Strategy files (.strat).", show_default=False)],
    format: Annotated[str, typer.Option(help=f"How to print: {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")] = "human",
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Check strategies and report every error."""
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

    if format == "github":
        return to_github(found)
    made = to_json(found) if format == "json" else to_sarif(found, COMPILER, titles({d.code for d in found}))
    return json.dumps(made, indent=2)


def register(app: typer.Typer) -> None:
    app.command()(check)
