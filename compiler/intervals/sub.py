"""a - b: the sum with the opposite, to the bit."""

from __future__ import annotations

from . import add, neg
from .interval import Interval, in_64_bits


def numbers(a: Interval, b: Interval) -> Interval:
    return add.numbers(a, neg.numbers(b))


def integers(a: Interval, b: Interval) -> Interval:
    return in_64_bits(*unwrapped(a, b))


def unwrapped(a: Interval, b: Interval) -> tuple[int, int]:
    """The ends with as many bits as they need."""
    return int(a.low) - int(b.high), int(a.high) - int(b.low)
