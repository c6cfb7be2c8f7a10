"""The risk block: pre-trade bounds, tested before a command is sent, and standing rules, tested in every instant."""

from __future__ import annotations

from ...lang import tree
from ..program import Bound, Standing
from . import bounds, measures, standing
from .context import Context


def rules(context: Context, node: tree.Risk) -> tuple[tuple[Bound, ...], tuple[Standing, ...]]:
    """Both kinds in textual order; what is wrong is reported and left out."""
    pre_trade: list[Bound] = []
    always: list[Standing] = []
    limits_position = False
    for rule in node.rules:
        found: Bound | Standing | None = None
        match rule:
            case tree.Prove():
                context.report(
                    "E0901",
                    rule.span,
                    "`prove` is not built yet",
                    "parsed, but this version can't prove it",
                    help="`assume` checks it while the strategy runs",
                )
            case tree.Guard() | tree.Assume():
                found = standing.condition(context, rule)
            case tree.Bound():
                measure = measures.measure(context, rule)
                limits_position = limits_position or measure in measures.OF_POSITION or measure is None
                if measure in measures.STANDING:
                    found = standing.bound(context, rule, measure)
                elif measure is not None:
                    found = bounds.bound(context, rule, measure)
        if isinstance(found, Bound):
            pre_trade.append(found)
        elif found is not None:
            always.append(found)
    if not limits_position:
        context.report(
            "E0602",
            node.span,
            "no rule bounds the position",
            help="add `bound abs(position) <= … else reject;` or `bound exposure <= … else reject;`",
        )
    return tuple(pre_trade), tuple(always)
