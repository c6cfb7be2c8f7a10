"""-a: exact for a NUMBER; of the lowest INTEGER it wraps to itself."""

from __future__ import annotations

from .interval import Interval, in_64_bits


def numbers(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, a.nan)


def integers(a: Interval) -> Interval:
    return in_64_bits(*unwrapped(a))


def unwrapped(a: Interval) -> tuple[int, int]:
    """The ends with as many bits as they need."""
    return -int(a.high), -int(a.low)
