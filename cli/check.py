"""`stratc check FILE…`: parse and check, build nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .checking import FORMATS, MAX_STATE, check_files


def check(
    files: Annotated[list[Path], typer.Argument(help="Strategy files (.strat).", show_default=False)],
    format: Annotated[str, typer.Option(help=f"How to print: {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")] = "human",
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = MAX_STATE,
) -> None:
    """Check strategies and report every error."""
    check_files(files, format, max_state)


def register(app: typer.Typer) -> None:
    app.command()(check)
