"""What the checks accept and no target runs yet. `stratc check` is silent about it; whoever builds or runs the program stops at it,
for an order that is parsed and not obeyed would be worse than none."""

from __future__ import annotations

from collections.abc import Iterator

from ..lang import tree
from ..lang.diagnostics import Diagnostics
from ..lang.source import Source
from .reporter import Reporter

KINDS = {
    "MARKET_IF_TOUCHED": "`kind = LIMIT` at the trigger waits for the same price",
    "LIMIT_IF_TOUCHED": "`kind = LIMIT` at its price waits for it in the book",
    "TRAILING": "`kind = STOP`, moved by `replace(…)` with a signal that trails",
}
TIFS = {
    "AT_OPEN": "`tif = IOC`, sent with the last bar before the open",
    "AT_CLOSE": "`tif = IOC`, sent with the last bar before the close",
}
FIELDS = {"display": "remove it: the whole order is shown"}

Found = tuple[tree.Span, str, str]  # where, what, and what to do instead


def refused(source: Source, file: tree.File) -> Diagnostics:
    """E0902 for each construct, in the order of the text."""
    diagnostics = Diagnostics()
    reporter = Reporter(source, diagnostics)
    members = [m for item in file.items if isinstance(item, tree.Strategy) for m in item.members]
    for member in members:
        for span, what, help_ in _of(member):
            reporter.report(
                "E0902", span, f"{what} is checked, but no target runs it yet", "can't be built", help=help_
            )
    return diagnostics


def _of(member: tree.StrategyMember) -> Iterator[Found]:
    match member:
        case tree.Order(items=items):
            for item in items:
                yield from _of_order(member, item)
        case tree.Risk(rules=rules):
            for rule in rules:
                if isinstance(rule, tree.Prove):
                    yield rule.span, "`prove`", "`assume` checks it in every instant of the run"


def _of_order(order: tree.Order, item: tree.OrderItem) -> Iterator[Found]:
    name = order.name.text
    match item:
        case tree.Field(name=tree.Ident(text="kind"), value=tree.Upper(text=text)) if text in KINDS:
            yield item.span, f"`kind = {text}`", KINDS[text]
        case tree.Field(name=tree.Ident(text="tif"), value=tree.Upper(text=text)) if text in TIFS:
            yield item.span, f"`tif = {text}`", TIFS[text]
        case tree.Field(name=tree.Ident(text=field)) if field in FIELDS:
            yield item.span, f"the order field `{field}`", FIELDS[field]
        case tree.Field(watched=watched) if watched is not None:
            yield watched.span, "a trigger `on` a feed", "a `when` of the machine that submits the order watches it"
        case tree.OrderAfter():
            yield item.span, "`reprice`", f"`after 5min do replace({name});` in a state of the machine"
        case tree.Schedule():
            yield item.span, "`schedule`", "submit parts of it from the machine, one after the other"
        case tree.OrderOn(event=event):
            what = f"`on {event.name.text}` in an order"
            yield item.span, what, f"`on {event.name.text}({name}) do …;` in a state of the machine"
