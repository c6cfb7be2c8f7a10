"""Types as written → types as meant."""

from __future__ import annotations

from ...lang import tree
from ..types import BOOL, COUNT, DURATION, NUMBER, POISON, TIME, Base, Type
from ..units import Unit, asset
from .context import Context

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
    context.reporter.unknown(
        ref.span, "type", ref.name, TYPE_NAMES, code="E0217", help=f"known types: {', '.join(TYPE_NAMES)}"
    )
    return POISON


def _unit(context: Context, ref: tree.TypeRef) -> Unit | None:
    market = context.shared.market
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
    return quote / implied_base(context, argument.numerator) if ref.name == "price" else quote


def _asset(context: Context, name: str) -> Unit:
    return context.generics.get(name, asset(name))


def feed_units(context: Context, ref: tree.TypeRef) -> tuple[Unit, Unit] | None:
    """Quote and base of `ohlcv<Q>` or `ohlcv<Q/B>`; None for a bare `ohlcv`, which takes any feed."""
    argument = ref.arguments[0] if ref.arguments else None
    if not isinstance(argument, tree.UnitRef):
        return None
    quote = argument.numerator
    base = implied_base(context, quote) if argument.denominator is None else _asset(context, argument.denominator)
    return _asset(context, quote), base


def implied_base(context: Context, quote: str) -> Unit:
    """The base of `price<Q>`: the instrument's, or for a generic Q what the argument had."""
    if quote in context.bases_of:
        return context.bases_of[quote]
    if context.shared.market is not None:
        return asset(context.shared.market.base)
    return asset(f"{quote}'")
