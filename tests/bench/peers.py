"""backtesting.py and vectorbt on the bars of ema_cross: warm, in this process, the same trades first."""

import contextlib
import io
import warnings
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import feather

from tests.bench.measure import own_seconds
from tests.bench.road import LOTS, TICKS, Road, fills
from tests.parity.datasets import BTC_2021, Bars
from tests.parity.peers import run_backtesting

FEW, ROUNDS = 100_000, 5
FAST, SLOW, BUDGET, FEE, CASH = 24, 72, 10_000.0, 0.001, 100_000.0


def backtesting_py(road: Road) -> float:
    """Seconds per bar, on the first bars: it takes seconds for these."""
    table = feather.read_table(str(road.data.arrow)).slice(0, FEW)
    opens, closes = (np.rint(table[name].to_numpy() * TICKS).astype(int).tolist() for name in ("open", "close"))
    bars = Bars(table["ts_event"].to_pylist(), opens, closes, table["close"].to_pylist())
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar
        trades = run_backtesting("ema_cross", BTC_2021, bars, Decimal(str(FEE)))
        times = [bars.starts[bar] for trade in trades for bar in (trade.entry_bar, trade.exit_bar)]
        assert times == [row[0] for row in fills(road)][: len(times)], "backtesting.py trades differently"
        return own_seconds(lambda: run_backtesting("ema_cross", BTC_2021, bars, Decimal(str(FEE))), 1) / FEW


def vectorbt(road: Road) -> tuple[float, float]:
    """Seconds per bar of indicators and Portfolio.from_signals; and of these with final equity and deepest drawdown."""
    table = feather.read_table(str(road.data.arrow))
    opens, close = pd.Series(table["open"].to_numpy()), pd.Series(table["close"].to_numpy())
    records = _portfolio(opens, close).orders.records
    starts, signs = table["ts_event"].to_numpy(), np.where(records["side"] == 0, 1, -1)
    numbers = (records["price"] * TICKS, signs * records["size"] * LOTS)
    theirs = zip(starts[records["idx"]], *(np.rint(column).astype(int) for column in numbers), strict=True)
    assert list(theirs) == [row[:3] for row in fills(road)], "vectorbt trades differently"

    def valued() -> None:
        portfolio = _portfolio(opens, close)
        portfolio.final_value(), portfolio.max_drawdown()

    return own_seconds(lambda: _portfolio(opens, close), ROUNDS) / len(close), own_seconds(valued, ROUNDS) / len(close)


def _portfolio(opens: pd.Series, close: pd.Series) -> Any:
    """What is decided at a close fills at the next open, as in the strategy: arrays move down one row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from vectorbt import Portfolio
    fast, slow = (close.ewm(span=n, adjust=False).mean().to_numpy() for n in (FAST, SLOW))
    enter, leave = np.zeros(len(close), bool), np.zeros(len(close), bool)
    enter[2:] = (fast[1:-1] > slow[1:-1]) & (fast[:-2] <= slow[:-2])
    leave[2:] = (fast[1:-1] < slow[1:-1]) & (fast[:-2] >= slow[:-2])
    lots = BUDGET / close.to_numpy() * LOTS
    nearest = np.rint(lots)
    size = np.roll(np.where(abs(lots - nearest) <= 1e-6, nearest, np.trunc(lots)) / LOTS, 1)
    return Portfolio.from_signals(close, enter, leave, price=opens, size=size, fees=FEE, init_cash=CASH)
