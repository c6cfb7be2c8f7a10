"""backtesting.py and vectorbt on the first bars of the same road: warm, in this process, the same trades first."""

import contextlib
import csv
import io
import time
from decimal import Decimal

import numpy as np
import pyarrow.feather as feather

from tests.bench.road import TICKS, Road
from tests.parity.datasets import BTC_2021, Bars
from tests.parity.peers import PeerTrade, run_backtesting, run_vectorbt

BARS = 100_000
FEE = Decimal("0.001")
PEERS = {"backtesting_py": run_backtesting, "vectorbt": run_vectorbt}


def nanoseconds_per_bar(road: Road, name: str) -> float:
    """Processor time of the second of two runs; raises if the trades are not those of the compiled strategy."""
    bars = _bars(road)
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar
        _check(road, bars, PEERS[name]("ema_cross", BTC_2021, bars, FEE))
        begin = time.process_time()
        PEERS[name]("ema_cross", BTC_2021, bars, FEE)
        return (time.process_time() - begin) / BARS * 1e9


def _bars(road: Road) -> Bars:
    table = feather.read_table(str(road.arrow)).slice(0, BARS)
    opens, closes = (np.rint(table[name].to_numpy() * TICKS).astype(int).tolist() for name in ("open", "close"))
    return Bars(table["ts_event"].to_pylist(), opens, closes, table["close"].to_pylist())


def _check(road: Road, bars: Bars, trades: list[PeerTrade]) -> None:
    with (road.folder / "run" / "trades.csv").open(encoding="utf-8", newline="") as file:
        rows = [(int(row["entry_ns"]), int(row["exit_ns"] or bars.starts[-1] + 1)) for row in csv.DictReader(file)]
    ours = [row for row in rows if row[1] <= bars.starts[-1]]
    assert [(bars.starts[t.entry_bar], bars.starts[t.exit_bar]) for t in trades] == ours, "the peer trades differently"
