"""Real bars and the sessions of their exchange: where they lie, and a strategy that trades them."""

import csv
import json
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import stratc.strategies.data
from stratc.cli.build import build_artifact
from stratc.compiler.checker.exchanges import exchange
from tests.parity.datasets import REAL, SPY_2017, Dataset, write

BUNDLED = Path(stratc.strategies.data.__path__[0]) / "spy_1m_2017_01_02.parquet"
MINUTE = 60 * 10**9
DAY = 1440 * MINUTE
SPY_WHOLE_2017 = next(data for data in REAL if data.name == "spy_1m")
Times = npt.NDArray[np.int64]


def sessions(year: int) -> Times:
    """Open and close of each session that opens in the year."""
    found = [session for day in exchange("XNYS").days for session in day]
    begin, end = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) * 10**9 for y in (year, year + 1))
    return np.array([session for session in found if begin <= session[0] < end], dtype=np.int64)


def place(times: Times, hours: Times) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which bars start inside a session, and which exactly where one closes."""
    at = np.searchsorted(hours[:, 0], times, side="right") - 1
    opens, closes = hours[np.maximum(at, 0)].T
    return (at >= 0) & (times >= opens) & (times < closes), (at >= 0) & (times == closes)


def days(times: Times) -> set[date]:
    return {datetime.fromtimestamp(int(day) * 86_400, UTC).date() for day in np.unique(times // DAY)}


def check_regular_hours(times: Times, hours: Times) -> None:
    """Nothing but closing prints is outside of sessions, and each session has bars from its first to its last minute."""
    inside, closing = place(times, hours)
    assert (inside | closing).all()
    assert closing.sum() <= len(hours)
    of_session = np.searchsorted(hours[:, 0], times[inside], side="right") - 1
    assert (np.unique(of_session) == np.arange(len(hours))).all()
    minutes = (hours[:, 1] - hours[:, 0]) // MINUTE
    assert (np.bincount(of_session) > 0.95 * minutes).all()


def test_the_bundled_bars_of_spy_fill_the_sessions_of_new_york() -> None:
    times = pq.read_table(BUNDLED)["ts_event"].to_numpy()
    hours = sessions(2017)
    check_regular_hours(times, hours[hours[:, 0] <= times[-1]])


def in_summer_time(times: Times) -> Times:
    """The set's clock is New York's winter time all year; these are the times as New York's clock would have them."""
    winter, zone = timezone(timedelta(hours=-5)), ZoneInfo("America/New_York")
    each = [datetime.fromtimestamp(int(day) * 86_400 + 43_200, UTC) for day in times // DAY]
    ahead = {day: day.astimezone(zone).utcoffset() - day.astimezone(winter).utcoffset() for day in set(each)}  # type: ignore[operator]
    return times - np.array([int(ahead[day].total_seconds()) * 10**9 for day in each], dtype=np.int64)


@pytest.mark.shared
def test_a_year_of_spy_fills_the_sessions_of_new_york(shared_data: Path) -> None:
    """But for what was traded after the early closes of 2017-07-03 and 2017-11-24."""
    times = in_summer_time(pq.read_table(shared_data / "bars" / "spy_1m_2017.parquet")["ts_event"].to_numpy())
    hours = sessions(2017)
    assert sorted(np.unique((hours[:, 1] - hours[:, 0]) // MINUTE).tolist()) == [210, 390]
    inside, closing = place(times, hours)
    assert days(times[~(inside | closing)]) == {date(2017, 7, 3), date(2017, 11, 24)}
    check_regular_hours(times[inside | closing], hours)
    assert days(times) == days(hours[:, 0])


@pytest.mark.shared
def test_bars_before_and_after_hours_lie_outside_of_sessions(shared_data: Path) -> None:
    table = pq.read_table(shared_data / "bars" / "us4_1m_2013_10.parquet")
    times = table.filter(pc.equal(table["symbol"], "SPY"))["ts_event"].to_numpy()
    inside, _ = place(times, sessions(2013))
    assert inside.sum() == 5 * 390
    assert (~inside).sum() > 300
    new_york = (times[~inside] // MINUTE - 4 * 60) % 1440  # minutes of its day, in summer time
    assert ((new_york < 9 * 60 + 30) | (new_york >= 16 * 60)).all()


STRATEGY = """use ta {{ sma }};
strategy DAYS "One trade a morning, nothing overnight" {{
  instrument SPY_USD: equity(venue = "arca", base = SPY, quote = USD, tick = 0.01 USD, data_tick = 0.0001 USD, lot = 1 SPY,
                             calendar = {calendar}, taker_fee = 1bps);
  account {{ capital = 100_000 USD; }}
  feed bars: ohlcv(SPY_USD, every = 1min);
  signal up = bars.close > sma(bars.close, 30);
  risk {{
    bound abs(position) <= 500 SPY     else clamp;
    bound loss <= 2pct per day         else flatten, halt for 1d;
    guard age(bars) < 30min            else cancel_all;
  }}
  order entry  {{ side = BUY;  kind = LIMIT;  qty = 100 SPY; price = bars.close - 5ticks; tif = DAY; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); tif = DAY; reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when up and session(SPY_USD) -> ENTERED do submit(entry); }}
    state ENTERED {{
      on filled(entry) -> HELD;
      on closed(entry) when not flat -> HELD;
      on closed(entry) -> LOOKING;
      on denied(entry) -> LOOKING;
    }}
    state HELD {{ after 2h -> OUT do submit(unwind); }}
    state OUT {{ on flat -> LOOKING cooldown 3h; on closed -> HELD; on denied -> HELD; }}
  }}
}}
"""


def backtest(data: Dataset, folder: Path, calendar: str = "XNYS") -> tuple[dict[str, object], list[dict[str, str]]]:
    """Summary and fills."""
    folder.mkdir()
    source, out = folder / "days.strat", folder / "run"
    source.write_text(STRATEGY.format(calendar=calendar), encoding="utf-8")
    _, artifact = build_artifact(source, folder / "build", 2, 64 * 2**20)
    bars = write(data, folder / "bars.arrow")
    command = [str(artifact.executable), "backtest", f"--data=bars={bars}", f"--out={out}", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (out / "fills.csv").open(encoding="utf-8", newline="") as file:
        return json.loads(done.stdout), list(csv.DictReader(file))


def listed(folder: Path) -> str:
    """The same sessions from a file."""
    rows = (
        "{:%Y-%m-%dT%H:%M:%SZ},{:%Y-%m-%dT%H:%M:%SZ}".format(*(_utc(int(x)) for x in row)) for row in sessions(2017)
    )
    (folder / "hours.csv").write_text("open,close\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return 'file("../hours.csv")'


def _utc(ns: int) -> datetime:
    return datetime.fromtimestamp(ns // 10**9, UTC)


def check_run(data: Dataset, folder: Path) -> None:
    summary, fills = backtest(data, folder / "exchange")
    assert summary["statistics"]["sharpe"]["periods"] == 252  # type: ignore[index]
    assert len(fills) >= 20
    bought = np.array([int(fill["ts_ns"]) for fill in fills if fill["side"] == "buy"])
    inside, closing = place(bought, sessions(2017))
    assert (inside | closing).all()
    assert fills == backtest(data, folder / "file", listed(folder))[1]


def test_a_strategy_trades_spy_in_the_sessions_of_its_exchange(tmp_path: Path) -> None:
    check_run(SPY_2017, tmp_path)


@pytest.mark.shared
def test_a_strategy_trades_a_whole_year_of_spy(tmp_path: Path) -> None:
    check_run(SPY_WHOLE_2017, tmp_path)
