"""INTEGER → NUMBER: rounded to nearest above 2^53, monotone."""

from __future__ import annotations

from .interval import Interval


def numbers(a: Interval) -> Interval:
    return a if a.numberless else Interval(float(a.low), float(a.high), a.nan)
