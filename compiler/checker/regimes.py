"""Regimes: the first case in textual order whose condition has held for as many bars of their feed as it asks for."""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from ..program import Constant, Expr, Kind, Operation, Select
from ..types import BOOL, COUNT, Base, Enumeration, Stage, Type
from . import clocks, expressions, operators
from .context import Context, count_extent
from .names import distinct
from .values import FeedValue, Value, poison

MOST_BARS = 1_000_000


def elaborate(context: Context, node: tree.Regime) -> None:
    """Enters the values of the signals; a poisoned one after a report."""
    name = node.name.text
    known = context.shared.signal_values
    known[name] = poison(node.name.span)  # its own cases can't ask for it
    feed = context.look_up(node.feed.text)
    members = distinct(context, tuple(case.name for case in node.cases), "regime")
    if not isinstance(feed, FeedValue):
        feeds = [n for n in context.scope.names() if isinstance(context.scope.find(n), FeedValue)]
        context.reporter.unknown(node.feed.span, "feed", node.feed.text, feeds)
        return
    good = _cases_are_complete(context, node) and len(members) == len(node.cases)
    of = Enumeration(name, members)
    expr: Expr = Constant(Kind.INTEGER, len(node.cases) - 1)
    with context.draft.named(name):
        for place, case in reversed(list(enumerate(node.cases))):
            if case.condition is None:
                continue
            held = _holds(context, case, feed)
            if held is None:
                good = False
                continue
            expr = Select(Kind.INTEGER, held, Constant(Kind.INTEGER, place), expr)
    if good:
        value = Value(expr, Type(Base.ENUM, enumeration=of), Stage.TICK, node.span)
        known[name] = context.draft.let(name, value, context.place(node.span), name)


def _cases_are_complete(context: Context, node: tree.Regime) -> bool:
    """Exactly one `otherwise`, at the end."""
    others = [case for case in node.cases if case.condition is None]
    if len(others) == 1 and node.cases[-1] is others[0] and len(node.cases) > 1:
        return True
    if not others:
        span, title, label = node.name.span, f"`{node.name.text}` does not say what else it is", "no case `otherwise`"
    elif len(node.cases) == 1:
        span, title, label = others[0].span, f"`{node.name.text}` is always the same", "the only case"
    else:
        span, title, label = others[0].span, "a case after `otherwise` is never met", "must be the last case"
    context.report("E0323", span, title, label, help="end the regime with one case `NAME otherwise;`")
    return False


def _holds(context: Context, case: tree.RegimeCase, feed: FeedValue) -> Expr | None:
    """Whether the condition held at the last so many bars of the feed, or None after a report."""
    assert case.condition is not None
    inner = replace(context, name=case.name.text.lower())
    condition = operators.condition(inner, expressions.value(inner, case.condition), "a regime")
    bars = _bars(inner, case.duration) if case.duration is not None else None
    if condition is None or (case.duration is not None and bars is None) or not clocks.agree(inner, feed, condition):
        return None
    if bars is None:
        return condition.expr
    return _run(inner, case, condition, bars)


def _bars(context: Context, node: tree.Expr) -> Value | None:
    value = expressions.value(context, node)
    if value.poisoned:
        return None
    extent = count_extent(context.shared, value.expr) if value.type == COUNT and value.stage <= Stage.PARAM else None
    if extent is None or not 1 <= extent[0] <= extent[1] <= MOST_BARS:
        context.report(
            "E0323",
            value.span,
            "a regime holds `for` a number of bars known before the run",
            f"this is `{context.show(value.type)}`",
            help="as in `for 3bars`; a parameter needs a range from 1",
        )
        return None
    return value


def _run(context: Context, case: tree.RegimeCase, condition: Value, bars: Value) -> Expr:
    """How many bars in a row it has held, counted no further than asked."""
    zero, one = Constant(Kind.INTEGER, 0), Constant(Kind.INTEGER, 1)
    place, name = context.place(case.span), case.name.text.lower()
    first = Value(zero, COUNT, Stage.CONST, case.span)
    before = context.draft.memory(f"{name}_bars", COUNT, first, place, "count", (condition.expr,))
    more = Operation(Kind.INTEGER, Kind.INTEGER, "add", (before.expr, one))
    most = Operation(Kind.INTEGER, Kind.INTEGER, "min", (more, bars.expr))
    counted = Value(Select(Kind.INTEGER, condition.expr, most, zero), COUNT, Stage.TICK, case.span)
    run = context.draft.let(f"{name}_run", counted, place, "count")
    context.draft.set_next(before, run.expr)
    return Operation(BOOL.kind, Kind.INTEGER, "ge", (run.expr, bars.expr))
