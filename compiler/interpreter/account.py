"""Position and money of a strategy, in whole lots and whole money units (semantics.md, Account): average cost, no rounding."""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Instrument, Scale

LARGEST_MONEY = (2**63 - 1) // 2


class Fault(Exception):  # noqa: N818 - the word of kernel.h
    """A broken promise that ends the run: POSITION, MONEY or REPORT."""


def scaled(count: int, scale: Scale) -> float:
    """count * scale, from an integer that a double holds exactly: correctly rounded."""
    return float(count * scale.numerator) / 10.0**scale.decimals


def held(amount: int) -> int:
    """An amount that is kept; a fault where it is too large for sums of two to fit 64 bits."""
    if abs(amount) > LARGEST_MONEY:
        raise Fault("MONEY")
    return amount


def _share(whole: int, part: int, of: int) -> int:
    """whole * part / of, truncated toward zero."""
    share = abs(whole) * part // of
    return -share if whole < 0 else share


def _rounded_up(whole: int, of: int) -> int:
    return -(-whole // of)


@dataclass(slots=True)
class Account:
    """cost: paid for the open position. mark: the last close in price units, 0 before the first bar. dust: base fees, less than a
    lot of them, in smallest base units.

    A round trip goes from flat to flat, or to the other side. streak: how many in a row lost.
    """

    instrument: Instrument
    capital: int
    realised: int = 0
    fees: int = 0
    cost: int = 0
    position: int = 0
    mark: int = 0
    equity: int = 0
    dust: int = 0
    streak: int = 0
    trip_is_open: bool = False
    trip_began_at: int = 0  # realised - fees

    def __post_init__(self) -> None:
        self.equity = self.capital

    def notional(self, lots: int, price: int) -> int:
        return lots * price * self.instrument.money_per_unit

    def revalue(self) -> None:
        value = held(self.notional(self.position, self.mark))
        self.equity = held(self.capital + self.realised + (value - self.cost) - self.fees)

    def fill(self, lots: int, price: int, fee: int, *, in_base: bool) -> None:
        """lots: signed. A fee in base units is paid by selling the lots that it takes at the price of the fill."""
        self._trade(lots, price)
        if in_base:
            units = self.instrument.lot_units
            self.fees = held(self.fees + _rounded_up(self.notional(fee, price), units))
            taken, self.dust = divmod(self.dust + fee, units)
            self._trade(-taken, price)
        else:
            self.fees = held(self.fees + fee)

    def _trade(self, lots: int, price: int) -> None:
        """What closes takes its share of the cost; the rest opens."""
        closing = min(abs(lots), abs(self.position)) if lots * self.position < 0 else 0
        closed = -closing if lots < 0 else closing
        if closing:
            share = _share(self.cost, closing, abs(self.position))
            self.realised = held(self.realised + self.notional(-closed, price) - share)
            self.cost -= share
        self.cost = held(self.cost + self.notional(lots - closed, price))
        self.position += lots

    def end_trip(self) -> None:
        """Counts the round trip that ended just now."""
        earned = self.realised - self.fees
        self.streak = self.streak + 1 if earned < self.trip_began_at else 0
        self.trip_began_at = earned

    @property
    def cash(self) -> int:
        return self.capital + self.realised - self.fees - self.cost

    def in_quote(self, money: int) -> float:
        return scaled(money, Scale(1, self.instrument.money_decimals))

    def in_base(self, lots: int) -> float:
        return scaled(lots, self.instrument.lot)
