"""Constants and parameters: their values, ranges and steps."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ...lang import tree
from ..program import Constant, Kind, Param, ParamRef, ValueRef
from ..types import Base, Stage, Type
from ..walk import subexpressions
from . import expressions
from .context import Context, fits
from .literals import UNITS, decimal
from .names import declare
from .typerefs import resolve
from .values import Value, poison


def const(context: Context, node: tree.Const) -> None:
    """`const DAY_BARS = 288;` enters the scope as its value."""
    value = expressions.value(context, node.value)
    if not value.poisoned and value.stage > Stage.CONST:
        context.report(
            "E0108",
            value.span,
            "a constant is known before the program is built",
            "depends on the market",
        )
        value = poison(node.name.span)
    elif not value.poisoned and any(isinstance(e, ValueRef) for e in subexpressions(value.expr)):
        context.report(
            "E0108",
            value.span,
            "a constant calls no nodes",
            "calls a node",
            help="constants are written with operators",
        )
        value = poison(node.name.span)
    declare(context.reporter, context.scope, node.name, value)


def param(context: Context, node: tree.Param, index: int) -> Param | None:
    """Enters a parameter; after a report it is poisoned and None comes back."""
    type_ = resolve(context, node.type)
    found = None if type_.poisoned else _param(context, node, index, type_)
    reference = Value(ParamRef(type_.kind, index), type_, Stage.PARAM, node.name.span)
    meaning = poison(node.name.span) if found is None else reference
    return found if declare(context.reporter, context.scope, node.name, meaning) else None


def _param(context: Context, node: tree.Param, index: int, type_: Type) -> Param | None:
    if type_.optional:
        context.report(
            "E0217", node.type.span, "a parameter always has a value", "may not be optional", help="remove the `?`"
        )
        return None
    if type_.enumeration is not None:
        return _choice(context, node, index, type_)
    value = _literal(context, node.default, type_, f"parameter `{node.name.text}`")
    if value is None:
        return None
    low = high = step = None
    if node.range is not None:
        if type_.base is Base.BOOL:
            context.report("E0217", node.range.span, "a bool has no range", help="remove `in …`")
            return None
        low = _literal(context, node.range.low, type_, "the lower end")
        high = _literal(context, node.range.high, type_, "the upper end") if node.range.high is not None else None
        if (
            low is None
            or (high is None and node.range.high is not None)
            or not _in_range(context, node, value, low, high)
        ):
            return None
    if node.step is not None:
        step = _literal(context, node.step, type_, "the step")
        if step is None or not _on_step(context, node, step):
            return None
    if type_.base is Base.COUNT and low is not None and high is not None:
        context.shared.param_extents[index] = (int(low), int(high))
    if type_.base is not Base.BOOL:
        context.shared.ranges[index] = (-math.inf if low is None else low, math.inf if high is None else high)
    return Param(
        name=node.name.text,
        kind=type_.kind,
        unit=context.show(type_),
        is_duration=type_.base is Base.DURATION,
        value=value,
        low=low,
        high=high,
        step=step,
        place=context.place(node.span),
    )


def _choice(context: Context, node: tree.Param, index: int, type_: Type) -> Param | None:
    """A parameter that is a member of an enumeration."""
    of = type_.enumeration
    assert of is not None
    extra = node.step or node.range
    if extra is not None:
        what = "range" if node.step is None else "step"
        context.report(
            "E0217", extra.span, f"an enumeration has no {what}", "its members are all there is", help="remove it"
        )
        return None
    text = node.default.text if isinstance(node.default, tree.Upper) else ""
    if text not in of.members:
        source = context.reporter.source.text
        context.reporter.unknown(
            node.default.span,
            f"member of `{of.name}`",
            text or source[node.default.span.start : node.default.span.end],
            of.members,
            code="E0324",
            help=f"one of {', '.join(of.members)}",
        )
        return None
    entry = context.scope.find(of.name)
    context.shared.entries_used.add(id(entry))
    context.shared.ranges[index] = (0, len(of.members) - 1)
    place = of.members.index(text)
    return Param(
        node.name.text, type_.kind, of.name, False, place, None, None, None, context.place(node.span), of.members
    )


def _literal(context: Context, node: tree.Expr, type_: Type, what: str) -> float | int | bool | None:
    """The number a literal of the wanted type stands for."""
    value = expressions.value(context, node)
    found = fits(context, value, type_.plain(), what)
    if found is None:
        return None
    constant = found.expr
    if not isinstance(constant, Constant):
        context.report(
            "E0108",
            node.span,
            f"{what} is written as a literal",
            "not a literal",
            help="as in `20`, `0.5`, `100 USDT`, `5min`",
        )
        return None
    return float(constant.value) if type_.kind is Kind.NUMBER else constant.value


def _in_range(
    context: Context, node: tree.Param, value: float | int, low: float | int, high: float | int | None
) -> bool:
    assert node.range is not None
    if high is not None and high < low:
        context.report(
            "E0403", node.range.span, f"the range of `{node.name.text}` is empty", "upper end below lower end"
        )
        return False
    if value < low or (high is not None and value > high):
        context.report(
            "E0401",
            node.default.span,
            f"the default of `{node.name.text}` is outside its range",
            "not in the range",
            also=((node.range.span, "the range"),),
        )
        return False
    return True


def _on_step(context: Context, node: tree.Param, step: float | int) -> bool:
    """default = low + k * step, decided on the numbers exactly as written."""
    if step <= 0:
        context.report("E0402", (node.step or node.default).span, "a step is above 0")
        return False
    if node.range is None:
        context.report(
            "E0402", (node.step or node.default).span, "a step needs a range", help="add `in low .. high` before `step`"
        )
        return False
    default, low, size = (_exact(context, e) for e in (node.default, node.range.low, node.step))
    if default is not None and low is not None and size and (default - low) % size != 0:
        source = context.reporter.source.text
        first, each = (source[e.span.start : e.span.end] for e in (node.range.low, node.step or node.default))
        context.report(
            "E0402",
            node.default.span,
            f"the default of `{node.name.text}` is not on its step",
            f"not {first} plus a multiple of {each}",
            help="choose a default on the step, or another lower end",
        )
        return False
    return True


def _exact(context: Context, node: tree.Expr | None) -> Fraction | None:
    """A signed literal in the base unit of its kind."""
    match node:
        case tree.Unary(op="-", operand=operand):
            found = _exact(context, operand)
            return None if found is None else -found
        case tree.Number(text=text) | tree.Amount(text=text):
            return Fraction(decimal(text))
        case tree.Quantity(text=text, unit=unit):
            market = context.market
            grid = {"ticks": market.tick, "lots": market.lot} if market else {}
            return Fraction(decimal(text)) * Fraction((UNITS | grid).get(unit, Decimal(1)))
    return None
