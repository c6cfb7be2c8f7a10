"""Reads a run folder. What comes out is whole: the run finished, its logs are as they were sealed, its files fit together."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..logs import LogError, verify
from .errors import ReportError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Row = dict[str, str]

FILES = ("summary.json", "manifest.yaml", "equity.arrow", "fills.csv", "trades.csv", "strategy.log", "order.log")
AGAIN = "run the backtest again with --out"


@dataclass(frozen=True)
class RunFolder:
    """One finished run. `ends` are the ends of its bars, in nanoseconds; the curves are per bar."""

    path: Path
    summary: dict[str, Any]
    manifest: str
    ends: Integers
    equity: Floats
    drawdown: Floats
    close: Floats
    fills: list[Row]
    trades: list[Row]

    @property
    def every(self) -> int:
        """Length of a bar in nanoseconds."""
        return int(self.summary["data"]["every_ns"])


def read(path: Path) -> RunFolder:
    """The run in `path`. Raises ReportError."""
    summary = _summary(path)
    _check_logs(path, summary)
    equity = _equity(path, summary["instruments"])
    run = RunFolder(
        path,
        summary,
        _text(path, "manifest.yaml"),
        ends=equity["ts_ns"].astype(np.int64),
        equity=equity["equity"],
        drawdown=equity["drawdown"],
        close=equity["close"],
        fills=_rows(path, "fills.csv", "ts_ns,order_id,template,side,price,qty,fee,reason,instrument"),
        trades=_rows(path, "trades.csv", "number,side,entry_ns,exit_ns,qty,entry_price,exit_price,pnl,fees"),
    )
    _check_counts(run)
    return run


def _summary(path: Path) -> dict[str, Any]:
    if not path.is_dir():
        what = "is a file, not a run folder" if path.exists() else "no such folder"
        raise ReportError(f"{path}: {what}", "give the folder that a backtest wrote with --out", missing=True)
    if not (path / "summary.json").is_file():
        if any((path / name).exists() for name in FILES):
            raise ReportError(f"{path}: the run did not finish: there is no summary.json", AGAIN)
        raise ReportError(
            f"{path}: not a run folder: there is no summary.json", "give the folder that a backtest wrote with --out"
        )
    try:
        summary = json.loads(_text(path, "summary.json"), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise ReportError(f"{path / 'summary.json'}: not JSON (line {error.lineno})", AGAIN) from error
    needed = ("program", "instruments", "data", "period", "statistics", "assumptions", "logs", "buy_and_hold")
    lacking = [name for name in needed if not isinstance(summary, dict) or name not in summary]
    if lacking or summary.get("status") != "complete":
        reason = f"it has no `{lacking[0]}`" if lacking else "its status is not `complete`"
        raise ReportError(f"{path / 'summary.json'}: not the summary of a run of this version: {reason}", AGAIN)
    return dict(summary)


def _text(path: Path, name: str) -> str:
    try:
        return (path / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReportError(f"{path / name}: not UTF-8 text", AGAIN) from error
    except OSError as error:
        raise _unreadable(path / name, error) from error


def _unreadable(path: Path, error: OSError) -> ReportError:
    return ReportError(f"{path}: {(error.strerror or str(error)).lower()}", AGAIN, missing=True)


def _check_logs(path: Path, summary: dict[str, Any]) -> None:
    """Every record is under the seal that the summary names."""
    for kind, head in summary["logs"].items():
        file = path / f"{kind}.log"
        try:
            seen = verify(file)
        except LogError as error:
            raise ReportError(f"{file}: {error}", AGAIN) from error
        except OSError as error:
            raise _unreadable(file, error) from error
        if not seen.finished:
            raise ReportError(f"{file}: the log ends without its final seal: the run did not finish", AGAIN)
        if seen.head != head or seen.program_hash != summary["program"]["hash"]:
            raise ReportError(f"{file}: not the log of this run: the summary names another seal", AGAIN)


def _equity(path: Path, instruments: list[dict[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """close: of the first instrument."""
    import pyarrow as pa
    import pyarrow.ipc

    file = path / "equity.arrow"
    try:
        with pa.memory_map(str(file)) as source:
            table = pa.ipc.open_file(source).read_all()
            close = "close" if len(instruments) == 1 else f"close_{instruments[0]['name']}"
            names = {name: name for name in ("ts_ns", "equity", "drawdown")} | {"close": close}
            return {name: np.array(table[column].to_numpy()) for name, column in names.items()}
    except (pa.ArrowInvalid, KeyError) as error:
        raise ReportError(f"{file}: not the equity table of a run", AGAIN) from error
    except OSError as error:
        raise _unreadable(file, error) from error


def _rows(path: Path, name: str, columns: str) -> list[Row]:
    reader = csv.DictReader(_text(path, name).splitlines())
    if (reader.fieldnames or [])[: columns.count(",") + 1] != columns.split(","):
        raise ReportError(f"{path / name}: its columns are not those of a run", AGAIN)
    return list(reader)


def _check_counts(run: RunFolder) -> None:
    summary = run.summary
    final = float(summary["statistics"]["final_equity"])
    checks = [
        ("equity.arrow", "bars", len(run.ends), summary["period"]["bars"]),
        ("fills.csv", "fills", len(run.fills), summary["fills"]["count"]),
        ("trades.csv", "trades", len(run.trades), summary["trades"]["closed"] + summary["trades"]["open"]),
        ("equity.arrow", "as final equity", float(run.equity[-1]) if len(run.ends) else final, final),
    ]
    for name, what, found, told in checks:
        if found != told:
            raise ReportError(f"{run.path / name}: has {found} {what}, the summary says {told}", AGAIN)
