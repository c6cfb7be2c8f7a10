"""Scheduling: an order in which every equation comes after what it needs, keeping equations of one signal together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .graph import dataflow
from .program import Clock, Equation, Expr, ValueRef
from .walk import rewrite, rewrite_equation


def order(equations: Sequence[Equation], clocks: Sequence[Clock] = ()) -> list[int]:
    """Depth first from each equation as written, so that what a signal needs comes right before it. Deterministic."""
    graph = dataflow(equations, clocks)
    done: dict[int, None] = {}
    for root in range(len(equations)):
        stack = [(root, False)]
        while stack:
            index, expanded = stack.pop()
            if index in done:
                continue
            if expanded:
                done[index] = None
                continue
            stack.append((index, True))
            stack.extend((p, False) for p in sorted(graph.predecessors(index), reverse=True) if p not in done)
    return list(done)


class Renumbering:
    """Old equation index → place in the schedule, for equations and for expressions outside them."""

    def __init__(self, schedule: Sequence[int]) -> None:
        self.place = {old: new for new, old in enumerate(schedule)}
        self.schedule = list(schedule)

    def expr(self, expr: Expr) -> Expr:
        return rewrite(expr, lambda e: replace(e, index=self.place[e.index]) if isinstance(e, ValueRef) else e)

    def equations(self, equations: Sequence[Equation]) -> tuple[Equation, ...]:
        return tuple(
            replace(
                rewrite_equation(
                    equations[old], lambda e: replace(e, index=self.place[e.index]) if isinstance(e, ValueRef) else e
                ),
                index=new,
                restarts=tuple(self.place[r] for r in equations[old].restarts),
            )
            for new, old in enumerate(self.schedule)
        )

    def clocks(self, clocks: Sequence[Clock]) -> tuple[Clock, ...]:
        return tuple(replace(k, equation=self.place[k.equation]) if k.equation >= 0 else k for k in clocks)
