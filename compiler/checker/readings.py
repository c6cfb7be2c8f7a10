"""What of the run may be read: position, money, risk, orders and time, latched at the start of the instant."""

from __future__ import annotations

from ...lang import tree
from ..program import FieldRef, Latched, LatchedName, Operation
from ..types import BOOL, COUNT, DURATION, Stage, Type
from .context import Context, Market
from .markets import report_which
from .values import FeedValue, Value, poison

MONEY: tuple[LatchedName, ...] = ("equity", "cash", "realised", "fees", "exposure", "net")
WORDS = {*MONEY, "position", "open_orders", "flat", "warm"}  # words of the language that are no keywords
OF_ORDERS: tuple[LatchedName, ...] = ("cum", "avg_px", "filled", "closed")
CALLS = {*OF_ORDERS, "age", "session", "position", "exposure", "net"}


def word(context: Context, name: str, span: tree.Span) -> Value | None:
    """The value of a bare word, None if it is none that is known here. Whoever calls sees to `warm`."""
    markets = context.shared.markets
    if not markets or context.where == "declaration":
        return None
    if name in MONEY:
        return _latched(name, markets[0].notional, span)
    if name == "position":
        return _whole_position(context, span)
    if name == "open_orders":
        return _latched("open_orders", COUNT, span)
    return _latched(name, BOOL, span) if name in ("flat", "warm") else None  # type: ignore[arg-type]


def _whole_position(context: Context, span: tree.Span) -> Value:
    """Of the one instrument; amounts of several assets have no sum."""
    markets = context.shared.markets
    if len(markets) == 1:
        return _latched("position", markets[0].size, span, 0)
    report_which(context, span, "the position in which instrument?", f"write `position({markets[0].name})`")
    return poison(span)


def call(context: Context, node: tree.Apply, name: str) -> Value:
    """`cum(entry)`, `age(bars)`, `session(BTC_USDT)`, `position(BTC_USDT)`."""
    markets = context.shared.markets
    argument = node.arguments[0].value if len(node.arguments) == 1 and node.arguments[0].name is None else None
    if not markets or context.where in ("declaration", "node"):
        context.report("E0103", node.span, f"`{name}(…)` can't be read here", "belongs to a strategy's run")
        return poison(node.span)
    if name in OF_ORDERS:
        return _of_order(context, node, name, argument)
    if name == "age":
        return _age(context, node, argument)
    if not isinstance(argument, tree.Upper):
        context.report(
            "E0106", node.span, f"`{name}` takes the name of an instrument", help=f"as in `{name}({markets[0].name})`"
        )
        return poison(node.span)
    index = instrument(context, argument.text, argument.span)
    if index is None:
        return poison(node.span)
    market = markets[index]
    if name == "session":
        return _session(context, node, market, index)
    type_ = market.size if name == "position" else market.notional
    return _latched(name, type_, node.span, index)  # type: ignore[arg-type]


def instrument(context: Context, name: str, span: tree.Span) -> int | None:
    """The index of an instrument by name, or None after a report."""
    names = [market.name for market in context.shared.markets]
    if name in names:
        return names.index(name)
    context.reporter.unknown(span, "instrument", name, names, help=f"there is {', '.join(f'`{n}`' for n in names)}")
    return None


def _of_order(context: Context, node: tree.Apply, name: LatchedName, argument: tree.Expr | None) -> Value:
    if not isinstance(argument, tree.Name):
        context.report("E0106", node.span, f"`{name}` takes the name of one order", help=f"as in `{name}(entry)`")
        return poison(node.span)
    template = context.shared.templates.get(argument.text)
    if template is None:
        context.reporter.unknown(argument.span, "order", argument.text, context.shared.templates)
        return poison(node.span)
    market = context.shared.markets[context.shared.traded[template]]
    types = {"cum": market.size, "avg_px": market.price.maybe()}
    type_ = types.get(name, BOOL)
    return Value(Latched(type_.kind, name, template, type_.optional), type_, Stage.TICK, node.span)


def _age(context: Context, node: tree.Apply, argument: tree.Expr | None) -> Value:
    """Only risk rules wake up when an age is reached, so only they may read it."""
    if context.where != "risk":
        context.report(
            "E0103",
            node.span,
            "`age` may only be read by risk rules",
            "a silent feed wakes nothing else",
            help="as in `guard age(bars) < 2h else cancel_all;`",
        )
        return poison(node.span)
    found = context.look_up(argument.text) if isinstance(argument, tree.Name) else None
    spoken = found.expr if isinstance(found, Value) else None
    if isinstance(spoken, Operation):
        spoken = spoken.operands[0]
    if isinstance(spoken, FieldRef):  # an `extern signal` is its feed
        return Value(Latched(DURATION.kind, "age", feed=spoken.feed), DURATION, Stage.TICK, node.span)
    if not isinstance(found, FeedValue):
        context.report("E0106", node.span, "`age` takes the name of a feed", help="as in `age(bars)`")
        return poison(node.span)
    return Value(Latched(DURATION.kind, "age", feed=found.index), DURATION, Stage.TICK, node.span)


def _session(context: Context, node: tree.Apply, market: Market, index: int) -> Value:
    if market.calendar == "ALWAYS":
        context.report(
            "E0614",
            node.span,
            f"`{market.name}` is always open",
            "is always true",
            help='give the instrument a calendar: `calendar = XNYS`, or `calendar = file("sessions.csv")`',
        )
        return poison(node.span)
    return _latched("in_session", BOOL, node.span, index)


def _latched(name: LatchedName, type_: Type, span: tree.Span, of: int | None = None) -> Value:
    return Value(Latched(type_.kind, name, instrument=of), type_, Stage.TICK, span)
