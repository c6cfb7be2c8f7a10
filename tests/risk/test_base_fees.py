"""Fees in the base asset leave dust, and `on flat` still fires: a whole backtest, its logs and its summary."""

import csv
import json
import random
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stratc.cli.build import build_artifact
from stratc.runtime.logs import read_log
from tests.risk import markets
from tests.risk.replay import decoded

TEXT = """strategy DUST "Fees in the base asset" {
  instrument X_USD: spot(venue = "test", base = X, quote = USD, tick = 1 USD, lot = 0.1 X, min_qty = 1 X, fee_in = BASE, taker_fee = 13bps);
  account { capital = 1_000_000 USD; }
  feed bars: ohlcv(X_USD, every = 1min);
  param keep: qty<X> = 0 X in 0 X .. 1 X;
  risk { bound abs(position) <= 500 X else reject; }
  order entry  { side = BUY;  kind = MARKET; qty = 150 X; }
  order unwind { side = SELL; kind = MARKET; qty = abs(position) - keep; reduce_only = true; }
  machine {
    initial state IDLE { when bars.close > 0 USD -> ENTERED do submit(entry); }
    state ENTERED {
      on filled(entry) -> HOLDING;
      on denied(entry) -> IDLE;
      on closed(entry) -> IDLE;
    }
    state HOLDING { when position > 0 X -> LEAVING do submit(unwind); after 3650d do flatten; }
    state LEAVING {
      on flat -> IDLE do notify("flat");
      on denied(unwind) -> HOLDING;
      on closed(unwind) -> HOLDING;
    }
  }
}
"""
LOT = 10**7  # smallest base units in a lot of 0.1 X
FEE = -(-1500 * LOT * 13 // 10_000)  # of a buy of 150 X


@dataclass(frozen=True)
class Told:
    """Of a run: its fills, how often `on flat` was taken, the summary."""

    fills: list[dict[str, Any]]
    flat: int
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dust")
    (folder / "dust.strat").write_text(TEXT, encoding="utf-8")
    return build_artifact(folder / "dust.strat", folder / "build", 2, 64 * 2**20)[1].executable


def told(binary: Path, folder: Path, keep: str) -> Told:
    data, out = markets.write(markets.bars(random.Random(1), 60), folder / "bars.csv"), folder / "run"
    options = [f"--data=bars={data}", f"--out={out}", f"--set=keep={keep}", "--participation=off", "--json"]
    done = subprocess.run([str(binary), "backtest", *options], capture_output=True, text=True, check=True)
    frames: list[Any] = [record["frame"] for record in read_log(out / "order.log", decode_frame=decoded)]
    notes = sum(record["kind"] == "NOTE" for record in read_log(out / "strategy.log"))
    return Told([frame for frame in frames if frame.get("event") == "FILL"], notes, json.loads(done.stdout))


def test_the_dust_of_the_fees_takes_a_lot_whenever_it_makes_one_and_on_flat_fires_each_time(
    binary: Path, tmp_path: Path
) -> None:
    run = told(binary, tmp_path, "0")
    dust = position = taken = 0
    for fill in run.fills:
        buys = fill["side"] == "BUY"
        lots, dust = divmod(dust + FEE, LOT) if buys else (0, dust)
        assert not buys or (fill["fee"], fill["fee_currency"]) == (FEE, 1)
        position += fill["last_qty"] - lots if buys else -fill["last_qty"]
        taken += lots
        assert fill["position_after"] == position
    trips = len(run.fills) // 2
    assert trips > 50
    assert dust > 0
    assert trips < taken < 2 * trips  # a lot, mostly two
    assert (run.flat, run.summary["open"]["positions"][0]["position"]) == (trips, 0)


@pytest.mark.parametrize(("keep", "flat"), [("0.9", True), ("1", False)])
def test_what_is_less_than_can_be_ordered_is_flat_and_what_can_be_is_not(
    binary: Path, tmp_path: Path, keep: str, flat: bool
) -> None:
    run = told(binary, tmp_path, keep)
    assert run.fills[1]["position_after"] == round(float(keep) * 10)
    assert run.flat > 50 if flat else run.flat == 0


def test_trades_close_although_fees_took_lots_and_make_up_the_gain_of_the_account(binary: Path, tmp_path: Path) -> None:
    run = told(binary, tmp_path, "0")
    with (tmp_path / "run" / "trades.csv").open(encoding="utf-8") as rows:
        trades = list(csv.DictReader(rows))
    assert {trade["state"] for trade in trades} == {"closed"}
    assert len(trades) == len(run.fills) // 2
    bought = [Decimal(fill["position_after"]) / 10 for fill in run.fills if fill["side"] == "BUY"]
    assert [Decimal(trade["qty"]) for trade in trades] == bought  # what was left of a buy is what its sell closed
    gain = sum(Decimal(trade["pnl"]) - Decimal(trade["fees"]) for trade in trades)
    assert gain == Decimal(str(run.summary["statistics"]["final_equity"])) - 1_000_000
