"""The risk block: bounds, tested before a command is sent; standing rules, tested in every instant; what is to be proved."""

from __future__ import annotations

from ...lang import tree
from ..program import Bound, Proof, Standing
from . import bounds, expressions, measures, operators, standing
from .context import Context


def rules(context: Context, node: tree.Risk) -> tuple[tuple[Bound, ...], tuple[Standing, ...], tuple[Proof, ...]]:
    """Each kind in textual order; what is wrong is reported and left out."""
    pre_trade: list[Bound] = []
    always: list[Standing] = []
    limited: set[int | None] = set()
    proofs: list[Proof] = []
    for rule in node.rules:
        found: Bound | Standing | None = None
        match rule:
            case tree.Prove():
                checked = operators.condition(context, expressions.value(context, rule.condition), "`prove`")
                if checked is not None:
                    proofs.append(Proof(context.reporter.text(rule.span), checked.expr, context.place(rule.span)))
            case tree.Guard() | tree.Assume():
                found = standing.condition(context, rule)
            case tree.Bound():
                of = measures.measured(context, rule)
                if of is None or of.measure in measures.OF_POSITION:
                    limited.add(None if of is None else of.instrument)
                if of is not None and of.measure in measures.STANDING:
                    found = standing.bound(context, rule, of)
                elif of is not None:
                    found = bounds.bound(context, rule, of)
        if isinstance(found, Bound):
            pre_trade.append(found)
        elif found is not None:
            always.append(found)
    _every_position_is_bounded(context, node, limited)
    return tuple(pre_trade), tuple(always), tuple(proofs)


def _every_position_is_bounded(context: Context, node: tree.Risk, limited: set[int | None]) -> None:
    markets = context.shared.markets
    free = [] if None in limited else [m.name for i, m in enumerate(markets) if i not in limited]
    if free:
        several = len(markets) > 1
        of = f"({free[0]})" if several else ""
        context.report(
            "E0602",
            node.span,
            f"no rule bounds the position{f' in `{free[0]}`' if several else ''}",
            help=f"add `bound abs(position{of}) <= … else reject;` or `bound exposure <= … else reject;`",
        )
