"""The square root, correctly rounded and monotone. Of a negative number 0, or na where the operator may be missing."""

from __future__ import annotations

import math

from .interval import ONLY_NA, Interval


def root(a: Interval) -> Interval:
    if a.numberless:
        return a
    return Interval(math.sqrt(max(a.low, 0.0)), math.sqrt(max(a.high, 0.0)), a.nan)


def defined(a: Interval) -> Interval:
    """A NaN is not negative: its root is NaN."""
    if a.high < 0 and not a.nan:
        return ONLY_NA
    found = root(a) if a.high >= 0 else a._replace(low=math.inf, high=-math.inf)
    return found.with_na(a.low < 0)
