"""a * b: monotone in each operand while the other stands, so the extremes lie at corners."""

from __future__ import annotations

import math

from .interval import Interval, in_64_bits


def numbers(a: Interval, b: Interval) -> Interval:
    """NaN: of zero and infinity. As a corner that pair counts as the limit along the edges, which is zero."""
    corners = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    undefined = (a.holds_zero and b.infinite) or (b.holds_zero and a.infinite)
    return Interval(min(corners), max(corners), a.nan or b.nan or undefined)


def square(a: Interval) -> Interval:
    """a * a of one value: never negative."""
    ends = (a.low * a.low, a.high * a.high)
    return Interval(0.0 if a.holds_zero else min(ends), max(ends), a.nan)


def integers(a: Interval, b: Interval) -> Interval:
    return in_64_bits(*unwrapped(a, b))


def unwrapped(a: Interval, b: Interval) -> tuple[int, int]:
    """The ends with as many bits as they need."""
    corners = [int(x) * int(y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(corners), max(corners)


def _product(x: float, y: float) -> float:
    product = x * y
    return 0.0 if math.isnan(product) else product
