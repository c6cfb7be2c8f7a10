"""What a condition that holds says about numbers: `a > b` means that `a - b` is at least 1.

Facts are about values that don't change within a step, so they hold wherever the condition does.
"""

from __future__ import annotations

from . import intervals
from .program import Binary, Const, Expr, IntType, Unary

Bounds = tuple[int | None, int | None]

_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


class Facts:
    """A set of facts; `given` makes a larger one and leaves this one as it is."""

    def __init__(self) -> None:
        self._bounds: dict[Expr, Bounds] = {}
        self._gaps: dict[tuple[Expr, Expr], int] = {}  # (a, b): a - b is at least so much
        self._either: tuple[tuple[tuple[Expr, bool], tuple[Expr, bool]], ...] = ()
        self._known: frozenset[tuple[Expr, bool]] = frozenset()

    def given(self, condition: Expr, holds: bool) -> Facts:
        found = Facts()
        found._bounds, found._gaps = dict(self._bounds), dict(self._gaps)
        found._either, found._known = self._either, self._known
        found._learn(condition, holds)
        return found

    def of(self, expr: Expr, interval: IntType) -> IntType:
        """The interval of `expr`, narrowed by what is known of it."""
        interval = intervals.narrowed(interval, *self._bounds.get(expr, (None, None)))
        match expr:
            case Binary("-", left, right):
                low, high = self._gaps.get((left, right)), self._gaps.get((right, left))
                return intervals.narrowed(interval, low, None if high is None else -high)
            case _:
                return interval

    def _learn(self, condition: Expr, holds: bool) -> None:
        if (condition, holds) in self._known:
            return
        self._known |= {(condition, holds)}
        match condition:
            case Unary("not", operand):
                self._learn(operand, not holds)
            case Binary("and" | "or" as op, left, right) if holds == (op == "and"):
                self._learn(left, holds)
                self._learn(right, holds)
            case Binary("and" | "or", left, right):
                self._either += (((left, holds), (right, holds)),)
            case Binary(op, left, right) if op in _OPPOSITE:
                self._compare(op if holds else _OPPOSITE[op], left, right)
        self._settle()

    def _settle(self) -> None:
        """Of two of which one must hold, the other does when one is known not to."""
        for one, other in self._either:
            for first, second in ((one, other), (other, one)):
                if self._refuted(*first) and second not in self._known:
                    self._learn(*second)

    def _refuted(self, condition: Expr, holds: bool) -> bool:
        match condition:
            case Unary("not", operand):
                return self._refuted(operand, not holds)
            case _:
                return (condition, not holds) in self._known

    def _compare(self, op: str, left: Expr, right: Expr) -> None:
        if op in ("<", "<="):
            op, left, right = _MIRRORED[op], right, left
        match op:
            case ">" | ">=":
                self._apart(left, right, 1 if op == ">" else 0)
            case "==":
                self._apart(left, right, 0)
                self._apart(right, left, 0)
            case "!=":
                self._not_equal(left, right)

    def _apart(self, left: Expr, right: Expr, gap: int) -> None:
        """left - right >= gap."""
        self._gaps[left, right] = max(gap, self._gaps.get((left, right), gap))
        if isinstance(left.type, IntType) and isinstance(right.type, IntType):
            self._narrow(left, self.of(right, right.type).low + gap, None)
            self._narrow(right, None, self.of(left, left.type).high - gap)

    def _not_equal(self, left: Expr, right: Expr) -> None:
        """Takes the end off an interval that may not touch it."""
        if isinstance(right, Const) and isinstance(left.type, IntType):
            interval = self.of(left, left.type)
            if interval.low == right.value:
                self._narrow(left, right.value + 1, None)
            if interval.high == right.value:
                self._narrow(left, None, right.value - 1)

    def _narrow(self, expr: Expr, low: int | None, high: int | None) -> None:
        least, most = self._bounds.get(expr, (None, None))
        least = low if least is None else least if low is None else max(least, low)
        most = high if most is None else most if high is None else min(most, high)
        self._bounds[expr] = (least, most)
