"""Which of two expressions is never below the other: what intervals of each alone cannot say. Columns of one bar, and maxima and minima."""

from __future__ import annotations

from ..program import Expr, FieldRef, Operation


def at_least(a: Expr, b: Expr) -> bool:
    """Is a >= b wherever neither is NaN?"""
    if a == b:
        return True
    match a:
        case Operation(operator="max", operands=(p, q)) if at_least(p, b) or at_least(q, b):
            return True
    match b:
        case Operation(operator="min", operands=(p, q)) if at_least(a, p) or at_least(a, q):
            return True
    match a, b:
        case FieldRef(column="high", feed=feed), FieldRef(column=column, feed=other):
            return feed == other and column != "volume"
        case FieldRef(column=column, feed=feed), FieldRef(column="low", feed=other):
            return feed == other and column != "volume"
    return False
