"""`stratc check FILE…`: parse and check, build nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .console import say, stop
from .sources import compile_file, show


def check(
    files: Annotated[list[Path], typer.Argument(help="Strategy files (.strat).", show_default=False)],
    format: Annotated[str, typer.Option(help="How to print: human or json.")] = "human",
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Check strategies and report every error."""
    if format not in ("human", "json"):
        stop(exits.USAGE, f"unknown format `{format}`", "use human or json")
    results = [compile_file(path, max_state)[0] for path in files]
    if format == "json":
        import json

        from ..lang.render_json import to_json

        say(json.dumps([d for r in results for d in to_json(r.diagnostics.in_order())], indent=2))
    else:
        for result in results:
            show(result.diagnostics)
    if any(r.diagnostics.errors for r in results):
        raise SystemExit(exits.PROGRAM)
    if format == "human":
        say(f"{len(files)} file{'s' * (len(files) != 1)} checked, no errors")


def register(app: typer.Typer) -> None:
    app.command()(check)
