"""Both strategies as anyone would write them: one loop over the bars, long or flat, no lifecycle, no orders, no states.

A signal at the close of one bar trades at the open of the next. Prices are whole units, sizes whole lots, money exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, fsum

from tests.parity.datasets import Bars, Dataset


@dataclass(frozen=True)
class Signal:
    """What one bar's close says."""

    enter: bool
    leave: bool


@dataclass(frozen=True)
class Fill:
    """price in units, qty in lots, fee in the quote currency."""

    bar: int
    time: int
    side: str
    price: int
    qty: int
    fee: Decimal


@dataclass(frozen=True)
class Trade:
    """A finished round trip; pnl in units x lots, before fees."""

    entry: Fill
    exit: Fill
    pnl: int


# ---- indicators


def ema(values: list[float], n: int) -> Iterator[float]:
    a, y = 2.0 / (n + 1), values[0]
    for x in values:
        y = y + a * (x - y)
        yield y


def sma(values: list[float], n: int) -> Iterator[float | None]:
    for i in range(len(values)):
        yield None if i < n - 1 else fsum(values[i - n + 1 : i + 1]) / n


def rsi(values: list[float], n: int) -> Iterator[float | None]:
    """Wilder's: the first averages are plain means of the first n changes."""
    changes = [after - before for before, after in pairwise(values)]
    gains, losses = [max(c, 0.0) for c in changes], [max(-c, 0.0) for c in changes]
    gain, loss = fsum(gains[:n]) / n, fsum(losses[:n]) / n
    yield from [None] * n
    for i in range(n - 1, len(changes)):
        if i >= n:
            gain, loss = gain + (gains[i] - gain) / n, loss + (losses[i] - loss) / n
        yield 50.0 if gain + loss == 0.0 else 100.0 * gain / (gain + loss)


# ---- signals


def ema_cross(closes: list[float], fast_n: int = 24, slow_n: int = 72) -> list[Signal]:
    """Long while the fast average is above the slow one, from crossing to crossing."""
    signals: list[Signal] = []
    before: int | None = None  # which average was higher
    for fast, slow in zip(ema(closes, fast_n), ema(closes, slow_n), strict=True):
        enter = before is not None and before <= 0 and fast > slow
        leave = before is not None and before >= 0 and fast < slow
        signals.append(Signal(enter, leave))
        before = (fast > slow) - (fast < slow)
    return signals


def rsi_reversion(closes: list[float], n: int = 14, low: float = 30.0, high: float = 55.0) -> list[Signal]:
    """In at the second weak bar in a row, unless the price is 2 % below its average or lower; out when strong."""
    signals: list[Signal] = []
    weak = 0
    for close, strength, average in zip(closes, rsi(closes, n), sma(closes, 60), strict=True):
        weak = weak + 1 if strength is not None and strength < low else 0
        if strength is None or average is None:
            signals.append(Signal(False, False))
        else:
            signals.append(Signal(weak == 2 and close / average - 1.0 > -0.02, strength > high))
    return signals


# ---- trading


def lots_for_budget(data: Dataset, close: int, budget: int = 10_000) -> int:
    """What the budget buys at that close, toward zero, unless it is within a millionth of a whole lot."""
    lots = Fraction(budget) / (close * Fraction(data.unit) * Fraction(data.lot))
    nearest = round(lots)
    return nearest if abs(lots - nearest) <= Fraction(1, 10**6) else int(lots)


def fixed_lots(data: Dataset, close: int, size: int = 100) -> int:
    return int(size / data.lot)


def fee_of(data: Dataset, price: int, qty: int, rate: Decimal) -> Decimal:
    """Rounded up to the money unit: one lot times one price unit, or 1e-8 where that is coarser."""
    money = min(data.unit * data.lot, Decimal("1e-8"))
    return ceil(price * qty * data.unit * data.lot * rate / money) * money


SIGNALS = {"ema_cross": ema_cross, "rsi_reversion": rsi_reversion}
SIZES = {"ema_cross": lots_for_budget, "rsi_reversion": fixed_lots}


def run(strategy: str, data: Dataset, bars: Bars, rate: Decimal) -> list[Fill]:
    """Every fill; the last one may have opened a position that is still there."""
    fills: list[Fill] = []
    lots = 0
    for i, signal in enumerate(SIGNALS[strategy](bars.values)[:-1]):
        if signal.leave if lots else signal.enter:
            side, qty = ("sell", lots) if lots else ("buy", SIZES[strategy](data, bars.closes[i]))
            price = bars.opens[i + 1]
            fills.append(Fill(i + 1, bars.starts[i + 1], side, price, qty, fee_of(data, price, qty, rate)))
            lots = 0 if lots else qty
    return fills


def round_trips(fills: list[Fill]) -> list[Trade]:
    """Buys paired with the sells after them; an open position at the end is no trade."""
    return [Trade(b, s, (s.price - b.price) * s.qty) for b, s in zip(fills[::2], fills[1::2], strict=False)]
