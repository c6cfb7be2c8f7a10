"""Fields and plans of an order that can't be meant together: each rule says what one of them makes of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...lang import tree
from ..extents import extent
from ..program import Constant, Template
from .context import Context
from .order_fields import kind_text

_WITH_PRICE = ("LIMIT", "STOP_LIMIT", "LIMIT_IF_TOUCHED")
_AT_ONCE = ("IOC", "FOK")
_AUCTION = ("AT_OPEN", "AT_CLOSE")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """item: what of the order is too much: the name of a field, `reprice` or `schedule`."""

    item: str
    title: str
    label: str
    help: str


def check(context: Context, node: tree.Order, given: dict[str, tree.Field], template: Template) -> bool:
    """False after a report of the first contradiction."""
    found = next(_found(context, given, template), None)
    if found is None:
        return True
    context.report("E0606", _span(node, given, found.item), found.title, found.label, help=found.help)
    return False


def _span(node: tree.Order, given: dict[str, tree.Field], item: str) -> tree.Span:
    kinds = {"reprice": tree.OrderAfter, "schedule": tree.Schedule}
    if item not in kinds:
        return given[item].span
    return next(i.span for i in node.items if isinstance(i, kinds[item]))


def _found(context: Context, given: dict[str, tree.Field], t: Template) -> Iterator[Contradiction]:
    yield from _auction(context, t)
    if t.display is not None:
        yield from _display(context, given, t)
    if "urgency" in given:
        yield from _urgency(t)
    if t.reprice is not None:
        yield from _reprice(t)
    if t.schedule is not None:
        yield from _schedule(t)


def _auction(context: Context, t: Template) -> Iterator[Contradiction]:
    if t.tif not in _AUCTION:
        return
    market = context.market
    auction = "opening" if t.tif == "AT_OPEN" else "closing"
    if market is not None and market.calendar == "ALWAYS":
        yield Contradiction(
            "tif",
            f"`{market.name}` has no {auction} auction",
            "its market never closes",
            "give the instrument a `calendar`, or choose another `tif`",
        )
    if t.kind not in ("MARKET", "LIMIT"):
        yield Contradiction(
            "tif",
            f"a {kind_text(t.kind)} can't wait for the {auction} auction",
            "an auction takes market and limit orders",
            "use `kind = MARKET;` or `kind = LIMIT;`, or another `tif`",
        )


def _display(context: Context, given: dict[str, tree.Field], t: Template) -> Iterator[Contradiction]:
    if t.kind not in _WITH_PRICE or t.tif in (*_AT_ONCE, *_AUCTION):
        what = kind_text(t.kind) if t.kind not in _WITH_PRICE else f"{t.tif} order"
        yield Contradiction(
            "display",
            f"a {what} never rests in the book",
            "nothing of it is shown",
            "remove `display`, or use a limit order that may rest",
        )
    assert t.display is not None
    ranges = context.shared.ranges
    if extent(t.display, ranges)[0] > extent(t.qty, ranges)[1]:
        yield Contradiction(
            "display", "more is shown than there is", "always above `qty`", "show less than `qty`, or remove `display`"
        )


def _urgency(t: Template) -> Iterator[Contradiction]:
    if t.kind not in _WITH_PRICE:
        yield Contradiction(
            "urgency",
            f"a {kind_text(t.kind)} has no price that could be urgent",
            "says how a new price joins the book",
            "remove `urgency`, or use a limit order",
        )
    if t.urgency == "CROSS" and t.post_only:
        yield Contradiction(
            "urgency", "a post-only order never crosses", "`post_only` refuses it", "remove one of the two"
        )


def _reprice(t: Template) -> Iterator[Contradiction]:
    if t.kind not in _WITH_PRICE:
        yield Contradiction(
            "reprice",
            f"a {kind_text(t.kind)} has no price to change",
            "only what has a `price` can be repriced",
            "use a limit order, or remove it",
        )
    if t.tif in (*_AT_ONCE, *_AUCTION):
        yield Contradiction(
            "reprice",
            f"a {t.tif} order does not rest",
            "it is over before a new price",
            "use `tif = GTC;` or remove it",
        )


def _schedule(t: Template) -> Iterator[Contradiction]:
    assert t.schedule is not None
    if t.tif == "FOK" or t.tif in _AUCTION:
        yield Contradiction(
            "schedule", f"a {t.tif} order is sent whole", "a schedule sends it in parts", "use another `tif`"
        )
    if t.schedule.leftover == "CROSS" and t.post_only:
        yield Contradiction(
            "schedule", "a post-only order never crosses", "`leftover = CROSS` would", "remove one of the two"
        )
    if t.schedule.leftover == "KEEP" and (t.kind not in _WITH_PRICE or t.tif == "IOC"):
        what = "IOC order" if t.tif == "IOC" else kind_text(t.kind)
        yield Contradiction(
            "schedule",
            f"a {what} leaves nothing to keep",
            "`leftover = KEEP` keeps what rests",
            "use `leftover = CANCEL`",
        )
    during, expires = t.schedule.during, t.expires
    if isinstance(during, Constant) and isinstance(expires, Constant) and expires.value < during.value:
        yield Contradiction(
            "schedule",
            "the order expires before its last slice",
            "longer than `expires`",
            "let it live longer, or shorten `during`",
        )
