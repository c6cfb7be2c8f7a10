"""What a risk rule does: a pre-trade rule rejects or clamps one command, a standing rule cancels, flattens, halts, notifies."""

from __future__ import annotations

from collections.abc import Sequence

from ...lang import tree
from ..program import Command, Verb
from .context import Context
from .verbs import command

PRE_TRADE = ("reject", "clamp")
STANDING = ("cancel_all", "flatten", "halt", "notify")
_ORDER = {Verb.CANCEL_ALL: 0, Verb.FLATTEN: 1, Verb.HALT: 2, Verb.NOTIFY: 3}


def clamps(context: Context, rule: tree.Bound, sizes: bool) -> bool | None:
    """Is the order made smaller (True) or not sent (False)? None after a report. sizes: a smaller quantity helps."""
    if rule.until is not None:
        context.report(
            "E0611",
            rule.until.span,
            "a bound on commands has no end",
            "tested for each command",
            help="remove `until`; it ends a `guard`, a drawdown or a loss",
        )
        return None
    first, *more = rule.actions
    name = first.name.text
    if name in STANDING:
        context.report(
            "E0611",
            first.span,
            f"`{name}` can't follow a bound on commands",
            "it is tested before a command is sent",
            help="write `else reject` or `else clamp`; to act on what is there, use `guard … else …`",
        )
        return None
    if name not in PRE_TRADE:
        context.reporter.unknown(first.name.span, "risk action", name, PRE_TRADE, help="`reject` or `clamp`")
        return None
    if more or first.arguments is not None or first.duration is not None:
        span = more[0].span if more else first.span
        context.report(
            "E0611", span, "a bound on commands does one thing", "", help="write `else reject` or `else clamp`"
        )
        return None
    if name == "clamp" and not sizes:
        context.report(
            "E0611",
            first.span,
            "a smaller order would not keep this bound",
            "clamps the quantity only",
            help="write `else reject`",
        )
        return None
    return name == "clamp"


def standing(context: Context, actions: Sequence[tree.Action]) -> tuple[Command, ...] | None:
    """The commands in the order they are given, or None after a report."""
    found: list[Command] = []
    for action in actions:
        name = action.name.text
        if name in PRE_TRADE:
            context.report(
                "E0611",
                action.span,
                f"`{name}` can't follow a rule that is always tested",
                "there is no command to refuse",
                help="write `else cancel_all`, `flatten`, `halt` or `notify(…)`; while it holds, nothing that adds risk is sent",
            )
            return None
        if name in ("submit", "replace", "cancel"):
            context.report(
                "E0611",
                action.span,
                f"a risk rule can't `{name}`",
                "orders are the machine's",
                help=f"actions: {', '.join(STANDING)}",
            )
            return None
        done = command(context, action, STANDING)
        if done is None:
            return None
        if done.verb is not Verb.NOTIFY and any(done.verb is other.verb for other in found):
            context.report("E0102", action.span, f"`{name}` is given twice", "second one", help="remove one")
            return None
        found.append(done)
    return tuple(sorted(found, key=lambda c: _ORDER[c.verb]))
