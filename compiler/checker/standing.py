"""Standing rules: guards, assumptions, drawdown, daily loss and losing streaks, with what they do and what ends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ...lang import tree
from ..program import Expr, FieldRef, Latched, Operation, Standing, StandingKind, ValueRef, Wake
from ..types import Base, Stage
from ..walk import subexpressions
from ..warmup import READY
from . import expressions, risk_actions
from .context import Context
from .measures import Measured, limit, window
from .values import Value

_CONFIRM = {"drawdown": 2, "loss": 2}  # one bad tick must not halt
_AFTER = {"lt": False, "ge": False, "le": True, "gt": True}  # of `age < limit`: does it change 1 ns after the limit?
_FLIPPED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def condition(context: Context, rule: tree.Guard | tree.Assume) -> Standing | None:
    """`guard` and `assume`, or None after a report; a missing condition counts as broken."""
    what = "guard" if isinstance(rule, tree.Guard) else "assume"
    found = _condition(context, rule.condition, f"`{what}`")
    actions = risk_actions.standing(context, rule.actions) if isinstance(rule, tree.Guard) else ()
    until = rule.until if isinstance(rule, tree.Guard) else None
    end = _condition(context, until, "`until`") if until is not None else None
    if found is None or actions is None or (until is not None and end is None):
        return None
    wakes = [wake for value in (found, end) if value is not None for wake in _wakes(value.expr)]
    if not _ages_are_compared(context, rule, found, end, len(wakes)):
        return None
    return Standing(
        text=context.reporter.text(rule.span),
        kind=cast(StandingKind, what),
        condition=found.expr,
        limit=None,
        relative=False,
        window=0,
        confirm=1,
        actions=actions,
        until=end.expr if end else None,
        wakes=tuple(wakes),
        ready=READY,
        place=context.place(rule.span),
    )


def bound(context: Context, rule: tree.Bound, of: Measured) -> Standing | None:
    """`drawdown`, `loss`, `loss_streak`, or None after a report."""
    measure = of.measure
    over = window(context, rule, measure)
    found = limit(context, rule, of)
    actions = risk_actions.standing(context, rule.actions)
    end = _condition(context, rule.until, "`until`") if rule.until is not None else None
    if over is None or found is None or actions is None or (rule.until is not None and end is None):
        return None
    wakes = tuple(_wakes(end.expr)) if end else ()
    if end is not None and not _ages_are_compared(context, rule, end, None, len(wakes)):
        return None
    value, relative = found
    return Standing(
        text=context.reporter.text(rule.span),
        kind=cast(StandingKind, measure),
        condition=None,
        limit=value.expr,
        relative=relative,
        window=over,
        confirm=_CONFIRM.get(measure, 1),
        actions=actions,
        until=end.expr if end else None,
        wakes=wakes,
        ready=READY,
        place=context.place(rule.span),
    )


def _condition(context: Context, node: tree.Expr, what: str) -> Value | None:
    """A condition that changes while the strategy runs and may be missing, or None after a report."""
    value = expressions.value(context, node)
    if value.poisoned:
        return None
    if value.type.base is not Base.BOOL:
        context.report(
            "E0214",
            value.span,
            f"{what} needs a condition",
            f"this is `{context.show(value.type)}`",
            help="compare it with something: `x > 0`",
        )
        return None
    if value.stage <= Stage.PARAM:
        context.report(
            "E0610",
            value.span,
            f"{what} never changes while the strategy runs",
            "known before the run",
            help="read a feed, a signal or the account",
        )
        return None
    context.decides(value)
    return value


def _wakes(expr: Expr) -> Iterator[Wake]:
    """Every comparison of an age with a duration known before the run."""
    for part in subexpressions(expr):
        if isinstance(part, Operation) and part.operator in _AFTER:
            left, right = part.operands
            if _is_age(left) and not _reads_age(right):
                yield Wake(right, _AFTER[part.operator], _feed(left))
            elif _is_age(right) and not _reads_age(left):
                yield Wake(left, _AFTER[_FLIPPED[part.operator]], _feed(right))


def _feed(age: Expr) -> int:
    assert isinstance(age, Latched)
    return age.feed


def _is_age(expr: Expr) -> bool:
    return isinstance(expr, Latched) and expr.name == "age"


def _reads_age(expr: Expr) -> bool:
    return any(_is_age(part) for part in subexpressions(expr))


def _ages_are_compared(context: Context, rule: tree.RiskRule, first: Value, second: Value | None, wakes: int) -> bool:
    """An age that is read otherwise would be noticed only with the next input, which may never come; else False after a report."""
    values = [value for value in (first, second) if value is not None]
    ages = sum(_is_age(part) for value in values for part in subexpressions(value.expr))
    moving = any(_moves(wake.limit) for value in values for wake in _wakes(value.expr))
    if ages == wakes and not moving:
        return True
    context.report(
        "E0610",
        rule.span,
        "an age is compared with a duration known before the run",
        "nothing wakes the rule",
        help="as in `guard age(bars) < 2h else cancel_all;`",
    )
    return False


def _moves(expr: Expr) -> bool:
    return any(isinstance(part, FieldRef | ValueRef | Latched) for part in subexpressions(expr))
