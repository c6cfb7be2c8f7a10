"""The intervals of equations that may refer to their own past: the least ones that hold, or wider.

Every equation starts with no value and is calculated anew when what it reads has grown, in schedule order. One that grows too often is
widened in steps, so this ends; then all are calculated once more without widening, which only takes away what widening added too much.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from ..program import Cross, Delay, Equation, Let, Memory, Program, Restart, Sample, ValueRef, Window
from ..walk import children, later, now
from . import folds
from .evaluate import Evaluator, before_the_first_bar
from .inputs import Inputs, of_program
from .interval import EITHER, NOTHING, Interval, hull, meet, widened

_PATIENCE_PAST, _PATIENCE_NOW = 4, 40  # changes before an equation is widened: with a memory, or without one


def of_equations(program: Program, *, ready: bool = True) -> dict[int, Interval]:
    """Of every equation of a program. ready: only of values that are ready; else of all from the first tick on."""
    return solve(program.equations, range(len(program.equations)), of_program(program), ready=ready)


def solve(
    equations: Sequence[Equation],
    order: Sequence[int],
    inputs: Inputs,
    known: Mapping[int, Interval] | None = None,
    *,
    ready: bool = True,
    warm: bool = True,
) -> dict[int, Interval]:
    """Of the equations in `order`. known: of others that they read; what is in neither may be anything."""
    return _Solver(equations, order, inputs, known or {}, ready, warm).run()


class _Solver:
    def __init__(
        self,
        equations: Sequence[Equation],
        order: Sequence[int],
        inputs: Inputs,
        known: Mapping[int, Interval],
        ready: bool,
        warm: bool,
    ) -> None:
        self._equations, self._order, self._ready = equations, order, ready
        self._values: dict[int, Interval] = {**known, **dict.fromkeys(order, NOTHING)}
        self._evaluate = Evaluator(inputs, self._values, warm=warm).interval
        self._held = Evaluator(
            inputs, self._values, held=True, warm=warm
        ).interval  # of a clock that may not have ticked yet
        self._place = {index: place for place, index in enumerate(order)}
        self._readers = _readers([equations[index] for index in order])
        self._changes: dict[int, int] = {}
        self._widened = False

    def run(self) -> dict[int, Interval]:
        waiting = list(range(len(self._order)))
        queued = set(waiting)
        while waiting:
            place = heapq.heappop(waiting)
            queued.discard(place)
            index = self._order[place]
            if not self._grow(index):
                continue
            for reader in self._readers.get(index, ()):
                if self._place[reader] not in queued:
                    queued.add(self._place[reader])
                    heapq.heappush(waiting, self._place[reader])
        if self._widened:
            for index in self._order:
                self._values[index] = meet(self._values[index], self._transfer(self._equations[index]))
        return {index: self._values[index] for index in self._order}

    def _grow(self, index: int) -> bool:
        equation, old = self._equations[index], self._values[index]
        new = hull(old, self._transfer(equation))
        if new == old:
            return False
        self._changes[index] = changes = self._changes.get(index, 0) + 1
        if changes > (_PATIENCE_PAST if isinstance(equation, Memory | Delay) else _PATIENCE_NOW):
            new = widened(old, new, equation.kind)
            self._widened = True
        self._values[index] = new
        return True

    def _transfer(self, equation: Equation) -> Interval:
        match equation:
            case Let(value=value):
                return self._evaluate(value)
            case Memory(first=first, next=next_):
                return hull(self._evaluate(first), self._evaluate(next_))
            case Delay(source=source):
                found = self._evaluate(source)
                return found if self._ready else hull(found, before_the_first_bar(equation.optional))
            case Cross(source=source):
                return self._evaluate(source) if self._ready else self._held(source)
            case Window():
                return self._window(equation)
            case Sample() | Restart():
                return EITHER

    def _window(self, equation: Window) -> Interval:
        """Ready, it is full; before, it holds any number of values."""
        source, length = self._evaluate(equation.source), self._evaluate(equation.length)
        if length.void:
            return NOTHING
        low = min(max(int(length.low), 1), equation.capacity)
        high = min(max(int(length.high), 1), equation.capacity)
        if self._ready:
            return folds.fold(equation.fold, source, low, high)
        return folds.before_the_first(folds.fold(equation.fold, source, 1, high))


def _readers(equations: Iterable[Equation]) -> dict[int, list[int]]:
    """Of each equation, those that read it."""
    found: dict[int, list[int]] = {}
    for equation in equations:
        for index in reads(equation):
            found.setdefault(index, []).append(equation.index)
    return found


def reads(equation: Equation) -> set[int]:
    """Which equations it reads, in this instant or at its end."""
    found: set[int] = set()
    waiting = [*now(equation), *later(equation)]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, ValueRef):
            found.add(expr.index)
        else:
            waiting += children(expr)
    return found
