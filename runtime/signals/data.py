"""The bars of a file for a node: the columns that the readers of a backtest know, checked so far as a node needs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .materialise import COLUMNS, FeedData
from .node import Bars

_TIME = ("ts_event", "timestamp", "time", "ts", "open_time")
_EPOCHS = ((10**16, 1), (10**13, 10**3), (10**10, 10**6), (0, 10**9))  # smallest number of a unit, its ns


class DataError(Exception):
    """The file can't be read as bars."""


def read_bars(name: str, path: Path, every: int) -> FeedData:
    """Parquet, Arrow IPC or CSV; a bar's time becomes that of its end. Raises DataError."""
    try:
        digest = hashlib.sha256(path.read_bytes()).digest()
        columns = _columns(path)
    except OSError as error:
        raise DataError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    start = next((columns[column] for column in _TIME if column in columns), None)
    missing = [column for column in COLUMNS[:4] if column not in columns]
    if start is None or missing or not len(start):
        raise DataError(f"{path}: has no column `{missing[0] if missing else 'ts_event'}`, or no rows")
    time = _nanoseconds(start) + every
    if (np.diff(time) <= 0).any():
        raise DataError(f"{path}: its bars are not in order of time")
    volume = columns.get("volume", np.zeros(len(time)))
    prices = {column: columns[column].astype(np.float64) for column in COLUMNS[:4]}
    return FeedData(name, every, Bars(time, volume=volume.astype(np.float64), **prices), digest)


def _columns(path: Path) -> dict[str, npt.NDArray[Any]]:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet

    with path.open("rb") as file:
        magic = file.read(6)
    try:
        if magic.startswith(b"PAR1"):
            table = pyarrow.parquet.read_table(path)
        elif magic == b"ARROW1":
            table = pyarrow.feather.read_table(path)
        else:
            table = pyarrow.csv.read_csv(path)
        return {column: table[column].to_numpy() for column in table.column_names}
    except pa.ArrowInvalid as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from error


def _nanoseconds(start: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if np.issubdtype(start.dtype, np.datetime64):
        return start.astype("datetime64[ns]").astype(np.int64)
    numbers = start.astype(np.int64)
    return numbers * next(unit for least, unit in _EPOCHS if int(numbers[0]) >= least)
