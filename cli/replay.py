"""`stratc replay RUN` and `stratc resume RUN`: the program of the run does it; its path stands in the run's folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .console import CommandError

_Run = Annotated[Path, typer.Argument(help="Folder of a run that was begun with --journal.", show_default=False)]
_Program = Annotated[
    Path | None, typer.Option("--program", help="The binary, if it was moved since.", show_default="as noted in RUN")
]


def replay(run: _Run, program: _Program = None) -> None:
    """Run a journal again and compare both logs, byte for byte.

    Exit code 7 and the first difference if there is one.
    """
    _pass_on("replay", run, program)


def resume(run: _Run, program: _Program = None) -> None:
    """Go on with a run that was broken off: from its last snapshot and its journal.

    The files are those of a run that was never broken.
    """
    _pass_on("resume", run, program)


def _pass_on(command: str, run: Path, program: Path | None) -> None:
    binary = program or _noted(run)
    sys.stdout.flush()
    try:
        code = subprocess.run([str(binary.resolve()), command, str(run)], check=False).returncode
    except OSError as error:
        help_ = "name it with --program FILE, or build it again from the manifest"
        raise CommandError(exits.INPUT, f"can't run {binary}: {error.strerror}", help_) from error
    raise SystemExit(128 - code if code < 0 else code)


def _noted(run: Path) -> Path:
    """The first line of arguments.txt."""
    try:
        lines = (run / "arguments.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        help_ = "name the folder of a run that was begun with --journal --out FOLDER"
        raise CommandError(exits.INPUT, f"{run}: holds no run with a journal", help_) from error
    if not lines:
        raise CommandError(exits.INPUT, f"{run / 'arguments.txt'}: is empty", "begin the run anew")
    return Path(lines[0])


def register(app: typer.Typer) -> None:
    app.command()(replay)
    app.command()(resume)
