"""Order templates: fields typed, kinds and sides checked against what the instrument allows."""

from __future__ import annotations

from typing import cast

from ...lang import tree
from ..program import Constant, OrderKind, Side, Template, TimeInForce
from ..types import DURATION, Type
from . import expressions, order_fields
from .context import Context, fits
from .order_fields import FIELDS
from .values import Value

__all__ = ["FIELDS", "positive", "template"]

_SIDES = ("BUY", "SELL")
_KINDS = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT")
_KINDS_LATER = ("MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING")
_TIFS = ("GTC", "GTD", "DAY", "IOC", "FOK")
_TIFS_LATER = ("AT_OPEN", "AT_CLOSE")


def template(context: Context, node: tree.Order, first_slot: int) -> Template | None:
    """A checked template without its links, or None after a report."""
    given = order_fields.fields(context, node)
    if given is None or not _instrument(context, node, given.pop("instrument", None)):
        return None
    if not order_fields.required(context, node, given):
        return None
    side = order_fields.word(context, given["side"], "side", _SIDES)
    kind = order_fields.word(context, given["kind"], "kind", _KINDS, _KINDS_LATER)
    tif = order_fields.word(context, given["tif"], "tif", _TIFS, _TIFS_LATER) if "tif" in given else "GTC"
    reduce_only = order_fields.flag(context, given.get("reduce_only"))
    post_only = order_fields.flag(context, given.get("post_only"))
    max_open = order_fields.max_open(context, given.get("max_open"))
    if side is None or kind is None or tif is None or reduce_only is None or post_only is None or max_open is None:
        return None
    if not order_fields.belong_together(context, node, given, kind, tif):
        return None
    if post_only and not _may_be_passive(context, given["post_only"], kind, tif):
        return None
    if not _side_is_allowed(context, node, given, side, reduce_only):
        return None
    market = context.shared.market
    assert market is not None
    types = {"qty": market.size, "price": market.price, "trigger": market.price, "expires": DURATION}
    found = {name: _number(context, given[name], types[name]) for name in types if name in given}
    if None in found.values():
        return None
    values = {name: value.expr for name, value in found.items() if value is not None}
    return Template(
        name=node.name.text,
        side=cast(Side, side),
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
    )


def _side_is_allowed(
    context: Context, node: tree.Order, given: dict[str, tree.Field], side: str, reduce_only: bool
) -> bool:
    """On a market of one direction, one side opens and the other only reduces; else False after a report."""
    market = context.shared.market
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
    if kind == "LIMIT" and tif not in ("IOC", "FOK"):
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


def _instrument(context: Context, node: tree.Order, item: tree.Field | None) -> bool:
    """An order may name its instrument; there is only one to name."""
    market = context.shared.market
    assert market is not None
    named = item.value if item is not None else node.instrument
    if named is None:
        return True
    text = named.text if isinstance(named, tree.Upper | tree.Ident) else ""
    if text != market.name:
        context.reporter.unknown(named.span, "instrument", text, (market.name,), help=f"there is `{market.name}`")
    return text == market.name


_WHY = {
    "qty": "`side` says whether to buy or to sell",
    "price": "an order at no price is never filled",
    "trigger": "a stop at no price never triggers",
    "expires": "the order would end before it is sent",
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
