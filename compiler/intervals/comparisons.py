"""< <= > >= == !=: true, false or either. Beside a NaN all are false but `!=`."""

from __future__ import annotations

from .interval import Interval


def less(a: Interval, b: Interval) -> Interval:
    return _either(a.low < b.high, a.high >= b.low, a, b)


def at_most(a: Interval, b: Interval) -> Interval:
    return _either(a.low <= b.high, a.high > b.low, a, b)


def greater(a: Interval, b: Interval) -> Interval:
    return less(b, a)


def at_least(a: Interval, b: Interval) -> Interval:
    return at_most(b, a)


def equal(a: Interval, b: Interval) -> Interval:
    same = a.low <= b.high and b.low <= a.high
    return _either(same, not (same and a.low == a.high == b.low == b.high), a, b)


def differs(a: Interval, b: Interval) -> Interval:
    found = equal(a, b)
    return Interval(1 - found.high, 1 - found.low)


def _either(can_hold: bool, can_fail: bool, a: Interval, b: Interval) -> Interval:
    """can_hold, can_fail: for some numbers of the two."""
    numbers = not (a.numberless or b.numberless)
    may_hold = can_hold and numbers
    may_fail = (can_fail and numbers) or a.nan or b.nan
    return Interval(0 if may_fail else 1, 1 if may_hold else 0)
