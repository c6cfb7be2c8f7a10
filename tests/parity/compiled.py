"""The strategies of this repository, compiled for another market and run on its bars."""

import csv
import re
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import stratc.strategies
from stratc.cli.build import build_artifact
from tests.parity.datasets import Dataset, write

STRATEGIES = Path(stratc.strategies.__path__[0])


@dataclass(frozen=True)
class Run:
    """Rows of fills.csv and trades.csv."""

    fills: list[dict[str, str]]
    trades: list[dict[str, str]]


def source(strategy: str) -> str:
    return (STRATEGIES / f"{strategy}.strat").read_text(encoding="utf-8")


def for_market(text: str, data: Dataset, rate: Decimal) -> str:
    """The strategy with its instrument, assets, bar length and fee replaced, and room under its position bound."""
    market = re.search(r"base = (\w+), quote = (\w+)", text)
    assert market
    instrument = (
        f'instrument MARKET: spot(venue = "test", base = {data.base}, quote = {data.quote}, tick = {data.tick:f} {data.quote},'
        f" data_tick = {data.unit:f} {data.quote}, lot = {data.lot:f} {data.base}, allow = LONG, taker_fee = {rate * 10_000:f}bps);"
    )
    for old, new in zip(market.groups(), (data.base, data.quote), strict=True):
        text = re.sub(rf"\b{old}\b", f"new_{new}", text)
    text = text.replace("new_", "")
    text = re.sub(r"instrument \w+: .*?\);", instrument, text, count=1, flags=re.DOTALL)
    text = re.sub(r"ohlcv\(.*?\)", f"ohlcv(MARKET, every = {data.every})", text)
    return re.sub(r"abs\(position\) <= [\d_]+", "abs(position) <= 1_000_000", text)


# Peers fill on touch, at any volume and without a limit on leverage, and know no order of the extremes.
LIKE_PEERS = ("--path=direction", "--through=0", "--participation=off", "--bounds=off", "--capital=1000000000")


@cache
def run(strategy: str, data: Dataset, rate: Decimal | None) -> Run:
    """Builds and runs the strategy on the set; a rate of None takes the strategy's text as it stands."""
    text = source(strategy)
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"{strategy}.strat"
        path.write_text(text if rate is None else for_market(text, data, rate), encoding="utf-8")
        _, artifact = build_artifact(path, folder / "build", 2, 64 * 2**20)
        feed = f"bars={write(data, folder / 'bars.arrow')}"
        command = [artifact.executable, "backtest", "--data", feed, "--out", folder / "run", *LIKE_PEERS]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return Run(_rows(folder / "run" / "fills.csv"), _rows(folder / "run" / "trades.csv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def units(text: str, grid: Decimal) -> int:
    """A number of the result as a whole number of grid steps."""
    steps = Decimal(text) / grid
    assert steps == steps.to_integral_value(), f"{text} is off the grid {grid}"
    return int(steps)
