"""Bar by bar, from the same state: equity at the close under `adverse` <= under every other path <= under `favourable`."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.paths.scenario import BAR, T0, Row, Scenario, build
from tests.paths.situations import QUIET
from tests.paths.test_paths import PATHS

MEMBERS = """
  param held: count = 1 in 0 .. 20;
  param bought: bool = true;
  param up: count = 5 in 1 .. 12;
  param down: count = 5 in 1 .. 12;
  param bid: count = 5 in 1 .. 12;
  param ask: count = 5 in 1 .. 12;
  param size: count = 4 in 1 .. 30;
  param again: bool = false;
  order buy       { side = BUY;  kind = MARKET; qty = held * 1lots; max_open = 3; }
  order sell      { side = SELL; kind = MARKET; qty = held * 1lots; max_open = 3; }
  order up_stop   { side = BUY;  kind = STOP;  qty = size * 1lots; trigger = bars.close + up * 1ticks; }
  order down_stop { side = SELL; kind = STOP;  qty = size * 1lots; trigger = bars.close - down * 1ticks; }
  order low_bid   { side = BUY;  kind = LIMIT; qty = size * 1lots; price = bars.close - bid * 1ticks; }
  order high_ask  { side = SELL; kind = LIMIT; qty = size * 1lots; price = bars.close + ask * 1ticks; }
"""
MACHINE = """
    initial state IDLE {
      when n == 0 and bought -> RUNNING do submit(buy);
      when n == 0 -> RUNNING do submit(sell);
    }
    state RUNNING {
      when n == 1 do submit(up_stop), submit(down_stop), submit(low_bid), submit(high_ask);
      on filled(up_stop) when again do submit(sell);
      on filled(low_bid) when again do submit(sell), cancel(down_stop);
      on closed do notify("ended");
      on denied do notify("refused");
      after 30d -> DONE;
    }
    state DONE { after 30d -> RUNNING; on closed do notify("ended"); on denied do notify("refused"); }
"""
SCENARIO = Scenario("random orders", MEMBERS, MACHINE, ())


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(SCENARIO, tmp_path_factory.mktemp("adverse"))


def wild_bar(random: Random) -> Row:
    low = 100 - random.randint(0, 14)
    high = 100 + random.randint(0, 14)
    first = random.randint(max(low, 97), min(high, 103))
    return first, high, low, random.randint(low, high), random.choice((30, 200, 100_000))


def settings(random: Random) -> Iterator[str]:
    for name in ("up", "down", "bid", "ask"):
        yield f"--set={name}={random.randint(1, 12)}"
    yield f"--set=held={random.randint(0, 20)}"
    yield f"--set=size={random.randint(1, 30)}"
    yield f"--set=bought={random.choice(('true', 'false'))}"
    yield f"--set=again={random.choice(('true', 'false'))}"


def equity(binary: Path, data: Path, path: str, *options: str) -> float:
    command = [str(binary), "backtest", f"--data=bars={data}", f"--path={path}", "--bounds=off", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(json.loads(done.stdout)["statistics"]["final_equity"])


def test_no_path_of_a_bar_is_worse_than_adverse_or_better_than_favourable(binary: Path, tmp_path: Path) -> None:
    """Random positions and orders, until 1,000 bars were seen in which the paths differ."""
    random, differing = Random(3), 0
    for number in range(8000):
        bars = (QUIET, QUIET, wild_bar(random))
        data = tmp_path / "bars.csv"
        rows = [f"{T0 + i * BAR},{','.join(map(str, bar))}" for i, bar in enumerate(bars)]
        data.write_text("ts_event,open,high,low,close,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
        options = tuple(settings(random))
        ends = {path: equity(binary, data, path, *options) for path in PATHS}
        assert ends["adverse"] == min(ends.values()), (number, bars, options, ends)
        assert ends["favourable"] == max(ends.values()), (number, bars, options, ends)
        differing += ends["adverse"] < ends["favourable"]
        if differing == 1000:
            return
    pytest.fail(f"only {differing} bars in which the paths differ")
