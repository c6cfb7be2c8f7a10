"""What of the run may be read: position, money, risk, orders and time, latched at the start of the instant."""

from __future__ import annotations

from ...lang import tree
from ..program import Latched, LatchedName
from ..types import BOOL, COUNT, DURATION, Stage, Type
from .context import Context, Market
from .values import FeedValue, Value, poison

MONEY: tuple[LatchedName, ...] = ("equity", "cash", "realised", "fees", "exposure", "net")
WORDS = {*MONEY, "position", "open_orders", "flat", "warm"}  # words of the language that are no keywords
OF_ORDERS: tuple[LatchedName, ...] = ("cum", "avg_px", "filled", "closed")
CALLS = {*OF_ORDERS, "age", "session", "position", "exposure"}


def word(context: Context, name: str, span: tree.Span) -> Value | None:
    """The value of a bare word, None if it is none that is known here. Whoever calls sees to `warm`."""
    market = context.shared.market
    if market is None or context.where == "declaration":
        return None
    if name in MONEY:
        return _latched(name, market.notional, span)
    if name == "position":
        return _latched("position", market.size, span)
    if name == "open_orders":
        return _latched("open_orders", COUNT, span)
    return _latched(name, BOOL, span) if name in ("flat", "warm") else None  # type: ignore[arg-type]


def call(context: Context, node: tree.Apply, name: str) -> Value:
    """`cum(entry)`, `age(bars)`, `session(BTC_USDT)`, `position(BTC_USDT)`."""
    market = context.shared.market
    argument = node.arguments[0].value if len(node.arguments) == 1 and node.arguments[0].name is None else None
    if market is None or context.where in ("declaration", "node"):
        context.report("E0103", node.span, f"`{name}(…)` can't be read here", "belongs to a strategy's run")
        return poison(node.span)
    if name in OF_ORDERS:
        return _of_order(context, node, name, argument, market)
    if name == "age":
        return _age(context, node, argument)
    if not isinstance(argument, tree.Upper):
        context.report(
            "E0106", node.span, f"`{name}` takes the name of the instrument", help=f"as in `{name}({market.name})`"
        )
        return poison(node.span)
    if argument.text != market.name:
        context.reporter.unknown(argument.span, "instrument", argument.text, (market.name,))
        return poison(node.span)
    if name == "session":
        return _session(context, node, market)
    return _latched(name, market.size if name == "position" else market.notional, node.span)  # type: ignore[arg-type]


def _of_order(
    context: Context, node: tree.Apply, name: LatchedName, argument: tree.Expr | None, market: Market
) -> Value:
    if not isinstance(argument, tree.Name):
        context.report("E0106", node.span, f"`{name}` takes the name of one order", help=f"as in `{name}(entry)`")
        return poison(node.span)
    template = context.shared.templates.get(argument.text)
    if template is None:
        context.reporter.unknown(argument.span, "order", argument.text, context.shared.templates)
        return poison(node.span)
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
    if not isinstance(found, FeedValue):
        context.report("E0106", node.span, "`age` takes the name of a feed", help="as in `age(bars)`")
        return poison(node.span)
    return _latched("age", DURATION, node.span)


def _session(context: Context, node: tree.Apply, market: Market) -> Value:
    if market.calendar == "ALWAYS":
        context.report(
            "E0614",
            node.span,
            f"`{market.name}` is always open",
            "is always true",
            help='give the instrument a calendar: `calendar = file("sessions.csv")`',
        )
        return poison(node.span)
    if market.calendar == "XNYS":
        context.report(
            "E0901",
            node.span,
            "the sessions of `XNYS` are not built in yet",
            "not known",
            help='list them in a file: `calendar = file("sessions.csv")`',
        )
        return poison(node.span)
    return _latched("in_session", BOOL, node.span)


def _latched(name: LatchedName, type_: Type, span: tree.Span) -> Value:
    return Value(Latched(type_.kind, name), type_, Stage.TICK, span)
