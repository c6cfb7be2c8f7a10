"""Between which values an expression of constants and parameters lies: intervals, ends included, rounded as the run rounds.

What is not such an expression, or has no known end, reaches to infinity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .program import Constant, Default, Expr, Operation, ParamRef, Select, is_optional

Extent = tuple[float, float]
EVERYTHING: Extent = (-math.inf, math.inf)


def extent(expr: Expr, ranges: Mapping[int, Extent]) -> Extent:
    """Lowest and highest value. ranges: of each parameter; one that is not in it has no ends."""
    match expr:
        case Constant(value=value):
            return float(value), float(value)
        case ParamRef(index=index):
            return ranges.get(index, EVERYTHING)
        case Select(then=then, other=other):
            return _hull(extent(then, ranges), extent(other, ranges))
        case Default(value=value, other=other):
            return (
                extent(value, ranges) if not is_optional(value) else _hull(extent(value, ranges), extent(other, ranges))
            )
        case Operation(operator=operator, operands=operands):
            return _operation(operator, [extent(o, ranges) for o in operands])
    return EVERYTHING


def _hull(a: Extent, b: Extent) -> Extent:
    return min(a[0], b[0]), max(a[1], b[1])


def _operation(operator: str, sides: list[Extent]) -> Extent:
    (a, b), (c, d) = sides[0], sides[-1]
    match operator:
        case "add":
            return a + c, b + d
        case "sub":
            return a - d, b - c
        case "neg":
            return -b, -a
        case "mul":
            return _ends([_times(x, y) for x in (a, b) for y in (c, d)])
        case "div" if c > 0 or d < 0:
            return _ends([_over(x, y) for x in (a, b) for y in (c, d)])
        case "abs":
            return (0.0, max(-a, b)) if a < 0 < b else _ends([abs(a), abs(b)])
        case "min":
            return min(a, c), min(b, d)
        case "max":
            return max(a, c), max(b, d)
        case "sqrt":
            return math.sqrt(max(a, 0.0)), math.sqrt(max(b, 0.0))
        case "floor" | "ceil" if math.isfinite(a) and math.isfinite(b):
            rounded = math.floor if operator == "floor" else math.ceil
            return float(rounded(a)), float(rounded(b))
        case "to_number":
            return a, b
    return EVERYTHING


def _times(x: float, y: float) -> float:
    """Nothing times without end is nothing: the ends of an interval are limits."""
    return 0.0 if x == 0 or y == 0 else x * y


def _over(x: float, y: float) -> float:
    return 0.0 if math.isinf(y) else x / y


def _ends(corners: list[float]) -> Extent:
    return min(corners), max(corners)
