"""Commands, as the machine, the risk block and `on stop` give them: the closed list of verbs with their arguments."""

from __future__ import annotations

from collections.abc import Collection

from ...lang import tree
from ..program import Command, Constant, Expr, Verb
from ..types import DURATION, Base, Stage
from . import expressions
from .context import Context, fits

VERBS = {verb.value: verb for verb in Verb}
OF_ORDERS = (Verb.SUBMIT, Verb.REPLACE, Verb.CANCEL)


def command(context: Context, action: tree.Action, known: Collection[str] = VERBS) -> Command | None:
    """The command, or None after a report. known: the verbs that are meant where this one is unknown."""
    name, place = action.name.text, context.place(action.span)
    if name not in VERBS:
        context.reporter.unknown(
            action.name.span, "action", name, known, code="E0505", help=f"actions: {', '.join(known)}"
        )
        return None
    verb, arguments = VERBS[name], action.arguments or ()
    duration = _halt_for(context, action, verb)
    if action.duration is not None and duration is None:
        return None
    if verb in (Verb.CANCEL_ALL, Verb.FLATTEN, Verb.HALT):
        if arguments:
            help_ = {"cancel_all": "`cancel(entry)` cancels one order", "halt": "as in `halt for 1h`"}.get(name)
            context.report("E0106", action.span, f"`{name}` takes no argument", help=help_)
            return None
        return Command(verb, None, None, place, duration)
    value = arguments[0].value if len(arguments) == 1 and arguments[0].name is None else None
    if verb is Verb.NOTIFY:
        if not isinstance(value, tree.Text):
            context.report("E0106", action.span, "`notify` takes one text", help='as in `notify("stopped out")`')
            return None
        context.shared.notes.append(value.value)
        return Command(verb, None, len(context.shared.notes) - 1, place)
    if not isinstance(value, tree.Name):
        context.report("E0106", action.span, f"`{name}` takes the name of one order", help=f"as in `{name}(entry)`")
        return None
    template = order(context, tree.Ident(value.text, span=value.span))
    return None if template is None else Command(verb, template, None, place)


def order(context: Context, name: tree.Ident) -> int | None:
    """The index of a template by name, or None after a report."""
    index = context.shared.templates.get(name.text)
    if index is None:
        context.reporter.unknown(
            name.span,
            "order",
            name.text,
            context.shared.templates,
            code="E0505",
            help=f"declare it: `order {name.text} {{ … }}`",
        )
    return index


def _halt_for(context: Context, action: tree.Action, verb: Verb) -> Expr | None:
    """How long, or None: for good, or after a report."""
    if action.duration is None:
        return None
    if verb is not Verb.HALT:
        context.report(
            "E0106", action.span, f"`{verb.value}` has no duration", "only `halt` has", help="as in `halt for 1h`"
        )
        return None
    found = duration(context, action.duration, "`halt for`")
    if isinstance(found, Constant) and found.value == 0:
        context.report("E0108", action.duration.span, "`halt for` takes a duration above 0")
        return None
    return found


def duration(context: Context, node: tree.Expr, what: str) -> Expr | None:
    """A duration known before the run, or None after a report."""
    value = expressions.value(context, node)
    if not value.poisoned and value.type.base is not Base.DURATION:
        context.report(
            "E0211",
            value.span,
            f"{what} takes a duration, but this is `{context.show(value.type)}`",
            f"this is `{context.show(value.type)}`",
            help="as in `5min`, `4h`, `1d`",
        )
        return None
    found = fits(context, value, DURATION, what)
    if found is not None and found.stage > Stage.PARAM:
        context.report("E0301", node.span, f"{what} takes a duration known before the run", "changes from tick to tick")
        return None
    if found is not None and isinstance(found.expr, Constant) and found.expr.value < 0:
        context.report("E0108", node.span, f"{what} takes a duration that is not negative")
        return None
    return found.expr if found else None
