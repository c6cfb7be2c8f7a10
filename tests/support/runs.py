"""Finished run folders for tests, on the year of bars that the repository ships."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import stratc.strategies

STRATEGIES = Path(stratc.strategies.__path__[0])
CROSS = STRATEGIES / "ema_cross.strat"  # market orders
YEAR = STRATEGIES / "data" / "btcusdt_1h_2021.parquet"


def backtest(strategy: Path, out: Path, *options: str) -> Path:
    """Builds the strategy and runs it on the year; `out` becomes the run folder."""
    with tempfile.TemporaryDirectory(prefix="stratc-run-") as folder:
        run_stratc("backtest", str(strategy), "--data", f"bars={YEAR}", "--out", str(out), *options, cwd=folder)
    return out


def run_stratc(*arguments: str, cwd: str | Path) -> str:
    command = [sys.executable, "-m", "stratc.cli.main", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return done.stdout
