"""The risk block, as far as this version enforces it: what it can't enforce is refused, never ignored."""

from __future__ import annotations

from ...lang import tree
from ..program import Bound
from ..types import Stage
from . import expressions
from .context import Context, fits
from .orders import positive


def bounds(context: Context, node: tree.Risk) -> tuple[Bound, ...]:
    """The rules this version enforces; every other rule is refused by name."""
    found: list[Bound] = []
    for rule in node.rules:
        if not isinstance(rule, tree.Bound):
            what = type(rule).__name__.lower()
            context.report(
                "E0901",
                rule.span,
                f"risk rule `{what}` is not built yet",
                "parsed, but this version can't enforce it",
                help="`bound abs(position) <= … else reject` is",
            )
            continue
        bound = _bound(context, rule)
        if bound is not None and found:
            context.report(
                "E0102", rule.span, "the position is bounded twice", "second bound", help="keep the tighter one"
            )
        elif bound is not None:
            found.append(bound)
    if not found and all(isinstance(rule, tree.Bound) and not _is_position(rule.measure) for rule in node.rules):
        context.report(
            "E0602", node.span, "no rule bounds the position", help="add `bound abs(position) <= … else reject;`"
        )
    return tuple(found)


def _is_position(node: tree.Expr) -> bool:
    match node:
        case tree.Apply(function=tree.Name(text="abs"), arguments=(tree.Argument(value=tree.Name(text="position")),)):
            return True
    return False


def _bound(context: Context, rule: tree.Bound) -> Bound | None:
    market = context.shared.market
    if not _is_position(rule.measure) or rule.over is not None or rule.per is not None:
        context.report(
            "E0901",
            rule.measure.span,
            "this bound is not built yet",
            "parsed, but this version can't enforce it",
            help="`bound abs(position) <= … else reject` is",
        )
        return None
    if (
        len(rule.actions) != 1
        or rule.actions[0].name.text != "reject"
        or rule.actions[0].arguments
        or rule.actions[0].duration
    ):
        action = next((a for a in rule.actions if a.name.text != "reject"), rule.actions[0])
        known = {"clamp", "cancel_all", "flatten", "halt", "notify"}
        if action.name.text in known or action.name.text == "reject":
            context.report(
                "E0901",
                action.span,
                f"the action `{action.name.text}` is not built yet here",
                help="a position bound takes `else reject`",
            )
        else:
            context.reporter.unknown(action.name.span, "risk action", action.name.text, known | {"reject"})
        return None
    assert market is not None
    limit = fits(context, expressions.value(context, rule.limit), market.size, "the bound")
    if limit is None or not positive(context, limit, "a bound", "no order would ever pass"):
        return None
    if limit.stage > Stage.PARAM:
        context.report(
            "E0301",
            rule.limit.span,
            "a bound is known before the run",
            "changes from tick to tick",
            help="use a literal, a `const` or a `param`",
        )
        return None
    text = " ".join(context.reporter.source.text[rule.span.start : rule.span.end].rstrip(";").split())
    return Bound(text, limit.expr, context.place(rule.span))
