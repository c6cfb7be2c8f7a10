"""Order templates, as far as this version runs them."""

from __future__ import annotations

from typing import cast

from ...lang import tree
from ..program import Constant, OrderKind, Side, Template, TimeInForce
from ..types import Type
from . import expressions
from .context import Context, fits
from .values import Value

FIELDS = {
    "side",
    "kind",
    "qty",
    "price",
    "trigger",
    "tif",
    "expires",
    "post_only",
    "reduce_only",
    "display",
    "urgency",
    "route",
    "max_open",
    "instrument",
}
_OTHER_WORDS = {"size": "qty", "quantity": "qty", "amount": "qty", "type": "kind", "limit": "price", "stop": "trigger"}
_SIDES = {"BUY", "SELL"}
_KINDS = {"MARKET", "STOP"}
_KINDS_LATER = {"LIMIT", "STOP_LIMIT", "MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING"}
_TIFS = {"GTC", "IOC", "DAY"}
_FIELDS_LATER = FIELDS - {"side", "kind", "qty", "trigger", "tif", "reduce_only", "max_open", "instrument"}


def template(context: Context, node: tree.Order, first_slot: int) -> Template | None:
    """A checked template, or None after a report."""
    fields = _fields(context, node)
    if fields is None or not _instrument(context, node, fields.pop("instrument", None)):
        return None
    for name in ("side", "kind", "qty"):
        if name not in fields:
            context.report(
                "E0604",
                node.name.span,
                f"order `{node.name.text}` has no `{name}`",
                help={"side": "add `side = BUY;`", "kind": "add `kind = MARKET;`", "qty": "add `qty = …;`"}[name],
            )
            return None
    side = _word(context, fields["side"], "side", _SIDES)
    kind = _word(context, fields["kind"], "kind", _KINDS, _KINDS_LATER)
    tif = (
        _word(context, fields["tif"], "tif", _TIFS & {"GTC"}, {"IOC", "DAY", "GTD", "FOK", "AT_OPEN", "AT_CLOSE"})
        if "tif" in fields
        else "GTC"
    )
    reduce_only = _flag(context, fields.get("reduce_only"))
    max_open = _max_open(context, fields.get("max_open"))
    if side is None or kind is None or tif is None or reduce_only is None or max_open is None:
        return None
    if side == "SELL" and not reduce_only:
        context.report(
            "E0603",
            fields["side"].span,
            f"order `{node.name.text}` could sell more than is held",
            "the instrument allows long positions only",
            help="add `reduce_only = true;`",
        )
        return None
    if side == "BUY" and reduce_only:
        context.report(
            "E0606", fields["reduce_only"].span, "a buy can't reduce a long position", help="remove `reduce_only`"
        )
        return None
    return _evaluated(context, node, fields, (side, kind, tif, reduce_only), max_open, first_slot)


def _evaluated(
    context: Context,
    node: tree.Order,
    fields: dict[str, tree.Field],
    words: tuple[str, str, str, bool],
    max_open: int,
    first_slot: int,
) -> Template | None:
    market = context.shared.market
    assert market is not None
    side, kind, tif, reduce_only = words
    qty = _number(context, fields["qty"], market.size)
    trigger = _number(context, fields["trigger"], market.price) if "trigger" in fields else None
    if kind == "STOP" and "trigger" not in fields:
        context.report(
            "E0604", node.name.span, f"stop order `{node.name.text}` has no `trigger`", help="add `trigger = …;`"
        )
        return None
    if kind == "MARKET" and "trigger" in fields:
        context.report(
            "E0606", fields["trigger"].span, "a market order has no `trigger`", help="use `kind = STOP;` or remove it"
        )
        return None
    if qty is None or (kind == "STOP" and trigger is None):
        return None
    if not positive(context, qty, "`qty`", "`side` says whether to buy or to sell"):
        return None
    return Template(
        name=node.name.text,
        side=cast(Side, side),
        kind=cast(OrderKind, kind),
        tif=cast(TimeInForce, tif),
        reduce_only=reduce_only,
        qty=qty.expr,
        trigger=trigger.expr if trigger else None,
        max_open=max_open,
        first_slot=first_slot,
        place=context.place(node.span),
    )


def _fields(context: Context, node: tree.Order) -> dict[str, tree.Field] | None:
    fields: dict[str, tree.Field] = {}
    for item in node.items:
        if not isinstance(item, tree.Field):
            what = {
                tree.OrderAfter: "`after … do` in an order",
                tree.OrderOn: "`on … do` in an order",
                tree.Schedule: "`schedule`",
                tree.Links: "`oco` and `bracket`",
            }[type(item)]
            context.report("E0901", item.span, f"{what} is not built yet", "parsed, but this version can't run it")
            return None
        name = item.name.text
        if name not in FIELDS:
            near = (
                [_OTHER_WORDS[name]] if _OTHER_WORDS.get(name, "price") not in _FIELDS_LATER else FIELDS - _FIELDS_LATER
            )
            known = (
                f"`{near[0]}` is what is meant" if isinstance(near, list) else f"fields: {', '.join(sorted(FIELDS))}"
            )
            context.reporter.unknown(item.name.span, "order field", name, near, code="E0605", help=known)
            return None
        if name in _FIELDS_LATER or item.watched is not None:
            context.report(
                "E0901",
                item.span,
                f"the order field `{name}` is not built yet"
                if item.watched is None
                else "`on` in an order field is not built yet",
                help=f"built: {', '.join(sorted(FIELDS - _FIELDS_LATER))}",
            )
            return None
        if name in fields:
            context.report("E0102", item.span, f"`{name}` is given twice", also=((fields[name].span, "first"),))
            return None
        fields[name] = item
    return fields


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


def _word(context: Context, item: tree.Field, what: str, known: set[str], later: set[str] = frozenset()) -> str | None:  # type: ignore[assignment]
    value = item.value
    if isinstance(value, tree.Upper) and value.text in known:
        return value.text
    if isinstance(value, tree.Upper) and value.text in later:
        context.report(
            "E0901", value.span, f"`{what} = {value.text}` is not built yet", help=f"built: {', '.join(sorted(known))}"
        )
        return None
    text = (
        value.text if isinstance(value, tree.Upper) else context.reporter.source.text[value.span.start : value.span.end]
    )
    context.reporter.unknown(value.span, f"`{what}`", text, known | later, help=f"one of {', '.join(sorted(known))}")
    return None


def _flag(context: Context, item: tree.Field | None) -> bool | None:
    if item is None:
        return False
    if isinstance(item.value, tree.Bool):
        return item.value.value
    context.report("E0108", item.value.span, f"`{item.name.text}` is `true` or `false`")
    return None


def _max_open(context: Context, item: tree.Field | None) -> int | None:
    if item is None:
        return 1
    if isinstance(item.value, tree.Number) and item.value.text.isdigit() and 1 <= int(item.value.text) <= 16:
        return int(item.value.text)
    context.report("E0108", item.value.span, "`max_open` is a whole number from 1 to 16")
    return None


def _number(context: Context, item: tree.Field, type_: Type) -> Value | None:
    """Order fields may be missing: `na` is denied when the order is sent."""
    value = expressions.value(context, item.value)
    return fits(context, value, type_.maybe(), f"`{item.name.text}`")


def positive(context: Context, value: Value, what: str, why: str) -> bool:
    """Reports a constant that is not above 0."""
    if not isinstance(value.expr, Constant) or value.expr.value > 0:
        return True
    context.report("E0108", value.span, f"{what} must be above 0", why)
    return False
