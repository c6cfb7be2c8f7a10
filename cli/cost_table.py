"""What a strategy costs, as tables for people and as data for programs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..compiler.cost.counts import Counts
    from ..compiler.cost.report import Cost

_WIDTH = 140
_KINDS = ("arithmetic", "comparisons", "selects", "memory")


def cost_tables(cost: Cost, context_bytes: int) -> str:
    """Plain text, the same on every terminal."""
    machine, risk = cost.machine, cost.risk
    lines = [f"{cost.strategy}: what it remembers, and operations in one instant", "", _signals(cost)]
    lines += ["", f"critical path: {_number(cost.path.operations, 'operation')}, {cost.usual_path} at the defaults"]
    lines += ["", _path(cost)] if cost.path.steps else []
    lines += [
        "",
        f"machine  {_number(machine.states, 'state')}, {_number(machine.transitions, 'transition')}, "
        f"{_number(machine.timers, 'timer')}; an instant tests at most {_number(machine.tested, 'transition')}, "
        f"with at most {_number(machine.operations, 'operation')} in their conditions",
        f"risk     {_number(risk.bounds, 'bound')}, {_number(risk.standing, 'standing rule')}, "
        f"with {_number(risk.operations, 'operation')} to test in every instant",
        f"orders   {_number(cost.templates, 'template')}, {_number(cost.slots, 'slot')}",
        f"context  {_number(context_bytes, 'byte')} in all",
    ]
    return "\n".join(lines)


def _signals(cost: Cost) -> str:
    header = [("signal", "left"), ("line", "right"), ("bytes", "right"), *((kind, "right") for kind in _KINDS)]
    header += [("at most", "right"), ("default", "right"), ("amortised", "right")]
    rows = [[p.name, str(p.line), *_figures(p.bytes, p.most, p.usual, p.amortised)] for p in cost.parts]
    total = ["total", "", *_figures(cost.bytes, cost.most, cost.usual, cost.amortised)]
    return _table(header, rows, total)


def _figures(bytes_: int, most: Counts, usual: Counts, amortised: Counts) -> list[str]:
    kinds = (getattr(most, kind) for kind in _KINDS)
    return [f"{n:,}" for n in (bytes_, *kinds, most.total, usual.total, amortised.total)]


def _path(cost: Cost) -> str:
    header = [("through", "left"), ("line", "right"), ("operations", "right"), ("so far", "right")]
    rows, so_far = [], 0
    for step in cost.path.steps:
        so_far += step.operations
        name = f"{step.name}, stored" if step.stored else step.name
        rows.append([name, str(step.place.line), f"{step.operations:,}", f"{so_far:,}"])
    return _table(header, rows)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _table(header: Iterable[tuple[str, str]], rows: list[list[str]], total: Sequence[str] = ()) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for name, justify in header:
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for number, row in enumerate(rows, start=1):
        table.add_row(*map(Text, row), end_section=bool(total) and number == len(rows))
    if total:
        table.add_row(*map(Text, total))
    out = io.StringIO()
    Console(file=out, width=_WIDTH, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).rstrip("\n")


def cost_data(cost: Cost, context_bytes: int) -> dict[str, Any]:
    """The same as the tables, for `json`."""
    from dataclasses import asdict

    return {
        "strategy": cost.strategy,
        "signals": [
            {"name": p.name, "line": p.line, **_measures(p.bytes, p.most, p.usual, p.amortised)} for p in cost.parts
        ],
        "total": _measures(cost.bytes, cost.most, cost.usual, cost.amortised),
        "critical_path": {
            "operations": cost.path.operations,
            "operations_at_default": cost.usual_path,
            "steps": [
                {
                    "equation": step.name,
                    "file": step.place.file,
                    "line": step.place.line,
                    "operations": step.operations,
                    "stored": step.stored,
                }
                for step in cost.path.steps
            ],
        },
        "machine": asdict(cost.machine),
        "risk": asdict(cost.risk),
        "orders": {"templates": cost.templates, "slots": cost.slots},
        "context_bytes": context_bytes,
    }


def _measures(bytes_: int, most: Counts, usual: Counts, amortised: Counts) -> dict[str, Any]:
    named = {"at_most": most, "default": usual, "amortised": amortised}
    return {"bytes": bytes_, **{name: _kinds(counts) for name, counts in named.items()}}


def _kinds(counts: Counts) -> dict[str, int]:
    return {**{kind: getattr(counts, kind) for kind in _KINDS}, "total": counts.total}
