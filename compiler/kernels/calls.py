"""Calls in a kernel: the built-in functions, and defs, which are inlined with the arguments of the call."""

from __future__ import annotations

from collections.abc import Sequence

from ...lang import tree
from . import expressions, intervals
from .program import (
    BOOL,
    NEVER,
    TIME,
    ArrayType,
    Binary,
    Choose,
    Clamp,
    Const,
    Expr,
    IntType,
    Push,
    Read,
    Type,
    Unary,
    Wrap,
)
from .scope import Context

ARITY = {"sat": 1, "wrap": 1, "min": 2, "max": 2, "abs": 1, "bit": 1, "armed": 1, "push": 2}
_BIT = IntType(0, 1)


def check(
    context: Context, expr: tree.Expr, function: str, arguments: Sequence[tree.Argument], expected: Type | None
) -> Expr:
    if function in context.names.defs:
        return inlined(context, expr, function, arguments)
    if function not in ARITY:
        context.unknown(expr.span, "function", function, [*ARITY, *context.names.defs])
    values = [a.value for a in arguments]
    if len(values) != ARITY[function] or any(a.name for a in arguments):
        context.refuse(
            "E1003", expr.span, f"`{function}` takes {ARITY[function]} values without names", f"{len(values)} given"
        )
    match function:
        case "sat":
            return _clamped(context, expr, values[0], expected)
        case "wrap":
            return _wrapped(context, expr, values[0], expected)
        case "min" | "max":
            return _extreme(context, expr, function, values)
        case "abs":
            value, interval = expressions.number(context, values[0])
            found = intervals.absolute(interval)
            return expressions.sized(context, expr.span, Unary("abs", value, type=found), found)
        case "bit":
            return _bit(expressions.truth(context, values[0]))
        case "armed":
            return _armed(context, values[0])
        case _:
            return _pushed(context, values[0], values[1])


def _target(context: Context, expr: tree.Expr, function: str, expected: Type | None) -> IntType:
    if not isinstance(expected, IntType):
        context.refuse(
            "E1010",
            expr.span,
            f"`{function}` takes its range from the place that it is assigned to; here is none",
            "no place",
            help="give the value to a `let name: type` first",
        )
    return expected


def _clamped(context: Context, expr: tree.Expr, value: tree.Expr, expected: Type | None) -> Expr:
    target = _target(context, expr, "sat", expected)
    operand, interval = expressions.number(context, value)
    return (
        operand
        if intervals.within(interval, target)
        else Clamp(operand, target, type=intervals.nearest(interval, target))
    )


def _wrapped(context: Context, expr: tree.Expr, value: tree.Expr, expected: Type | None) -> Expr:
    target = _target(context, expr, "wrap", expected)
    if target.low != 0 or target.high & (target.high + 1):
        context.refuse(
            "E1010", expr.span, f"`wrap` needs a range from 0 to a power of two less one, this is {target}", f"{target}"
        )
    operand, interval = expressions.number(context, value)
    return operand if intervals.within(interval, target) else Wrap(operand, target.high, type=target)


def _extreme(context: Context, expr: tree.Expr, function: str, values: list[tree.Expr]) -> Expr:
    left, low = expressions.number(context, values[0])
    right, high = expressions.number(context, values[1])
    found = intervals.of(function, low, high)
    return expressions.sized(context, expr.span, Binary(function, left, right, type=found), found)


def _bit(value: Expr) -> Expr:
    if isinstance(value, Const):
        return Const(value.value, type=IntType(value.value, value.value))
    return Choose(value, Const(1, type=IntType(1, 1)), Const(0, type=IntType(0, 0)), type=_BIT)


def _armed(context: Context, operand: tree.Expr) -> Expr:
    timer = expressions.check(context, operand)
    if not isinstance(timer, Read) or not context.names.tables[timer.table].cell(timer.cell).timer:
        context.refuse("E1003", operand.span, "only a timer is armed", "not a timer")
    return Binary("!=", timer, Const(NEVER, type=TIME), type=BOOL)


def _pushed(context: Context, array: tree.Expr, value: tree.Expr) -> Expr:
    register = expressions.check(context, array)
    if not isinstance(register, Read) or not isinstance(register.type, ArrayType):
        context.refuse("E1003", array.span, "`push` takes an array register", expressions.kind(register.type))
    element = expressions.fitting(context, value, register.type.element, "the element")
    return Push(register, element, type=register.type)


def inlined(context: Context, expr: tree.Expr, name: str, arguments: Sequence[tree.Argument]) -> Expr:
    """The value of a def: its expression with the arguments in the places of the formals."""
    define = context.names.defs[name]
    if name in context.open:
        context.refuse("E1013", expr.span, f"`{name}` is defined by itself", "the circle closes here")
    bound = bind(context, expr.span, name, formal_types(context, define.formals), arguments)
    inner = context.but(locals=bound, parameter=None, message=None, open=(*context.open, name))
    return expressions.fitting(inner, define.value, context.scalar(define.type), f"`{name}`")


def bind(
    context: Context,
    span: tree.Span,
    name: str,
    formals: Sequence[tuple[str, Type]],
    arguments: Sequence[tree.Argument],
) -> dict[str, Expr]:
    """Arguments by formal, in the order of the formals; given in order or by name."""
    types = dict(formals)
    given: dict[str, tree.Expr] = {}
    for position, argument in enumerate(arguments):
        formal = argument.name or (formals[position][0] if position < len(formals) else "")
        if formal in given or formal not in types:
            context.refuse("E1003", argument.span, f"`{name}` has no place for this", "one too many, or a wrong name")
        given[formal] = argument.value
    missing = [f for f in types if f not in given]
    if missing:
        context.refuse("E1003", span, f"`{name}` needs `{missing[0]}`", "missing")
    return {f: expressions.fitting(context, given[f], types[f], f"`{f}` of `{name}`") for f in types}


def formal_types(context: Context, formals: Sequence[tree.Formal] | None) -> list[tuple[str, Type]]:
    return [(f.name.text, context.scalar(f.type)) for f in formals or ()]
