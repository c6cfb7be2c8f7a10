"""Folds over a window of n values of one interval: sum, mean, variance, min, max (program.py, Window, says how they are calculated).

A sum of up to 32 values is made of monotone steps: the sums of n lowest and of n highest values bound it to the bit. A longer one is a
compensated running sum, from which leaving values are taken away again. Let M bound the values, u = 2^-53. Between two refolds there are
m < 3n steps, and at most n + 1 values are in the sum at once, so a partial sum is at most T = (n + 2) M and no step rounds by more than
u T. The roundings themselves are known exactly and summed apart; that sum is off by at most (m u)^2 T, so by less than 16 n^2 u^2 T.
What comes out is the sum of both, rounded once. Nothing overflows while T is below the largest number.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ..program import Fold
from . import mul, sub
from .interval import ANY_NUMBER, LARGEST, SMALLEST, ZERO, Interval, hull

STRIDED_UP_TO = 32
_U = Fraction(1, 2**53)


def fold(word: Fold, source: Interval, low: int, high: int) -> Interval:
    """Of at least `low` and at most `high` values, low >= 1. A NaN or an infinity in the window may make anything of a sum."""
    if word in ("min", "max"):  # a NaN loses to every number, and is kept where there is none
        return source
    if source.numberless:
        return source
    if not source.finite:
        return ANY_NUMBER
    match word:
        case "sum":
            return _sum(source, low, high)
        case "mean":
            return _mean(source, low, high)
        case _:
            return _variance(source, low, high)


def _sum(source: Interval, low: int, high: int) -> Interval:
    found = None
    if low <= STRIDED_UP_TO:
        counts = range(low, min(high, STRIDED_UP_TO) + 1)
        found = _finite_or_any([strided(end, n) for n in counts for end in (source.low, source.high)])
    if high > STRIDED_UP_TO:
        least = max(low, 1)
        slack = _slack(source, high)
        ends = [Fraction(end) * n for n in (least, high) for end in (source.low, source.high)]
        long = _rounded(min(ends) - slack, max(ends) + slack) if _fits(source, high) else ANY_NUMBER
        found = long if found is None else hull(found, long)
    assert found is not None
    return found


def _mean(source: Interval, low: int, high: int) -> Interval:
    """The sum divided by the number of values: of a long one, two more roundings."""
    found = None
    if low <= STRIDED_UP_TO:
        counts = range(low, min(high, STRIDED_UP_TO) + 1)
        found = _finite_or_any([strided(end, n) / n for n in counts for end in (source.low, source.high)])
    if high > STRIDED_UP_TO:
        long = ANY_NUMBER
        if _fits(source, high):
            slack = _slack(source, high) / high * 2  # T / n is largest for the shortest window, by less than two
            long = _rounded(
                *(_twice_rounded(Fraction(end), slack * way, way) for end, way in ((source.low, -1), (source.high, 1)))
            )
            long = Interval(long.low - SMALLEST, long.high + SMALLEST)
        found = long if found is None else hull(found, long)
    assert found is not None
    return found


def _twice_rounded(end: Fraction, slack: Fraction, way: int) -> Fraction:
    """An end moved away by the slack, and by what two roundings may add."""
    moved = end + slack
    return moved + way * abs(moved) * 3 * _U


def _variance(source: Interval, low: int, high: int) -> Interval:
    """The mean of squares, which are never negative. A plain sum of n of them is off by less than n u of itself, and a division follows."""
    square = mul.square(sub.numbers(source, _mean(source, low, high)))
    most = square.high * (1 + 2.0**-20)
    if not most * high <= LARGEST / 2 or square.nan:
        return Interval(0.0, math.inf, nan=square.nan)
    return Interval(0.0, most + SMALLEST)


def strided(value: float, count: int) -> float:
    """The sum of `count` equal values in four strides."""
    sums = [0.0, 0.0, 0.0, 0.0]
    for i in range(count):
        sums[i % 4] += value
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


def before_the_first(found: Interval) -> Interval:
    """With what it is before anything was pushed."""
    return hull(found, ZERO)


def _finite_or_any(ends: list[float]) -> Interval:
    """Where an end overflows, so may a partial sum of either sign."""
    low, high = min(ends), max(ends)
    return Interval(low, high) if math.isfinite(low) and math.isfinite(high) else ANY_NUMBER


def _size(source: Interval) -> Fraction:
    return Fraction(max(abs(source.low), abs(source.high)))


def _fits(source: Interval, count: int) -> bool:
    return _size(source) * (count + 2) * 2 <= Fraction(LARGEST)


def _slack(source: Interval, count: int) -> Fraction:
    return 16 * count**2 * _U**2 * (count + 2) * _size(source)


def _rounded(low: Fraction, high: Fraction) -> Interval:
    """The nearest doubles, as the last rounding of the calculation itself."""
    return Interval(float(low), float(high))
