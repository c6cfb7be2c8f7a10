"""condition ? then : other. A side that the condition never takes does not count."""

from __future__ import annotations

from .interval import NOTHING, Interval, hull


def chosen(condition: Interval, then: Interval, other: Interval) -> Interval:
    """na where the condition is."""
    found = NOTHING
    if condition.high >= 1:
        found = hull(found, then)
    if condition.low <= 0:
        found = hull(found, other)
    return found.with_na(condition.na)
