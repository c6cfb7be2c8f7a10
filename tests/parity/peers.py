"""The same strategies on backtesting.py and vectorbt: market orders decided at a close, filled at the next open.

Both get prices in units and sizes in lots, so that their doubles hold exact integers; both make the indicators with pandas.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.parity.datasets import Bars, Dataset
from tests.parity.reference_loop import SIZES

CASH = 1e15  # never short of it
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PeerTrade:
    """A closed trade: bars, prices in units, size in lots, pnl after commission in units x lots."""

    entry_bar: int
    exit_bar: int
    entry_price: float
    exit_price: float
    qty: float
    pnl: float


# ---- signals


def ema_cross(close: pd.Series) -> tuple[Flags, Flags]:
    fast, slow = (close.ewm(span=n, adjust=False).mean() for n in (24, 72))
    above, below = (fast > slow).to_numpy(), (fast < slow).to_numpy()
    enter, leave = above.copy(), below.copy()
    enter[0] = leave[0] = False
    enter[1:] &= ~above[:-1]
    leave[1:] &= ~below[:-1]
    return enter, leave


def wilder(values: pd.Series, n: int) -> pd.Series:
    """The mean of the first n, then exponential with 1 / n."""
    seeded = values.copy()
    seeded.iloc[: n - 1] = np.nan
    seeded.iloc[n - 1] = values.iloc[:n].mean()
    return seeded.ewm(alpha=1 / n, adjust=False).mean()


def rsi_reversion(close: pd.Series) -> tuple[Flags, Flags]:
    change = close.diff().iloc[1:]
    gain, loss = wilder(change.clip(lower=0), 14), wilder((-change).clip(lower=0), 14)
    strength = (100 * gain / (gain + loss)).where(gain + loss != 0, 50.0).where(gain.notna()).reindex(close.index)
    weak = strength < 30
    second = weak & weak.shift(1, fill_value=False) & ~weak.shift(2, fill_value=False)
    average = close.rolling(60).mean()
    enter = second & (close / average - 1 > -0.02)
    return enter.to_numpy(), ((strength > 55) & average.notna()).to_numpy()


SIGNALS: dict[str, Callable[[pd.Series], tuple[Flags, Flags]]] = {
    "ema_cross": ema_cross,
    "rsi_reversion": rsi_reversion,
}


# ---- engines; both are imported late, for they take seconds


def run_backtesting(strategy: str, data: Dataset, bars: Bars, rate: Decimal) -> list[PeerTrade]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from backtesting import Backtest, Strategy

        enter, leave = SIGNALS[strategy](pd.Series(bars.values))

        class NextOpen(Strategy):
            def init(self) -> None:
                pass

            def next(self) -> None:
                i = len(self.data) - 1
                if self.position and leave[i]:
                    self.position.close()
                elif not self.position and enter[i]:
                    self.buy(size=SIZES[strategy](data, bars.closes[i]))

        stats = Backtest(_frame(bars), NextOpen, cash=CASH, commission=float(rate), finalize_trades=False).run()
    rows = stats["_trades"][["EntryBar", "ExitBar", "EntryPrice", "ExitPrice", "Size", "PnL"]]
    return [PeerTrade(*row) for row in rows.itertuples(index=False)]


def run_vectorbt(strategy: str, data: Dataset, bars: Bars, rate: Decimal) -> list[PeerTrade]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

        enter, leave = (np.roll(flags, 1) for flags in SIGNALS[strategy](pd.Series(bars.values)))
        enter[0] = leave[0] = False  # no bar comes before the first
        size = np.ones(len(bars.closes))  # of exits it is not read: they sell all
        for i in np.flatnonzero(enter):
            size[i] = SIZES[strategy](data, bars.closes[i - 1])
        frame = _frame(bars)
        portfolio = vectorbt.Portfolio.from_signals(
            frame["Close"], enter, leave, price=frame["Open"], size=size, fees=float(rate), init_cash=CASH
        )
        records: Any = portfolio.trades.records
    closed = records[records["status"] == 1]
    rows = closed[["entry_idx", "exit_idx", "entry_price", "exit_price", "size", "pnl"]]
    return [PeerTrade(*row) for row in rows.itertuples(index=False)]


def _frame(bars: Bars) -> pd.DataFrame:
    opens, closes = np.array(bars.opens, dtype=float), np.array(bars.closes, dtype=float)
    columns = {"Open": opens, "High": np.maximum(opens, closes), "Low": np.minimum(opens, closes), "Close": closes}
    return pd.DataFrame(columns, index=pd.to_datetime(bars.starts))
