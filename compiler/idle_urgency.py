"""An `urgency` that nothing reads: it says how a new price joins the book, and this order never gets one (warnings)."""

from __future__ import annotations

from collections.abc import Sequence

from ..lang import tree
from .program import Machine, Template, Verb
from .reporter import Reporter


def check(reporter: Reporter, templates: Sequence[Template], orders: Sequence[tree.Order], machine: Machine) -> None:
    """orders: the syntax of the templates, in the same order."""
    replaced = {child for template in templates for child in template.children}
    commands = [*machine.commands]
    commands += [c for template in templates for handler in template.handlers for c in handler.commands]
    replaced |= {c.template for c in commands if c.verb is Verb.REPLACE and c.template is not None}
    for index, order in enumerate(orders):
        template = templates[index]
        given = [item for item in order.items if isinstance(item, tree.Field) and item.name.text == "urgency"]
        if given and index not in replaced and template.reprice is None and template.schedule is None:
            reporter.report(
                "W0706",
                given[0].span,
                f"the urgency of `{template.name}` has no effect",
                "says how a new price joins the book",
                help=f"add `after 1min do reprice(to = …, max = …);` or `replace({template.name})`, or remove it",
            )
