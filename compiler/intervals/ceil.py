"""The smallest whole number not below a: monotone; infinities and NaN stay."""

from __future__ import annotations

from . import floor, neg
from .interval import Interval


def numbers(a: Interval) -> Interval:
    return neg.numbers(floor.numbers(neg.numbers(a)))
