"""The fields of an order template as written: which there are, which belong to which kind, and the words they take."""

from __future__ import annotations

from collections.abc import Collection

from ...lang import tree
from .context import Context

BUILT = {
    "side",
    "kind",
    "qty",
    "price",
    "trigger",
    "tif",
    "expires",
    "post_only",
    "reduce_only",
    "max_open",
    "instrument",
}
_LATER = {"display", "urgency", "route"}
FIELDS = BUILT | _LATER
_OTHER_WORDS = {"size": "qty", "quantity": "qty", "amount": "qty", "type": "kind", "limit": "price", "stop": "trigger"}
_HOW = {
    "side": "add `side = BUY;`",
    "kind": "add `kind = MARKET;`",
    "qty": "add `qty = …;`",
    "price": "add `price = …;`",
    "trigger": "add `trigger = …;`",
    "expires": "add `expires = 10min;`, or write `tif = GTC;`",
}
_NEEDS = {"MARKET": (), "LIMIT": ("price",), "STOP": ("trigger",), "STOP_LIMIT": ("price", "trigger")}
MAX_OPEN = 64


def fields(context: Context, node: tree.Order) -> dict[str, tree.Field] | None:
    """The fields by name, or None after a report."""
    found: dict[str, tree.Field] = {}
    for item in node.items:
        if isinstance(item, tree.Links):
            continue
        if not isinstance(item, tree.Field):
            what = {
                tree.OrderAfter: "`after … do` in an order",
                tree.OrderOn: "`on … do` in an order",
                tree.Schedule: "`schedule`",
            }[type(item)]
            context.report(
                "E0901",
                item.span,
                f"{what} is not built yet",
                "parsed, but this version can't run it",
                help="the machine can do it: `after 5min do replace(entry);`",
            )
            return None
        name = item.name.text
        if name not in FIELDS:
            near = [_OTHER_WORDS[name]] if name in _OTHER_WORDS else sorted(BUILT)
            known = f"`{near[0]}` is what is meant" if len(near) == 1 else f"fields: {', '.join(near)}"
            context.reporter.unknown(item.name.span, "order field", name, near, code="E0605", help=known)
            return None
        if name in _LATER or item.watched is not None:
            what = f"the order field `{name}`" if item.watched is None else "`on` in an order field"
            context.report("E0901", item.span, f"{what} is not built yet", help=f"built: {', '.join(sorted(BUILT))}")
            return None
        if name in found:
            context.report("E0102", item.span, f"`{name}` is given twice", also=((found[name].span, "first"),))
            return None
        found[name] = item
    return found


def belong_together(context: Context, node: tree.Order, given: dict[str, tree.Field], kind: str, tif: str) -> bool:
    """Every field that the kind needs is there, and none that it can't have; else False after a report."""
    what = f"{kind.lower().replace('_', '-')} order"
    for name in _NEEDS[kind]:
        if name not in given:
            context.report("E0604", node.name.span, f"{what} `{node.name.text}` has no `{name}`", help=_HOW[name])
            return False
    for name in ("price", "trigger"):
        if name in given and name not in _NEEDS[kind]:
            other = {"price": "LIMIT", "trigger": "STOP"}[name]
            help_ = (
                f"use `kind = {other};` or remove it" if kind == "MARKET" else "use `kind = STOP_LIMIT;` or remove it"
            )
            context.report("E0606", given[name].span, f"a {what} has no `{name}`", help=help_)
            return False
    if tif == "GTD" and "expires" not in given:
        context.report(
            "E0604",
            given["tif"].span,
            f"`{node.name.text}` is good till a date that it does not say",
            help=_HOW["expires"],
        )
        return False
    if "expires" in given and tif != "GTD":
        context.report("E0606", given["expires"].span, "only a GTD order expires", help="add `tif = GTD;` or remove it")
        return False
    return True


def required(context: Context, node: tree.Order, given: dict[str, tree.Field]) -> bool:
    """No order without side, kind and quantity; else False after a report."""
    for name in ("side", "kind", "qty"):
        if name not in given:
            context.report("E0604", node.name.span, f"order `{node.name.text}` has no `{name}`", help=_HOW[name])
            return False
    return True


def word(
    context: Context, item: tree.Field, what: str, known: Collection[str], later: Collection[str] = ()
) -> str | None:
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
    help_ = f"one of {', '.join(sorted(known))}"
    context.reporter.unknown(value.span, f"`{what}`", text, {*known, *later}, help=help_)
    return None


def flag(context: Context, item: tree.Field | None) -> bool | None:
    if item is None:
        return False
    if isinstance(item.value, tree.Bool):
        return item.value.value
    context.report("E0108", item.value.span, f"`{item.name.text}` is `true` or `false`")
    return None


def max_open(context: Context, item: tree.Field | None) -> int | None:
    if item is None:
        return 1
    text = item.value.text if isinstance(item.value, tree.Number) else ""
    if text.isdigit() and 1 <= int(text) <= MAX_OPEN:
        return int(text)
    context.report("E0108", item.value.span, f"`max_open` is a whole number from 1 to {MAX_OPEN}")
    return None
