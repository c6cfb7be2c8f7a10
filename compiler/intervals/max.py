"""a > b ? a : b, so beside a NaN the second: monotone in both, and exact."""

from __future__ import annotations

from .interval import Interval, hull


def greater(a: Interval, b: Interval) -> Interval:
    """Of INTEGERs too."""
    if a.numberless or b.numberless:
        return b
    found = Interval(max(a.low, b.low), max(a.high, b.high), b.nan)
    return hull(found, b) if a.nan else found
