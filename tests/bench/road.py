"""Strategies on a million real bars: the compiled binary, and the same by hand in C (STRATEGY.c)."""

import csv
import json
import re
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
from tests.bench.measure import Command, run

STRATEGIES = Path(stratc.strategies.__path__[0])
YEAR_OF_BARS = STRATEGIES / "data" / "btcusdt_1h_2021.parquet"
YEAR = 365 * 24 * 3600 * 10**9
BARS = 1_000_000
COLUMNS = ("open", "high", "low", "close", "volume")
TICKS, LOTS, MONEY = 100, 100_000, 10**8  # per USDT, per BTC, per USDT
BATCH = 8192  # rows that the loop writes at once
EQUITY_COLUMNS = ("ts_ns", "equity", "drawdown", "realised", "unrealised", "fees", "position", "close")


@dataclass(frozen=True)
class Case:
    """A strategy with options, and what its loop is compiled with so that it does the same."""

    strategy: str
    options: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()


# Small orders, so that after 100 years money is left to trade with; one run, as the loop does.
SMALL = ("--set", "budget=500", "--bounds", "off")
CASES = {
    "ema_cross": Case("ema_cross"),
    "breakout": Case("breakout", SMALL),
    "breakout_wide": Case("breakout", (*SMALL, "--set", "n=240", "--set", "width=5"), ("-DN=240", "-DWIDTHS=5.0")),
}


@dataclass(frozen=True)
class Data:
    """The bars, as a file for either side."""

    arrow: Path
    columns: Path


@dataclass(frozen=True)
class Road:
    """One case, twice. `quiet` is the binary of the text without its `log` statements; logs: it has some."""

    name: str
    case: Case
    data: Data
    folder: Path
    logs: bool

    @property
    def out(self) -> Path:
        return self.folder / "run"

    def backtest(self, *, quiet: bool = False, out: bool = False, data_hash: bool = True) -> Command:
        binary = self.folder / ("quiet" if quiet else "build") / self.case.strategy
        words = [binary, "backtest", "--data", f"bars={self.data.arrow}", *self.case.options]
        words += [] if data_hash else ["--data-hash", "off"]
        return Command([*words, "--out", self.out], self.out) if out else Command(words)

    def by_hand(self, *, out: bool = False) -> Command:
        words = [self.folder / "by_hand", self.data.columns, str(BARS)]
        return Command([*words, self.folder / "by_hand.csv", self.folder / "by_hand.equity"] if out else words)


def run_stratc(*arguments: str | Path) -> str:
    return run(Command([sys.executable, "-m", "stratc.cli.main", *arguments]))


def make_data(folder: Path) -> Data:
    """One year again and again, each time a year later, from long ago: orders live until 2116."""
    year = pq.read_table(YEAR_OF_BARS)
    times = -(-BARS // year.num_rows)
    starts = (year["ts_event"].to_numpy() + YEAR * (np.arange(times) - 45)[:, None]).ravel()[:BARS]
    values = {name: np.tile(year[name].to_numpy(), times)[:BARS] for name in COLUMNS}
    data = Data(folder / "bars.arrow", folder / "bars.bin")
    feather.write_feather(pa.table({"ts_event": starts, **values}), str(data.arrow), compression="uncompressed")
    data.columns.write_bytes(b"".join(column.tobytes() for column in (starts, *values.values())))
    return data


def make(name: str, data: Data, folder: Path) -> Road:
    """Builds the strategy with and without its `log` statements, and the loop."""
    folder.mkdir()
    case = CASES[name]
    strategy = STRATEGIES / f"{case.strategy}.strat"
    text = strategy.read_text(encoding="utf-8")
    quiet = folder / strategy.name
    without = re.sub(r"^ *log [^;]*;", "", text, flags=re.MULTILINE)
    quiet.write_text(without, encoding="utf-8")
    run_stratc("build", strategy, "--out", folder / "build")
    run_stratc("build", quiet, "--out", folder / "quiet")
    source = Path(__file__).with_name(f"{case.strategy}.c")
    flags = ["-std=gnu11", "-O2", "-ffp-contract=off", *case.defines]
    run(Command([*find_toolchain().command, *flags, "-o", folder / "by_hand", source, "-lm"]))
    return Road(name, case, data, folder, text != without)


def check(road: Road) -> tuple[int, float]:
    """Both must make the same fills and the same equity at every bar. Fills, and ns per bar of the loop alone, its best of three."""
    loop = min(float(run(road.by_hand()).split()[3]) for _ in range(3))
    count, equity, drawdown, _ = run(road.by_hand(out=True)).split()
    with (road.folder / "by_hand.csv").open(encoding="utf-8", newline="") as file:
        theirs = [tuple(map(int, row)) for row in csv.reader(file)]
    for quiet in {True, not road.logs}:
        run(road.backtest(quiet=quiet, out=True))
        assert fills(road) == theirs, "the two programs trade differently"
        text = (road.out / "summary.json").read_text(encoding="utf-8")
        statistics = json.loads(text, parse_float=Decimal)["statistics"]
        assert Decimal(statistics["final_equity"]) * MONEY == int(equity)
        assert abs(float(statistics["max_drawdown"]["value"]) - float(drawdown)) < 1e-12
        same_equity(road)
    assert len(theirs) == int(count)
    return len(theirs), loop


def same_equity(road: Road) -> None:
    """Every row and column of equity.arrow, to the last bit. The loop writes batches, in each one column after the other."""
    table = feather.read_table(str(road.out / "equity.arrow"))
    theirs = np.fromfile(road.folder / "by_hand.equity", dtype=np.int64).reshape(-1)
    assert tuple(table.column_names) == EQUITY_COLUMNS
    assert theirs.size == BARS * len(EQUITY_COLUMNS)
    for number, name in enumerate(EQUITY_COLUMNS):
        ours = table[name].to_numpy().view(np.int64)
        for first in range(0, BARS, BATCH):
            rows = min(BATCH, BARS - first)
            at = first * len(EQUITY_COLUMNS) + number * rows
            assert np.array_equal(ours[first : first + rows], theirs[at : at + rows]), f"{name} differs"


def fills(road: Road) -> list[tuple[int, ...]]:
    """Of the last run with a folder: time, price in ticks, signed lots, fee in money units."""
    with (road.out / "fills.csv").open(encoding="utf-8", newline="") as file:
        return [_whole(row) for row in csv.DictReader(file)]


def _whole(row: dict[str, str]) -> tuple[int, ...]:
    sign = {"buy": 1, "sell": -1}[row["side"]]
    numbers = (Decimal(row["price"]) * TICKS, sign * Decimal(row["qty"]) * LOTS, Decimal(row["fee"]) * MONEY)
    assert all(number == int(number) for number in numbers)
    return int(row["ts_ns"]), *map(int, numbers)
