"""Interval arithmetic over whole numbers of any size: which values an expression can have."""

from __future__ import annotations

from .program import IntType

LOWEST, HIGHEST = -(2**63), 2**63 - 1


def of(op: str, left: IntType, right: IntType) -> IntType:
    """The tightest interval of `left op right`; `/` and `%` by one positive number, of what is not negative."""
    match op:
        case "+":
            return IntType(left.low + right.low, left.high + right.high)
        case "-":
            return IntType(left.low - right.high, left.high - right.low)
        case "*":
            corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
            return IntType(min(corners), max(corners))
        case "min":
            return IntType(min(left.low, right.low), min(left.high, right.high))
        case "max":
            return IntType(max(left.low, right.low), max(left.high, right.high))
        case "/":
            return IntType(left.low // right.low, left.high // right.low)
        case "%":
            return IntType(0, min(left.high, right.low - 1))
        case _:
            raise ValueError(op)


def negated(operand: IntType) -> IntType:
    return IntType(-operand.high, -operand.low)


def absolute(operand: IntType) -> IntType:
    nearest = 0 if operand.low <= 0 <= operand.high else min(abs(operand.low), abs(operand.high))
    return IntType(nearest, max(abs(operand.low), abs(operand.high)))


def union(left: IntType, right: IntType) -> IntType:
    return IntType(min(left.low, right.low), max(left.high, right.high))


def within(inner: IntType, outer: IntType) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def narrowed(interval: IntType, low: int | None, high: int | None) -> IntType:
    """What is left of it between the bounds; the interval itself if nothing would be left (then the code is never reached)."""
    least = interval.low if low is None else max(interval.low, low)
    most = interval.high if high is None else min(interval.high, high)
    return IntType(least, most) if least <= most else interval


def nearest(interval: IntType, target: IntType) -> IntType:
    """Of what `sat` makes of it."""
    low, high = (min(max(x, target.low), target.high) for x in (interval.low, interval.high))
    return IntType(low, high)


def in_64_bits(interval: IntType) -> bool:
    return interval.low >= LOWEST and interval.high <= HIGHEST
