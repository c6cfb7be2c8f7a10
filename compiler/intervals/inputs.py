"""What is known of values that come from outside: parameters in their range, columns as the readers check them, the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ..program import Feed, Instrument, Kind, Latched, Param, Program, Scale
from .interval import EITHER, FINITE, HIGHEST_INTEGER, LARGEST, LOWEST_INTEGER, Interval, anything

PRICE_LIMIT = 10**15  # price units, as the readers know it: STRATC_PRICE_LIMIT
MOST_ORDERS = 2**20  # open at once, far above what any program can have
_WORD = 2**63


@dataclass(frozen=True, slots=True)
class Inputs:
    """ranges: the ends of each parameter that has a range. Without instruments nothing is known of prices."""

    ranges: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    instruments: tuple[Instrument, ...] = ()
    feeds: tuple[Feed, ...] = ()
    traded: tuple[int, ...] = ()  # the instrument of each template

    def param(self, index: int, kind: Kind) -> Interval:
        """Always finite: nothing else is taken for a parameter."""
        low, high = self.ranges.get(index, (-LARGEST, LARGEST))
        if kind is Kind.BOOL:
            return EITHER
        if kind is Kind.NUMBER:
            return Interval(max(low, -LARGEST), min(high, LARGEST))
        return Interval(
            LOWEST_INTEGER if low <= LOWEST_INTEGER else int(low),
            HIGHEST_INTEGER if high >= HIGHEST_INTEGER else int(high),
        )

    def column(self, name: str, feed: int) -> Interval:
        """Of a bar that was read: prices from one unit of the data on, volume from nothing on."""
        if name == "volume":
            return Interval(0.0, LARGEST)
        if feed >= len(self.feeds) or not self.feeds[feed].is_bars:
            return FINITE
        return _prices(self.instruments[self.feeds[feed].instrument].price)

    def latched(self, expr: Latched) -> Interval:
        """Integers of 64 bits in their units."""
        if expr.kind is Kind.BOOL:
            return EITHER
        match expr.name:
            case "open_orders":
                return Interval(0, MOST_ORDERS)
            case "age":
                return Interval(0, HIGHEST_INTEGER)
        of = self._instrument(expr)
        return anything(expr.kind, expr.optional) if of is None else _amount(expr, of).with_na(expr.optional)

    def _instrument(self, expr: Latched) -> Instrument | None:
        """Whose amount it is; money is in the same unit for all."""
        if expr.template is None:
            return self.instruments[expr.instrument or 0] if self.instruments else None
        known = bool(self.instruments) and expr.template < len(self.traded)
        return self.instruments[self.traded[expr.template]] if known else None


def of_program(program: Program) -> Inputs:
    traded = tuple(t.instrument for t in program.templates)
    return Inputs(ranges(program.params), program.instruments, program.feeds, traded)


def ranges(params: tuple[Param, ...]) -> dict[int, tuple[float, float]]:
    return {
        index: (-LARGEST if p.low is None else p.low, LARGEST if p.high is None else p.high)
        for index, p in enumerate(params)
        if p.kind is not Kind.BOOL
    }


def _amount(expr: Latched, instrument: Instrument) -> Interval:
    money = _scaled(_WORD, Scale(1, instrument.money_decimals))
    match expr.name:
        case "position" | "cum":
            most = _scaled(_WORD, instrument.lot)
        case "avg_px":  # a sum of lots * price units, divided by lots
            most = float(_WORD) * _scaled(1, instrument.price)
        case _:
            most = money
    return Interval(0.0 if expr.name == "exposure" else -most, most)


@cache
def _prices(step: Scale) -> Interval:
    return Interval(_scaled(1, step), _scaled(PRICE_LIMIT, step))


def _scaled(count: int, scale: Scale) -> float:
    """As the run turns whole units into a double."""
    return float(count * scale.numerator) / 10.0**scale.decimals
