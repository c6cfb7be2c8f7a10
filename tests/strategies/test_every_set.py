"""Each example strategy on every set of real bars: the books agree, no exit turns a position, no gate denies what risk let pass."""

import csv
import json
import subprocess
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml

from stratc.cli.build import build_artifact
from tests.strategies.markets import MARKETS, NAMES, Market, moved, tables, write
from tests.strategies.order_log import BUY, reported_fills

# Two weak days in a row near the average, a bid of ten minutes far below a day's close: not once in these sets.
WITHOUT_A_TRADE = {("us13_daily_raw", "rsi_reversion"), ("us5_daily_2000_2013", "pullback")}
KNOWN_BEFORE_SENDING = {"NA", "RANGE", "MIN_QTY", "SLOT", "RISK", "REDUCE_ONLY"}


def run(binary: Path, data: Path, out: Path) -> dict[str, object]:
    """A gate denial that the risk layer let pass ends the run with exit code 70."""
    command = [str(binary), "backtest", f"--data=bars={data}", f"--out={out}", "--json", "--bounds=off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    summary: dict[str, object] = json.loads(done.stdout, parse_float=Decimal)
    return summary


def held(out: Path) -> Decimal:
    """Buys less sells."""
    with (out / "fills.csv").open(encoding="utf-8", newline="") as file:
        return sum((Decimal(r["qty"]) * (1 if r["side"] == "buy" else -1) for r in csv.DictReader(file)), Decimal(0))


def exits_that_turn(out: Path, manifest: Path) -> int:
    """How many fills of reduce-only orders leave a position that is not smaller, or on the other side."""
    orders = yaml.safe_load(manifest.read_text(encoding="utf-8"))["orders"]
    reducing = [index for index, order in enumerate(orders) if order["reduce_only"]]
    fills = reported_fills(out / "order.log")
    fills = fills[np.isin(fills["template"], reducing)]
    after = fills["position_after"]
    before = after + np.where(fills["side"] == BUY, -fills["last_qty"], fills["last_qty"])
    return int(((np.abs(after) >= np.abs(before)) | (before * after < 0)).sum())


@pytest.mark.shared
@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.file)
def test_the_books_agree_and_no_exit_turns_a_position(market: Market, strategy: str, tmp_path: Path) -> None:
    source = tmp_path / f"{strategy}.strat"
    source.write_text(moved(strategy, market), encoding="utf-8")
    artifact = build_artifact(source, tmp_path / "build", 2, 64 * 2**20)[1]
    traded = 0
    for symbol, table in tables(market).items():
        out = tmp_path / f"run_{symbol}"
        summary = run(artifact.executable, write(table, tmp_path / "bars.arrow"), out)
        assert held(out) == Decimal(str(summary["open"]["positions"][0]["position"])), symbol  # type: ignore[index]
        assert exits_that_turn(out, artifact.manifest) == 0, symbol
        assert set(summary["denials"]) <= KNOWN_BEFORE_SENDING, symbol  # type: ignore[call-overload]
        traded += len(reported_fills(out / "order.log"))
    assert (traded > 0) == ((market.file, strategy) not in WITHOUT_A_TRADE)
