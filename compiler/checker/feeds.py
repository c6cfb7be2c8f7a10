"""The bar feeds a strategy subscribes to: `ohlcv` from data, `resample` from another feed."""

from __future__ import annotations

from collections.abc import Sequence

from ...lang import tree
from ..program import Feed, Instrument
from ..units import asset
from .arguments import named_arguments
from .context import Context
from .literals import nanoseconds
from .values import FeedValue

DAY = 86_400 * 10**9
MOST_FEEDS = 32  # of one program: bits of the set that ticked
_LATER = {"trade", "trades", "quote", "quotes", "l2", "l3", "book", "funding", "open_interest", "text"}


def feed(
    context: Context, node: tree.Feed, instruments: Sequence[Instrument], before: Sequence[Feed]
) -> tuple[Feed, FeedValue] | None:
    """The feed as the program has it and as expressions see it, or None after a report. before: those declared above it."""
    schema = node.call.name
    if schema.text not in ("ohlcv", "resample"):
        if schema.text in _LATER:
            context.report(
                "E0901", schema.span, f"feeds of `{schema.text}` are not built yet", help="`ohlcv` and `resample` are"
            )
        else:
            context.reporter.unknown(
                schema.span, "schema", schema.text, ("ohlcv", "resample"), help="as in `ohlcv(BTC_USDT, every = 1h)`"
            )
        return None
    if schema.text == "resample":
        return _resampled(context, node, instruments, before)
    first = node.call.arguments[0] if node.call.arguments else None
    names = [i.name for i in instruments]
    if first is None or first.name is not None or not isinstance(first.value, tree.Upper):
        context.report(
            "E0106", schema.span, "a feed names its instrument first", help=f"`ohlcv({names[0]}, every = 1h)`"
        )
        return None
    if first.value.text not in names:
        context.reporter.unknown(first.value.span, "instrument", first.value.text, names)
        return None
    period = _period(context, node)
    if period is None:
        return None
    return _made(context, node, instruments, names.index(first.value.text), period, len(before), None)


def _resampled(
    context: Context, node: tree.Feed, instruments: Sequence[Instrument], before: Sequence[Feed]
) -> tuple[Feed, FeedValue] | None:
    first = node.call.arguments[0] if node.call.arguments else None
    names = [f.name for f in before]
    if first is None or first.name is not None or not isinstance(first.value, tree.Name):
        context.report(
            "E0106", node.call.name.span, "`resample` names a feed first", help="as in `resample(bars, every = 1h)`"
        )
        return None
    if first.value.text not in names:
        context.reporter.unknown(
            first.value.span, "feed", first.value.text, names, help="a feed is declared before those made of it"
        )
        return None
    period = _period(context, node)
    if period is None:
        return None
    index = names.index(first.value.text)
    source = before[index]
    if period <= source.every or period % source.every:
        context.report(
            "E0323",
            node.call.span,
            f"`{node.name.text}` is not made of whole bars of `{source.name}`",
            "not a multiple of its period",
            help=f"choose an `every` that is a multiple of that of `{source.name}`",
        )
        return None
    return _made(context, node, instruments, source.instrument, period, len(before), index)


def _period(context: Context, node: tree.Feed) -> int | None:
    call = node.call
    named = named_arguments(context, tree.Call(call.name, call.arguments[1:], span=call.span), ("every",))
    if named is None:
        return None
    every = named.get("every")
    period = nanoseconds(every) if isinstance(every, tree.Quantity) else None
    if period is None or period <= 0 or (period < DAY and DAY % period) or (period > DAY and period % DAY):
        context.report(
            "E0106" if every is None else "E0108",
            (every or call.name).span,
            "`every` is a period that divides the day, or whole days",
            help="as in `every = 1min`, `every = 4h`, `every = 1d`",
        )
        return None
    return period


def _made(
    context: Context,
    node: tree.Feed,
    instruments: Sequence[Instrument],
    instrument: int,
    period: int,
    index: int,
    source: int | None,
) -> tuple[Feed, FeedValue]:
    of = instruments[instrument]
    quote, base = asset(of.quote), asset(of.base)
    made = Feed(node.name.text, "ohlcv", 1, instrument, period, context.place(node.span), source)
    return made, FeedValue(index, node.name.text, "ohlcv", quote, base, node.name.span)
