"""--rf, --trials and --stats-as of a binary: what they change, what they leave alone, what they refuse."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pytest

from stratc.runtime.convert import parquet_to_arrow
from tests.support.runs import CROSS, YEAR, run_stratc


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    run_stratc("build", str(CROSS), "--out", str(folder / "out"), cwd=folder)
    return folder / "out" / "ema_cross"


def run(binary: Path, *options: str) -> subprocess.CompletedProcess[str]:
    data = f"bars={parquet_to_arrow(YEAR)}"
    return subprocess.run([binary, "backtest", "--data", data, *options], capture_output=True, text=True, check=False)


def summary(binary: Path, *options: str) -> Any:
    done = run(binary, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_rate_changes_only_what_carries_it(binary: Path) -> None:
    plain, with_rate = summary(binary), summary(binary, "--rf", "0.05")
    assert (plain["options"]["rf"], with_rate["options"]["rf"]) == (0.0, 0.05)
    changed = {name for name, value in plain["statistics"].items() if value != with_rate["statistics"][name]}
    assert changed == {"sharpe", "sortino", "psr", "deflated_sharpe"}
    assert {with_rate["statistics"][name]["rf"] for name in changed} == {0.05}


def test_trials_change_only_the_deflated_ratio(binary: Path) -> None:
    plain, tried = summary(binary)["statistics"], summary(binary, "--trials", "50")["statistics"]
    assert {name for name, value in plain.items() if value != tried[name]} == {"trials", "deflated_sharpe"}
    assert plain["deflated_sharpe"] == plain["psr"]
    assert tried["deflated_sharpe"]["value"] < tried["psr"]["value"]


@pytest.mark.parametrize("engine", ["nautilus", "vectorbt", "backtesting", "tradingview"])
def test_a_view_stands_beside_and_changes_nothing(binary: Path, engine: str) -> None:
    plain, viewed = summary(binary), summary(binary, "--stats-as", engine)
    assert (plain["stats_as"], plain["options"]["stats_as"]) == (None, None)
    assert viewed["stats_as"].pop("engine") == viewed["options"]["stats_as"] == engine
    assert viewed["statistics"] == plain["statistics"]
    fields = {"value", "interval", "periods", "ddof", "rf", "n"}
    assert all(set(number) == fields for number in viewed["stats_as"].values())
    assert viewed["stats_as"]["sharpe"]["value"] != plain["statistics"]["sharpe"]["value"]
    assert f"The same curve by the formulas of {engine}\n" in run(binary, "--stats-as", engine).stdout


def test_every_number_of_the_summary_carries_its_convention(binary: Path) -> None:
    seen, fields = summary(binary), {"value", "interval", "periods", "ddof", "rf", "n"}
    for block in (seen["statistics"], seen["buy_and_hold"]):
        numbers = [number for number in block.values() if isinstance(number, dict)]
        assert len(numbers) >= 7
        assert all(set(number) == fields for number in numbers)


def test_holding_equals_the_curve_of_closes(binary: Path, tmp_path: Path) -> None:
    assert run(binary, "--out", str(tmp_path / "run")).returncode == 0
    held = json.loads((tmp_path / "run" / "summary.json").read_text())["buy_and_hold"]
    with pa.memory_map(str(tmp_path / "run" / "equity.arrow")) as source:
        close = pa.ipc.open_file(source).read_all()["close"].to_numpy()
    curve = np.concatenate([[100_000.0], held["cash"] + held["qty"] * close])
    peaks = np.maximum.accumulate(curve)
    assert held["final_equity"] == pytest.approx(curve[-1])
    assert held["total_return"]["value"] == pytest.approx(curve[-1] / 100_000 - 1)
    assert held["max_drawdown"]["value"] == pytest.approx(((peaks - curve) / peaks).max())


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        (["--rf", "2"], "--rf 2: expected an annual rate as a fraction", "2 % a year is --rf 0.02"),
        (["--rf", "nan"], "--rf nan: expected an annual rate", "2 % a year is --rf 0.02"),
        (["--rf", "2%"], "--rf 2%: expected an annual rate", "2 % a year is --rf 0.02"),
        (["--rf="], "--rf : expected an annual rate", "2 % a year is --rf 0.02"),
        (["--trials", "0"], "--trials 0: expected a whole number, 1 or more", "itself included"),
        (["--trials", "1.5"], "--trials 1.5: expected a whole number", "itself included"),
        (["--stats-as", "vectorbot"], "--stats-as vectorbot: no engine of that name", "did you mean `vectorbt`?"),
        (["--stats-as", "excel"], "--stats-as excel: no engine", "nautilus, vectorbt, backtesting and tradingview"),
    ],
)
def test_wrong_values_are_refused(binary: Path, options: list[str], message: str, help: str) -> None:
    done = run(binary, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert help in done.stderr
