"""What an order does by itself after it is sent: `after D do reprice(…)`, `schedule twap|vwap(…)`, `on EVENT do …`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from ...lang import tree
from ..program import Constant, Expr, Leftover, OrderHandler, Reprice, Schedule
from . import expressions, operators
from .arguments import named_arguments
from .context import Context, fits
from .machines import EVENTS
from .order_fields import whole, word
from .verbs import command, duration

MOST_REPRICES = 65_535
MOST_SLICES = 15  # what a frame carries
LONGEST_GAP = 86_400_000_000_000  # between two slices, ns
LEFTOVERS = ("CANCEL", "KEEP", "CROSS")
_PROFILES = ("twap", "vwap")
_VERBS = ("cancel", "replace", "cancel_all", "flatten", "halt", "notify")


@dataclass(frozen=True, slots=True)
class Plans:
    reprice: Reprice | None = None
    schedule: Schedule | None = None
    handlers: tuple[OrderHandler, ...] = ()


def plans(context: Context, node: tree.Order) -> Plans | None:
    """All of them, or None after a report."""
    afters = [item for item in node.items if isinstance(item, tree.OrderAfter)]
    schedules = [item for item in node.items if isinstance(item, tree.Schedule)]
    for found, what in ((afters, "`after … do reprice(…)`"), (schedules, "`schedule`")):
        for extra in found[1:]:
            first = ((found[0].span, "first one"),)
            context.report("E0102", extra.span, f"an order has one {what}", "second one", also=first)
            return None
    reprice = _reprice(context, afters[0]) if afters else None
    schedule = _schedule(context, schedules[0]) if schedules else None
    handlers = [_handler(context, node, item) for item in node.items if isinstance(item, tree.OrderOn)]
    if (afters and reprice is None) or (schedules and schedule is None) or None in handlers:
        return None
    return Plans(reprice, schedule, tuple(h for h in handlers if h is not None))


def _span_of_time(context: Context, node: tree.Expr, what: str) -> Expr | None:
    """A duration above 0 that is known before the run."""
    found = duration(context, node, what)
    if isinstance(found, Constant) and found.value == 0:
        context.report("E0108", node.span, f"{what} takes a duration above 0")
        return None
    return found


def _all_given(
    context: Context, call: tree.Call, given: dict[str, tree.Expr], wanted: Sequence[str], example: str
) -> bool:
    missing = [name for name in wanted if name not in given]
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        context.report("E0106", call.span, f"`{call.name.text}` has no {names}", help=f"as in `{example}`")
    return not missing


# ---- reprice


def _reprice(context: Context, node: tree.OrderAfter) -> Reprice | None:
    action = node.actions[0]
    if len(node.actions) != 1 or action.name.text != "reprice" or action.duration is not None:
        other = next((a for a in node.actions if a.name.text != "reprice"), action)
        context.report(
            "E0505",
            other.span,
            "`after` in an order only reprices it",
            "not `reprice`",
            help="the machine does what else there is to do: `after 5min do cancel(entry);` in a state",
        )
        return None
    delay = _span_of_time(context, node.delay, "`after`")
    call = tree.Call(action.name, action.arguments or (), span=action.span)
    given = named_arguments(context, call, ("to", "max"))
    if given is None or not _all_given(context, call, given, ("to", "max"), "reprice(to = bars.close, max = 3)"):
        return None
    most = whole(context, given["max"], "`max`", MOST_REPRICES)
    market = context.market
    assert market is not None
    to = fits(context, expressions.value(context, given["to"]), market.price.maybe(), "`to`")
    if to is not None and isinstance(to.expr, Constant) and to.expr.value <= 0:
        context.report("E0108", given["to"].span, "`to` must be above 0", "an order at no price is never filled")
        return None
    if delay is None or most is None or to is None:
        return None
    return Reprice(delay, to.expr, most, context.place(node.span))


# ---- schedule


def _schedule(context: Context, node: tree.Schedule) -> Schedule | None:
    call = node.call
    if call.name.text not in _PROFILES:
        context.reporter.unknown(
            call.name.span, "schedule", call.name.text, _PROFILES, code="E0605", help="`twap` and `vwap` are known"
        )
        return None
    given = named_arguments(context, call, ("during", "slices", "leftover"))
    example = f"{call.name.text}(during = 10min, slices = 5)"
    if given is None or not _all_given(context, call, given, ("during", "slices"), example):
        return None
    during = _span_of_time(context, given["during"], "`during`")
    slices = whole(context, given["slices"], "`slices`", MOST_SLICES)
    leftover = word(context, given["leftover"], "leftover", LEFTOVERS) if "leftover" in given else "CANCEL"
    if during is None or slices is None or leftover is None:
        return None
    if isinstance(during, Constant) and during.value > slices * LONGEST_GAP:
        context.report(
            "E0108",
            given["during"].span,
            "two slices are at most a day apart",
            f"more than {slices} day{'s' * (slices != 1)} for {slices} slice{'s' * (slices != 1)}",
            help="shorten `during`, or use more slices",
        )
        return None
    profile = cast(Literal["twap", "vwap"], call.name.text)
    return Schedule(profile, during, slices, cast(Leftover, leftover), context.place(node.span))


# ---- on EVENT do …


def _handler(context: Context, order: tree.Order, node: tree.OrderOn) -> OrderHandler | None:
    name, subject = node.event.name.text, node.event.subject
    known = [event for event in EVENTS if event != "flat"]
    if name not in known:
        context.reporter.unknown(
            node.event.name.span, "event of an order", name, known, code="E0505", help=f"events: {', '.join(known)}"
        )
        return None
    if subject is not None and subject.text != order.name.text:
        context.report(
            "E0505",
            subject.span,
            "an order only answers its own events",
            "another order",
            help=f"write `on {name} do …;`, or answer it in the machine",
        )
        return None
    condition = None
    if node.condition is not None:
        checked = operators.condition(context, expressions.value(context, node.condition), "`when`")
        if checked is None:
            return None
        context.decides(checked)
        condition = checked.expr
    for action in node.actions:
        if action.name.text == "submit":
            context.report(
                "E0505",
                action.span,
                "an order does not submit another one",
                "only the machine and a `bracket` do",
                help=f"`on {name}({order.name.text}) do {context.reporter.text(action.span)};` in a state",
            )
            return None
    commands = [command(context, action, _VERBS) for action in node.actions]
    if None in commands:
        return None
    return OrderHandler(EVENTS[name], condition, tuple(c for c in commands if c is not None), context.place(node.span))
