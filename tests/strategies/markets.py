"""Every set of bars in ../shared/data/bars, one per symbol, on a price grid of its own; and the example strategies moved to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import feather

import stratc.strategies

STRATEGIES = Path(stratc.strategies.__path__[0])
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "bars"
PRICES = ("open", "high", "low", "close")
NAMES = ("ema_cross", "rsi_reversion", "breakout", "pullback")


@dataclass(frozen=True)
class Market:
    """What the bars of one file have in common; unit: grid of prices, lot: of sizes."""

    file: str
    every: str
    unit: Decimal
    lot: Decimal


def _market(file: str, every: str, unit: str, lot: str) -> Market:
    return Market(file, every, Decimal(unit), Decimal(lot))


MARKETS = (
    _market("altcoins_btc_5m_2018_01", "5min", "0.00000001", "1000"),
    _market("btc_perp_1m_2022_01", "1min", "0.001", "0.00001"),
    _market("btcusd_1m_bitfinex_2016", "1min", "0.001", "0.00001"),
    _market("btcusd_ethusd_30m_2017_2019", "30min", "0.001", "0.00001"),
    _market("btcusdt_1h_binance_2017_2021", "1h", "0.01", "0.00001"),
    _market("eurusd_1h_2017_2018", "1h", "0.00001", "1"),
    _market("gbpusd_1m_ask_fxcm_2012_02", "1min", "0.00001", "1"),
    _market("gbpusd_1m_bid_fxcm_2012_02", "1min", "0.00001", "1"),
    _market("spy_1m_2017", "1min", "0.0001", "1"),
    _market("us13_daily_raw", "1d", "0.0001", "1"),
    _market("us4_1m_2013_10", "1min", "0.0001", "1"),
    _market("us5_daily_2000_2013", "1d", "0.0001", "1"),
)
DAY = 86_400 * 10**9


def tables(market: Market) -> dict[str, pa.Table]:
    """Symbol → its bars: on the grid of prices and of time, high and low around open and close, each time once."""
    found = pq.read_table(SHARED / f"{market.file}.parquet")
    if "symbol" not in found.column_names:
        return {"": _tidy(market, found)}
    symbols = sorted(set(found["symbol"].to_pylist()))
    return {symbol: _tidy(market, found.filter(pc.equal(found["symbol"], symbol))) for symbol in symbols}


def _tidy(market: Market, found: pa.Table) -> pa.Table:
    starts = found["ts_event"].to_numpy()
    grid = DAY if market.every == "1d" else {"1min": 60, "5min": 300, "30min": 1800, "1h": 3600}[market.every] * 10**9
    columns = {name: found[name].to_numpy() for name in PRICES}
    keep = (starts % grid == 0) & np.isfinite(np.stack(list(columns.values()))).all(axis=0)
    keep &= np.append(True, np.diff(starts) > 0)
    per_quote = float(1 / market.unit)
    units = {name: np.maximum(1, np.rint(column[keep] * per_quote)) for name, column in columns.items()}
    units["high"], units["low"] = np.maximum.reduce(list(units.values())), np.minimum.reduce(list(units.values()))
    table = {"ts_event": starts[keep], **{name: units[name] / per_quote for name in PRICES}}
    if "volume" in found.column_names:
        table["volume"] = np.maximum(0.0, np.nan_to_num(found["volume"].to_numpy()[keep].astype(float)))
    return pa.table(table)


def write(table: pa.Table, path: Path) -> Path:
    feather.write_feather(table, str(path), compression="uncompressed")
    return path


def moved(strategy: str, market: Market) -> str:
    """The strategy's text with its instrument and bar length replaced, and every order for 10,000 Y; X and Y are the assets."""
    text = (STRATEGIES / f"{strategy}.strat").read_text(encoding="utf-8")
    assets = re.search(r"base = (\w+), quote = (\w+)", text)
    assert assets
    kind = "perp(settle = LINEAR, allow = BOTH, maker_fee = 2bps" if strategy == "breakout" else "spot(allow = LONG"
    instrument = (
        f'instrument MARKET: {kind}, venue = "test", base = X, quote = Y, tick = {market.unit:f} Y, lot = {market.lot:f} X,'
        " taker_fee = 5bps);"
    )
    text = re.sub(r"instrument \w+: .*?\);", instrument, text, count=1, flags=re.DOTALL)
    text = re.sub(r"ohlcv\(.*?\)", f"ohlcv(MARKET, every = {market.every})", text)
    text = re.sub(r"  param shares:.*\n", "", text).replace("qty = shares;", "qty = 10_000 Y / bars.close;")
    for name, asset in zip(assets.groups(), ("X", "Y"), strict=True):
        text = re.sub(rf"\b{name}\b", asset, text)
    text = re.sub(r"(bound notional +<= )[\d_]+", r"\g<1>50_000", text)
    text = re.sub(r"(bound abs\(position\) +<= )[\d_]+", r"\g<1>1_000_000_000", text)
    return re.sub(r"guard age\(bars\) < \w+", "guard age(bars) < 300d", text)
