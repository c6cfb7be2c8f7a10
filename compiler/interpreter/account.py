"""Positions and money of a strategy, in whole lots and whole money units (semantics.md, Account): average cost, no rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..program import Instrument, Scale

LARGEST_MONEY = (2**63 - 1) // 2


class Fault(Exception):  # noqa: N818 - the word of kernel.h
    """A broken promise that ends the run: POSITION, MONEY, REPORT or ADOPT."""


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
class Holding:
    """What the account holds of one instrument. cost: paid for the open position. mark: the last close in price units, 0 before the
    first bar. dust: base fees, less than a lot of them, in smallest base units.

    A round trip goes from flat to flat, or to the other side. trip_began_at: realised - fees.
    """

    instrument: Instrument
    realised: int = 0
    fees: int = 0
    cost: int = 0
    position: int = 0
    mark: int = 0
    dust: int = 0
    trip_is_open: bool = False
    trip_began_at: int = 0

    def notional(self, lots: int, price: int) -> int:
        return lots * price * self.instrument.money_per_unit

    @property
    def net(self) -> int:
        """What the position is worth at the mark."""
        return self.notional(self.position, self.mark)

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

    def end_trip(self) -> bool:
        """The round trip that ended just now: did it lose?"""
        earned = self.realised - self.fees
        lost, self.trip_began_at = earned < self.trip_began_at, earned
        return lost

    def in_base(self, lots: int) -> float:
        """Lots as an amount of the base asset."""
        return scaled(lots, self.instrument.lot)


class Account:
    """All holdings and the money they share. streak: how many round trips in a row lost."""

    def __init__(self, instruments: Sequence[Instrument], capital: int) -> None:
        self.holdings = [Holding(of) for of in instruments]
        self.money = Scale(1, instruments[0].money_decimals)
        self.capital = self.equity = capital
        self.streak = 0

    @property
    def realised(self) -> int:
        return sum(h.realised for h in self.holdings)

    @property
    def fees(self) -> int:
        return sum(h.fees for h in self.holdings)

    @property
    def cash(self) -> int:
        return self.capital + self.realised - self.fees - sum(h.cost for h in self.holdings)

    def check(self) -> None:
        """After a fill: what all holdings have together is an amount that can be kept."""
        for total in (self.realised, self.fees, sum(h.cost for h in self.holdings)):
            held(total)

    def net(self, instrument: int | None = None) -> int:
        """What positions are worth at their marks: of one instrument, or together."""
        return sum(h.net for h in self._of(instrument))

    def exposure(self, instrument: int | None = None) -> int:
        """The same, whatever their side; at most what a word holds."""
        return min(sum(abs(h.net) for h in self._of(instrument)), 2**63 - 1)

    def _of(self, instrument: int | None) -> Sequence[Holding]:
        return self.holdings if instrument is None else self.holdings[instrument : instrument + 1]

    def revalue(self) -> None:
        value = 0
        for holding in self.holdings:
            value = held(value + held(holding.net))
        self.equity = held(self.capital + self.realised + value - sum(h.cost for h in self.holdings) - self.fees)

    def end_trip(self, holding: Holding) -> None:
        """Counts the round trip that ended just now."""
        self.streak = self.streak + 1 if holding.end_trip() else 0

    def in_quote(self, money: int) -> float:
        """Money units as an amount of the account's currency."""
        return scaled(money, self.money)
