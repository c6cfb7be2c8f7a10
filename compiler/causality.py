"""Causality: no value may need itself in the same instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..lang import tree
from .graph import cycles, dataflow
from .program import Clock, Equation
from .reporter import Reporter


def check(
    reporter: Reporter, equations: Sequence[Equation], clocks: Sequence[Clock], spans: Mapping[str, tree.Span]
) -> bool:
    """Reports every instantaneous cycle by its signals. spans: where each signal is declared. False if there is one."""
    found = cycles(dataflow(equations, clocks))
    for cycle in found:
        signals = list(dict.fromkeys(equations[i].signal for i in cycle))
        shown = " → ".join(f"`{name}`" for name in [*signals, signals[0]])
        also = tuple((spans[name], "and on this one") for name in signals[1:] if name in spans)
        reporter.report(
            "E0306",
            spans.get(signals[0], tree.NOWHERE),
            f"{shown} is a cycle without delay",
            "needs its own value in the same instant",
            also=also,
            help="break it with history: `pre(x)`, `x[1]` or `first fby x`",
        )
    return not found
