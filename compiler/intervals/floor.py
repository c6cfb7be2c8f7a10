"""The largest whole number not above a: monotone; infinities and NaN stay."""

from __future__ import annotations

import math

from .interval import Interval


def numbers(a: Interval) -> Interval:
    return Interval(_floor(a.low), _floor(a.high), a.nan)


def _floor(end: float) -> float:
    return float(math.floor(end)) if math.isfinite(end) else end
