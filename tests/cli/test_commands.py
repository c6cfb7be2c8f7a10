"""What each command promises when all is well."""

import csv
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from tests.cli.conftest import ROOT, Stratc

CROSS = ROOT / "strategies" / "ema_cross.strat"
REVERSION = ROOT / "strategies" / "rsi_reversion.strat"
BTC = ROOT / "strategies" / "data" / "btcusdt_1h_2021.parquet"
HOUR = 3_600_000_000_000


def test_help_lists_the_commands_and_imports_nothing_heavy(stratc: Stratc) -> None:
    done = stratc("--help")
    assert done.returncode == 0
    assert [
        c
        for c in (
            "check",
            "fmt",
            "build",
            "signals",
            "backtest",
            "replay",
            "resume",
            "report",
            "inspect",
            "cost",
            "graph",
            "explain",
            "log",
            "version",
        )
        if c not in done.stdout
    ] == []
    heavy = "('lark', 'numpy', 'pyarrow', 'pydantic', 'networkx')"
    code = f"import sys, stratc.cli.main as m; m._app(); print([x for x in {heavy} if x in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


def test_check_imports_nothing_that_it_does_not_need() -> None:
    """Each of these takes longer to load than a strategy to check."""
    heavy = "('typer', 'rich', 'numpy', 'pyarrow', 'pydantic', 'networkx', 'jinja2')"
    code = (
        "import sys; from stratc.cli.main import main;"
        f"sys.argv = ['stratc', 'check', {str(CROSS)!r}, '--format', 'sarif']; main();"
        f"print([x for x in {heavy} if x in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.splitlines()[-1] == "[]"


def test_a_plain_check_and_one_with_every_option_say_the_same(stratc: Stratc) -> None:
    wrong = ROOT / "tests" / "compiler" / "wrong" / "two_mistakes.strat"
    for words in ((CROSS, REVERSION), (wrong,), (wrong, "--format", "json"), ("--format=github", wrong)):
        plain, long = stratc("check", *words), stratc("check", *words, "--max-state", str(64 * 2**20))
        assert (plain.returncode, plain.stdout, plain.stderr) == (long.returncode, long.stdout, long.stderr)
    for words in ((), (wrong, "--format", "xml"), (wrong, "--format"), (wrong, "--unknown"), ("no_such_file",)):
        failed = stratc("check", *words)
        assert failed.returncode in (2, 3)
        assert "Traceback" not in failed.stderr


def test_version_states_compiler_and_semantics(stratc: Stratc) -> None:
    assert stratc("version").stdout == "stratc 0.1.0 (semantics 1)\n"


def test_check_is_quiet_about_right_strategies(stratc: Stratc) -> None:
    done = stratc("check", CROSS, REVERSION)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 files checked, no errors\n", "")


def test_check_takes_a_kernel_in_a_file_of_its_own(stratc: Stratc, tmp_path: Path) -> None:
    right, wrong = ROOT / "stdlib" / "order_kernel.strat", tmp_path / "half.strat"
    wrong.write_text(
        "kernel HALF {\n  type n = 0 .. 9;\n  input a(n: n);\n  output b(n: n);\n  on a(m) { emit b(n = m.n / 3); }\n}\n"
    )
    assert (stratc("check", right).returncode, stratc("check", right).stdout) == (0, "1 file checked, no errors\n")
    done = stratc("check", right, wrong)
    assert done.returncode == 1
    assert "E1011" in done.stderr


def test_check_reports_as_json(stratc: Stratc, tmp_path: Path) -> None:
    (tmp_path / "bad.strat").write_text("node f(x: ratio): ratio { yield x + y; }\n")
    done = stratc("check", "bad.strat", "--format", "json")
    assert done.returncode == 1
    [found] = json.loads(done.stdout)
    assert (found["code"], found["file"], found["primary"]["span"]["line"]) == ("E0101", "bad.strat", 1)


def test_backtest_of_parquet_ends_with_a_whole_run_folder(stratc: Stratc, tmp_path: Path) -> None:
    done = stratc("backtest", CROSS, "--data", f"bars={BTC}", "--out", "run", "--set", "fast_n=12")
    assert (done.returncode, done.stderr) == (0, "")
    assert "closed trades" in done.stdout
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["status"] == "complete"
    assert summary["params"]["fast_n"] == 12
    assert summary["data"]["file"] == "btcusdt_1h_2021.arrow"


def test_every_order_meets_the_bar_after_its_own_or_if_asked_the_close_of_its_own(
    stratc: Stratc, tmp_path: Path
) -> None:
    bars = pq.read_table(BTC).to_pydict()
    prices: dict[str, dict[int, float]] = {"next_open": {}, "close": {}}
    for start, first, last in zip(bars["ts_event"], bars["open"], bars["close"], strict=True):
        prices["next_open"][int(start)] = first
        prices["close"][int(start) + HOUR] = last
    for fill, at in prices.items():
        assert stratc("backtest", CROSS, "--data", f"bars={BTC}", "--out", "run", "--fill", fill).returncode == 0
        with (tmp_path / "run" / "fills.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        shutil.rmtree(tmp_path / "run")
        assert len(rows) == 108
        assert [(r["ts_ns"], at[int(r["ts_ns"])]) for r in rows] == [(r["ts_ns"], float(r["price"])) for r in rows]


def test_logs_print_as_json_lines_with_names(stratc: Stratc, tmp_path: Path) -> None:
    assert stratc("backtest", CROSS, "--data", f"bars={BTC}", "--out", "run").returncode == 0
    strategy = [json.loads(line) for line in stratc("log", "run/strategy.log").stdout.splitlines()]
    assert {r["kind"] for r in strategy} == {"SIGNAL", "TRANSITION", "COMMAND", "RISK"}
    assert {r["signal"] for r in strategy if r["kind"] == "SIGNAL"} == {"fast", "slow"}
    asked = [r for r in strategy if r["kind"] == "RISK"]
    assert {(r["rule"].split(" ")[0], r["verdict"]) for r in asked} >= {("bound", "pass"), ("leverage", "pass")}
    by_seq = {r["seq"]: r["qty"] for r in strategy if r["kind"] == "COMMAND"}
    assert all(Decimal(r["operand"]) == Decimal(by_seq[r["seq"]]) for r in asked if "abs(position)" in r["rule"])
    assert all(0 < Decimal(r["operand"]) <= Decimal(r["bound"]) < 1_000_000 for r in asked)
    orders = [json.loads(line) for line in stratc("log", "run/order.log").stdout.splitlines()]
    assert {r["frame"]["frame"] for r in orders} == {"submit", "report"}
    summary = json.loads(stratc("log", "run/order.log", "--verify").stdout)
    assert (summary["finished"], summary["records"]) == (True, len(orders))


def test_a_manifest_rebuilds_the_same_artifact(stratc: Stratc, tmp_path: Path) -> None:
    assert stratc("build", CROSS, "--out", "a").returncode == 0
    assert stratc("build", "a/ema_cross.yaml", "--out", "b").returncode == 0
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert files == sorted(p.name for p in (tmp_path / "b").iterdir())
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_binary_prints_the_manifest_it_was_built_with(stratc: Stratc, tmp_path: Path) -> None:
    assert stratc("build", CROSS, "--out", "a").returncode == 0
    binary = tmp_path / "a" / "ema_cross"
    printed = subprocess.run([binary, "manifest"], capture_output=True, text=True, check=True, env={}).stdout
    assert printed == (tmp_path / "a" / "ema_cross.yaml").read_text()


def test_inspect_shows_what_the_compiler_understood(stratc: Stratc, golden: object) -> None:
    done = stratc("inspect", REVERSION)
    assert done.returncode == 0
    assert done.stdout == golden


def test_explain_prints_the_page(stratc: Stratc) -> None:
    assert stratc("explain", "e0212").stdout == (ROOT / "docs" / "errors" / "E0212.md").read_text()
