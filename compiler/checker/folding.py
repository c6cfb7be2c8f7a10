"""Arithmetic on what is written down: constants stay constants, literals stay literals."""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable, Sequence

from ...lang import tree
from ..program import Constant, Expr, Kind, Operator
from ..types import COUNT, NUMBER, Stage, Type
from .values import Value

_FOLDED: dict[str, Callable[..., float]] = {
    "add": python.add,
    "sub": python.sub,
    "mul": python.mul,
    "neg": python.neg,
}


def constant(operator: Operator, type_: Type, operands: Sequence[Expr]) -> Constant | None:
    """The result on constants, where it fits: the same bits as at run time."""
    values = [o.value for o in operands if isinstance(o, Constant)]
    if len(values) != len(operands) or operator not in _FOLDED or type_.kind is Kind.BOOL:
        return None
    result = _FOLDED[operator](*values)
    fits = math.isfinite(result) if type_.kind is Kind.NUMBER else abs(result) < 2**63
    return Constant(type_.kind, result) if fits else None


def literal(node: tree.Binary, left: Value, right: Value) -> Value | None:
    """Literals stay literals: `-1`, `2 * 3`."""
    if not (left.literal and right.literal and isinstance(left.expr, Constant) and isinstance(right.expr, Constant)):
        return None
    a, b = left.expr.value, right.expr.value
    if node.op == "/" or node.op == "%":
        return None
    result = {"+": a + b, "-": a - b, "*": a * b}[node.op]
    kind = Kind.INTEGER if isinstance(result, int) else Kind.NUMBER
    if kind is Kind.INTEGER and abs(result) > 2**53:
        return None
    return Value(
        Constant(kind, result), COUNT if kind is Kind.INTEGER else NUMBER, Stage.CONST, node.span, literal=True
    )
