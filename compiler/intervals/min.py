"""a < b ? a : b, so beside a NaN the second: monotone in both, and exact."""

from __future__ import annotations

from .interval import Interval, hull


def lesser(a: Interval, b: Interval) -> Interval:
    """Of INTEGERs too."""
    if a.numberless or b.numberless:
        return b
    found = Interval(min(a.low, b.low), min(a.high, b.high), b.nan)
    return hull(found, b) if a.nan else found
