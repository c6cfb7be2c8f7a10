"""One situation: orders, a machine that sends them, a few bars, and the story of a run as text."""

from __future__ import annotations

import csv
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratc.cli.build import build_artifact
from stratc.runtime import frames
from stratc.runtime.logs import read_log

# So short that latencies of a good part of it are shorter than the order kernel waits for an answer.
BAR = 1_200_000_000
T0 = 1_609_459_200_000_000_000  # 2021-01-01
Row = tuple[float, float, float, float, float]  # open, high, low, close, volume

TEXT = """strategy SCENARIO "{title}" {{
  instrument X_USD: perp(venue = "test", base = X, quote = USD, tick = 1 USD, lot = 1 X, settle = LINEAR, allow = BOTH, calendar = ALWAYS,
                         maker_fee = 0bps, taker_fee = 0bps);
  account {{ capital = 100_000 USD; leverage = 10; }}
  feed bars: ohlcv(X_USD, every = 1200ms);
  signal n: count = 0 fby n + 1;
  risk {{ bound abs(position) <= 1_000 X else reject; bound drawdown <= 99pct over 1d else flatten; }}
{members}
  machine {{
{machine}
  }}
}}
"""


@dataclass(frozen=True)
class Scenario:
    """members, machine: in the language; `n` counts bars from 0. bars: from 2021-01-01, 1.2 s each; None: a bar that is missing."""

    title: str
    members: str
    machine: str
    bars: tuple[Row | None, ...]
    options: tuple[str, ...] = ()

    def text(self) -> str:
        return TEXT.format(title=self.title, members=self.members, machine=self.machine)


def build(scenario: Scenario, folder: Path) -> Path:
    """The binary."""
    source = folder / "scenario.strat"
    source.write_text(scenario.text(), encoding="utf-8")
    return build_artifact(source, folder / "build", 2, 64 * 2**20)[1].executable


def run(binary: Path, scenario: Scenario, folder: Path, *options: str) -> Path:
    """The run folder."""
    rows = [f"{T0 + i * BAR},{','.join(map(str, bar))}" for i, bar in enumerate(scenario.bars) if bar is not None]
    data = folder / "bars.csv"
    data.write_text("ts_event,open,high,low,close,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    out = folder / ("run" + "".join(options).replace("=", "_").replace("-", ""))
    command = [str(binary), "backtest", f"--data=bars={data}", f"--out={out}", *scenario.options, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def moment(ns: int) -> str:
    """Bar and place in it: `2+1/3` is a third into the bar of index 2."""
    bar, rest = divmod(ns - T0, BAR)
    thirds = {0: "", BAR // 3: "+1/3", BAR - BAR // 3: "+2/3"}
    return f"{bar}{thirds[rest]}" if rest in thirds else f"{bar}+{rest / BAR:.4f}"


def story(scenario: Scenario, out: Path) -> str:
    """Every frame that crossed, in order, a line each (> commands, < reports); then the fills."""
    names = [*re.findall(r"^ *order (\w+)", scenario.members, re.MULTILINE), "flatten"]
    lines = [_line(record, names) for record in read_log(out / "order.log", decode_frame=frames.decode)]
    with (out / "fills.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            what = f"{row['side']} {row['qty']} at {row['price']} ({row['reason']})"
            lines.append(f"= {moment(int(row['ts_ns'])):9} {row['template']}: {what}")
    return "\n".join(lines) + "\n"


def _line(record: dict[str, Any], names: list[str]) -> str:
    frame = record["frame"]
    at, order = moment(record["now"]), names[frame["template"]]
    if frame["frame"] == "report":
        parts = [frame["event"]]
        if frame["event"] == "FILL":
            parts.append(f"{frame['last_qty']} at {frame['last_px']} {frame['liquidity']}")
        if frame["event"] in ("CLOSE", "DENY"):
            parts.append(frame["reason"])
        if frame["why"] != "OK":
            parts.append(frame["why"])
        return f"< {at:9} {order}: {' '.join(parts)}, position {frame['position_after']}"
    wish = [f"{name} {frame[name]}" for name in ("side", "kind", "tif", "qty", "px", "trigger") if frame.get(name)]
    return f"> {at:9} {order}: {' '.join([frame['frame'], *wish])}"
