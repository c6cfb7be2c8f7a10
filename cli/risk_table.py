"""What limits a strategy, in one table: each rule as written, and the constant that the order kernel's gate has from it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.manifest import GateEntry
    from ..compiler.program import Program

_WIDTH = 140


def risk_table(program: Program) -> str:
    """Plain text, the same on every terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for name, justify in (("risk", "left"), ("line", "right"), ("gate of the order kernel", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for rule, line, gate in rows(program):
        table.add_row(Text(rule), line, Text(gate))
    out = io.StringIO()
    Console(file=out, width=_WIDTH, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).rstrip("\n")


def rows(program: Program) -> list[tuple[str, str, str]]:
    """(rule, line, constant of the gate) for every rule; then what the gate has from the instrument and the slots."""
    from ..compiler.manifest import describe

    described = describe(program)
    constants = {
        gate.instrument: _constants(gate, of.base, of.quote)
        for gate, of in zip(described.gates, described.instruments, strict=True)
    }
    found = []
    for rule in described.risk:
        its = [constants[rule.instrument]] if rule.instrument else list(constants.values())
        texts = dict.fromkeys(c[rule.kind] for c in its if rule.kind in c)
        found.append((rule.text, str(rule.line), ", ".join(texts) or "-"))
    for gate, of in zip(described.gates, program.instruments, strict=True):
        whose = f"the largest order of {of.name}" if len(constants) > 1 else "the instrument's largest order"
        found.append((whose, str(of.place.line), f"{gate.max_qty} {of.base}"))
    if not any(rule.kind == "open_orders" for rule in described.risk):
        found.append(("the slots of all orders", "-", f"{described.gates[0].max_open} open orders"))
    return found


def _constants(gate: GateEntry, base: str, quote: str) -> dict[str, str]:
    """By what is bounded. A gate has one constant of each kind: of several bounds the tightest."""
    found = {
        "position": gate.max_position and f"{gate.max_position} {base}",
        "notional": gate.max_notional and f"{gate.max_notional} {quote}",
        "collar": gate.collar and f"{gate.collar} {quote}",
        "open_orders": f"{gate.max_open} open orders",
        "order_rate": gate.pace_ns
        and gate.burst_ns
        and f"{gate.burst_ns // gate.pace_ns} in {_seconds(gate.burst_ns)}",
    }
    return {kind: text for kind, text in found.items() if text}


def _seconds(ns: int) -> str:
    """`1s`, `0.25s`."""
    whole, part = divmod(ns, 10**9)
    return f"{whole}.{part:09}".rstrip("0").rstrip(".") + "s"
