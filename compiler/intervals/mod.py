"""a % b: C's fmod and the remainder of the division that truncates. It has the sign of a and is smaller than b."""

from __future__ import annotations

import math

from .interval import LARGEST, NOTHING, ONLY_NA, Interval, hull

_NO_REMAINDER = Interval(0, 0)


def remainder(a: Interval, b: Interval) -> Interval:
    """Of NUMBERs, as IEEE gives it. NaN: of an infinity, or by zero."""
    undefined = a.infinite or b.holds_zero
    whole = Interval(max(a.low, -LARGEST), min(a.high, LARGEST))
    most = max(abs(b.low), abs(b.high))
    if whole.numberless or b.numberless or most == 0:
        return NOTHING._replace(nan=True)
    return _below(whole, most)._replace(nan=a.nan or b.nan or undefined)


def defined(a: Interval, b: Interval) -> Interval:
    """na by zero alone: an infinity has a remainder, NaN."""
    if (b.low, b.high) == (0, 0) and not b.nan:
        return ONLY_NA
    nan = a.nan or b.nan or a.infinite
    return remainder(a, b)._replace(nan=nan, na=b.holds_zero)


def integers(a: Interval, b: Interval) -> Interval:
    """Zero by zero."""
    found = NOTHING
    most = int(max(abs(b.low), abs(b.high)))
    if most > 0:
        found = _below(a, most - 1)
    return hull(found, _NO_REMAINDER) if b.holds_zero else found


def defined_integers(a: Interval, b: Interval) -> Interval:
    """na by zero."""
    if (b.low, b.high) == (0, 0):
        return ONLY_NA
    return integers(a, b).with_na(b.holds_zero)


def _below(a: Interval, most: float) -> Interval:
    """Toward zero from a, at most `most` away from it."""
    if math.isinf(most):
        most = LARGEST
    return Interval(max(min(a.low, 0), -most), min(max(a.high, 0), most))
