"""Bounds that can never bind: nothing the program sends could break them, or another rule is always the tighter one (warnings)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..lang import tree
from .extents import Extent, extent
from .program import Bound, Instrument, Standing, Template
from .reporter import Reporter


def check(
    reporter: Reporter,
    node: tree.Risk,
    bounds: Sequence[Bound],
    standing: Sequence[Standing],
    templates: Sequence[Template],
    instruments: Sequence[Instrument],
    leverage: float,
    ranges: Mapping[int, Extent],
) -> None:
    spans = {(reporter.place(rule.span), reporter.text(rule.span)): rule.span for rule in node.rules}
    written = [b for b in bounds if b.measure != "leverage"]
    for number, bound in enumerate(written):
        why = _cannot_break(bound, templates, ranges) or _is_looser(bound, number, written, ranges)
        if why is not None:
            _report(reporter, spans[bound.place, bound.text], why)
    for rule in standing:
        whole = rule.relative and rule.limit is not None and extent(rule.limit, ranges)[0] >= 1.0
        if whole and all(of.allow == "LONG" for of in instruments) and leverage == 1.0:
            _report(
                reporter,
                spans[rule.place, rule.text],
                "what is bought with the account's own money can't lose more than all of it",
            )


def _report(reporter: Reporter, span: tree.Span, why: str) -> None:
    reporter.report("W0703", span, "this bound can never bind", why, help="tighten it or remove it")


def _cannot_break(bound: Bound, templates: Sequence[Template], ranges: Mapping[int, Extent]) -> str | None:
    sent = [t for t in templates if not t.reserved and bound.instrument in (None, t.instrument)]
    if not sent:
        return "no order trades this instrument"
    if bound.measure == "collar":
        return None if any(t.price is not None for t in sent) else "no order has a limit price"
    if bound.measure == "open_orders":
        slots = sum(t.max_open for t in sent)
        return None if extent(bound.limit, ranges)[0] < slots else f"at most {slots} orders can be open"
    if all(t.reduce_only for t in sent):
        return "no order adds to the position"
    return None


def _subject(bound: Bound) -> tuple[object, ...]:
    return bound.measure, bound.relative, bound.window, bound.instrument


def _is_looser(bound: Bound, number: int, bounds: Sequence[Bound], ranges: Mapping[int, Extent]) -> str | None:
    """Another rule of the same measure refuses whatever this one would."""
    least = extent(bound.limit, ranges)[0]
    for other, rule in enumerate(bounds):
        same = _subject(rule) == _subject(bound)
        if other == number or not same:
            continue
        most = extent(rule.limit, ranges)[1]
        tighter = most < least or (most == least and other < number)
        if tighter and (other < number or not rule.clamp):
            return f"line {rule.place.line} is always tighter"
    return None
