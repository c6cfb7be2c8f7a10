"""Order templates: fields typed, kinds and sides checked against what the instrument allows."""

from __future__ import annotations

from typing import cast

from ...lang import tree
from ..program import Constant, Expr, FieldRef, OrderKind, Side, Template, TimeInForce, Urgency
from ..types import DURATION, Type
from . import expressions, order_contradictions, order_fields, order_plans, readings
from .context import Context, fits
from .markets import report_which
from .values import Value

_SIDES = ("BUY", "SELL")


def template(context: Context, node: tree.Order, first_slot: int) -> Template | None:
    """A checked template without its links, or None after a report. The context knows its instrument."""
    given = order_fields.fields(context, node)
    if given is None or context.instrument is None:
        return None
    given.pop("instrument", None)
    if not order_fields.required(context, node, given):
        return None
    words = _words(context, given)
    reduce_only = order_fields.flag(context, given.get("reduce_only"))
    post_only = order_fields.flag(context, given.get("post_only"))
    max_open = order_fields.max_open(context, given.get("max_open"))
    route = order_fields.route(context, given.get("route"))
    if words is None or reduce_only is None or post_only is None or max_open is None or route is None:
        return None
    kind, tif = words["kind"], words["tif"]
    if not order_fields.belong_together(context, node, given, kind, tif):
        return None
    if post_only and not _may_be_passive(context, given["post_only"], kind, tif):
        return None
    if not _side_is_allowed(context, node, given, words["side"], reduce_only):
        return None
    values = _numbers(context, given)
    does = order_plans.plans(context, node)
    if values is None or does is None:
        return None
    watched = given["trigger"].watched if "trigger" in given else None
    found = Template(
        name=node.name.text,
        side=cast(Side, words["side"]),
        kind=cast(OrderKind, kind),
        tif=cast(TimeInForce, tif),
        reduce_only=reduce_only,
        qty=values["qty"],
        trigger=values.get("trigger"),
        max_open=max_open,
        first_slot=first_slot,
        place=context.place(node.span),
        price=values.get("price"),
        expires=values.get("expires"),
        post_only=post_only,
        instrument=context.instrument,
        urgency=cast(Urgency, words["urgency"]),
        route=route,
        display=values.get("display"),
        watched=None if watched is None else _watched(context, watched),
        reprice=does.reprice,
        schedule=does.schedule,
        handlers=does.handlers,
    )
    if watched is not None and found.watched is None:
        return None
    return found if order_contradictions.check(context, node, given, found) else None


def _words(context: Context, given: dict[str, tree.Field]) -> dict[str, str] | None:
    """The fields that are one of a few words, or None after a report."""
    known = {
        "side": _SIDES,
        "kind": order_fields.KINDS,
        "tif": order_fields.TIFS,
        "urgency": order_fields.URGENCIES,
    }
    found = {
        name: order_fields.word(context, given[name].value, name, words) if name in given else words[0]
        for name, words in known.items()
    }
    return None if None in found.values() else {name: word for name, word in found.items() if word is not None}


def _numbers(context: Context, given: dict[str, tree.Field]) -> dict[str, Expr] | None:
    """The fields that are computed, or None after a report."""
    market = context.market
    assert market is not None
    types = {
        "qty": market.size,
        "price": market.price,
        "trigger": market.price,
        "expires": DURATION,
        "display": market.size,
    }
    watched = given["trigger"].watched if "trigger" in given else None
    if isinstance(watched, tree.Member):  # on another instrument the level is one of its prices
        level = expressions.value(context, watched)
        types["trigger"] = types["trigger"] if level.poisoned else level.type
    found = {name: _number(context, given[name], types[name]) for name in types if name in given}
    return None if None in found.values() else {name: value.expr for name, value in found.items() if value is not None}


def _watched(context: Context, node: tree.Expr) -> Expr | None:
    """The close of a feed, or None after a report."""
    value = expressions.value(context, node)
    if value.poisoned:
        return None
    if not isinstance(value.expr, FieldRef) or value.expr.column != "close":
        context.report(
            "E0606",
            node.span,
            "a trigger is watched on the close of a feed",
            f"this is `{context.show(value.type)}`, not a close",
            help="as in `trigger = level on bars.close;`",
        )
        return None
    return value.expr


def _side_is_allowed(
    context: Context, node: tree.Order, given: dict[str, tree.Field], side: str, reduce_only: bool
) -> bool:
    """On a market of one direction, one side opens and the other only reduces; else False after a report."""
    market = context.market
    assert market is not None
    if market.allow == "BOTH":
        return True
    opens, held, verb = ("BUY", "long", "sell") if market.allow == "LONG" else ("SELL", "short", "buy back")
    if side != opens and not reduce_only:
        context.report(
            "E0603",
            given["side"].span,
            f"order `{node.name.text}` could {verb} more than is held",
            f"the instrument allows {held} positions only",
            help="add `reduce_only = true;`",
        )
        return False
    if side == opens and reduce_only:
        context.report(
            "E0606",
            given["reduce_only"].span,
            f"a {side.lower()} can't reduce a {held} position",
            help="remove `reduce_only`",
        )
        return False
    return True


def _may_be_passive(context: Context, item: tree.Field, kind: str, tif: str) -> bool:
    if kind == "LIMIT" and tif not in ("IOC", "FOK", "AT_OPEN", "AT_CLOSE"):
        return True
    what = f"{kind.lower().replace('_', '-')} order" if kind != "LIMIT" else f"{tif} order"
    context.report(
        "E0606",
        item.span,
        f"a {what} can't be post-only",
        "only a limit order that may rest in the book can",
        help="remove `post_only`",
    )
    return False


def instrument(context: Context, node: tree.Order) -> int | None:
    """The index of what the order trades, or None after a report: with several instruments every order names its own."""
    fields = [item for item in node.items if isinstance(item, tree.Field) and item.name.text == "instrument"]
    named = fields[0].value if fields else node.instrument
    if named is not None:
        text = named.text if isinstance(named, tree.Upper | tree.Ident) else ""
        return readings.instrument(context, text, named.span)
    names = [market.name for market in context.shared.markets]
    if len(names) == 1:
        return 0
    title = f"order `{node.name.text}` trades which instrument?"
    report_which(context, node.name.span, title, f"as in `order {node.name.text} on {names[0]} {{ … }}`")
    return None


_WHY = {
    "qty": "`side` says whether to buy or to sell",
    "price": "an order at no price is never filled",
    "trigger": "a stop at no price never triggers",
    "expires": "the order would end before it is sent",
    "display": "what is shown of an order is a part of it",
}


def _number(context: Context, item: tree.Field, type_: Type) -> Value | None:
    """Order fields may be missing: `na` is denied when the order is sent."""
    name = item.name.text
    value = fits(context, expressions.value(context, item.value), type_.maybe(), f"`{name}`")
    return value if value is not None and positive(context, value, f"`{name}`", _WHY[name]) else None


def positive(context: Context, value: Value, what: str, why: str) -> bool:
    """Reports a constant that is not above 0."""
    if not isinstance(value.expr, Constant) or value.expr.value > 0:
        return True
    context.report("E0108", value.span, f"{what} must be above 0", why)
    return False
