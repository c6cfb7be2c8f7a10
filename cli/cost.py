"""`stratc cost FILE`: what a strategy remembers and computes in one instant, known before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import say
from .sources import program


def cost(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat) or a manifest (.yaml).", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Show bytes, operations and the critical path of a strategy."""
    from json import dumps

    from ..compiler.cost import report
    from ..targets.cpu.context_size import context_bytes
    from .cost_table import cost_data, cost_tables

    checked, _ = program(file, max_state)
    found, size = report.cost(checked), context_bytes(checked)
    say(dumps(cost_data(found, size), indent=2) if json else cost_tables(found, size))


def register(app: typer.Typer) -> None:
    app.command()(cost)
