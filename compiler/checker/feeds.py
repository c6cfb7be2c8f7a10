"""The bar feed a strategy subscribes to."""

from __future__ import annotations

from ...lang import tree
from ..program import Feed, Instrument
from ..units import asset
from .arguments import named_arguments
from .context import Context
from .literals import nanoseconds
from .values import FeedValue

DAY = 86_400 * 10**9
_LATER = {"resample", "trade", "trades", "quote", "quotes", "l2", "l3", "book", "funding", "open_interest", "text"}


def feed(context: Context, node: tree.Feed, found: Instrument) -> tuple[Feed, FeedValue] | None:
    """The feed as the program has it and as expressions see it, or None after a report."""
    call = node.call
    if call.name.text != "ohlcv":
        if call.name.text in _LATER:
            context.report("E0901", call.name.span, f"feeds of `{call.name.text}` are not built yet", help="`ohlcv` is")
        else:
            context.reporter.unknown(
                call.name.span, "schema", call.name.text, ("ohlcv",), help="as in `ohlcv(BTC_USDT, every = 1h)`"
            )
        return None
    first = call.arguments[0] if call.arguments else None
    if first is None or first.name is not None or not isinstance(first.value, tree.Upper):
        context.report(
            "E0106", call.name.span, "a feed names its instrument first", help=f"`ohlcv({found.name}, every = 1h)`"
        )
        return None
    if first.value.text != found.name:
        context.reporter.unknown(first.value.span, "instrument", first.value.text, (found.name,))
        return None
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
    quote, base = asset(found.quote), asset(found.base)
    return Feed(node.name.text, "ohlcv", 1, 0, period, context.place(node.span)), FeedValue(
        0, node.name.text, "ohlcv", quote, base, node.name.span
    )
