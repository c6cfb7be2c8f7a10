"""A parameter of an enumeration: checked, listed in manifest and help, given to the binary by the name of a member."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source
from tests.cli.conftest import Stratc

TEXT = """\
enum side_mode {{ FAST, SLOW, OFF }}
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  {param}
  signal level = if mode is FAST then 1.0 else if mode in {{ SLOW }} then 2.0 else 3.0;
  signal same: bool = mode == OFF;
  log level, same;
  risk {{ bound abs(position) <= 5 BTC else reject; }}
  order entry {{ side = BUY; kind = MARKET; qty = 1 BTC; }}
  machine {{
    initial state LOOKING {{ when mode != OFF and bars.close > bars.open -> ENTERED do submit(entry); }}
    state ENTERED {{ on denied -> LOOKING cooldown 1h; on closed when flat -> LOOKING cooldown 1h;
                    on closed do notify("held"); after 1d do flatten; }}
  }}
}}
"""
PARAM = "param mode: side_mode = SLOW;"


def codes(param: str) -> list[str]:
    return [d.code for d in compile_source(Source("s.strat", TEXT.format(param=param))).diagnostics.in_order()]


@pytest.mark.parametrize("member", ["FAST", "SLOW", "OFF"])
def test_every_member_may_be_the_default(member: str) -> None:
    program = compile_source(Source("s.strat", TEXT.format(param=f"param mode: side_mode = {member};"))).program
    assert program is not None
    assert (program.params[0].text, program.params[0].members) == (member, ("FAST", "SLOW", "OFF"))


@pytest.mark.parametrize(
    ("param", "code"),
    [
        ("param mode: side_mode = QUICK;", "E0324"),
        ("param mode: side_mode = 1;", "E0324"),
        ("param mode: side_mode = FAST in FAST .. SLOW;", "E0217"),
        ("param mode: side_mode? = FAST;", "E0217"),
    ],
)
def test_nothing_else_may(param: str, code: str) -> None:
    assert codes(param) == [code]


@pytest.fixture
def built(stratc: Stratc, tmp_path: Path) -> Path:
    (tmp_path / "s.strat").write_text(TEXT.format(param=PARAM), encoding="utf-8")
    hour = "2024-01-01T{:02}:00:00Z,100,102,99,{},5\n"
    rows = "".join(hour.format(h, 100 + h % 3) for h in range(12))
    (tmp_path / "bars.csv").write_text("time,open,high,low,close,volume\n" + rows, encoding="utf-8")
    done = stratc("build", "s.strat")
    assert done.returncode == 0, done.stderr
    return tmp_path / "build" / "s"


def run(built: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(built / "s"), "backtest", "--data", f"bars={built.parents[1] / 'bars.csv'}", "--json", *options]
    return subprocess.run(command, cwd=built, capture_output=True, text=True, check=False)


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_binary_takes_a_member_by_its_name(built: Path) -> None:
    as_declared, off = summary(run(built)), summary(run(built, "--set", "mode=OFF"))
    assert (as_declared["params"], off["params"]) == ({"mode": "SLOW"}, {"mode": "OFF"})
    assert as_declared["fills"]["count"] > off["fills"]["count"] == 0


@pytest.mark.parametrize("given", ["QUICK", "1", "", "SLO", "SLOWER", "slow"])
def test_the_binary_takes_nothing_else(built: Path, given: str) -> None:
    done = run(built, "--set", f"mode={given}")
    assert done.returncode == 2
    assert f"--set mode={given}: expected one of its members" in done.stderr
    assert "parameter `mode` (side_mode): one of FAST, SLOW, OFF" in done.stderr


def test_help_manifest_and_the_python_module_name_them(built: Path) -> None:
    helped = subprocess.run([str(built / "s"), "--help"], capture_output=True, text=True, check=True).stdout
    assert "mode               = SLOW         side_mode, one of FAST, SLOW, OFF" in helped
    manifest = subprocess.run([str(built / "s"), "manifest"], capture_output=True, text=True, check=True).stdout
    assert "value: SLOW" in manifest
    assert "- FAST" in manifest
    code = "import {0} as k; k.Kernel({{'mode': 'OFF'}}); k.Kernel({{'mode': 0}}); k.Kernel({{'mode': 'QUICK'}})"
    module = next(path.stem for path in built.glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-c", code.format(module)], cwd=built, capture_output=True, text=True, check=False
    )
    assert "parameter mode = 'QUICK' is not one of FAST, SLOW, OFF" in done.stderr
