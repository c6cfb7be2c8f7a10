"""Open, high, low and close of a run's bars, from the very file that was read: its SHA-256 must be the summary's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..convert import ConversionError, cache_folder, parquet_to_arrow
from .errors import ReportError
from .folder import Floats, Integers, RunFolder

_TIMES = ("ts_event", "timestamp", "time", "ts", "open_time")
_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Candles:
    """Per bar of the run; without a data file all four are the close, and `note` says so."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    whole: bool
    note: str


def candles(run: RunFolder, given: Path | None) -> Candles:
    """From the file given, else from one that lies near the run. Raises ReportError about a file that was given."""
    data = run.summary["data"]
    if given is not None:
        return _read(run, _own(given, data["sha256"]))
    if data["repaired"]:
        return _closes(run, "rows were repaired while they were read, so the file's bars are not those of the run")
    found = next((path for path in _near(run) if _digest(path) == data["sha256"]), None)
    if found is None:
        return _closes(run, f"{data['file']} was not found; --data {data['feed']}=FILE draws candles")
    return _read(run, found)


def _closes(run: RunFolder, why: str) -> Candles:
    return Candles(run.close, run.close, run.close, run.close, False, f"The line joins closes: {why}.")


def _near(run: RunFolder) -> list[Path]:
    """The run's folder, the one above, the current one, and the copies that conversion keeps."""
    name = run.summary["data"]["file"]
    here = [folder / name for folder in (run.path, run.path.resolve().parent, Path())]
    return [path for path in [*here, *sorted(cache_folder().glob(f"*/{name}"))] if path.is_file()]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own(path: Path, digest: str) -> Path:
    """The file given, or the Arrow copy of a Parquet file; it must be the one that the run read."""
    try:
        with path.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
        read = parquet_to_arrow(path) if is_parquet else path
        if _digest(read) == digest:
            return read
    except ConversionError as error:
        raise ReportError(str(error), error.help, missing=True) from error
    except OSError as error:
        raise ReportError(f"{path}: {(error.strerror or str(error)).lower()}", missing=True) from error
    raise ReportError(f"{path}: not the file of this run: its SHA-256 is another", "give the file that was backtested")


def _read(run: RunFolder, path: Path) -> Candles:
    import pyarrow as pa

    try:
        table = _table(path)
        names = {name.lower(): name for name in table.column_names}
        starts = _nanoseconds(table[next(names[time] for time in _TIMES if time in names)])
        columns = [np.array(table[names[name]].to_numpy(), np.float64) for name in _PRICES]
    except (pa.ArrowException, KeyError, StopIteration, ValueError) as error:
        raise ReportError(f"{path}: its bars can't be read", "leave --data out: the close is drawn") from error
    rows = np.searchsorted(starts, run.ends - run.every)
    rows[rows == len(starts)] = 0
    opened, high, low, close = (column[rows] for column in columns)
    if not np.array_equal(starts[rows], run.ends - run.every) or not np.allclose(close, run.close, rtol=1e-12, atol=0):
        raise ReportError(f"{path}: does not hold the bars of this run", "leave --data out: the close is drawn")
    return Candles(opened, high, low, close, True, "")


def _table(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.ipc

    with path.open("rb") as file:
        is_arrow = file.read(6) == b"ARROW1"
    if not is_arrow:
        return pa.csv.read_csv(path)
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _nanoseconds(column: Any) -> Integers:
    """Instants as integers since 1970; integers may count seconds, milli-, micro- or nanoseconds."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        return np.array(column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_numpy())
    if not pa.types.is_integer(column.type):
        return np.array(column.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy())
    counts = np.array(column.to_numpy(), np.int64)
    unit = next(10**power for power in (9, 6, 3, 0) if abs(int(counts[-1])) * 10**power < 2**62)
    return counts * unit
