"""`stratc graph FILE`: a strategy's signals and machine as a picture, an SVG to look at or DOT for Graphviz."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .console import CommandError, say, stop
from .sources import program

WHAT = ("signals", "machine", "both")
FORMATS = ("svg", "dot")


def graph(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat) or a manifest (.yaml).", show_default=False)],
    what: Annotated[str, typer.Option(help="What to draw: signals, machine or both.")] = "both",
    format: Annotated[str, typer.Option(help="svg or dot.")] = "svg",
    out: Annotated[Path | None, typer.Option(help="The file to write.", show_default="standard output")] = None,
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Draw the signals and the machine of a strategy."""
    if what not in WHAT:
        stop(exits.USAGE, f"nothing called `{what}` can be drawn", f"use {', '.join(WHAT[:-1])} or {WHAT[-1]}")
    if format not in FORMATS:
        stop(exits.USAGE, f"unknown format `{format}`", f"use {' or '.join(FORMATS)}")
    from ..compiler.drawing.dot import to_dot
    from ..compiler.drawing.machine import machine_picture
    from ..compiler.drawing.signals import signal_picture
    from ..compiler.drawing.svg import to_svg

    checked, _ = program(file, max_state, runs=False)
    makers = {"signals": signal_picture, "machine": machine_picture}
    pictures = [make(checked) for name, make in makers.items() if what in (name, "both")]
    text = to_svg(checked.name, pictures) if format == "svg" else to_dot(checked.name, pictures)
    if out is None:
        say(text)
        return
    _write(out, text)
    say(f"{out}: {len(text.encode()):,} bytes")


def _write(target: Path, text: str) -> None:
    """Under another name first: a file that is there is whole."""
    if target.is_dir():
        stop(exits.OUTPUT, f"{target}: is a folder", "name the file: --out picture.svg")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(text.encode())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CommandError(exits.OUTPUT, f"{target}: {(error.strerror or str(error)).lower()}") from error


def register(app: typer.Typer) -> None:
    app.command()(graph)
