"""Instrument and account: exact decimals in, integers out."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ...lang import tree
from ..program import Instrument, Scale
from .context import Context, Market
from .literals import decimal

MAX_MONEY = 2**62
MAX_QTY = 1_073_741_823  # what a frame carries
_REQUIRED = ("venue", "base", "quote", "tick", "lot")
_OPTIONAL = ("data_tick", "min_qty", "min_notional", "max_qty", "allow", "calendar", "maker_fee", "taker_fee")
_KINDS = ("spot", "equity")
_LATER = {"perp", "future", "option", "cfd"}


def instrument(context: Context, node: tree.Instrument) -> Instrument | None:
    """The instrument in integers, or None after a report."""
    kind = node.call.name
    if kind.text in _LATER:
        context.report(
            "E0901", kind.span, f"`{kind.text}` instruments are not built yet", help="`spot` and `equity` are"
        )
        return None
    if kind.text not in _KINDS:
        context.reporter.unknown(kind.span, "kind of instrument", kind.text, _KINDS, help="`spot` or `equity`")
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
    base, quote = _upper(context, given["base"], "an asset"), _upper(context, given["quote"], "an asset")
    venue = given["venue"]
    if not isinstance(venue, tree.Text):
        context.report("E0108", venue.span, "`venue` is a text", help='as in `venue = "binance"`')
        return None
    if base is None or quote is None or not _words(context, given):
        return None
    if base == quote:
        context.report(
            "E0108", given["quote"].span, "`base` and `quote` are the same asset", f"{quote} priced in {quote}"
        )
        return None
    return _integers(context, node, given, venue.value, base, quote)


_EXAMPLE = {
    "venue": 'venue = "binance"',
    "base": "base = BTC",
    "quote": "quote = USDT",
    "tick": "tick = 0.01 USDT",
    "lot": "lot = 0.00001 BTC",
}


def _integers(
    context: Context, node: tree.Instrument, given: dict[str, tree.Expr], venue: str, base: str, quote: str
) -> Instrument | None:
    tick = _amount(context, given["tick"], quote, "tick")
    lot = _amount(context, given["lot"], base, "lot")
    data_tick = _amount(context, given["data_tick"], quote, "data_tick") if "data_tick" in given else tick
    if tick is None or lot is None or data_tick is None:
        return None
    if tick % data_tick != 0:
        context.report(
            "E0108", given["data_tick"].span, "`data_tick` must divide `tick`", f"{tick} is no multiple of {data_tick}"
        )
        return None
    price, size = _scale(data_tick), _scale(lot)
    money_decimals = max(8, price.decimals + size.decimals)
    money_per_unit = price.numerator * size.numerator * 10 ** (money_decimals - price.decimals - size.decimals)
    amounts = {"min_qty": Decimal(0), "min_notional": Decimal(0), "max_qty": Decimal(MAX_QTY) * lot}
    for name in amounts:
        if name in given:
            found = _amount(context, given[name], quote if name == "min_notional" else base, name)
            if found is None:
                return None
            amounts[name] = found
    maker, taker = (_fee(context, given, name) for name in ("maker_fee", "taker_fee"))
    if maker is None or taker is None:
        return None
    result = Instrument(
        name=node.name.text,
        kind=node.call.name.text,
        venue=venue,
        base=base,
        quote=quote,
        price=price,
        tick=int(tick / data_tick),
        lot=size,
        money_per_unit=money_per_unit,
        money_decimals=money_decimals,
        min_qty=max(1, math.ceil(Fraction(amounts["min_qty"]) / Fraction(lot))),
        min_notional=int(amounts["min_notional"] * 10**money_decimals),
        max_qty=min(MAX_QTY, int(amounts["max_qty"] // lot)),
        maker_fee=maker,
        taker_fee=taker,
        all_days=not (isinstance(given.get("calendar"), tree.Upper) and given["calendar"].text != "ALWAYS"),  # type: ignore[union-attr]
        place=context.place(node.span),
    )
    return result if _representable(context, node, result) else None


def _representable(context: Context, node: tree.Instrument, found: Instrument) -> bool:
    """Do the grids and limits fit the 64-bit integers of the runtime, and is there a size that may be ordered?"""
    title = None
    if found.money_decimals > 15:
        title, label = "tick and lot together are too fine", "money needs more than 15 decimals"
    elif max(found.tick, found.money_per_unit, found.min_notional) >= MAX_MONEY:
        title, label = "tick, lot or `min_notional` are too large", "money does not fit 64 bits"
    elif found.max_qty < found.min_qty:
        title, label = "no order size is allowed", f"at least {found.min_qty} lots and at most {found.max_qty}"
    if title is not None:
        context.report("E0108", node.name.span, title, label)
    return title is None


def market_of(found: Instrument) -> Market:
    tick = Decimal(found.price.numerator * found.tick).scaleb(-found.price.decimals)
    lot = Decimal(found.lot.numerator).scaleb(-found.lot.decimals)
    return Market(found.name, found.quote, found.base, tick, lot)


def _words(context: Context, given: dict[str, tree.Expr]) -> bool:
    """`allow` and `calendar`: what of them runs today."""
    allow = given.get("allow")
    if allow is not None and not (isinstance(allow, tree.Upper) and allow.text == "LONG"):
        context.report("E0901", allow.span, "short positions are not built yet", help="write `allow = LONG`")
        return False
    calendar = given.get("calendar")
    if calendar is not None and not (isinstance(calendar, tree.Upper) and calendar.text in ("ALWAYS", "XNYS")):
        context.report(
            "E0901",
            calendar.span,
            "this calendar is not built yet",
            help="`ALWAYS` (every day) and `XNYS` (exchange sessions) are",
        )
        return False
    return True


def named_arguments(context: Context, call: tree.Call, known: tuple[str, ...]) -> dict[str, tree.Expr] | None:
    """The arguments of a declaration by name, or None after a report."""
    given: dict[str, tree.Expr] = {}
    for argument in call.arguments:
        if argument.name is None:
            context.report(
                "E0106", argument.span, f"`{call.name.text}` takes named arguments", help=f"as in `{known[0]} = …`"
            )
            return None
        if argument.name not in known:
            context.reporter.unknown(
                argument.span,
                f"argument of `{call.name.text}`",
                argument.name,
                known,
                code="E0106",
                help=f"known: {', '.join(known)}",
            )
            return None
        if argument.name in given:
            context.report("E0106", argument.span, f"`{argument.name}` is given twice")
            return None
        given[argument.name] = argument.value
    return given


def _upper(context: Context, node: tree.Expr, what: str) -> str | None:
    if isinstance(node, tree.Upper):
        return node.text
    context.report("E0108", node.span, f"{what} is written in upper case", help="as in `BTC`")
    return None


def _amount(context: Context, node: tree.Expr, unit: str, what: str) -> Decimal | None:
    """A positive literal amount of one asset, exactly."""
    if not isinstance(node, tree.Amount):
        context.report(
            "E0108", node.span, f"`{what}` is a literal amount of {unit}", help=f"as in `{what} = 0.01 {unit}`"
        )
        return None
    if node.asset != unit:
        context.report(
            "E0211",
            node.span,
            f"`{what}` is an amount of {unit}, not of {node.asset}",
            f"this is {node.asset}",
            help=f"write `{node.text} {unit}`",
        )
        return None
    value = decimal(node.text)
    if value <= 0 or -int(value.normalize().as_tuple().exponent) > 12 or value >= 10**15:
        context.report("E0108", node.span, f"`{what}` must be above 0, below 10^15, with at most 12 decimals")
        return None
    return value


def _scale(value: Decimal) -> Scale:
    _, digits, exponent = value.normalize().as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, digits)))
    return Scale(number * 10 ** max(0, exponent), max(0, -exponent))


def _fee(context: Context, given: dict[str, tree.Expr], name: str) -> int | None:
    """Parts per 10^8 of notional."""
    node = given.get(name)
    if node is None:
        return 0
    factor = {"bps": Decimal(10_000), "pct": Decimal(1_000_000)}
    if isinstance(node, tree.Quantity) and node.unit in factor:
        parts = decimal(node.text) * factor[node.unit]
        if parts == int(parts) and parts < 10**8:
            return int(parts)
    context.report("E0108", node.span, f"`{name}` is a share of the notional", help=f"as in `{name} = 5bps`")
    return None


def capital(context: Context, node: tree.Account, found: Instrument) -> int | None:
    """Declared capital in money units."""
    amount: int | None = None
    seen: dict[str, tree.Span] = {}
    for item in node.fields:
        name = item.name.text
        if name in seen:
            context.report(
                "E0102", item.span, f"`{name}` is given twice", "second one", also=((seen[name], "first one"),)
            )
            return None
        seen[name] = item.span
        if name == "capital":
            value = _amount(context, item.value, found.quote, "capital")
            amount = None if value is None else int(value * 10**found.money_decimals)
            if amount is not None and amount >= MAX_MONEY:
                context.report("E0108", item.value.span, "capital is too large for this tick and lot")
            if value is None or (amount is not None and amount >= MAX_MONEY):
                return None
        elif (name == "mark" and isinstance(item.value, tree.Upper) and item.value.text == "CLOSE") or (
            name == "leverage" and isinstance(item.value, tree.Number) and decimal(item.value.text) == 1
        ):
            continue
        elif name in ("mark", "leverage"):
            context.report(
                "E0901", item.span, f"this `{name}` is not built yet", help="`mark = CLOSE` and `leverage = 1` are"
            )
        else:
            context.reporter.unknown(
                item.name.span, "account field", name, ("capital", "mark", "leverage"), code="E0107"
            )
    if amount is None:
        context.report("E0105", node.span, "the account has no capital", help=f"add `capital = 100_000 {found.quote};`")
    return amount
