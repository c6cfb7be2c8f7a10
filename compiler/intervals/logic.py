"""and, or, not: both sides are evaluated, so a missing side makes the whole missing."""

from __future__ import annotations

from .interval import Interval


def both(a: Interval, b: Interval) -> Interval:
    return Interval(min(a.low, b.low), min(a.high, b.high))


def any_of(a: Interval, b: Interval) -> Interval:
    return Interval(max(a.low, b.low), max(a.high, b.high))


def negated(a: Interval) -> Interval:
    return Interval(1 - a.high, 1 - a.low)
