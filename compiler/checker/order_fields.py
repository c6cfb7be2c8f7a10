"""The fields of an order template as written: which there are, which belong to which kind, and the words they take."""

from __future__ import annotations

from collections.abc import Collection

from ...lang import tree
from .context import Context

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
    "max_open",
    "instrument",
    "display",
    "urgency",
    "route",
}
_OTHER_WORDS = {"size": "qty", "quantity": "qty", "amount": "qty", "type": "kind", "limit": "price", "stop": "trigger"}
_HOW = {
    "side": "add `side = BUY;`",
    "kind": "add `kind = MARKET;`",
    "qty": "add `qty = …;`",
    "price": "add `price = …;`",
    "trigger": "add `trigger = …;`",
    "expires": "add `expires = 10min;`, or write `tif = GTC;`",
}
_NEEDS = {
    "MARKET": (),
    "LIMIT": ("price",),
    "STOP": ("trigger",),
    "STOP_LIMIT": ("price", "trigger"),
    "MARKET_IF_TOUCHED": ("trigger",),
    "LIMIT_IF_TOUCHED": ("price", "trigger"),
    "TRAILING": ("trigger",),
}
KINDS = tuple(_NEEDS)
TIFS = ("GTC", "GTD", "DAY", "IOC", "FOK", "AT_OPEN", "AT_CLOSE")
URGENCIES = ("PASSIVE", "MID", "CROSS")
MAX_OPEN = 64
MAX_ROUTE = 32  # letters of its name


def fields(context: Context, node: tree.Order) -> dict[str, tree.Field] | None:
    """The fields by name, or None after a report."""
    found: dict[str, tree.Field] = {}
    for item in node.items:
        if not isinstance(item, tree.Field):
            continue
        name = item.name.text
        if name not in FIELDS:
            near = [_OTHER_WORDS[name]] if name in _OTHER_WORDS else sorted(FIELDS)
            known = f"`{near[0]}` is what is meant" if len(near) == 1 else f"fields: {', '.join(near)}"
            context.reporter.unknown(item.name.span, "order field", name, near, code="E0605", help=known)
            return None
        if item.watched is not None and name != "trigger":
            context.report(
                "E0606",
                item.watched.span,
                f"`{name}` waits for no price",
                "only a `trigger` is watched on a price",
                help="remove `on …`",
            )
            return None
        if name in found:
            context.report("E0102", item.span, f"`{name}` is given twice", also=((found[name].span, "first"),))
            return None
        found[name] = item
    return found


def kind_text(kind: str) -> str:
    """As in a message."""
    return f"{kind.lower().replace('_', '-')} order"


def belong_together(context: Context, node: tree.Order, given: dict[str, tree.Field], kind: str, tif: str) -> bool:
    """Every field that the kind needs is there, and none that it can't have; else False after a report."""
    what = kind_text(kind)
    for name in _NEEDS[kind]:
        if name not in given:
            context.report("E0604", node.name.span, f"{what} `{node.name.text}` has no `{name}`", help=_HOW[name])
            return False
    for name in ("price", "trigger"):
        if name in given and name not in _NEEDS[kind]:
            other = {"price": "LIMIT", "trigger": "STOP"}[name]
            help_ = f"use `kind = {_with_both(kind) or other};` or remove it"
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


def _with_both(kind: str) -> str | None:
    """The kind like it that has a price and a trigger."""
    like = {"LIMIT": "STOP_LIMIT", "STOP": "STOP_LIMIT", "TRAILING": "STOP_LIMIT"}
    return like.get(kind, "LIMIT_IF_TOUCHED" if kind == "MARKET_IF_TOUCHED" else None)


def required(context: Context, node: tree.Order, given: dict[str, tree.Field]) -> bool:
    """No order without side, kind and quantity; else False after a report."""
    for name in ("side", "kind", "qty"):
        if name not in given:
            context.report("E0604", node.name.span, f"order `{node.name.text}` has no `{name}`", help=_HOW[name])
            return False
    return True


def word(context: Context, value: tree.Expr, what: str, known: Collection[str]) -> str | None:
    """One of the words, or None after a report."""
    if isinstance(value, tree.Upper) and value.text in known:
        return value.text
    text = (
        value.text if isinstance(value, tree.Upper) else context.reporter.source.text[value.span.start : value.span.end]
    )
    context.reporter.unknown(value.span, f"`{what}`", text, known, help=f"one of {', '.join(sorted(known))}")
    return None


def flag(context: Context, item: tree.Field | None) -> bool | None:
    if item is None:
        return False
    if isinstance(item.value, tree.Bool):
        return item.value.value
    context.report("E0108", item.value.span, f"`{item.name.text}` is `true` or `false`")
    return None


def max_open(context: Context, item: tree.Field | None) -> int | None:
    return 1 if item is None else whole(context, item.value, "`max_open`", MAX_OPEN)


def whole(context: Context, value: tree.Expr, what: str, most: int) -> int | None:
    """A whole number from 1 on, as written, or None after a report."""
    text = value.text.replace("_", "") if isinstance(value, tree.Number) else ""
    if text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    context.report("E0108", value.span, f"{what} is a whole number from 1 to {most:,}")
    return None


def route(context: Context, item: tree.Field | None) -> int | None:
    """Which of the program's routes, from 1 on in the order of the text; 0: none; None after a report."""
    if item is None:
        return 0
    value = item.value
    if not isinstance(value, tree.Text) or not 1 <= len(value.value) <= MAX_ROUTE or not value.value.isprintable():
        context.report(
            "E0108",
            value.span,
            f"`route` is a text of 1 to {MAX_ROUTE} letters",
            help='as the venue calls it: `route = "SMART";`',
        )
        return None
    routes = context.shared.routes
    if value.value not in routes:
        routes.append(value.value)
    return routes.index(value.value) + 1
