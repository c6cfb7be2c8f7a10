"""For every example strategy: change all that comes after a cut, and orders, logs, profit and worst cases up to it stay the same bits.

The run on bars that end at the cut is the measure: it can't know what comes. A node of the test that looks one bar ahead is found out.
"""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.lookahead.runs import PRICES, Subject, cuts, first_difference
from tests.support.runs import STRATEGIES, YEAR, run_stratc

CUTS = 22
HOUR, MINUTE = 3600 * 10**9, 60 * 10**9
SPY = YEAR.with_name("spy_1m_2017_01_02.parquet")
BUNDLED = {
    "ema_cross": (YEAR, HOUR, 0.01),
    "breakout": (YEAR, HOUR, 0.01),
    "rsi_reversion": (SPY, MINUTE, 0.0001),
    "pullback": (SPY, MINUTE, 0.0001),
}
SHARED = {"mean_revert": ("btc_perp_1m_2022_01", MINUTE, 0.01), "regime_trend": ("btc_perp_1m_2022_01", MINUTE, 0.01)}
PEEK = """
strategy PEEK "Reads a feed that a node of the test makes" {
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account { capital = 100_000 USDT; }
  feed bars: ohlcv(BTC_USDT, every = 1h);
  feed seen: ohlcv(BTC_USDT, every = 1h);
  risk { bound abs(position) <= 2 BTC else reject; }
  order entry  { side = BUY;  kind = MARKET; qty = 0.5 BTC; }
  order unwind { side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }
  machine {
    initial state IDLE { when warm -> LOOKING; }
    state LOOKING  { when seen.close > seen.open -> ENTERED do submit(entry); }
    state ENTERED  { on filled(entry) -> MANAGING; on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }
    state MANAGING { when seen.close < seen.open -> EXITED do submit(unwind); after 3650d do flatten; }
    state EXITED   { on flat -> LOOKING; on denied(unwind) -> MANAGING; on closed(unwind) -> MANAGING; }
  }
}
"""


def built(text: str, name: str, folder: Path) -> Path:
    """The binary of the strategy, which only takes a note when the run ends: nothing before it is then about the end."""
    text = re.sub(r"\n  on stop do .*?;\n", "\n", text)
    text = text.rstrip().removesuffix("}") + '\n  on stop do notify("the data ended");\n}\n'
    source = folder / f"{name}.strat"
    source.write_text(text, encoding="utf-8")
    run_stratc("build", str(source), "--out", str(folder / "built"), cwd=folder)
    return folder / "built" / name


def on_grid(table: pa.Table, unit: float) -> pa.Table:
    """On the strategy's grid of prices, high and low around the others."""
    columns = {name: np.rint(table[name].to_numpy() / unit) for name in PRICES}
    columns["high"], columns["low"] = (
        np.maximum.reduce(list(columns.values())),
        np.minimum.reduce(list(columns.values())),
    )
    made = {name: column / round(1 / unit) for name, column in columns.items()}
    return pa.table({"ts_event": table["ts_event"], **made, "volume": table["volume"]})


def differences(subject: Subject, folder: Path) -> tuple[int, list[str]]:
    """How many cuts were made, and what was found."""
    base = subject.run(subject.feeds, folder / "base")
    found = []
    chosen = cuts(subject, base, CUTS, seed=7)
    for number, cut in enumerate(chosen):
        short = subject.run(subject.until(cut), folder / f"short_{number}")
        other = subject.run(subject.changed(cut, number), folder / f"changed_{number}")
        found += [
            f"cut {cut}, {what}: {text}"
            for what, whole in (("same", base), ("changed", other))
            if (text := first_difference(whole, short))
        ]
    return len(chosen), found


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_what_comes_later_changes_nothing_before(name: str, tmp_path: Path) -> None:
    file, every, unit = BUNDLED[name]
    binary = built((STRATEGIES / f"{name}.strat").read_text(encoding="utf-8"), name, tmp_path)
    count, found = differences(Subject(binary, {"bars": on_grid(pq.read_table(file), unit)}, every, unit, {}), tmp_path)
    assert found == []
    assert count >= 20


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_what_comes_later_changes_nothing_before_where_there_are_several_clocks(
    name: str, tmp_path: Path, shared_data: Path
) -> None:
    file, every, unit = SHARED[name]
    binary = built((STRATEGIES / f"{name}.strat").read_text(encoding="utf-8"), name, tmp_path)
    table = pq.read_table(shared_data / "bars" / f"{file}.parquet")
    count, found = differences(Subject(binary, {"bars": on_grid(table, unit)}, every, unit, {}), tmp_path)
    assert found == []
    assert count >= 20


@pytest.mark.slow
@pytest.mark.shared
def test_what_comes_later_changes_nothing_before_where_there_are_several_instruments(
    tmp_path: Path, shared_data: Path
) -> None:
    binary = built((STRATEGIES / "pairs.strat").read_text(encoding="utf-8"), "pairs", tmp_path)
    table = pq.read_table(shared_data / "bars" / "btcusd_ethusd_30m_2017_2019.parquet")
    legs = {name: table.filter(pc.equal(table["symbol"], f"{name.upper()}USD")) for name in ("btc", "eth")}
    feeds = {name: on_grid(leg, 0.01) for name, leg in legs.items()}
    count, found = differences(Subject(binary, feeds, 30 * MINUTE, 0.01, {}), tmp_path)
    assert found == []
    assert count >= 20


def shifted(bars: pa.Table, by: int) -> pa.Table:
    """Each bar shows what the one `by` rows later says; at the end its own."""
    rows = np.clip(np.arange(bars.num_rows) + by, 0, bars.num_rows - 1)
    moved = bars.take(pa.array(rows))
    return moved.set_column(0, "ts_event", bars["ts_event"])


@pytest.mark.parametrize(("by", "leaks"), [(1, True), (0, False), (-1, False)])
def test_a_node_that_looks_ahead_is_found_out(by: int, leaks: bool, tmp_path: Path) -> None:
    binary = built(PEEK, "peek", tmp_path)
    bars = on_grid(pq.read_table(YEAR).slice(0, 1500), 0.01)
    subject = Subject(binary, {"bars": bars}, HOUR, 0.01, {"seen": lambda table: shifted(table, by)})
    count, found = differences(subject, tmp_path)
    assert count >= 20
    assert (len(found) >= count // 2) if leaks else (found == [])
