"""What people get wrong: each bad input ends with its exit code and a message that names it, never with a run taken for whole."""

import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from tests.support.host import HOUR, T0, Bar, Run, backtest, binary, run, write_bars

FLAT: Bar = (100, 101, 99, 100)
USAGE, INPUT, DATA, OUTPUT, INTERRUPT = 2, 3, 4, 5, 130
HEADER = "ts_event,open,high,low,close\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_bars(tmp_path / "bars.csv", [FLAT] * 10)


def refused(done: Run, code: int, *words: str) -> None:
    """One error, on stderr, of this code and with these words; nothing on stdout."""
    assert done.code == code, done.err
    assert done.out == ""
    assert done.err.startswith("error: ")
    for word in words:
        assert word in done.err


# ---- usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["the command is missing", "backtest"]),
        (["backtset"], ["knows no command `backtset`", "did you mean `backtest`?"]),
        (["version", "x"], ["knows no command"]),
        (["manifest", "x"], ["takes no argument"]),
        (["backtest"], ["no data for feed `bars`", "ohlcv bars of 1h", "--data bars=FILE"]),
        (["backtest", "--data"], ["its value is missing"]),
        (["backtest", "--data=x.csv"], ["names no feed", "--data bars=FILE"]),
        (["backtest", "--data=bar=x.csv"], ["names no feed", "--data bars=FILE"]),
        (["backtest", "--data=bars="], ["the file is missing"]),
        (["backtest", "--data=bars=a", "--data=bars=b"], ["--data bars=: given twice"]),
        (["backtest", "bars.csv"], ["unexpected argument `bars.csv`"]),
        (["backtest", "--capitl=5"], ["unknown option `--capitl`", "did you mean `--capital`?"]),
        (["backtest", "--json=yes"], ["takes no value"]),
        (["backtest", "--set", "fast"], ["expected NAME=VALUE"]),
        (["backtest", "--set=fsat=3"], ["no parameter `fsat`", "did you mean `fast`?"]),
        (["backtest", "--set=fast=3", "--set=fast=4"], ["given twice"]),
        (["backtest", "--set=fast=51"], ["out of range", "in 1 .. 50 step 1"]),
        (["backtest", "--set=fast=0"], ["out of range"]),
        (["backtest", "--set=fast=2.5"], ["a whole number"]),
        (["backtest", "--set=fast=99999999999999999999"], ["a whole number"]),
        (["backtest", "--set=slow=7"], ["not on a step", "in 2 .. 200 step 2"]),
        (["backtest", "--set=size=nan"], ["expected a number"]),
        (["backtest", "--set=size=inf"], ["expected a number"]),
        (["backtest", "--set=size=1e999"], ["expected a number"]),
        (["backtest", "--set=size=1x"], ["expected a number"]),
        (["backtest", "--set=size=-1"], ["out of range", "in 0 .. 100"]),
        (["backtest", "--from=yesterday"], ["is no time", "2021-01-01T09:30"]),
        (["backtest", "--from=99999999999999999999"], ["is no time"]),
        (["backtest", "--data=bars=x", "--from=2021-02-01", "--to=2021-01-01"], ["--from is not before --to"]),
        (["backtest", "--data=bars=x", "--warmup=5"], ["--from, which is missing"]),
        (["backtest", "--warmup=-1"], ["expected a whole number", "after 8 bars"]),
        (["backtest", "--capital=-5"], ["an amount of QUO above 0"]),
        (["backtest", "--capital=nan"], ["an amount of QUO above 0"]),
        (["backtest", "--capital=0.000001"], ["at most 5 decimals"]),
        (["backtest", "--capital=1e30"], ["an amount of QUO above 0"]),
        (["backtest", "--bad-data=ignore"], ["reject or repair"]),
        (["backtest", "--out="], ["name is empty"]),
        (["backtest", "--data=bars=x", "--dump-signals"], ["add --out DIR"]),
    ],
)
def test_a_wrong_command_line_says_what_was_expected(arguments: list[str], words: list[str]) -> None:
    refused(run("cross", *arguments), USAGE, *words)


@pytest.mark.parametrize("value", ["5", "5 min", "min", "-5min", "1.5h", "99999999999999d"])
def test_a_duration_is_a_whole_count_and_its_unit(value: str) -> None:
    refused(run("stop", "backtest", f"--set=hold={value}"), USAGE, "a duration such as 5min")


def test_values_are_read_exactly(data: Path, tmp_path: Path) -> None:
    settings = ["hold=5min", "sell=12.5pct", "again=true", "bar=1e2", "above=1e-1"]
    done = backtest("stop", data, *(f"--set={s}" for s in settings), "--capital=2.5e4", out=tmp_path / "run")
    params = done.summary["params"]
    assert [params[s.split("=")[0]] for s in settings] == [300_000_000_000, 0.125, True, 100, 0.1]
    assert done.summary["options"]["capital"] == 25_000


# ---- data


def write_csv(path: Path, text: str) -> Path:
    path.write_text(HEADER + text)
    return path


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"{T0},100,101,99,nan\n", DATA, ["line 2", "close"]),
        (f"{T0},100,101,99,x\n", DATA, ["line 2", "close"]),
        (f"{T0},100,101,99,100\n{T0},100,101,99,100.5\n", DATA, ["line 3"]),
        (f"{T0},100,101,99,100\n{T0},100,101,99,100\n", DATA, ["line 3"]),
        (f"{T0 + HOUR},100,101,99,100\n{T0},100,101,99,100\n", DATA, ["line 3"]),
        (f"{T0 + 1},100,101,99,100\n", DATA, ["line 2"]),
        (f"{T0},100,99,98,100\n", DATA, ["line 2", "high"]),
        (f"{T0},100,101,101,100\n", DATA, ["line 2", "low"]),
        (f"{T0},100.001,101,99,100\n", DATA, ["line 2", "open"]),
        (f"{T0},100,101,-1,100\n", DATA, ["line 2", "low"]),
        (f"{T0},100,99999999,99,100\n", DATA, ["the highest price of an order"]),
        ("2116-02-20T23:00:00Z,100,101,99,100\n", DATA, ["2116-02-21T00", "nanoseconds"]),
        ("1969-12-31T23:00:00Z,100,101,99,100\n", DATA, ["1969-12-31T23", "nanoseconds"]),
        (f"{T0},100,101\n", DATA, ["line 2"]),
        ("", DATA, ["no rows"]),
    ],
)
def test_rows_that_break_the_schema_are_named(tmp_path: Path, text: str, code: int, words: list[str]) -> None:
    path = write_csv(tmp_path / "bars.csv", text)
    done = run("cross", "backtest", f"--data=bars={path}", f"--out={tmp_path / 'run'}")
    refused(done, code, "bars.csv", *words)
    assert not (tmp_path / "run").exists()


def test_what_can_be_repaired_is_repaired_on_demand_and_counted(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bars.csv", f"{T0},100,99,98,100\n{T0},100,99,98,100\n{T0 + HOUR},100,101,99,100.001\n")
    done = backtest("cross", path, "--bad-data=repair", out=tmp_path / "run")
    assert done.summary["data"]["repaired"]["high_below"] >= 1
    assert done.summary["data"]["repaired"]["duplicate"] == 1
    assert done.summary["data"]["repaired"]["off_grid_price"] == 1
    assert done.summary["data"]["rows"] == 2


def bars_table() -> pa.Table:
    return pa.table(
        {"ts_event": [T0, T0 + HOUR], "open": [1.0] * 2, "high": [1.0] * 2, "low": [1.0] * 2, "close": [1.0] * 2}
    )


def missing(path: Path) -> None:
    del path


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def wrong_column(path: Path) -> None:
    path.write_text("ts_event,open,high,low,last\n")


def a_parquet_file(path: Path) -> None:
    parquet.write_table(bars_table(), path)


def a_compressed_arrow_file(path: Path) -> None:
    feather.write_feather(bars_table(), str(path), compression="lz4")


def a_truncated_arrow_file(path: Path) -> None:
    feather.write_feather(bars_table(), str(path), compression="uncompressed")
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("make", "code", "word"),
    [
        (missing, INPUT, "bars.x"),
        (folder, INPUT, "bars.x"),
        (empty, INPUT, "is empty"),
        (wrong_column, DATA, "missing column"),
        (a_parquet_file, INPUT, "Parquet"),
        (a_compressed_arrow_file, INPUT, "compress"),
        (a_truncated_arrow_file, INPUT, "truncated"),
    ],
)
def test_a_file_that_is_no_bar_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None], code: int, word: str
) -> None:
    make(tmp_path / "bars.x")
    done = run("cross", "backtest", f"--data=bars={tmp_path / 'bars.x'}", f"--out={tmp_path / 'run'}")
    refused(done, code, word)
    assert not (tmp_path / "run").exists()


def test_an_empty_range_says_what_the_file_covers(data: Path) -> None:
    done = run("cross", "backtest", f"--data=bars={data}", "--from=2022-01-01")
    refused(done, DATA, "no bar starts between", "2021-01-01T00:00:00Z .. 2021-01-01T10:00:00Z")


# ---- output


def test_standard_output_that_is_full_is_an_error(data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [binary("cross"), "backtest", f"--data=bars={data}", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    refused(Run(done.returncode, "", done.stderr), OUTPUT, "standard output")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["manifest"]])
def test_every_text_is_checked_when_written(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [binary("cross"), *arguments], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == OUTPUT
    assert run("cross", *arguments).code == 0


def test_a_closed_pipe_ends_the_binary_quietly(data: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [binary("cross"), "backtest", f"--data=bars={data}"]
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


def test_a_limit_on_file_size_ends_the_run_without_a_summary(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [FLAT] * 3000)
    command = [binary("cross"), "backtest", f"--data=bars={data}", f"--out={tmp_path / 'run'}"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=60, check=False)
    refused(Run(done.returncode, done.stdout, done.stderr), OUTPUT, "equity.arrow", "File too large")
    assert {p.name for p in (tmp_path / "run").iterdir()} == {"strategy.log", "order.log"}


@pytest.mark.parametrize("name", ["bars.csv", "bars.csv/run", "/dev/full/run", "/proc/run"])
def test_a_run_folder_that_cannot_be_made_is_an_error(data: Path, name: str) -> None:
    refused(run("cross", "backtest", f"--data=bars={data}", f"--out={name}", cwd=data.parent), OUTPUT, "--out")


def test_a_folder_with_other_files_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    (tmp_path / "run" / "fills.csv").write_text("mine")
    refused(run("cross", "backtest", f"--data=bars={data}", f"--out={tmp_path / 'run'}"), OUTPUT, "thesis.txt")
    assert {p.name: p.read_text() for p in (tmp_path / "run").iterdir()} == {"thesis.txt": "mine", "fills.csv": "mine"}


def test_an_earlier_run_is_replaced(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "er" / "run"
    backtest("cross", data, "--dump-signals", out=out)
    backtest("stop", data, out=out)
    assert not (out / "signals.arrow").exists()
    assert '"STOP"' in (out / "summary.json").read_text()


def test_an_interrupt_ends_the_run_and_takes_an_earlier_summary_with_it(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    backtest("stop", data, out=out)
    done = run("stop", "backtest", f"--data=bars={data}", f"--out={out}", "--set=interrupt=5")
    refused(done, INTERRUPT, "interrupted")
    assert {p.name for p in out.iterdir()} == {"strategy.log", "order.log"}
    backtest("stop", data, out=out)  # what it left is replaced like a run
    assert (out / "summary.json").exists()


# ---- what it says of itself


def test_help_names_data_options_parameters_and_exit_codes() -> None:
    done = run("cross", "--help")
    assert done.code == 0
    for word in (
        "--data bars=FILE",
        "bars = 1h bars of BAS_QUO",
        "--warmup",
        "in 2 .. 200 step 2",
        "130 interrupted",
        "100000.00000 QUO",
    ):
        assert word in done.out


def test_the_manifest_is_printed_as_embedded() -> None:
    assert run("cross", "manifest").out == "program: CROSS\n"
    assert run("cross", "--version").out.splitlines() == ["CROSS 010203" + "0" * 58, "compiler by hand, semantics 1"]
