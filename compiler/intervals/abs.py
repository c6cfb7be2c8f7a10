"""The size of a: exact for a NUMBER; of the lowest INTEGER it wraps to itself."""

from __future__ import annotations

from .interval import LOWEST_INTEGER, Interval


def numbers(a: Interval) -> Interval:
    low, high = sorted((abs(a.low), abs(a.high)))
    return Interval(0 if a.holds_zero else low, high, a.nan) if not a.numberless else a


def integers(a: Interval) -> Interval:
    sizes = numbers(a)
    return sizes if a.low > LOWEST_INTEGER else Interval(LOWEST_INTEGER, -LOWEST_INTEGER - 1)
