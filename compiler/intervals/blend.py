"""y + a * (x - y), the step of every exponential average: between x and y where 0 <= a <= 1, which no interval of its parts can see.

Let x >= y (the other case mirrors it), d = fl(x - y) and u = 2^-53. No result is below y, as every step adds what is not negative.
d <= (x - y)(1 + u), so with a (1 + u)^2 <= 1 the addend fl(a * d) is at most x - y, or d itself is exact because it is subnormal: the sum
is at most x, and x is a double, so the rounded sum is at most x. Above that, up to a = 1, the addend is at most d, and
fl(y + d) <= (x + u (x - y)) (1 + u) <= x + 4u max(|x|, |y|). Nothing overflows while x - y is finite.
"""

from __future__ import annotations

from ..program import Expr, Operation
from . import sub
from .interval import Interval, hull

_INSIDE = 1.0 - 2.0**-50  # times (1 + u)^2 it is below 1
_SLACK = 2.0**-50  # above 4u, with room for the rounding of the end itself


def parts(expr: Operation) -> tuple[Expr, Expr, Expr] | None:
    """(y, a, x) of an expression of this form."""
    match expr:
        case Operation(operator="add", operands=(y, Operation(operator="mul", operands=(a, difference)))):
            pass
        case _:
            return None
    match difference:
        case Operation(operator="sub", operands=(x, other)) if other == y:
            return y, a, x
    return None


def blend(y: Interval, a: Interval, x: Interval) -> Interval | None:
    """None where it is no blend, or may overflow."""
    if not (a.low >= 0 and a.high <= 1 and not a.nan and x.finite and y.finite):
        return None
    if x.numberless or y.numberless or a.numberless or not sub.numbers(x, y).finite:
        return None
    if a.high <= _INSIDE:
        return hull(x.present(), y.present())
    slack = _SLACK * max(abs(x.low), abs(x.high), abs(y.low), abs(y.high))
    return hull(y.present(), Interval(x.low - slack, x.high + slack))
