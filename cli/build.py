"""`stratc build FILE`: a strategy, or its manifest, becomes a standalone artifact."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exits
from .console import CommandError, say, stop
from .risk_table import risk_table
from .sources import program

if TYPE_CHECKING:
    from ..compiler.program import Program
    from ..targets.cpu.artifact import Artifact


def build_artifact(file: Path, out: Path | None, jobs: int, max_state: int) -> tuple[Program, Artifact]:
    """Compiles and builds; `out` defaults to build/NAME. Raises CommandError."""
    checked, manifest = program(file, max_state)
    from ..targets.cpu.artifact import build as build_cpu
    from ..targets.cpu.toolchain import BuildError

    stem = Path(checked.source_name).stem
    try:
        return checked, build_cpu(checked, manifest, out or Path("build") / stem, jobs=jobs)
    except BuildError as error:
        raise CommandError(error.code, error.message, error.help or None) from error
    except OSError as error:
        where = error.filename or out or Path("build") / stem
        raise CommandError(exits.OUTPUT, f"can't write the artifact: {where}: {error.strerror}") from error


def build(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat) or a manifest (.yaml).", show_default=False)],
    target: Annotated[str, typer.Option(help="What to build for: cpu.")] = "cpu",
    out: Annotated[Path | None, typer.Option(help="Folder of the artifact.", show_default="build/NAME")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Compilations at once.")] = os.cpu_count() or 1,
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Build a native program from a strategy."""
    if target != "cpu":
        known = "the fpga target is not built yet" if target == "fpga" else f"unknown target `{target}`"
        stop(exits.USAGE, known, "use --target=cpu")
    if jobs < 1:
        stop(exits.USAGE, f"--jobs {jobs}: at least 1")
    checked, artifact = build_artifact(file, out, jobs, max_state)
    from ..compiler.manifest import warm_up_text

    params = [p.value for p in checked.params]
    say(f"built {artifact.executable}")
    say(
        f"  signals  {len(checked.signals)} ({len(checked.equations)} equations, {checked.state_bytes:,} bytes of state)"
    )
    say(f"  warm-up  {checked.warm_up.at(params)} bars ({warm_up_text(checked.warm_up, checked)})")
    say(f"  orders   {len(checked.templates)} templates, {checked.slot_count} slots")
    say(risk_table(checked))


def register(app: typer.Typer) -> None:
    app.command()(build)
