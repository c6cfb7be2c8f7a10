"""Operations by kind, and how many an expression takes.

Both sides of a choice count, as both are evaluated. What only constants and parameters move is computed when the run starts and
costs an instant nothing; neither do the flags that say whether an optional value is there, nor the positions of rings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from ..program import Constant, Default, Expr, Na, Operation, ParamRef, Select
from ..walk import children, subexpressions

COMPARING = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Counts:
    """comparisons: with `and`, `or`, `not`. memory: loads and stores of what is remembered between ticks."""

    arithmetic: int = 0
    comparisons: int = 0
    selects: int = 0
    memory: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def times(self, factor: int) -> Counts:
        return Counts(*(getattr(self, f.name) * factor for f in fields(self)))

    def shared_by(self, instants: int) -> Counts:
        """Of one of so many instants, rounded up."""
        return Counts(*(-(-getattr(self, f.name) // instants) for f in fields(self)))

    @property
    def total(self) -> int:
        return self.arithmetic + self.comparisons + self.selects + self.memory


NOTHING = Counts()


def summed(parts: list[Counts]) -> Counts:
    return sum(parts, NOTHING)


def is_settled(expr: Expr) -> bool:
    """Whether it has one value for the whole run."""
    return all(isinstance(part, Constant | Na | ParamRef | Operation | Select) for part in subexpressions(expr))


def own(expr: Expr) -> Counts:
    """Of the outermost operation alone."""
    match expr:
        case Operation(operator=operator):
            return Counts(comparisons=1) if operator in COMPARING else Counts(arithmetic=1)
        case Select() | Default():
            return Counts(selects=1)
        case _:
            return NOTHING


def of_expr(expr: Expr | None) -> Counts:
    if expr is None or is_settled(expr):
        return NOTHING
    return summed([own(expr), *(of_expr(child) for child in children(expr))])
