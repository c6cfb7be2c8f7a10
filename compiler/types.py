"""Types of values, stages, and how both are shown to people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from .program import Kind
from .units import RATIO, Unit


class Stage(IntEnum):
    """When a value is known: written down, given at start, computed at start, or at a tick."""

    CONST = 0
    PARAM = 1
    INIT = 2
    TICK = 3


class Base(Enum):
    NUMBER = "number"  # f64 with a unit
    COUNT = "count"
    DURATION = "duration"
    TIME = "time"
    BOOL = "bool"
    ENUM = "enumeration"
    POISON = "?"  # of an expression that was already reported


_KINDS = {
    Base.NUMBER: Kind.NUMBER,
    Base.COUNT: Kind.INTEGER,
    Base.DURATION: Kind.INTEGER,
    Base.TIME: Kind.INTEGER,
    Base.BOOL: Kind.BOOL,
    Base.ENUM: Kind.INTEGER,
    Base.POISON: Kind.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Enumeration:
    """members: a value is its place among them."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """unit is meaningful for NUMBER only, enumeration for ENUM only."""

    base: Base
    unit: Unit = RATIO
    optional: bool = False
    enumeration: Enumeration | None = None

    @property
    def kind(self) -> Kind:
        return _KINDS[self.base]

    @property
    def poisoned(self) -> bool:
        return self.base is Base.POISON

    def plain(self) -> Type:
        return replace(self, optional=False)

    def maybe(self, optional: bool = True) -> Type:
        return replace(self, optional=self.optional or optional)

    def agrees(self, other: Type) -> bool:
        """The same but for optionality; poison agrees with everything."""
        return (
            self.poisoned
            or other.poisoned
            or (self.base is other.base and self.unit == other.unit and self.enumeration == other.enumeration)
        )


POISON = Type(Base.POISON)
NUMBER = Type(Base.NUMBER)
COUNT = Type(Base.COUNT)
DURATION = Type(Base.DURATION)
TIME = Type(Base.TIME)
BOOL = Type(Base.BOOL)


def show(type_: Type, bases: frozenset[str] = frozenset()) -> str:
    """`price<USDT>`, `qty<BTC>`, `ratio?` … bases: the assets that are some instrument's base (so `BTC` alone is a quantity)."""
    mark = "?" if type_.optional else ""
    if type_.enumeration is not None:
        return f"{type_.enumeration.name}{mark}"
    if type_.base is not Base.NUMBER:
        return f"{type_.base.value}{mark}"
    return _show_unit(type_.unit, bases) + mark


def _show_unit(unit: Unit, bases: frozenset[str]) -> str:
    if unit == RATIO:
        return "ratio"
    price = unit.as_price()
    if price is not None:
        quote, base = price
        return (
            f"price<{quote}>"
            if not bases or str(base) in bases or str(base).endswith("'")
            else f"price<{quote}/{base}>"
        )
    if len(unit.exponents) == 1 and unit.exponents[0][1] == 1:
        name: str = unit.exponents[0][0]
        return f"qty<{name}>" if name in bases or name.endswith("'") else f"notional<{name}>"
    return f"number<{unit}>"
