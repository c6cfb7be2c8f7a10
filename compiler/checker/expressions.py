"""Expressions: one case per form of the grammar."""

from __future__ import annotations

import math
from dataclasses import replace

from ...lang import tree
from ..program import Constant, Default, FieldRef, Kind, Na, WarmUp
from ..types import BOOL, Base, Stage, Type
from . import calls, clocks, enumerations, history, literals, operators, readings, signals
from .context import Context
from .markets import report_which
from .values import (
    Entry,
    EnumEntry,
    FeedValue,
    Meaning,
    NodeEntry,
    OrderEntry,
    SignalEntry,
    Unavailable,
    Value,
    WindowValue,
    boolean,
    poison,
)

LATER = {"armed": "kernels"}
OF_BOUNDS = {"drawdown", "loss", "loss_streak", "gross", "notional", "collar", "order_rate"}
COLUMNS = ("open", "high", "low", "close", "volume")


def value(context: Context, node: tree.Expr) -> Value:
    """The typed value of an expression; a poisoned one after a report."""
    meaning = check(context, node)
    if isinstance(meaning, Value):
        return meaning
    if isinstance(meaning, FeedValue):
        context.report(
            "E0103",
            node.span,
            f"`{meaning.name}` is a feed, not a value",
            help=f"read a column: `{meaning.name}.close`",
        )
    else:
        context.report(
            "E0311",
            node.span,
            "a window is not a value",
            help=f"fold it: {', '.join(f'`{f}(window(x, n))`' for f in history.FOLDS)}",
        )
    return poison(node.span)


def check(context: Context, node: tree.Expr) -> Meaning:
    """What an expression stands for: a value, a feed or a window."""
    match node:
        case tree.Number():
            return _finite(context, literals.number(node))
        case tree.Amount():
            return _finite(context, literals.amount(node))
        case tree.Quantity():
            return _quantity(context, node)
        case tree.Bool():
            return boolean(Constant(Kind.BOOL, node.value), Stage.CONST, node.span)
        case tree.Na():
            return Value(Na(Kind.NUMBER), Type(Base.NUMBER, optional=True), Stage.CONST, node.span)
        case tree.Name():
            return _name(context, node.text, node.span)
        case tree.Upper():
            return _upper(context, node)
        case tree.Member():
            return _member(context, node)
        case tree.Index():
            return history.back(context, node, value(context, node.owner), value(context, node.index), node.owner)
        case tree.Apply():
            return calls.apply(context, node)
        case tree.Unary(op="-"):
            return operators.negate(context, node, value(context, node.operand))
        case tree.Unary(op="not"):
            return operators.invert(context, node, value(context, node.operand))
        case tree.Binary(op="fby"):
            return history.followed_by(context, node, value(context, node.left), value(context, node.right))
        case tree.Binary(op="??"):
            left, right = value(context, node.left), value(context, node.right)
            return clocks.together(context, operators.default(context, node, left, right), left, right)
        case tree.Binary():
            left, right = value(context, node.left), value(context, node.right)
            return clocks.together(context, operators.binary(context, node, left, right), left, right)
        case tree.Choose():
            inner = context.inside(conditional=True)
            parts = value(context, node.condition), value(inner, node.then), value(inner, node.other)
            return clocks.together(context, operators.choose(context, node, *parts), *parts)
        case tree.Is():
            return enumerations.is_(context, node, value(context, node.operand))
        case tree.In(domain=tree.Members()):
            return enumerations.among(context, node, value(context, node.operand))
        case tree.Sampled():
            return clocks.sampled(context, node)
        case tree.Restart():
            return clocks.restarted(context, node)
        case tree.In(domain=tree.Range()):
            return _between(context, node)
        case _:
            return _refuse(context, node)


def _refuse(context: Context, node: tree.Expr) -> Value:
    what = {
        tree.In: "`in` without a range or `{ … }`",
        tree.Members: "`{ … }`",
        tree.Text: "a text as a value",
        tree.Unary: "`next` outside a kernel",
        tree.Range: "a range as a value",
    }.get(type(node), "this")
    context.report("E0901", node.span, f"{what} is not built yet", "parsed, but this version can't run it")
    return poison(node.span)


def _finite(context: Context, literal: Value) -> Value:
    if isinstance(literal.expr, Constant) and math.isinf(literal.expr.value):
        context.report("E0108", literal.span, "this number is too large", "above 1.8 * 10^308")
        return poison(literal.span)
    return literal


def _quantity(context: Context, node: tree.Quantity) -> Value:
    market = context.market
    if market is None and node.unit in ("ticks", "lots") and context.shared.markets:
        report_which(context, node.span, f"`{node.unit}` of which instrument?", _amounts(context, node.unit))
        return poison(node.span)
    tick, lot = (market.tick, market.lot) if market else (None, None)
    found = literals.quantity(node, tick, lot, market.price if market else None, market.size if market else None)
    if found is None:
        context.report(
            "E0108",
            node.span,
            f"`{node.text}{node.unit}` has no meaning here",
            help="ticks and lots need an instrument; durations are whole nanoseconds below 292 years",
        )
        return poison(node.span)
    return found


def _amounts(context: Context, unit: str) -> str:
    """What to write instead of a number of grid steps."""
    markets = context.shared.markets
    of = {"ticks": [f"`{m.tick} {m.quote}`" for m in markets], "lots": [f"`{m.lot} {m.base}`" for m in markets]}
    steps = (f"{step} is one of `{m.name}`" for step, m in zip(of[unit], markets, strict=True))
    return f"write the amount: {', '.join(steps)}"


def _name(context: Context, name: str, span: tree.Span) -> Meaning:
    entry = context.look_up(name)
    if _out_of_reach(context, name, entry, span):
        return poison(span)
    match entry:
        case Value():
            return replace(entry, span=span)
        case FeedValue():
            return replace(entry, span=span)
        case SignalEntry():
            return _held(context, replace(signals.reference(context, entry, span), span=span))
        case EnumEntry():
            members = ", ".join(entry.enumeration.members)
            context.report(
                "E0103", span, f"`{name}` is an enumeration, not a value", help=f"one of its members is: {members}"
            )
        case NodeEntry():
            context.report("E0103", span, f"`{name}` is a node: call it", help=f"as in `{name}(…)`")
        case OrderEntry():
            context.report(
                "E0103",
                span,
                f"`{name}` is an order, not a value",
                help=f"read `cum({name})`, `avg_px({name})`, `filled({name})`, `closed({name})`",
                about=f"{name} is an order",
            )
        case Unavailable():
            pass
        case None:
            return _builtin(context, name, span)
    return poison(span)


def _held(context: Context, signal: Value) -> Value:
    """A proved signal as orders and risk rules read it: before the first bar nothing is proved, and there they may take na."""
    if not signal.proved or context.where not in ("order", "risk"):
        return signal
    kind = signal.type.kind
    expr = Default(kind, signal.expr, Na(kind), WarmUp(), optional=True, proved=True)
    return replace(signal, expr=expr, type=signal.type.maybe(), proved=False)


def _out_of_reach(context: Context, name: str, entry: Entry | None, span: tree.Span) -> bool:
    """Reports a signal or feed of the strategy where only constants, or only arguments, may be read."""
    outside = isinstance(entry, SignalEntry | FeedValue) or (isinstance(entry, Value) and entry.stage is Stage.TICK)
    if not outside or (name in context.scope.entries and context.where == "node"):
        return False
    what = "signal" if isinstance(entry, SignalEntry) else "feed"
    if context.where == "declaration":
        context.report(
            "E0108",
            span,
            f"{what} `{name}` is not known before the run",
            "changes from tick to tick",
            help="constants and parameters are written with literals and constants",
        )
        return True
    if context.where == "node":
        context.report(
            "E0103",
            span,
            f"a node sees only its arguments, not the {what} `{name}`",
            "belongs to the strategy",
            help=f"pass `{name}` as an argument",
        )
        return True
    return False


def _builtin(context: Context, name: str, span: tree.Span) -> Value:
    within = bool(context.shared.markets)  # a strategy
    if context.where == "node" and name in readings.WORDS:
        context.report(
            "E0103",
            span,
            f"a node sees only its arguments, not `{name}`",
            "belongs to the strategy",
            help=f"pass `{name}` as an argument" if name != "warm" else "a node is ready when its arguments are",
        )
        return poison(span)
    if name == "warm" and within and context.where not in ("machine", "declaration"):
        context.report("E0103", span, "`warm` may only be read by the machine", help="signals know their own warm-up")
        return poison(span)
    found = readings.word(context, name, span)
    if found is not None:
        return found
    if name in OF_BOUNDS and within:
        context.report(
            "E0103",
            span,
            f"`{name}` can be bounded, but not read",
            "a word of risk rules",
            help=f"as in `bound {name} <= …`",
        )
        return poison(span)
    if name in LATER:
        context.report("E0901", span, f"`{name}` is not built yet", f"comes with {LATER[name]}")
        return poison(span)
    candidates = context.scope.names() | (
        readings.WORDS if context.where == "machine" else readings.WORDS - {"warm"} if within else set()
    )
    help_ = "a node sees only its arguments and constants" if context.where == "node" else None
    feed = next((n for n in sorted(candidates) if isinstance(context.scope.find(n), FeedValue)), None)
    if name in COLUMNS and feed is not None:
        help_ = f"read it from the feed: `{feed}.{name}`"
        candidates = set()
    elif context.where == "declaration":
        help_ = "a constant is made of literals and of constants declared before it"
    context.reporter.unknown(span, "name", name, candidates, help=help_)
    return poison(span)


def _upper(context: Context, node: tree.Upper) -> Value:
    entry = context.look_up(node.text)
    if isinstance(entry, Value):
        return replace(entry, span=node.span)
    member = enumerations.member(context, node)
    if member is not None:
        return member
    names = {n for n in context.scope.names() if n.isupper()}
    context.reporter.unknown(node.span, "constant", node.text, names, help=f"declare it: `const {node.text} = …;`")
    return poison(node.span)


def _member(context: Context, node: tree.Member) -> Meaning:
    owner = check(context, node.owner)
    if isinstance(owner, FeedValue):
        types = {
            "open": Type(Base.NUMBER, owner.quote / owner.base),
            "volume": Type(Base.NUMBER, owner.base),
        }
        if node.name in COLUMNS:
            type_ = types.get(node.name, types["open"])
            return Value(FieldRef(owner.index, node.name), type_, Stage.TICK, node.span)
        if node.name == "trades":
            context.report(
                "E0901",
                node.span,
                "the column `trades` is not read yet",
                help=f"`{owner.name}` has {', '.join(COLUMNS)}",
            )
        else:
            context.reporter.unknown(
                node.span,
                f"column of `{owner.schema}`",
                node.name,
                COLUMNS,
                code="E0107",
                help=f"`{owner.schema}` has {', '.join(COLUMNS)}",
            )
        return poison(node.span)
    if isinstance(owner, WindowValue) or not owner.poisoned:
        context.report("E0107", node.span, "only feeds have columns", help="as in `bars.close`")
    return poison(node.span)


def _between(context: Context, node: tree.In) -> Value:
    """`x in low .. high`, both ends included."""
    domain = node.domain
    assert isinstance(domain, tree.Range)
    operand = value(context, node.operand)
    above = operators.binary(
        context, tree.Binary(">=", node.operand, domain.low, span=node.span), operand, value(context, domain.low)
    )
    if domain.high is None or above.poisoned:
        return above
    below = operators.binary(
        context, tree.Binary("<=", node.operand, domain.high, span=node.span), operand, value(context, domain.high)
    )
    if below.poisoned:
        return below
    return clocks.together(context, operators.operation("and", BOOL, (above, below), node.span), above, below)
