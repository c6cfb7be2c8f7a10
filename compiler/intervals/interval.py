"""An interval: every value a NUMBER, an INTEGER or a BOOL may have, as its lowest and its highest, and whether it may be NaN or na.

Ends are values of the run, infinities included: a high end of infinity says that the value may BE infinite, and a number of which only
that is known that it is finite reaches from -LARGEST to LARGEST. False and True are 0 and 1. Low above high: no number at all. Zeros of
both signs are one value, and an end that is zero stands for both.

Why no end is ever rounded outward: IEEE operators round to nearest, and rounding is monotone. Where the exact operator is monotone in an
operand, so is the rounded one, and the rounded results of the ends bound the rounded results of all that lies between, to the bit. Only
where an operator is not made of such steps (sums of windows) an error bound is added, and said.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import NamedTuple

from ..program import Kind

LARGEST = sys.float_info.max
SMALLEST = math.ulp(0.0)  # above 0
LOWEST_INTEGER, HIGHEST_INTEGER = -(2**63), 2**63 - 1


class Interval(NamedTuple):
    low: float
    high: float
    nan: bool = False
    na: bool = False

    @property
    def numberless(self) -> bool:
        """No number but perhaps a NaN or na."""
        return self.low > self.high

    @property
    def void(self) -> bool:
        """No value that an operator could take: unreached, or always na."""
        return self.low > self.high and not self.nan

    @property
    def finite(self) -> bool:
        """Neither infinite nor NaN."""
        return not self.nan and self.low >= -LARGEST and self.high <= LARGEST

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high

    @property
    def infinite(self) -> bool:
        """It may be an infinity."""
        return self.low <= self.high and (self.low == -math.inf or self.high == math.inf)

    def holds(self, value: float | None) -> bool:
        """Is this one of its values? None: na."""
        if value is None:
            return self.na
        return self.nan if value != value else self.low <= value <= self.high

    def present(self) -> Interval:
        """Without na."""
        return self._replace(na=False) if self.na else self

    def with_na(self, na: bool = True) -> Interval:
        return self if self.na or not na else self._replace(na=True)


NOTHING = Interval(math.inf, -math.inf)
ONLY_NA = NOTHING._replace(na=True)
ONLY_NAN = NOTHING._replace(nan=True)
ZERO, ONE = Interval(0, 0), Interval(1, 1)
FALSE, TRUE, EITHER = ZERO, ONE, Interval(0, 1)
FINITE = Interval(-LARGEST, LARGEST)
ANY_NUMBER = Interval(-math.inf, math.inf, nan=True)
ANY_INTEGER = Interval(LOWEST_INTEGER, HIGHEST_INTEGER)
_ANY = {Kind.NUMBER: ANY_NUMBER, Kind.INTEGER: ANY_INTEGER, Kind.BOOL: EITHER}


def anything(kind: Kind, na: bool = False) -> Interval:
    """All that a value of this kind can be."""
    return _ANY[kind].with_na(na)


def exactly(value: float) -> Interval:
    return ONLY_NAN if value != value else Interval(value, value)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that holds both."""
    if a == b:
        return a
    low = a.low if a.low < b.low else b.low
    high = a.high if a.high > b.high else b.high
    return Interval(low, high, a.nan or b.nan, a.na or b.na)


def meet(a: Interval, b: Interval) -> Interval:
    """What is in both."""
    return Interval(max(a.low, b.low), min(a.high, b.high), a.nan and b.nan, a.na and b.na)


def around(values: Iterable[float], nan: bool = False) -> Interval:
    """The smallest interval of numbers that holds them; a NaN among them stands for no number."""
    found = [value for value in values if value == value]
    return Interval(min(found), max(found), nan) if found else NOTHING._replace(nan=nan)


def in_64_bits(low: int, high: int) -> Interval:
    """Of a whole number that wraps where it leaves 64 bits: then it may be any."""
    return ANY_INTEGER if low < LOWEST_INTEGER or high > HIGHEST_INTEGER else Interval(low, high)


def is_bounded(interval: Interval) -> bool:
    """Of an INTEGER: is more known than that it fits 64 bits, on both sides?"""
    return interval.low > LOWEST_INTEGER and interval.high < HIGHEST_INTEGER


_STEPS = {
    Kind.NUMBER: (-math.inf, -LARGEST, -1, 0, 1, LARGEST, math.inf),
    Kind.INTEGER: (LOWEST_INTEGER, -1, 0, 1, HIGHEST_INTEGER),
    Kind.BOOL: (0, 1),
}


def widened(old: Interval, new: Interval, kind: Kind) -> Interval:
    """`new`, which holds `old`, with every end that moved taken on to the next step: a value that grows for ever ends soon."""
    low, high = new.low, new.high
    if low < old.low:
        low = next(step for step in reversed(_STEPS[kind]) if step <= low)
    if high > old.high:
        high = next(step for step in _STEPS[kind] if step >= high)
    return Interval(low, high, new.nan, new.na)
