"""strategies/ema_cross.strat on a million real bars: the compiled binary, and the same by hand in C (ema_cross.c)."""

import csv
import json
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

import stratc.strategies
from stratc.targets.cpu.toolchain import find_toolchain
from tests.bench.measure import run

STRATEGIES = Path(stratc.strategies.__path__[0])
STRATEGY = STRATEGIES / "ema_cross.strat"
YEAR_OF_BARS = STRATEGIES / "data" / "btcusdt_1h_2021.parquet"
YEAR = 365 * 24 * 3600 * 10**9
BARS = 1_000_000
TICKS, LOTS, MONEY = 100, 100_000, 10**8  # per USDT, per BTC, per USDT


@dataclass(frozen=True)
class Road:
    """Both programs and their data."""

    binary: Path
    plain: Path
    arrow: Path
    columns: Path
    folder: Path

    def backtest(self, *options: str | Path) -> list[str | Path]:
        return [self.binary, "backtest", "--data", f"bars={self.arrow}", *options]

    def by_hand(self, *options: str | Path) -> list[str | Path]:
        return [self.plain, self.columns, str(BARS), *options]


def run_stratc(*arguments: str | Path) -> str:
    return run([sys.executable, "-m", "stratc.cli.main", *arguments])


def make(folder: Path) -> Road:
    """Builds both programs and writes the bars for both: one year again and again, each time a year later."""
    year = pq.read_table(YEAR_OF_BARS)
    times = -(-BARS // year.num_rows)
    starts = (year["ts_event"].to_numpy() + YEAR * np.arange(times)[:, None]).ravel()[:BARS]
    names = ("open", "high", "low", "close", "volume")
    values = {name: np.tile(year[name].to_numpy(), times)[:BARS] for name in names}
    feather.write_feather(
        pa.table({"ts_event": starts, **values}), str(folder / "bars.arrow"), compression="uncompressed"
    )
    (folder / "bars.bin").write_bytes(starts.tobytes() + values["open"].tobytes() + values["close"].tobytes())

    run_stratc("build", STRATEGY, "--out", folder / "build")
    plain = folder / "ema_cross_by_hand"
    source = Path(__file__).with_name("ema_cross.c")
    run([*find_toolchain().command, "-std=gnu11", "-O2", "-ffp-contract=off", "-o", plain, source, "-lm"])
    return Road(folder / "build" / "ema_cross", plain, folder / "bars.arrow", folder / "bars.bin", folder)


def check(road: Road) -> None:
    """Both must make the same fills, final equity and drawdown."""
    theirs, ours = road.folder / "by_hand.csv", road.folder / "run"
    run(road.backtest("--out", ours))
    count, equity, drawdown = run(road.by_hand(theirs)).split()
    with (ours / "fills.csv").open(encoding="utf-8", newline="") as file:
        fills = [_whole(row) for row in csv.DictReader(file)]
    with theirs.open(encoding="utf-8", newline="") as file:
        assert fills == [tuple(map(int, row)) for row in csv.reader(file)], "the two programs trade differently"
    statistics = json.loads((ours / "summary.json").read_text(encoding="utf-8"), parse_float=Decimal)["statistics"]
    assert len(fills) == int(count)
    assert Decimal(statistics["final_equity"]) * MONEY == int(equity)
    assert abs(float(statistics["max_drawdown"]["value"]) - float(drawdown)) < 1e-12


def _whole(row: dict[str, str]) -> tuple[int, ...]:
    sign = {"buy": 1, "sell": -1}[row["side"]]
    numbers = (Decimal(row["price"]) * TICKS, sign * Decimal(row["qty"]) * LOTS, Decimal(row["fee"]) * MONEY)
    assert all(number == int(number) for number in numbers)
    return int(row["ts_ns"]), *map(int, numbers)
