"""Conditions that are always true or always false, and orders that are always denied, from the first bar on (warnings).

What is known before the run is no mistake: a parameter may switch something off. Library nodes are written for all arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..lang import tree
from .intervals.evaluate import Evaluator
from .intervals.inputs import Inputs
from .intervals.interval import LARGEST, Interval
from .intervals.solve import solve
from .program import Equation, Expr, Instrument, Kind, Let, Operation, Template, ValueRef
from .reporter import Reporter
from .walk import subexpressions

_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as written; one in a node is there once for every call."""

    expr: Expr
    span: tree.Span


def evaluator(equations: Sequence[Equation], inputs: Inputs) -> Evaluator:
    """Of expressions outside the equations, once there is a bar."""
    return Evaluator(inputs, solve(equations, range(len(equations)), inputs))


def check(reporter: Reporter, conditions: Iterable[Condition], equations: Sequence[Equation], known: Evaluator) -> None:
    """Reports the innermost ones, each signal once, and none whose definition holds one that is reported."""
    calls: dict[tree.Span, list[Expr]] = {}
    for condition in conditions:
        calls.setdefault(condition.span, []).append(condition.expr)
    always = {span: truth for span, exprs in calls.items() if (truth := _truth(exprs, known)) is not None}
    seen: set[Expr] = set()
    reported = {expr for span in always for expr in calls[span]}
    for span in sorted(always):
        inner = any(other != span and span.start <= other.start and other.end <= span.end for other in always)
        expr = calls[span][0]
        if inner or expr in seen or not reported.isdisjoint(_definition(expr, equations)):
            continue
        seen.add(expr)
        word = "true" if always[span] else "false"
        reporter.report(
            "W0801",
            span,
            f"this condition is always {word}",
            f"always {word}",
            notes=_why(expr, known) if len(calls[span]) == 1 else (),
            help="remove it, or compare with something that can be on either side",
        )


def _definition(expr: Expr, equations: Sequence[Equation]) -> Iterable[Expr]:
    """What a name stands for, and its parts."""
    equation = equations[expr.index] if isinstance(expr, ValueRef) else None
    return subexpressions(equation.value) if isinstance(equation, Let) else ()


def _truth(exprs: Iterable[Expr], known: Evaluator) -> bool | None:
    """What all of them always are; None where they may differ, or be missing."""
    found = {(i.low, i.high, i.na) for i in map(known.interval, exprs)}
    low, high, na = next(iter(found))
    return bool(low) if len(found) == 1 and low == high and not na else None


def _why(expr: Expr, known: Evaluator) -> tuple[str, ...]:
    if not (isinstance(expr, Operation) and expr.operator in _COMPARISONS and expr.operand_kind is not Kind.BOOL):
        return ()
    left, right = (known.interval(operand) for operand in expr.operands)
    return (f"the left side is {_shown(left)}, the right side is {_shown(right)}",)


def _shown(interval: Interval) -> str:
    if interval.numberless:
        return "never a number"
    low, high = interval.low, interval.high
    if low == high:
        return f"{low:g}"
    if low <= -LARGEST or high >= LARGEST:
        return (
            "any number"
            if low <= -LARGEST and high >= LARGEST
            else f"at least {low:g}"
            if high >= LARGEST
            else f"at most {high:g}"
        )
    return f"{low:g} .. {high:g}"


# ---- orders


def check_orders(
    reporter: Reporter,
    templates: Sequence[Template],
    orders: Sequence[tree.Order],
    instruments: Sequence[Instrument],
    known: Evaluator,
) -> None:
    """orders: the syntax of the templates, in the same order."""
    for template, node in zip(templates, orders, strict=False):
        of = instruments[template.instrument]
        smallest = max(of.min_qty, 1) * of.lot.numerator / 10.0**of.lot.decimals
        fields: Mapping[str, tuple[Expr | None, float]] = {
            "qty": (template.qty, smallest),
            "price": (template.price, 0.0),
            "trigger": (template.trigger, 0.0),
            "expires": (template.expires, 0.0),
        }
        for name, (expr, least) in fields.items():
            why = None if expr is None else _denied(known.interval(expr), least)
            if why is not None:
                _report_denied(reporter, node, name, why)


def _denied(found: Interval, least: float) -> str | None:
    """Why no value of the field is ever sent. least: what a quantity must reach after rounding, with room for that; a price is above 0."""
    if found.numberless:
        return "always missing" if found.na else None
    if found.high <= 0:
        return "never above 0"
    return f"at most {found.high:g}, the smallest order is {least:g}" if found.high < least * (1 - 1e-5) else None


def _report_denied(reporter: Reporter, node: tree.Order, name: str, why: str) -> None:
    spans = [item.value.span for item in node.items if isinstance(item, tree.Field) and item.name.text == name]
    reporter.report(
        "W0802",
        spans[0] if spans else node.name.span,
        f"order `{node.name.text}` is always denied",
        why,
        help=f"correct `{name}`: every submit of this order ends in `denied({node.name.text})`",
    )
