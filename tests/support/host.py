"""Binaries of the hand-written programs in tests/runtime/programs, and runs of them over small bar files."""

import csv
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stratc.targets.cpu.cache import runtime_sources
from stratc.targets.cpu.order_kernel import order_kernel_folder
from tests.support.native import build_driver

PROGRAMS = Path(__file__).resolve().parents[1] / "runtime" / "programs"
ROWS = 16  # of the programs' plans
HOUR = 3_600_000_000_000
T0 = 1_609_459_200_000_000_000  # 2021-01-01
Bar = tuple[float, float, float, float]


@dataclass(frozen=True)
class Run:
    """How a binary ended."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> Any:
        return json.loads(self.out)


@cache
def binary(program: str, *, sanitize: bool = True) -> Path:
    """The binary of programs/PROGRAM.c, under ASan and UBSan unless told otherwise."""
    orders = order_kernel_folder(ROWS, Path(tempfile.gettempdir()))
    return build_driver(PROGRAMS / f"{program}.c", runtime_sources(), sanitize=sanitize, generated=orders)


def run(program: str, *arguments: object, cwd: Path | None = None, sanitize: bool = True) -> Run:
    command = [str(binary(program, sanitize=sanitize)), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def write_bars(path: Path, bars: Sequence[Bar], *, skip: Sequence[int] = ()) -> Path:
    """Hourly bars from 2021-01-01; the hours named in `skip` are left out of time, not of `bars`."""
    hours = [h for h in range(len(bars) + len(skip)) if h not in skip]
    rows = [
        f"{T0 + hour * HOUR}," + ",".join(f"{price:.2f}" for price in bar)
        for hour, bar in zip(hours, bars, strict=True)
    ]
    path.write_text("ts_event,open,high,low,close\n" + "\n".join(rows) + "\n")
    return path


def backtest(program: str, data: Path, *arguments: object, out: Path) -> Run:
    """A run that must succeed, with its run folder."""
    done = run(program, "backtest", f"--data=bars={data}", f"--out={out}", "--json", *arguments)
    assert done.code == 0, done.err
    return done


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def fills(out: Path) -> list[tuple[float, str, str, str, str]]:
    """Of each fill: hours since 2021-01-01, template, side, price, reason."""
    return [
        ((int(row["ts_ns"]) - T0) / HOUR, row["template"], row["side"], row["price"], row["reason"])
        for row in rows(out / "fills.csv")
    ]
