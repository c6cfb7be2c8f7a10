"""`stratc fmt FILE…`: every program in one layout. A file is replaced whole or not at all, and one with errors is left alone."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .console import CommandError, say, stop
from .sources import decode, read_bytes, show

STDIN = "-"


@dataclass(frozen=True)
class _Formatted:
    """path: None for standard input. after: None if the text has errors."""

    name: str
    path: Path | None
    before: str
    after: str | None

    @property
    def changed(self) -> bool:
        return self.after is not None and self.after != self.before


def fmt(
    files: Annotated[
        list[Path], typer.Argument(help="Strategy files (.strat); `-` is standard input.", show_default=False)
    ],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; list the files that would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Change nothing; print what would change.")] = False,
) -> None:
    """Lay out strategies in the one style of the language."""
    if check and diff:
        stop(exits.USAGE, "`--check` and `--diff` exclude each other", "`--diff` fails as `--check` does")
    results = [_formatted(path) for path in dict.fromkeys(files)]
    changed = [result for result in results if result.changed]
    if check:
        for result in changed:
            say(f"would change {result.name}")
    elif diff:
        for result in changed:
            say(_difference(result))
    else:
        _write(results)
    if any(result.after is None for result in results) or (changed and (check or diff)):
        raise SystemExit(exits.PROGRAM)


def _formatted(path: Path) -> _Formatted:
    """Shows the errors of a text that has some."""
    from ..lang.diagnostics import Diagnostics
    from ..lang.format import format_source
    from ..lang.source import Source

    if path.suffix in (".yaml", ".yml"):
        stop(exits.INPUT, f"{path}: a manifest has no layout of its own", "format the strategy it was built from")
    stdin = str(path) == STDIN
    name = "<stdin>" if stdin else str(path)
    data = sys.stdin.buffer.read() if stdin else read_bytes(path)
    text = decode(name, data)
    after, errors = format_source(Source(name, text))
    show(Diagnostics(list(errors)))
    return _Formatted(name, None if stdin else path, data.decode("utf-8"), after)


def _write(results: list[_Formatted]) -> None:
    for result in results:
        if result.path is None:
            if result.after is not None:
                _say_exactly(result.after)
        elif result.changed and result.after is not None:
            _replace(result.path, result.after)
            say(f"formatted {result.name}")


def _say_exactly(text: str) -> None:
    """An empty text stays empty."""
    if text:
        say(text)


def _replace(path: Path, text: str) -> None:
    """Beside the file under another name, then renamed; a link goes on naming the file that it names now."""
    target = path.resolve()
    draft = None
    try:
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        os.chmod(draft, target.stat().st_mode & 0o7777)
        os.replace(draft, target)
    except OSError as error:
        if draft is not None:
            with contextlib.suppress(OSError):
                os.unlink(draft)
        raise CommandError(
            exits.OUTPUT, f"{path}: can't be replaced: {(error.strerror or str(error)).lower()}"
        ) from error


def _difference(result: _Formatted) -> str:
    """As `diff -u` and `git diff` print it."""
    import difflib

    before, after = (_lines(text) for text in (result.before, result.after or ""))
    return "".join(
        _ended(line) for line in difflib.unified_diff(before, after, result.name, f"{result.name} (formatted)")
    )


def _lines(text: str) -> list[str]:
    """With their ends; only `\\n` ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def register(app: typer.Typer) -> None:
    app.command()(fmt)
