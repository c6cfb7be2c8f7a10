"""runtime/report: what goes into the page, that it is the same every time, and what is refused."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from stratc.runtime.report import page
from stratc.runtime.report.candles import candles
from stratc.runtime.report.errors import ReportError
from stratc.runtime.report.folder import RunFolder, read
from stratc.runtime.report.months import monthly_returns
from stratc.runtime.report.sample import MOST_BARS, sample
from stratc.runtime.report.stops import stop_levels
from stratc.runtime.report.tables import MOST_TRADES, blocks, headline, statistics_rows, trade_rows
from tests.support.runs import CROSS, YEAR, backtest, run_stratc

HOUR = 3_600_000_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return backtest(
        Path(__file__).with_name("stops.strat"), tmp_path_factory.mktemp("report") / "run", "--stats-as", "nautilus"
    )


@pytest.fixture(scope="module")
def run(folder: Path) -> RunFolder:
    return read(folder)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_equal_folders_give_equal_bytes(folder: Path, copy: Path) -> None:
    first, second = page.render(read(folder), YEAR), page.render(read(copy), YEAR)
    assert first == second
    assert str(copy) not in second
    assert "http" not in re.sub(r"<footer>.*</footer>|<script>.*?</script>|<pre>.*?</pre>", "", second, flags=re.DOTALL)


def test_the_page_names_every_number_of_the_summary(run: RunFolder) -> None:
    html = page.render(run, YEAR)
    for name, members in blocks(run.summary):
        assert f"<caption>{name}</caption>" in html
        for key, _ in members:
            assert f"<th>{key}</th>" in html
    assert {name for name, _ in blocks(run.summary)} >= {"assumptions", "fills", "denials", "data", "options", "params"}
    carried = {name for name, value in run.summary["statistics"].items() if isinstance(value, dict)}
    shown = [title for title, cells in statistics_rows(run.summary) if cells[0]]
    assert len(shown) == len(carried) + 2  # and the two lengths of the longest drawdown
    assert run.summary["program"]["hash"] in html


def test_the_profit_of_both_extreme_paths_stands_on_top(run: RunFolder) -> None:
    profit = {"adverse": Decimal("-12.5"), "favourable": Decimal(1250)}
    with_bounds = run.summary | {"simulation": {"profit": profit}}
    remarks = [remark for name, _, remark in headline(with_bounds) if name == "Profit"]
    assert remarks == ["USDT, \N{MINUS SIGN}12.50 to 1,250.00 by path"]
    assert [
        remark for name, _, remark in headline(run.summary | {"simulation": {"profit": None}}) if name == "Profit"
    ] == ["USDT"]


def test_times_are_written_as_times(run: RunFolder) -> None:
    data = {"every_ns": 60 * 10**9, "first_ns": 0, "latency_ns": {"new": 5 * 10**9, "cancel": 0}}
    [(_, members)] = blocks({"data": data})
    assert members == [("every ns", "1 min"), ("first ns", "1970-01-01 00:00"), ("latency ns", "new 5 s, cancel 0 s")]


def test_attribution_and_licence_of_the_charts_stay(run: RunFolder) -> None:
    html = page.render(run, YEAR)
    footer = html[html.index("<footer>") : html.index("</footer>")]
    assert 'href="https://www.tradingview.com/"' in footer
    assert "Licensed under Apache License 2.0" in footer
    assert "@license" in html[html.index("</footer>") :]
    assert "attributionLogo: true" in html


def test_candles_are_the_rows_of_the_data_file(run: RunFolder) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(YEAR)
    seen = candles(run, YEAR)
    assert seen.whole
    for name in ("open", "high", "low", "close"):
        assert getattr(seen, name).tolist() == table[name].to_pylist()


def test_candles_are_read_from_csv_too(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = pq.read_table(YEAR).slice(0, 500).to_pylist()
    with (tmp_path / "bars.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ts_event", "open", "high", "low", "close"])
        for row in rows:
            writer.writerow([row[name] for name in ("ts_event", "open", "high", "low", "close")])
    arguments = ["backtest", str(CROSS), "--data", f"bars={tmp_path / 'bars.csv'}", "--out", str(tmp_path / "run")]
    run_stratc(*arguments, cwd=tmp_path)
    seen = candles(read(tmp_path / "run"), None)  # beside the run's folder
    assert seen.high.tolist() == [row["high"] for row in rows]


def test_another_file_is_refused(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("ts_event,open,high,low,close\n1,1,1,1,1\n")
    with pytest.raises(ReportError, match="not the file of this run"):
        candles(run, tmp_path / "other.csv")
    with pytest.raises(ReportError, match="no such file"):
        candles(run, tmp_path / "none.csv")


def test_repaired_data_is_drawn_as_closes(run: RunFolder) -> None:
    data = run.summary["data"] | {"repaired": {"duplicate": 3}}
    seen = candles(replace(run, summary=run.summary | {"data": data}), None)
    assert not seen.whole
    assert "repaired" in seen.note


def test_every_stop_that_filled_had_a_level_that_ends_there(run: RunFolder) -> None:
    levels = stop_levels(run)
    fills = [row for row in run.fills if row["template"] == "protect"]
    ends = {(level.end, level.price) for level in levels}
    assert len(fills) > 10
    assert all((int(row["ts_ns"]), float(row["price"])) in ends for row in fills if row["reason"] == "trigger")
    assert len(levels) == len([row for row in run.fills if row["template"] == "entry"])  # one after each entry
    assert len(levels) > len(fills)  # those that were cancelled are there too


def test_without_stop_orders_there_is_no_level(tmp_path: Path) -> None:
    assert stop_levels(read(backtest(CROSS, tmp_path / "run"))) == []


def test_monthly_returns_compound_to_the_whole(run: RunFolder) -> None:
    [year] = monthly_returns(run)
    marks = {
        datetime.fromtimestamp(int(end - 1) // 10**9, UTC).month: equity
        for end, equity in zip(run.ends, run.equity, strict=True)
    }
    levels = [float(run.summary["statistics"]["capital"]), *(marks[month] for month in range(1, 13))]
    assert year.year == 2021
    assert year.months == pytest.approx([b / a - 1 for a, b in pairwise(levels)])
    assert year.total == pytest.approx(float(run.summary["statistics"]["total_return"]["value"]))


def lengthened(run: RunFolder, bars: int, seed: int = 0) -> RunFolder:
    """A run of that many bars with a random curve; everything else as it was."""
    random = np.random.default_rng(seed)
    ends = run.ends[0] + HOUR * np.arange(bars, dtype=np.int64)
    equity = 100_000 + random.normal(0, 50, bars).cumsum()
    return replace(
        run, ends=ends, equity=equity, drawdown=random.random(bars), close=30_000 + random.normal(0, 30, bars).cumsum()
    )


@given(st.integers(1, 3 * MOST_BARS), st.integers(0, 5))
def test_thinning_loses_no_extreme(run: RunFolder, bars: int, seed: int) -> None:
    long = lengthened(run, bars, seed)
    seen = sample(long, candles(replace(long, summary=_elsewhere(run)), None))
    groups = [slice(i, i + seen.group) for i in range(0, bars, seen.group)]
    assert len(seen.starts) == len(groups) <= MOST_BARS
    assert (seen.group == 1) == (bars <= MOST_BARS)
    assert seen.starts.tolist() == [int(long.ends[g][0]) - HOUR for g in groups]
    assert seen.high.tolist() == [max(long.close[g]) for g in groups]
    assert seen.low.tolist() == [min(long.close[g]) for g in groups]
    assert seen.close.tolist() == [long.close[g][-1] for g in groups]
    assert seen.equity.tolist() == [long.equity[g][-1] for g in groups]
    assert seen.drawdown.tolist() == [max(long.drawdown[g]) for g in groups]


def _elsewhere(run: RunFolder) -> dict[str, object]:
    return run.summary | {"data": run.summary["data"] | {"file": "nowhere.arrow"}}


def test_a_million_bars_and_many_trades_stay_below_five_megabytes(run: RunFolder) -> None:
    long = lengthened(run, 1_000_000)
    long = replace(long, fills=run.fills * 500, trades=run.trades * 500, summary=_elsewhere(run))
    shown, count = trade_rows(long)
    assert (len(shown), count) == (MOST_TRADES, 500 * len(run.trades))
    assert len(page.render(long, None).encode()) < 5_000_000


def test_buy_and_hold_is_cash_and_price(run: RunFolder) -> None:
    seen, hold = sample(run, candles(run, YEAR)), run.summary["buy_and_hold"]
    assert seen.hold is not None
    assert seen.hold[-1] == pytest.approx(float(hold["final_equity"]))
    assert hold["price"] == Decimal(str(candles(run, YEAR).open[0]))
    capital = run.summary["statistics"]["capital"]
    assert hold["qty"] * hold["price"] + hold["fee"] + hold["cash"] == capital


def refused(folder: Path) -> str:
    with pytest.raises(ReportError) as caught:
        page.render(read(folder), YEAR)
    return f"{caught.value} | {caught.value.help}"


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def _cut_last_line(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _edit_summary(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    summary = json.loads((path / "summary.json").read_text())
    change(summary)
    (path / "summary.json").write_text(json.dumps(summary))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no summary": (lambda p: (p / "summary.json").unlink(), "did not finish: there is no summary.json"),
    "no json": (lambda p: (p / "summary.json").write_text("{"), "not JSON (line 1)"),
    "another json": (lambda p: (p / "summary.json").write_text("[]"), "not the summary of a run"),
    "older summary": (lambda p: _edit_summary(p, lambda s: s.pop("buy_and_hold")), "it has no `buy_and_hold`"),
    "status": (lambda p: _edit_summary(p, lambda s: s.update(status="half")), "its status is not `complete`"),
    "flipped bit in a log": (lambda p: _flip(p / "strategy.log", 200), "the record's checksum is wrong"),
    "shortened log": (
        lambda p: (p / "order.log").write_bytes((p / "order.log").read_bytes()[:-192]),
        "without its final seal",
    ),
    "no log": (lambda p: (p / "order.log").unlink(), "no such file"),
    "not an arrow file": (lambda p: (p / "equity.arrow").write_text("ts_ns,equity"), "not the equity table of a run"),
    "fills cut": (lambda p: _cut_last_line(p / "fills.csv"), "fills, the summary says"),
    "trades cut": (lambda p: _cut_last_line(p / "trades.csv"), "trades, the summary says"),
    "other columns": (lambda p: (p / "fills.csv").write_text("a,b\n"), "its columns are not those of a run"),
    "final equity": (
        lambda p: _edit_summary(p, lambda s: s["statistics"].update(final_equity=1)),  # type: ignore[attr-defined]
        "as final equity, the summary says 1.0",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_folder_is_refused(copy: Path, name: str) -> None:
    damage, reason = DAMAGE[name]
    damage(copy)
    message = refused(copy)
    assert reason in message
    assert "| run the backtest again with --out" in message


def test_the_log_of_another_run_is_refused(copy: Path, tmp_path: Path) -> None:
    other = backtest(CROSS, tmp_path / "other")
    shutil.copy(other / "strategy.log", copy / "strategy.log")
    assert "the summary names another seal" in refused(copy)


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    assert "no such folder" in refused(tmp_path / "none")
    assert "not a run folder" in refused(tmp_path)
    (tmp_path / "file").write_text("")
    assert "is a file, not a run folder" in refused(tmp_path / "file")


def test_without_the_chart_package_the_way_to_get_it_is_told(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "CHARTS", "no_such_charts")
    with pytest.raises(ReportError, match="no_such_charts is missing") as caught:
        page.render(run, YEAR)
    assert caught.value.help == "pip install 'stratc[report]'"
