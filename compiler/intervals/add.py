"""a + b: monotone in both."""

from __future__ import annotations

from .interval import Interval, in_64_bits


def numbers(a: Interval, b: Interval) -> Interval:
    """NaN: of infinities of opposite sign. Where both ends of a side are such, the other values of the operands decide: any."""
    low, high = a.low + b.low, a.high + b.high
    opposite = (a.low == -_INF and b.high == _INF) or (a.high == _INF and b.low == -_INF)
    return Interval(-_INF if low != low else low, _INF if high != high else high, a.nan or b.nan or opposite)


def integers(a: Interval, b: Interval) -> Interval:
    return in_64_bits(*unwrapped(a, b))


def unwrapped(a: Interval, b: Interval) -> tuple[int, int]:
    """The ends with as many bits as they need."""
    return int(a.low) + int(b.low), int(a.high) + int(b.high)


_INF = float("inf")
