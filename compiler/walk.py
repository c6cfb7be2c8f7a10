"""Walking and rewriting checked expressions and equations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .program import (
    Cross,
    Default,
    Delay,
    Equation,
    Expr,
    Let,
    Memory,
    Operation,
    Restart,
    Sample,
    Select,
    ValueRef,
    Window,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Operation(operands=operands):
            return operands
        case Select(condition=condition, then=then, other=other):
            return condition, then, other
        case Default(value=value, other=other):
            return value, other
    return ()


def subexpressions(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, outermost first."""
    yield expr
    for child in children(expr):
        yield from subexpressions(child)


def references(expr: Expr) -> Iterator[int]:
    """Indices of the equations the expression reads in this instant."""
    return (e.index for e in subexpressions(expr) if isinstance(e, ValueRef))


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to every part, innermost first."""
    match expr:
        case Operation():
            expr = replace(expr, operands=tuple(rewrite(o, change) for o in expr.operands))
        case Select():
            expr = replace(
                expr,
                condition=rewrite(expr.condition, change),
                then=rewrite(expr.then, change),
                other=rewrite(expr.other, change),
            )
        case Default():
            expr = replace(expr, value=rewrite(expr.value, change), other=rewrite(expr.other, change))
    return change(expr)


def now(equation: Equation) -> tuple[Expr, ...]:
    """The expressions whose values the equation needs in this instant."""
    match equation:
        case Let(value=value):
            return (value,)
        case Memory(first=first):
            return (first,)
        case Delay(depth=depth):
            return (depth,)
        case Window(source=source, length=length):
            return source, length
        case Cross(source=source):
            return (source,)
        case Sample(condition=condition) | Restart(condition=condition):
            return (condition,)


def later(equation: Equation) -> tuple[Expr, ...]:
    """The expressions it needs at the end of the instant, when it is committed."""
    match equation:
        case Memory(next=next_):
            return (next_,)
        case Delay(source=source):
            return (source,)
    return ()


def rewrite_equation(equation: Equation, change: Callable[[Expr], Expr]) -> Equation:
    match equation:
        case Let():
            return replace(equation, value=rewrite(equation.value, change))
        case Memory():
            return replace(equation, first=rewrite(equation.first, change), next=rewrite(equation.next, change))
        case Delay():
            return replace(equation, source=rewrite(equation.source, change), depth=rewrite(equation.depth, change))
        case Window():
            return replace(equation, source=rewrite(equation.source, change), length=rewrite(equation.length, change))
        case Cross():
            return replace(equation, source=rewrite(equation.source, change))
        case Sample() | Restart():
            return replace(equation, condition=rewrite(equation.condition, change))
