"""a / b of NUMBERs: monotone in each operand on each side of zero. `quotient` is what IEEE gives, `defined` what is left without na."""

from __future__ import annotations

import math

from . import add
from .interval import LARGEST, ONLY_NA, SMALLEST, Interval, around, hull, meet


def quotient(a: Interval, b: Interval) -> Interval:
    """NaN: zero by zero, infinity by infinity. By a zero, of either sign: an infinity of either sign."""
    undefined = (a.holds_zero and b.holds_zero) or (a.infinite and b.infinite)
    sides = [side for side in (_negative(b), _positive(b)) if not side.numberless]
    corners = [x / y for side in sides for x in (a.low, a.high) for y in (side.low, side.high)]
    result = around(corners if not a.numberless else (), a.nan or b.nan or undefined)
    if b.holds_zero and not a.numberless and (a.low, a.high) != (0, 0):
        result = hull(result, Interval(-math.inf, math.inf))
    return result


def defined(a: Interval, b: Interval) -> Interval:
    """The finite quotients; na where the quotient is not finite."""
    if a.finite and b.finite and not b.holds_zero and not a.numberless:
        all_of_them = around([x / y for x in (a.low, a.high) for y in (b.low, b.high)])
        if all_of_them.finite:
            return all_of_them
    dividend, divisor = _finite(a), _finite(b)
    if dividend.numberless:
        return ONLY_NA
    sides = [side for side in (_negative(divisor), _positive(divisor)) if not side.numberless]
    ends = [x / y for side in sides for x in (dividend.low, dividend.high) for y in (side.low, side.high)]
    if b.infinite:
        ends.append(0.0)
    return _finite(around(ends)).with_na(not quotient(a, b).finite)


def share(a: Interval, b: Interval) -> Interval:
    """a / (a + b) of two that are not negative: a is at most their sum, the rounded one too, so this is at most 1."""
    whole = defined(a, add.numbers(a, b))
    return meet(whole, Interval(0, 1, na=True))


def _positive(b: Interval) -> Interval:
    return Interval(max(b.low, SMALLEST), b.high)


def _negative(b: Interval) -> Interval:
    return Interval(b.low, min(b.high, -SMALLEST))


def _finite(a: Interval) -> Interval:
    """Its finite values; where an end is infinite, up to the largest number."""
    return Interval(max(a.low, -LARGEST), min(a.high, LARGEST))
