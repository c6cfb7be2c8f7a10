"""The instrument: exact decimals in, integers out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import cast

from ...lang import tree
from ..program import Allow, Instrument
from .arguments import amount, named_arguments, scale, upper
from .calendars import ALWAYS, Calendar, calendar
from .context import Context, Market
from .literals import decimal

MAX_MONEY = 2**62
MAX_QTY = 1_073_741_823  # what a frame carries
_REQUIRED = ("venue", "base", "quote", "tick", "lot")
_OPTIONAL = (
    "data_tick",
    "min_qty",
    "min_notional",
    "max_qty",
    "multiplier",
    "allow",
    "calendar",
    "maker_fee",
    "taker_fee",
    "fee_in",
    "settle",
)
_KINDS = ("spot", "equity", "perp")
_LATER = {"future", "option", "cfd"}
_EXAMPLE = {
    "venue": 'venue = "binance"',
    "base": "base = BTC",
    "quote": "quote = USDT",
    "tick": "tick = 0.01 USDT",
    "lot": "lot = 0.00001 BTC",
}


@dataclass(frozen=True, slots=True)
class _Terms:
    """What is neither asset nor grid. maker, taker: parts per 10^8 of the notional."""

    allow: Allow
    calendar: Calendar
    fee_in_base: bool
    maker: int
    taker: int
    multiplier: Decimal


def instrument(context: Context, node: tree.Instrument) -> Instrument | None:
    """The instrument in integers, or None after a report."""
    kind = node.call.name
    if kind.text in _LATER:
        context.report(
            "E0901", kind.span, f"`{kind.text}` instruments are not built yet", help="`spot`, `equity` and `perp` are"
        )
        return None
    if kind.text not in _KINDS:
        context.reporter.unknown(kind.span, "kind of instrument", kind.text, _KINDS, help="`spot`, `equity` or `perp`")
        return None
    given = named_arguments(context, node.call, _REQUIRED + _OPTIONAL)
    if given is None:
        return None
    for name in _REQUIRED:
        if name not in given:
            context.report(
                "E0106",
                kind.span,
                f"instrument `{node.name.text}` needs `{name}`",
                "argument missing",
                help=f"as in `{_EXAMPLE[name]}`",
            )
            return None
    base, quote = upper(context, given["base"], "an asset"), upper(context, given["quote"], "an asset")
    venue = given["venue"]
    if not isinstance(venue, tree.Text):
        context.report("E0108", venue.span, "`venue` is a text", help='as in `venue = "binance"`')
        return None
    terms = _terms(context, given, kind.text)
    if base is None or quote is None or terms is None:
        return None
    if base == quote:
        context.report(
            "E0108", given["quote"].span, "`base` and `quote` are the same asset", f"{quote} priced in {quote}"
        )
        return None
    return _integers(context, node, given, terms, venue.value, base, quote)


def _integers(
    context: Context,
    node: tree.Instrument,
    given: dict[str, tree.Expr],
    terms: _Terms,
    venue: str,
    base: str,
    quote: str,
) -> Instrument | None:
    tick = amount(context, given["tick"], quote, "tick")
    lot = amount(context, given["lot"], base, "lot")
    data_tick = amount(context, given["data_tick"], quote, "data_tick") if "data_tick" in given else tick
    if tick is None or lot is None or data_tick is None:
        return None
    if tick % data_tick != 0:
        context.report(
            "E0108", given["data_tick"].span, "`data_tick` must divide `tick`", f"{tick} is no multiple of {data_tick}"
        )
        return None
    limits = _limits(context, given, base, quote, lot)
    if limits is None:
        return None
    price, size, worth = scale(data_tick), scale(lot), scale(terms.multiplier)
    decimals = price.decimals + size.decimals + worth.decimals
    money_decimals = max(8, decimals)
    base_decimals = max(8, size.decimals)
    result = Instrument(
        name=node.name.text,
        kind=node.call.name.text,
        venue=venue,
        base=base,
        quote=quote,
        price=price,
        tick=int(tick / data_tick),
        lot=size,
        money_per_unit=price.numerator * size.numerator * worth.numerator * 10 ** (money_decimals - decimals),
        money_decimals=money_decimals,
        min_qty=max(1, math.ceil(Fraction(limits["min_qty"]) / Fraction(lot))),
        min_notional=int(limits["min_notional"] * 10**money_decimals),
        max_qty=min(MAX_QTY, int(limits["max_qty"] // lot)),
        maker_fee=terms.maker,
        taker_fee=terms.taker,
        all_days=terms.calendar.name == ALWAYS,
        place=context.place(node.span),
        allow=terms.allow,
        fee_in_base=terms.fee_in_base,
        base_decimals=base_decimals,
        lot_units=size.numerator * 10 ** (base_decimals - size.decimals) if terms.fee_in_base else 1,
        calendar=terms.calendar.name,
        sessions=terms.calendar.sessions,
        days=terms.calendar.days,
        library=terms.calendar.library,
    )
    return result if _representable(context, node, result) else None


def _limits(
    context: Context, given: dict[str, tree.Expr], base: str, quote: str, lot: Decimal
) -> dict[str, Decimal] | None:
    limits = {"min_qty": Decimal(0), "min_notional": Decimal(0), "max_qty": Decimal(MAX_QTY) * lot}
    for name in limits:
        if name in given:
            found = amount(context, given[name], quote if name == "min_notional" else base, name)
            if found is None:
                return None
            limits[name] = found
    return limits


def _representable(context: Context, node: tree.Instrument, found: Instrument) -> bool:
    """Do the grids and limits fit the 64-bit integers of the runtime, and is there a size that may be ordered?"""
    title = None
    if found.money_decimals > 15:
        title, label = "tick and lot together are too fine", "money needs more than 15 decimals"
    elif max(found.tick, found.money_per_unit, found.min_notional, found.lot_units) >= MAX_MONEY:
        title, label = "tick, lot or `min_notional` are too large", "money does not fit 64 bits"
    elif found.max_qty < found.min_qty:
        title, label = "no order size is allowed", f"at least {found.min_qty} lots and at most {found.max_qty}"
    if title is not None:
        context.report("E0108", node.name.span, title, label)
    return title is None


def report_which(context: Context, span: tree.Span, title: str, help_: str) -> None:
    """A word that has a meaning for one instrument, where several are traded."""
    names = ", ".join(f"`{m.name}`" for m in context.shared.markets)
    context.report("E0615", span, title, f"the strategy trades {names}", help=help_)


def market_of(found: Instrument) -> Market:
    tick = Decimal(found.price.numerator * found.tick).scaleb(-found.price.decimals)
    lot = Decimal(found.lot.numerator).scaleb(-found.lot.decimals)
    return Market(found.name, found.quote, found.base, tick, lot, found.allow, found.calendar)


# ---- the terms of trade


def _terms(context: Context, given: dict[str, tree.Expr], kind: str) -> _Terms | None:
    allow = _word(context, given, "allow", {"LONG", "SHORT", "BOTH"})
    fee_in = _word(context, given, "fee_in", {"QUOTE", "BASE"})
    settle = _word(context, given, "settle", {"LINEAR"}, {"INVERSE", "QUANTO"})
    hours = calendar(context, given.get("calendar"))
    maker, taker = (_fee(context, given, name) for name in ("maker_fee", "taker_fee"))
    multiplier = _multiplier(context, given.get("multiplier"))
    if allow is None or fee_in is None or settle is None or hours is None:
        return None
    if maker is None or taker is None or multiplier is None:
        return None
    spot = kind == "spot"
    impossible = {
        "allow": (spot and allow != "LONG", "what is not owned can't be sold on a spot market", "write `allow = LONG`"),
        "settle": ("settle" in given and kind != "perp", f"`{kind}` has no settlement", "remove `settle`"),
        "multiplier": (spot and multiplier != 1, "a spot market trades the asset itself", "remove `multiplier`"),
        "fee_in": (not spot and fee_in == "BASE", f"a fee of `{kind}` is in the quote currency", "remove `fee_in`"),
        "maker_fee": (fee_in == "BASE" and maker < 0, "a rebate is paid in the quote currency", "`fee_in = QUOTE`"),
    }
    for name, (holds, title, help_) in impossible.items():
        if holds:
            context.report("E0608", given[name].span, title, f"not possible for `{kind}`", help=help_)
            return None
    return _Terms(cast(Allow, allow), hours, fee_in == "BASE", maker, taker, multiplier)


_FIRST = {"allow": "LONG", "fee_in": "QUOTE", "settle": "LINEAR"}


def _word(
    context: Context,
    given: dict[str, tree.Expr],
    name: str,
    known: set[str],
    later: set[str] = frozenset(),  # type: ignore[assignment]
) -> str | None:
    """A word of a closed list, or its first one where none is given; None after a report."""
    node = given.get(name)
    if node is None:
        return _FIRST[name]
    if isinstance(node, tree.Upper) and node.text in known:
        return node.text
    if isinstance(node, tree.Upper) and node.text in later:
        context.report(
            "E0901", node.span, f"`{name} = {node.text}` is not built yet", help=f"built: {', '.join(sorted(known))}"
        )
        return None
    text = context.reporter.source.text[node.span.start : node.span.end]
    context.reporter.unknown(node.span, f"`{name}`", text, known | later, help=f"one of {', '.join(sorted(known))}")
    return None


def _multiplier(context: Context, node: tree.Expr | None) -> Decimal | None:
    """What one unit of the base is worth at a price of one."""
    if node is None:
        return Decimal(1)
    value = decimal(node.text) if isinstance(node, tree.Number) else Decimal(0)
    if not 0 < value <= 10**9 or -int(value.normalize().as_tuple().exponent) > 6:
        context.report(
            "E0108",
            node.span,
            "`multiplier` is a number above 0, with at most 6 decimals",
            help="as in `multiplier = 50`",
        )
        return None
    return value


def _fee(context: Context, given: dict[str, tree.Expr], name: str) -> int | None:
    """Parts per 10^8 of notional; a maker's may be a rebate."""
    node = given.get(name)
    if node is None:
        return 0
    rebate = name == "maker_fee" and isinstance(node, tree.Unary) and node.op == "-"
    share = node.operand if rebate and isinstance(node, tree.Unary) else node
    factor = {"bps": Decimal(10_000), "pct": Decimal(1_000_000)}
    if isinstance(share, tree.Quantity) and share.unit in factor:
        parts = decimal(share.text) * factor[share.unit]
        if parts == int(parts) and parts < 10**8:
            return -int(parts) if rebate else int(parts)
    context.report(
        "E0108",
        node.span,
        f"`{name}` is a share of the notional",
        help=f"as in `{name} = 5bps`" + (", or `-1bps` for a rebate" if name == "maker_fee" else ""),
    )
    return None
