"""Types as written → types as meant."""

from __future__ import annotations

from ...lang import tree
from ..types import BOOL, COUNT, DURATION, NUMBER, POISON, TIME, Base, Type
from ..units import Unit, asset
from .context import Context
from .markets import report_which
from .values import EnumEntry

_PLAIN = {"ratio": NUMBER, "count": COUNT, "duration": DURATION, "time": TIME, "bool": BOOL}
_WITH_UNIT = {"price", "qty", "notional", "number"}
TYPE_NAMES = sorted(_PLAIN) + sorted(_WITH_UNIT)


def resolve(context: Context, ref: tree.TypeRef) -> Type:
    """The type a reference means here; POISON after a report."""
    if ref.size is not None:
        context.report("E0901", ref.span, "array types are not built yet", help="use one value per name")
        return POISON
    if ref.name in _PLAIN:
        if ref.arguments:
            context.report("E0217", ref.span, f"`{ref.name}` takes no unit", help=f"write `{ref.name}`")
            return POISON
        return _PLAIN[ref.name].maybe(ref.optional)
    if ref.name in _WITH_UNIT:
        unit = _unit(context, ref)
        return POISON if unit is None else Type(Base.NUMBER, unit, ref.optional)
    entry = context.scope.find(ref.name)
    if isinstance(entry, EnumEntry):
        return Type(Base.ENUM, optional=ref.optional, enumeration=entry.enumeration)
    context.reporter.unknown(
        ref.span, "type", ref.name, TYPE_NAMES, code="E0217", help=f"known types: {', '.join(TYPE_NAMES)}"
    )
    return POISON


def _unit(context: Context, ref: tree.TypeRef) -> Unit | None:
    market = context.market
    if not ref.arguments:
        bare = {"price": market.price, "qty": market.size, "notional": market.notional} if market else {}
        if ref.name in bare:
            return bare[ref.name].unit
    if len(ref.arguments) != 1 or isinstance(ref.arguments[0], tree.TypeRef):
        example = {"price": "price<USDT>", "qty": "qty<BTC>", "notional": "notional<USDT>", "number": "number<U>"}[
            ref.name
        ]
        context.report("E0217", ref.span, f"`{ref.name}` needs one unit", help=f"as in `{example}`")
        return None
    argument = ref.arguments[0]
    quote = _asset(context, argument.numerator)
    if argument.denominator is not None:
        if ref.name != "price":
            context.report("E0217", ref.span, f"`{ref.name}` takes one asset, only a price is one per another")
            return None
        return quote / _asset(context, argument.denominator)
    if ref.name != "price":
        return quote
    base = implied_base(context, argument.numerator, ref.span)
    return None if base is None else quote / base


def _asset(context: Context, name: str) -> Unit:
    return context.generics.get(name, asset(name))


def feed_units(context: Context, ref: tree.TypeRef) -> tuple[Unit, Unit] | None:
    """Quote and base of `ohlcv<Q>` or `ohlcv<Q/B>`; None for a bare `ohlcv`, which takes any feed."""
    argument = ref.arguments[0] if ref.arguments else None
    if not isinstance(argument, tree.UnitRef):
        return None
    quote = argument.numerator
    known = argument.denominator
    base = implied_base(context, quote, ref.span) if known is None else _asset(context, known)
    return None if base is None else (_asset(context, quote), base)


def implied_base(context: Context, quote: str, span: tree.Span) -> Unit | None:
    """The base of `price<Q>`: the instrument's, or for a generic Q what the argument had; None after a report."""
    if quote in context.bases_of:
        return context.bases_of[quote]
    if context.market is not None:
        return asset(context.market.base)
    bases = sorted({m.base for m in context.shared.markets if m.quote == quote})
    if len(bases) == 1:
        return asset(bases[0])
    if not bases or quote in context.generics:
        return asset(f"{quote}'")
    title = f"`price<{quote}>` is the price of which asset?"
    report_which(context, span, title, f"as in `price<{quote}/{bases[0]}>`")
    return None
