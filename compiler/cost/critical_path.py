"""The critical path: the longest chain of operations of one instant in which each needs the result of the one before.

However many operations a machine can do at once, an instant takes as long as this chain. It starts at the feed or at what is
remembered and ends where the last value is computed or stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..program import Cross, Delay, Equation, Expr, Let, Memory, Place, Restart, Sample, ValueRef, Window
from ..walk import children
from .counts import is_settled, own
from .equations import Lengths
from .folds import fold_cost


@dataclass(frozen=True, slots=True)
class Step:
    """operations: of the chain that are in this equation. stored: they end in what it remembers, not in its value."""

    name: str
    place: Place
    operations: int
    stored: bool = False


@dataclass(frozen=True, slots=True)
class CriticalPath:
    steps: tuple[Step, ...] = ()

    @property
    def operations(self) -> int:
        return sum(step.operations for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Chain:
    """length: in operations, from its very start. through: the equation whose value it comes from; None: it starts here."""

    length: int
    through: int | None = None

    def then(self, operations: int) -> _Chain:
        return _Chain(self.length + operations, self.through)


def critical_path(equations: Sequence[Equation], lengths: Lengths) -> CriticalPath:
    """equations: in schedule order."""
    chains: list[_Chain] = []
    ends: list[tuple[_Chain, Equation, bool]] = []
    for equation in equations:
        chains.append(_value(equation, chains, lengths))
    for equation, chain in zip(equations, chains, strict=True):
        ends.append((chain, equation, False))
        stored = _stored(equation, chains)
        if stored is not None:
            ends.append((stored, equation, True))
    if not ends:
        return CriticalPath()
    chain, equation, is_stored = max(ends, key=lambda end: end[0].length)  # of equally long ones the first
    steps = [_step(equation, chain, chains, is_stored)]
    while chain.through is not None:
        equation, chain = equations[chain.through], chains[chain.through]
        steps.append(_step(equation, chain, chains, False))
    return CriticalPath(tuple(reversed(steps)))


def _step(equation: Equation, chain: _Chain, chains: list[_Chain], stored: bool) -> Step:
    before = 0 if chain.through is None else chains[chain.through].length
    return Step(equation.name, equation.place, chain.length - before, stored)


def _value(equation: Equation, chains: list[_Chain], lengths: Lengths) -> _Chain:
    match equation:
        case Let(value=value):
            return _expr(value, chains)
        case Memory(first=first):
            return _longer(_Chain(1), _expr(first, chains)).then(1)  # the load or `first`, then the choice
        case Delay():
            return _Chain(1)
        case Window(source=source, fold=fold):
            cost = fold_cost(fold, lengths(equation))
            return _longer(_expr(source, chains).then(cost.from_source), _Chain(cost.from_memory))
        case Cross(source=source):
            return _expr(source, chains)
        case Sample(condition=condition) | Restart(condition=condition):
            return _expr(condition, chains).then(1)  # and is it ready?


def _stored(equation: Equation, chains: list[_Chain]) -> _Chain | None:
    match equation:
        case Memory(next=expr) | Delay(source=expr):
            return _expr(expr, chains).then(1)
        case _:
            return None


def _expr(expr: Expr, chains: list[_Chain]) -> _Chain:
    if isinstance(expr, ValueRef):
        return _Chain(chains[expr.index].length, expr.index)
    if is_settled(expr):
        return _Chain(0)
    return _longer(*(_expr(child, chains) for child in children(expr))).then(own(expr).total)


def _longer(*chains: _Chain) -> _Chain:
    """Of equally long ones the first."""
    return max(chains, key=lambda chain: chain.length, default=_Chain(0))
