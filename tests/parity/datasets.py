"""Real bars for the parity tests: each set with the grids of its prices and sizes, brought onto them.

A price is the nearest double to a whole number of units; low and high hold open and close; bars off the time grid are left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import feather

import stratc.strategies.data

BUNDLED = Path(stratc.strategies.data.__path__[0])
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "bars"
PRICES = ("open", "high", "low", "close")
NANOSECONDS = {"1min": 60 * 10**9, "30min": 1800 * 10**9, "1h": 3600 * 10**9}


@dataclass(frozen=True)
class Dataset:
    """unit: the grid of the data's prices, tick: of the venue's, lot: of sizes."""

    name: str
    file: Path
    base: str
    quote: str
    unit: Decimal
    tick: Decimal
    lot: Decimal
    every: str
    symbol: str | None = None
    years: tuple[int, int] = (1970, 2100)  # from the first up to the second


def _set(
    name: str,
    file: str,
    pair: str,
    grids: str,
    every: str,
    *,
    symbol: str | None = None,
    years: tuple[int, int] = (1970, 2100),
) -> Dataset:
    base, quote = pair.split("/")
    unit, tick, lot = map(Decimal, grids.split())
    return Dataset(name, SHARED / f"{file}.parquet", base, quote, unit, tick, lot, every, symbol, years)


BTC_2021 = Dataset(
    "btcusdt_1h_2021",
    BUNDLED / "btcusdt_1h_2021.parquet",
    "BTC",
    "USDT",
    *map(Decimal, ("0.01", "0.01", "0.00001")),
    "1h",
)
SPY_2017 = Dataset(
    "spy_1m_2017_01_02",
    BUNDLED / "spy_1m_2017_01_02.parquet",
    "SPY",
    "USD",
    *map(Decimal, ("0.0001", "0.01", "1")),
    "1min",
)

# The third set's prices lie on three decimals in 41 of its 45,031 rows; what lies off the grid in the 30-minute sets is snapped.
REAL = (
    _set("btcusdt_1h", "btcusdt_1h_binance_2017_2021", "BTC/USDT", "0.01 0.01 0.00001", "1h", years=(2019, 2022)),
    _set("btc_perp_1m", "btc_perp_1m_2022_01", "BTC/USD", "0.001 1 0.0001", "1min"),
    _set("eurusd_1h", "eurusd_1h_2017_2018", "EUR/USD", "0.00001 0.00001 1", "1h"),
    _set("spy_1m", "spy_1m_2017", "SPY/USD", "0.0001 0.01 1", "1min"),
    _set("btcusd_30m", "btcusd_ethusd_30m_2017_2019", "BTC/USD", "0.01 0.01 0.00001", "30min", symbol="BTCUSD"),
    _set("ethusd_30m", "btcusd_ethusd_30m_2017_2019", "ETH/USD", "0.01 0.01 0.001", "30min", symbol="ETHUSD"),
    _set("gbpusd_1m_bid", "gbpusd_1m_bid_fxcm_2012_02", "GBP/USD", "0.00001 0.0001 100", "1min"),
)


@dataclass(frozen=True)
class Bars:
    """starts in ns UTC; opens and closes in whole units; values: the closes as the doubles a reader gets."""

    starts: list[int]
    opens: list[int]
    closes: list[int]
    values: list[float]


@cache
def table(data: Dataset) -> pa.Table:
    """The set, on its grids."""
    found = pq.read_table(data.file)
    if data.symbol:
        found = found.filter(pc.equal(found["symbol"], data.symbol))
    starts = found["ts_event"].to_numpy()
    first, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 10**9 for year in data.years)
    found = found.filter(pa.array((starts % NANOSECONDS[data.every] == 0) & (starts >= first) & (starts < end)))
    units = {name: np.rint(found[name].to_numpy() / float(data.unit)) for name in PRICES}
    units["high"], units["low"] = np.maximum.reduce(list(units.values())), np.minimum.reduce(list(units.values()))
    per_quote = float(1 / data.unit)
    return pa.table({"ts_event": found["ts_event"], **{name: units[name] / per_quote for name in PRICES}})


@cache
def bars(data: Dataset) -> Bars:
    """The set as the loop and the peers read it."""
    found, per_quote = table(data), float(1 / data.unit)
    opens, closes = (np.rint(found[name].to_numpy() * per_quote).astype(int).tolist() for name in ("open", "close"))
    return Bars(found["ts_event"].to_pylist(), opens, closes, found["close"].to_pylist())


def write(data: Dataset, path: Path) -> Path:
    """The set as the Arrow file a binary reads."""
    feather.write_feather(table(data), str(path), compression="uncompressed")
    return path
