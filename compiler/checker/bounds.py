"""Pre-trade bounds: `bound MEASURE <= limit else reject | clamp`."""

from __future__ import annotations

from typing import cast

from ...lang import tree
from ..extents import extent
from ..program import Bound, Constant, Measure
from . import risk_actions
from .context import Context
from .measures import MOST, Measured, limit, window

_SIZES = ("position", "gross", "net", "notional")


def bound(context: Context, rule: tree.Bound, of: Measured) -> Bound | None:
    """The checked rule, or None after a report."""
    measure = of.measure
    over = window(context, rule, measure)
    found = limit(context, rule, of)
    clamp = risk_actions.clamps(context, rule, measure in _SIZES)
    if over is None or found is None or clamp is None:
        return None
    value, relative = found
    ceiling = extent(value.expr, context.shared.ranges)[1]
    if measure == "order_rate" and not ceiling <= MOST[measure]:
        context.report(
            "E0108" if isinstance(value.expr, Constant) else "E0303",
            rule.limit.span,
            f"an order rate is at most {MOST[measure]:,} in its window",
            "each command of the window is remembered",
            help="use a smaller number, or a `param` with a range",
        )
        return None
    return Bound(
        text=context.reporter.text(rule.span),
        limit=value.expr,
        place=context.place(rule.span),
        measure=cast(Measure, measure),
        relative=relative,
        window=over,
        clamp=clamp,
        ceiling=ceiling,
        instrument=of.instrument,
    )
