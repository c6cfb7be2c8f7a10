"""Numbers as written: exact decimals first, doubles and integers last."""

from __future__ import annotations

from decimal import Decimal

from ...lang import tree
from ..program import Constant, Kind
from ..types import COUNT, DURATION, NUMBER, Base, Stage, Type
from ..units import RATIO, asset
from .values import Value

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "min": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86_400 * 10**9,
    "w": 7 * 86_400 * 10**9,
}
_RATIOS = {"pct": Decimal("0.01"), "bps": Decimal("0.0001")}
UNITS: dict[str, Decimal] = {**{name: Decimal(n) for name, n in _NANOSECONDS.items()}, **_RATIOS}
MAX_INTEGER = 2**63 - 1


def decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def number(node: tree.Number) -> Value:
    """`20` is a count that fits any number; `2.0` is a ratio literal."""
    value = decimal(node.text)
    if "." in node.text or value > MAX_INTEGER:
        return Value(Constant(Kind.NUMBER, float(value)), NUMBER, Stage.CONST, node.span, literal=True)
    return Value(Constant(Kind.INTEGER, int(value)), COUNT, Stage.CONST, node.span, literal=True)


def amount(node: tree.Amount) -> Value:
    """`100 USDT`: a number of an asset."""
    return Value(
        Constant(Kind.NUMBER, float(decimal(node.text))), Type(Base.NUMBER, asset(node.asset)), Stage.CONST, node.span
    )


def nanoseconds(node: tree.Quantity) -> int | None:
    """A duration literal in whole nanoseconds, or None if the suffix is no duration or the value does not fit."""
    if node.unit not in _NANOSECONDS:
        return None
    value = decimal(node.text) * _NANOSECONDS[node.unit]
    return int(value) if value == int(value) and value <= MAX_INTEGER else None


def quantity(
    node: tree.Quantity, tick: Decimal | None, lot: Decimal | None, price: Type | None, size: Type | None
) -> Value | None:
    """`5min`, `2pct`, `3bars`, `1ticks`, `2lots`; None when the instrument that gives ticks and lots is not known here."""
    value = decimal(node.text)
    if node.unit in _RATIOS:
        return Value(
            Constant(Kind.NUMBER, float(value * _RATIOS[node.unit])), Type(Base.NUMBER, RATIO), Stage.CONST, node.span
        )
    if node.unit == "bars" and value == int(value) <= MAX_INTEGER:
        return Value(Constant(Kind.INTEGER, int(value)), COUNT, Stage.CONST, node.span)
    if node.unit == "ticks" and tick is not None and price is not None:
        return Value(Constant(Kind.NUMBER, float(value * tick)), price, Stage.CONST, node.span)
    if node.unit == "lots" and lot is not None and size is not None:
        return Value(Constant(Kind.NUMBER, float(value * lot)), size, Stage.CONST, node.span)
    whole = nanoseconds(node)
    return None if whole is None else Value(Constant(Kind.INTEGER, whole), DURATION, Stage.CONST, node.span)
