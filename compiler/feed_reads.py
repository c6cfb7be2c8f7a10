"""Which feeds a condition reads, directly or through what it holds: in other instants it can't have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .program import Clock, Equation, Expr, FieldRef, Machine, State, ValueRef
from .walk import later, now, subexpressions


class FeedReads:
    def __init__(self, equations: Sequence[Equation], clocks: Sequence[Clock]) -> None:
        self._equations, self._clocks = equations, clocks

    def feed_of(self, clock: int) -> int:
        """The feed with which a clock ticks at most."""
        parent = self._clocks[clock].parent
        return clock if parent is None else self.feed_of(parent)

    def of(self, expr: Expr) -> tuple[int, ...]:
        found: set[int] = set()
        seen: set[int] = set()
        waiting = [expr]
        while waiting:
            for part in subexpressions(waiting.pop()):
                if isinstance(part, FieldRef):
                    found.add(part.feed)
                elif isinstance(part, ValueRef) and part.index not in seen:
                    seen.add(part.index)
                    equation = self._equations[part.index]
                    found.add(self.feed_of(equation.clock))
                    waiting += (*now(equation), *later(equation))
        return tuple(sorted(found))

    def machine(self, machine: Machine) -> Machine:
        """With the feeds of every transition filled in."""
        return replace(machine, states=tuple(self._state(s) for s in machine.states))

    def _state(self, state: State) -> State:
        transitions = tuple(
            t if t.condition is None else replace(t, feeds=self.of(t.condition)) for t in state.transitions
        )
        return replace(state, transitions=transitions)
