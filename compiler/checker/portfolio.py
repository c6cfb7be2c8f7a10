"""The instruments of a strategy together: one currency, one money unit, a feed for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...lang import tree
from ..program import Feed, Instrument
from . import markets
from .context import Context

MOST_INSTRUMENTS = 8  # as many as the order kernel tells apart
_MOST_DECIMALS = 15


def instruments(context: Context, nodes: Sequence[tree.Instrument]) -> tuple[Instrument, ...] | None:
    """All of them in one money unit, the finest that any needs; None after a report."""
    found = [markets.instrument(context, node) for node in nodes]
    traded = [of for of in found if of is not None]
    if len(traded) < len(found) or not _are_distinct(context, nodes) or not _share_a_currency(context, nodes, traded):
        return None
    if len(nodes) > MOST_INSTRUMENTS:
        span = nodes[MOST_INSTRUMENTS].name.span
        context.report("E0108", span, f"a strategy has at most {MOST_INSTRUMENTS} instruments", "one too many")
        return None
    return _in_one_unit(context, nodes, traded)


def _are_distinct(context: Context, nodes: Sequence[tree.Instrument]) -> bool:
    first: dict[str, tree.Instrument] = {}
    for node in nodes:
        other = first.setdefault(node.name.text, node)
        if other is not node:
            also = ((other.name.span, "first one"),)
            context.report("E0102", node.name.span, f"`{node.name.text}` is declared twice", "second one", also=also)
            return False
    return True


def _share_a_currency(context: Context, nodes: Sequence[tree.Instrument], traded: Sequence[Instrument]) -> bool:
    for node, of in zip(nodes, traded, strict=True):
        if of.quote != traded[0].quote:
            context.report(
                "E0616",
                node.name.span,
                f"`{of.name}` is paid in {of.quote}, `{traded[0].name}` in {traded[0].quote}",
                "another currency than the account's",
                help=f"an account holds one currency: trade an instrument quoted in {traded[0].quote}",
            )
            return False
    return True


def _in_one_unit(
    context: Context, nodes: Sequence[tree.Instrument], traded: Sequence[Instrument]
) -> tuple[Instrument, ...] | None:
    decimals = max(of.money_decimals for of in traded)
    found = []
    for node, of in zip(nodes, traded, strict=True):
        factor = 10 ** (decimals - of.money_decimals)
        made = replace(
            of,
            money_decimals=decimals,
            money_per_unit=of.money_per_unit * factor,
            min_notional=of.min_notional * factor,
        )
        if decimals > _MOST_DECIMALS or max(made.money_per_unit, made.min_notional) >= markets.MAX_MONEY:
            context.report(
                "E0108",
                node.name.span,
                "the tick and lot of the instruments together are too far apart",
                f"money needs {decimals} decimals, and must fit 64 bits",
                help="use a coarser `lot` or `data_tick` for the finer one",
            )
            return None
        found.append(made)
    return tuple(found)


def have_feeds(
    context: Context, nodes: Sequence[tree.Instrument], traded: Sequence[Instrument], feeds: Sequence[Feed]
) -> bool:
    """Each instrument is filled and marked on a feed of its own, all of them of one period; else False after a report."""
    finest: list[int] = []
    for index, node in enumerate(nodes):
        periods = [feed.every for feed in feeds if feed.instrument == index and feed.is_bars]
        if not periods:
            context.report(
                "E0616",
                node.name.span,
                f"`{traded[index].name}` has no feed",
                "nothing says what it costs",
                help=f"add one: `feed {traded[index].base.lower()}: ohlcv({traded[index].name}, every = …);`",
            )
            return False
        finest.append(min(periods))
        if finest[-1] != finest[0]:
            context.report(
                "E0616",
                node.name.span,
                f"the finest bars of `{traded[index].name}` are not as long as those of `{traded[0].name}`",
                "orders on both are filled along bars of one length",
                help="give both a feed of the same `every`; slower ones may be added with `resample`",
            )
            return False
    return True
