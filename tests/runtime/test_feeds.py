"""Backtests of several feeds: bars made of bars are as good as bars read from a file; every feed with data needs its file."""

import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from tests.support.runs import YEAR, run_stratc

DAY = 86_400 * 10**9
TEXT = """
use ta {{ ema }};
strategy DAYS "Trend of the day, entry on the hour" {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  feed day: {feed};
  signal average = ema(day.close, 5);
  signal far = bars.close - hold(average);
  regime trend at day {{ UP when day.close > average for 2bars; FLAT otherwise; }}
  log trend;
  risk {{ bound abs(position) <= 2 BTC else reject; }}
  order entry  {{ side = BUY;  kind = MARKET; qty = 0.5 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING  {{ when trend is UP and far > 0 and day.volume > 0 BTC -> ENTERED do submit(entry); }}
    state ENTERED  {{ on filled(entry) -> MANAGING; on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }}
    state MANAGING {{ when trend is FLAT -> EXITED do submit(unwind); after 3650d do flatten; }}
    state EXITED   {{ on flat -> IDLE; on denied(unwind) -> MANAGING; on closed(unwind) -> MANAGING; }}
  }}
}}
"""


def build(folder: Path, feed: str) -> Path:
    source = folder / "days.strat"
    source.write_text(TEXT.format(feed=feed))
    run_stratc("build", str(source), "--out", str(folder / "built"), cwd=folder)
    return folder / "built" / "days"


@pytest.fixture(scope="module")
def of_two_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("two"), "ohlcv(BTC_USDT, every = 1d)")


@pytest.fixture(scope="module")
def of_one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("one"), "resample(bars, every = 1d)")


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "hours.arrow"
    feather.write_feather(pq.read_table(YEAR), str(path), compression="uncompressed")
    return path


@pytest.fixture(scope="module")
def days(hours: Path) -> Path:
    """The hours as whole days, made by numpy."""
    table = feather.read_table(hours)
    columns = {name: table[name].to_numpy() for name in table.column_names}
    starts = columns["ts_event"] // DAY * DAY
    first = np.flatnonzero(np.append(True, np.diff(starts) > 0))
    last = np.append(first[1:], len(starts)) - 1
    volumes = [
        float(sum(columns["volume"][a : b + 1].tolist())) for a, b in zip(first, last, strict=True)
    ]  # in their order
    made = {
        "ts_event": starts[first],
        "open": columns["open"][first],
        "high": np.maximum.reduceat(columns["high"], first),
        "low": np.minimum.reduceat(columns["low"], first),
        "close": columns["close"][last],
        "volume": np.array(volumes),
    }
    path = hours.with_name("days.arrow")
    feather.write_feather(pa.table(made), str(path), compression="uncompressed")
    return path


def run(binary: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(binary), "backtest", *options], capture_output=True, text=True, check=False)


def test_resampled_days_trade_as_days_from_a_file_do(
    of_one_file: Path, of_two_files: Path, hours: Path, days: Path, tmp_path: Path
) -> None:
    one = run(of_one_file, "--data", f"bars={hours}", "--out", str(tmp_path / "one"))
    two = run(of_two_files, "--data", f"day={days}", "--data", f"bars={hours}", "--out", str(tmp_path / "two"))
    assert (one.returncode, one.stderr, two.returncode, two.stderr) == (0, "", 0, "")
    for name in ("fills.csv", "trades.csv", "equity.arrow"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert len((tmp_path / "one" / "trades.csv").read_text().splitlines()) > 5


def test_the_summary_names_every_file(of_two_files: Path, hours: Path, days: Path) -> None:
    done = run(of_two_files, "--data", f"bars={hours}", "--data", f"day={days}")
    assert "hours.arrow: 8747 rows" in done.stdout
    assert "day: days.arrow, 365 rows" in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["bars=hours"],
            "no data for feed `day`: it needs ohlcv bars of 1d (schema version 1)\nhelp: add --data day=FILE",
        ),
        (["day=hours"], "no data for feed `bars`: it needs ohlcv bars of 1h"),
        (["week=hours"], "names no feed of DAYS\nhelp: write --data bars=FILE"),
        (["day="], "--data day=: the file is missing"),
    ],
)
def test_every_feed_with_data_of_its_own_needs_a_file(of_two_files: Path, options: list[str], message: str) -> None:
    done = run(of_two_files, *(part for option in options for part in ("--data", option)))
    assert done.returncode != 0
    assert message in done.stderr


def test_a_feed_that_is_made_of_another_takes_no_file(of_one_file: Path, hours: Path) -> None:
    done = run(of_one_file, "--data", f"day={hours}")
    assert done.returncode != 0
    assert "--data day=: this feed is made of the bars of `bars`\nhelp: write --data bars=FILE only" in done.stderr


def test_bars_before_the_run_warm_up_slower_feeds_too(of_two_files: Path, hours: Path, days: Path) -> None:
    """A day that began before --from and ends after it is seen."""
    options = ["--data", f"bars={hours}", "--data", f"day={days}", "--from", "2021-03-01T12:00"]
    done = run(of_two_files, *options, "--warmup", "24")
    assert (done.returncode, done.stderr) == (0, "")
    assert "24 bars of warm-up" in done.stdout
