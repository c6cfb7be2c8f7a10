"""Dead code: signals, parameters and orders that nothing uses (warnings)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..lang import tree
from .program import Machine, Template, Verb
from .reporter import Reporter


def check(
    reporter: Reporter,
    names: Sequence[tuple[str, tree.Ident]],
    used: Iterable[str],
    machine: Machine,
    templates: Sequence[Template],
    orders: Sequence[tree.Order],
) -> None:
    """names: (kind, name) of signals, params and constants in textual order."""
    seen = set(used)
    for kind, name in names:
        if name.text not in seen:
            reporter.report(
                "W0701",
                name.span,
                f"{kind} `{name.text}` is never used",
                "has no effect on any order or log",
                help=f"use it, list it in `log {name.text};`, or remove it"
                if kind == "signal"
                else "use it or remove it",
            )
    sent = {c.template for c in machine.commands if c.verb is Verb.SUBMIT and c.template is not None}
    sent |= {child for index in sent for child in templates[index].children}
    for index, order in enumerate(orders):
        if index not in sent:
            reporter.report(
                "W0702",
                order.name.span,
                f"order `{order.name.text}` is never submitted",
                "no transition and no bracket submits it",
                help=f"add `do submit({order.name.text})` to a transition, or remove it",
            )
