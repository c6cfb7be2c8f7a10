"""How numbers of the language become whole steps at the edge of the order kernel (semantics.md, Rounding)."""

from __future__ import annotations

import math

from ..program import Scale
from .dataflow import Value

LARGEST_LIMIT = (2**63 - 1) // 2


def round_steps(x: float, step: Scale, multiple: int, direction: int, limit: int) -> int | None:
    """x in whole steps, a multiple of `multiple`: the nearest one if it is within 1e-6, else down (-1), up (1), toward zero (0).

    None where that is not finite, no longer exact, or beyond `limit`.
    """
    exact = x * 10.0**step.decimals / float(step.numerator * multiple)
    if not math.isfinite(exact) or abs(exact) >= 2.0**53:
        return None
    down = math.floor(exact)
    above = exact - float(down)
    if above <= 1e-6:
        whole = down
    elif above >= 1.0 - 1e-6:
        whole = down + 1
    else:
        whole = down + (direction > 0 or (direction == 0 and exact < 0.0))
    return whole * multiple if abs(whole * multiple) <= limit else None


def is_positive(limit: Value) -> bool:
    """Of a limit that is na, NaN, zero or negative nothing passes."""
    return limit is not None and limit > 0.0


def limit_steps(limit: Value, step: Scale) -> int:
    """A limit in whole steps, rounded down."""
    if limit is None or not is_positive(limit):
        return 0
    steps = round_steps(float(limit), step, 1, -1, LARGEST_LIMIT)
    return LARGEST_LIMIT if steps is None else steps


def limit_share(limit: Value, whole: int) -> int:
    """A share of an integer as an integer, rounded down."""
    if limit is None or not is_positive(limit):
        return 0
    share = float(whole) * float(limit)
    if share >= float(LARGEST_LIMIT):
        return LARGEST_LIMIT
    return math.floor(share) if share > 0.0 else 0
