"""Which clock every equation ticks with, found by unification as types are: what is combined ticks together.

A clock is a number here: a variable, or known (a feed's, or one that a `when` opens). Two known ones never become one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from ..program import Clock, Equation, Expr, FieldRef, Latched, ValueRef
from ..walk import rewrite_equation, subexpressions


@dataclass(slots=True)
class ClockTable:
    """of_equation: per equation, its variable. derived: the clocks that equations define, after those of the feeds; by which equation."""

    of_equation: list[int] = field(default_factory=list)
    feed_names: list[str] = field(default_factory=list)
    periods: list[int] = field(default_factory=list)  # of the feeds
    derived: list[tuple[str, int]] = field(default_factory=list)
    _parents: list[int] = field(default_factory=list)
    _known: dict[int, int] = field(default_factory=dict)  # root variable → index in the program
    _constants: dict[int, int] = field(default_factory=dict)  # index in the program → variable

    def _variable(self) -> int:
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def define(self) -> None:
        """One more equation, whose clock is not known yet."""
        self.of_equation.append(self._variable())

    def derive(self, name: str, equation: int) -> int:
        """One more clock of the program, defined by an equation; its index."""
        self.derived.append((name, equation))
        return len(self.feed_names) + len(self.derived) - 1

    def constant(self, index: int) -> int:
        """The variable that is the program's clock `index`."""
        if index not in self._constants:
            self._constants[index] = variable = self._variable()
            self._known[variable] = index
        return self._constants[index]

    def root(self, variable: int) -> int:
        while self._parents[variable] != variable:
            self._parents[variable] = self._parents[self._parents[variable]]
            variable = self._parents[variable]
        return variable

    def of(self, expr: Expr) -> set[int]:
        """The clocks of all it reads; none if it is the same at every tick, or latched. A node checked by itself has no equations."""
        found = set()
        for part in subexpressions(expr):
            if isinstance(part, FieldRef):
                found.add(self.root(self.constant(part.feed)))
            elif isinstance(part, ValueRef) and part.index < len(self.of_equation):
                found.add(self.root(self.of_equation[part.index]))
        return found

    def unify(self, a: int, b: int) -> bool:
        """Makes two clocks one; False if both are known and differ."""
        a, b = self.root(a), self.root(b)
        if a == b:
            return True
        if a in self._known and b in self._known:
            return False
        if a in self._known:
            a, b = b, a
        self._parents[a] = b
        return True

    def known(self, variable: int) -> int | None:
        """The program's clock it is, if that is decided."""
        return self._known.get(self.root(variable))

    def name(self, variable: int) -> str:
        index = self.known(variable)
        if index is None:
            return "another clock"
        if index < len(self.feed_names):
            return f"`{self.feed_names[index]}`"
        return "a `when` of its own"

    def is_slower(self, a: int, b: int) -> bool:
        """Does `a` tick less often, as far as is known? What a `when` opens does."""
        first, second = (self._pace(x) for x in (a, b))
        return first > second

    def _pace(self, variable: int) -> float:
        index = self.known(variable)
        return self.periods[index] if index is not None and index < len(self.periods) else math.inf

    # ---- when all is known

    def settled(self, equations: list[Equation]) -> list[Equation]:
        """The equations with their clocks; what reads no feed ticks with the first one."""
        return [self._settle(e) for e in equations]

    def _settle(self, equation: Equation) -> Equation:
        clock = self.known(self.of_equation[equation.index]) or 0

        def place(expr: Expr) -> Expr:
            if isinstance(expr, Latched) and expr.name in ("filled", "closed"):
                return replace(expr, clock=clock)
            return expr

        return replace(rewrite_equation(equation, place), clock=clock)

    def clocks(self, equations: list[Equation]) -> tuple[Clock, ...]:
        """Of the program. equations: settled ones."""
        derived = (Clock(name, equations[index].clock, index) for name, index in self.derived)
        return (*(Clock(name) for name in self.feed_names), *derived)
