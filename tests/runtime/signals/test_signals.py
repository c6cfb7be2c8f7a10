"""Signals made in Python: a node sees closed bars only, what it says becomes a typed file, and a backtest reads nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from stratc.runtime.signals.files import ROW, read, write
from tests.support.runs import STRATEGIES, YEAR

HOUR = 3600 * 10**9
NODE = """
import numpy as np
from stratc.runtime.signals import SignalNode

class Mood(SignalNode):
    inputs = {inputs}
    outputs = {outputs}
    def evaluate(self, history):
        bars = history["bars"]
        {body}
"""
TEXT = """
strategy MOOD "What a node says" {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  extern signal mood: {type} from python("mood:Mood");
  signal held = {held};
  log held;
  risk {{ bound abs(position) <= 2 BTC else reject; guard age(mood) < 5d else cancel_all, flatten; }}
  order entry  {{ side = BUY;  kind = MARKET; qty = 0.5 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING  {{ when {condition} -> ENTERED do submit(entry); }}
    state ENTERED  {{ on filled(entry) -> HOLDING; on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }}
    state HOLDING  {{ after 5h -> EXITED do submit(unwind); }}
    state EXITED   {{ on flat -> IDLE; on denied(unwind) -> HOLDING; on closed(unwind) -> HOLDING; }}
  }}
}}
"""


def stratc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stratc.cli.main", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def strategy(
    folder: Path, body: str, *, inputs: str = '("bars",)', outputs: str = '{"mood": "ratio"}', type_: str = "ratio",
    held: str = "mood * 2.0", condition: str = "mood > 0.0",
) -> Path:  # fmt: skip
    (folder / "mood.py").write_text(NODE.format(body=body, inputs=inputs, outputs=outputs))
    path = folder / "my.strat"
    path.write_text(TEXT.format(type=type_, held=held, condition=condition))
    return path


def data(folder: Path, rows: int = 400) -> Path:
    path = folder / "bars.arrow"
    feather.write_feather(pq.read_table(YEAR).slice(0, rows), str(path), compression="uncompressed")
    return path


def made(folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return stratc(folder, "signals", str(path), "--data", f"bars={folder / 'bars.arrow'}", "--out", "out")


UP = "return float(bars.close[-1] / bars.close[max(0, len(bars) - 5)] - 1.0)"


def test_the_values_are_those_of_closed_bars(tmp_path: Path) -> None:
    closes = feather.read_table(data(tmp_path))["close"].to_numpy()
    starts = feather.read_table(tmp_path / "bars.arrow")["ts_event"].to_numpy()
    done = made(tmp_path, strategy(tmp_path, UP))
    assert (done.returncode, done.stderr) == (0, "")
    type_, digest, rows = read(tmp_path / "out" / "mood.signal")
    assert (type_, len(digest), len(rows)) == ("ratio", 32, 400)
    assert rows["time"].tolist() == (starts + HOUR).tolist()
    assert rows["value"].tolist() == [closes[i] / closes[max(0, i - 4)] - 1.0 for i in range(400)]


def test_what_comes_later_changes_no_value(tmp_path: Path) -> None:
    table = pq.read_table(YEAR).slice(0, 300)
    path = strategy(tmp_path, "return float(np.log(bars.volume + 1.0).sum() + bars.high.max() - bars.low.min())")
    feather.write_feather(table, str(tmp_path / "bars.arrow"), compression="uncompressed")
    made(tmp_path, path)
    first = read(tmp_path / "out" / "mood.signal")[2]
    for cut in range(10, 300, 29):
        later = {name: table[name].to_numpy().copy() for name in table.column_names}
        for name in ("open", "high", "low", "close", "volume"):
            later[name][cut:] *= 1.7
        feather.write_feather(pa.table(later), str(tmp_path / "bars.arrow"), compression="uncompressed")
        made(tmp_path, path)
        second = read(tmp_path / "out" / "mood.signal")[2]
        assert first[:cut].tobytes() == second[:cut].tobytes()
        assert first[cut:].tobytes() != second[cut:].tobytes()


@pytest.mark.parametrize(
    "peek",
    [
        "return float(bars.close.base[len(bars) + 3]) if len(bars) < 300 else 1.0",
        "return float(np.lib.stride_tricks.as_strided(bars.close, shape=(len(bars) + 3,))[-1]) if len(bars) < 300 else 1.0",
    ],
)
def test_a_node_that_reaches_beyond_its_bars_finds_nothing(peek: str, tmp_path: Path) -> None:
    data(tmp_path)
    assert made(tmp_path, strategy(tmp_path, peek)).returncode == 0
    values = read(tmp_path / "out" / "mood.signal")[2]["value"]
    assert values[:290].tolist() == [0.0] * 290


def test_bars_can_t_be_written(tmp_path: Path) -> None:
    data(tmp_path)
    done = made(tmp_path, strategy(tmp_path, "bars.close[0] = 1.0"))
    assert done.returncode == 1
    assert (
        "Mood.evaluate at the bar that ends 2021-01-01T01:00:00Z fails: ValueError: assignment destination is read-only"
        in done.stderr
    )


def test_equal_inputs_give_equal_bytes_and_a_changed_node_another_hash(tmp_path: Path) -> None:
    data(tmp_path)
    path = strategy(tmp_path, UP)
    made(tmp_path, path)
    first = (tmp_path / "out" / "mood.signal").read_bytes()
    made(tmp_path, path)
    assert (tmp_path / "out" / "mood.signal").read_bytes() == first
    strategy(tmp_path, UP + "  # the same")
    made(tmp_path, path)
    digests = [first[24:56], (tmp_path / "out" / "mood.signal").read_bytes()[24:56]]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 1.0 / 0", "fails: ZeroDivisionError: "),
        ("return float('nan')", "gives nan for `mood`"),
        ("return np.inf", "gives inf for `mood`"),
        ("return 'up'", "gives a str for `mood`, which is `ratio`"),
        ("return True", "gives a bool for `mood`, which is `ratio`"),
        ("return {'moon': 1.0}", "gives `moon`, which its `outputs` do not name"),
    ],
)
def test_what_a_node_may_not_say_is_told_with_the_time_of_the_bar(body: str, message: str, tmp_path: Path) -> None:
    data(tmp_path)
    done = made(tmp_path, strategy(tmp_path, f"if len(bars) == 7:\n            {body}\n        return 0.5"))
    assert done.returncode == 1
    assert f"Mood.evaluate at the bar that ends 2021-01-01T07:00:00Z {message}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "mood.signal").exists()


@pytest.mark.parametrize(
    ("more", "text", "code", "message"),
    [
        ({"outputs": '{"mood": "price<USDT>"}'}, None, "E0325", "the node gives `price<USDT>`"),
        ({"outputs": '{"other": "ratio"}'}, None, "E0325", "it gives `other`"),
        ({"inputs": '("minutes",)'}, None, "E0325", "it reads `minutes`"),
        ({"inputs": "()"}, None, "E0325", "it reads nothing"),
        ({"inputs": "5"}, None, "E0326", "has wrong `inputs` or `outputs`"),
        ({}, "class Other: pass", "E0326", "`mood` has no `Mood`"),
        ({}, "Mood = 5", "E0326", "`Mood` is no class made from `SignalNode`"),
        ({}, "from stratc.runtime.signals import SignalNode\nclass Mood(SignalNode): pass", "E0326", "`Mood` has no `evaluate`"),
        ({}, "import nowhere_to_be_found", "E0326", "there is no module `nowhere_to_be_found`"),
        ({}, "1 / 0", "E0326", "`mood` fails when it is imported: ZeroDivisionError"),
        ({}, "raise SystemExit(3)", "E0326", "`mood` ended the process that imported it"),
        ({}, "def broken(:", "E0326", "`mood` fails when it is imported: SyntaxError"),
    ],
)  # fmt: skip
def test_a_node_that_does_not_fit_is_an_error_of_the_strategy(
    more: dict[str, str], text: str | None, code: str, message: str, tmp_path: Path
) -> None:
    path = strategy(tmp_path, UP, **more)
    if text is not None:
        (tmp_path / "mood.py").write_text(text)
    done = stratc(tmp_path, "check", str(path))
    assert done.returncode == 1
    assert f"error[{code}]" in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def backtest(folder: Path, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return stratc(
        folder, "backtest", str(path), "--data", f"bars={folder / 'bars.arrow'}", "--out", "run", "--journal", *options
    )


def test_a_backtest_reads_the_values(tmp_path: Path) -> None:
    """A record comes after the bars of its time: the order meets the next open."""
    data(tmp_path)
    path = strategy(tmp_path, "return 1.0 if len(bars) % 24 == 0 else None", held="mood")
    assert made(tmp_path, path).returncode == 0
    done = backtest(tmp_path, path, "--data", "mood=out/mood.signal")
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    (other,) = summary["other_data"]
    assert (other["feed"], other["schema"], other["rows"]) == ("mood", "signal", 16)
    fills = (tmp_path / "run" / "fills.csv").read_text().splitlines()[1:]
    start = 1_609_459_200 * 10**9
    bought = [int(line.split(",")[0]) for line in fills if ",buy," in line]
    assert bought == [start + 24 * day * HOUR for day in range(1, len(bought) + 1)]
    assert len(bought) == 16
    assert stratc(tmp_path, "replay", "run").stdout.startswith("identical: ")
    shutil.rmtree(tmp_path / "run" / "equity.arrow", ignore_errors=True)
    assert stratc(tmp_path, "resume", "run").returncode == 0


def test_a_value_that_is_late_is_seen_when_it_is_known(tmp_path: Path) -> None:
    data(tmp_path)
    body = "return 1.0 if len(bars) == 24 else None"
    path = strategy(tmp_path, body, held="mood")
    text = (tmp_path / "mood.py").read_text().replace("    inputs", f"    latency_ns = {20 * 60 * 10**9}\n    inputs")
    (tmp_path / "mood.py").write_text(text)
    made(tmp_path, path)
    for options in ((), ("--path", "direction")):
        assert backtest(tmp_path, path, "--data", "mood=out/mood.signal", *options).returncode == 0
        first = (tmp_path / "run" / "fills.csv").read_text().splitlines()[1]
        assert int(first.split(",")[0]) == 1_609_459_200 * 10**9 + 24 * HOUR + 20 * 60 * 10**9
        assert ",line," in first


def test_truth_values_travel_too(tmp_path: Path) -> None:
    data(tmp_path)
    path = strategy(
        tmp_path, "return bool(bars.close[-1] > bars.open[-1])", outputs='{"mood": "bool"}', type_="bool",
        held="if mood then 1.0 else 0.0", condition="mood",
    )  # fmt: skip
    assert made(tmp_path, path).returncode == 0
    done = backtest(tmp_path, path, "--data", "mood=out/mood.signal")
    assert (done.returncode, done.stderr) == (0, "")
    assert len((tmp_path / "run" / "fills.csv").read_text().splitlines()) > 20


def test_a_missing_file_says_who_makes_it(tmp_path: Path) -> None:
    data(tmp_path)
    done = backtest(tmp_path, strategy(tmp_path, UP))
    assert done.returncode == 2
    assert done.stderr == (
        "error: no values for the signal `mood`, which a node in Python makes\n"
        "help: make them with `stratc signals`, then add --data mood=FILE\n"
    )


ROWS = np.array([(HOUR * (i + 1), float(i)) for i in range(5)], ROW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: write(path, "price<USDT>", bytes(32), ROWS), "holds values of `price<USDT>`, `mood` is `ratio`"),
        (lambda path: write(path, "ratio", bytes(32), ROWS[::-1]), "row 2 is not later than the one before"),
        (lambda path: write(path, "ratio", bytes(32), np.array([(1, np.nan)], ROW)), "row 1 is not later"),
        (lambda path: path.write_bytes(path.read_bytes()[:-5]), "is not whole"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x77"), "its checksum does not fit"),
        (lambda path: path.write_bytes(b"PK" + path.read_bytes()[2:]), "is no file of a signal"),
        (lambda path: path.write_bytes(path.read_bytes()[:90]), "is no file of a signal, or cut short"),
        (lambda path: path.unlink(), "mood.signal"),
    ],
)
def test_a_file_that_is_no_signal_of_this_type_is_refused(change, message: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    data(tmp_path)
    path = strategy(tmp_path, UP)
    made(tmp_path, path)
    change(tmp_path / "out" / "mood.signal")
    done = backtest(tmp_path, path, "--data", "mood=out/mood.signal")
    assert done.returncode in (3, 4)
    assert message in done.stderr


def test_the_example_runs_on_the_bundled_data(tmp_path: Path) -> None:
    path = STRATEGIES / "volume_mood.strat"
    done = stratc(tmp_path, "signals", str(path), "--data", f"bars={YEAR}", "--out", "signals")
    assert (done.returncode, done.stderr) == (0, "")
    arguments = ("--data", f"bars={YEAR}", "--data", "mood=signals/mood.signal", "--json", "--build-dir", "built")
    done = stratc(tmp_path, "backtest", str(path), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["trades"]["closed"] > 40


def test_what_the_command_needs_is_said(tmp_path: Path) -> None:
    path = strategy(tmp_path, UP)
    done = stratc(tmp_path, "signals", str(path), "--out", "out")
    assert (done.returncode, "the node reads `bars`: no data for it" in done.stderr) == (2, True)
    done = stratc(tmp_path, "signals", str(path), "--out", "out", "--data", "mood=x")
    assert (done.returncode, "names no feed of bars" in done.stderr) == (2, True)
    done = stratc(tmp_path, "signals", str(STRATEGIES / "ema_cross.strat"), "--out", "out")
    assert (done.returncode, "declares no `extern signal`" in done.stderr) == (2, True)
    (tmp_path / "bars.csv").write_text("a,b\n1,2\n")
    done = stratc(tmp_path, "signals", str(path), "--out", "out", "--data", "bars=bars.csv")
    assert (done.returncode, "has no column `open`" in done.stderr) == (3, True)
