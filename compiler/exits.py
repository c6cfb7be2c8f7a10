"""Exits that a bound could block. A reduce-only order passes every bound but a collar, so only one with a limit price can be stopped.

Such an exit is safe if its price is certainly within the collar of the last close, or if every answer to its denial leaves by an order
that nothing blocks: `flatten`, or a reduce-only order without a limit price.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..lang import tree
from .extents import EVERYTHING, Extent, extent
from .order_flow import Flow
from .program import (
    Bound,
    Equation,
    Expr,
    Feed,
    FieldRef,
    Instrument,
    Let,
    Machine,
    Operation,
    State,
    Template,
    ValueRef,
    Verb,
)
from .reporter import Reporter


def check(
    reporter: Reporter,
    templates: Sequence[Template],
    orders: Sequence[tree.Order],
    bounds: Sequence[Bound],
    machine: Machine,
    flow: Flow,
    prices: Prices,
) -> None:
    """orders: the syntax of the templates, in the same order."""
    collars = [b for b in bounds if b.measure == "collar"]
    for index, node in enumerate(orders):
        template = templates[index]
        if template.price is None or not template.reduce_only:
            continue
        its = (b for b in collars if b.instrument in (None, template.instrument))
        collar = next((b for b in its if not prices.keeps(template, b)), None)
        if collar is None or _is_answered(index, templates, machine, flow):
            continue
        reporter.report(
            "E0612",
            node.name.span,
            f"a bound could block the exit `{node.name.text}`",
            "its limit price may be further from the last price than the collar allows",
            notes=(f"line {collar.place.line}: {collar.text}",),
            help=f"answer `denied({node.name.text})` with `flatten` or a market exit, or price it within the collar of the last close",
        )


def _is_answered(template: int, templates: Sequence[Template], machine: Machine, flow: Flow) -> bool:
    """Wherever it may be open, its denial is followed by an exit that nothing blocks."""
    states = [machine.states[i] for i, open_ in sorted(flow.deniable_in.items()) if template in open_]
    return all(_answers(state, template, templates) for state in states)


def _answers(state: State, template: int, templates: Sequence[Template]) -> bool:
    exit_ = templates[template]
    answers = [t for t in state.transitions if t.event == "denied" and t.template in (None, template)]
    return bool(answers) and all(
        any(
            c.verb is Verb.FLATTEN
            or (c.verb is Verb.SUBMIT and c.template is not None and _always_passes(templates[c.template], exit_))
            for c in answer.commands
        )
        for answer in answers
    )


def _always_passes(template: Template, instead_of: Template) -> bool:
    same = (template.side, template.instrument) == (instead_of.side, instead_of.instrument)
    return template.reduce_only and template.price is None and same


class Prices:
    """How far from the last close a price may be."""

    def __init__(
        self,
        instruments: Sequence[Instrument],
        feeds: Sequence[Feed],
        equations: Sequence[Equation],
        ranges: Mapping[int, Extent],
    ) -> None:
        self._instruments, self._feeds, self._equations, self._ranges = instruments, feeds, equations, ranges

    def keeps(self, template: Template, collar: Bound) -> bool:
        """Is its limit price certainly within the collar, rounding to the grid included?"""
        assert template.price is not None
        of = self._instruments[template.instrument]
        tick = of.tick * of.price.numerator / 10**of.price.decimals
        scale, offset = self._from_close(template.price, self._marking(template.instrument))
        least = extent(collar.limit, self._ranges)[0]
        if collar.relative:
            return offset == (0.0, 0.0) and max(abs(scale[0] - 1.0), abs(scale[1] - 1.0)) < least
        return scale == (1.0, 1.0) and max(abs(offset[0]), abs(offset[1])) + tick <= least

    def _marking(self, instrument: int) -> int:
        """The feed whose close is the last price; of a slower one it may be an old price."""
        its = [i for i, feed in enumerate(self._feeds) if feed.instrument == instrument and feed.is_bars]
        return min(its, key=lambda i: self._feeds[i].every)

    def _from_close(self, expr: Expr, feed: int) -> tuple[Extent, Extent]:
        """(scale, offset) so that expr = scale * close + offset."""
        match expr:
            case FieldRef(feed=of, column="close") if of == feed:
                return (1.0, 1.0), (0.0, 0.0)
            case ValueRef(index=index):
                equation = self._equations[index]
                return self._from_close(equation.value, feed) if isinstance(equation, Let) else (EVERYTHING, EVERYTHING)
            case Operation(operator="add" | "sub" as operator, operands=(a, b)):
                scale, (low, high) = self._from_close(a, feed)
                by = extent(b, self._ranges)
                less, more = by if operator == "add" else (-by[1], -by[0])
                return scale, (low + less, high + more)
            case Operation(operator="mul", operands=(a, b)):
                scale, offset = self._from_close(a, feed)
                low, high = extent(b, self._ranges)
                if offset == (0.0, 0.0) and low >= 0 and math.isfinite(high) and scale[0] >= 0:
                    return (scale[0] * low, scale[1] * high), offset
        return EVERYTHING, EVERYTHING
