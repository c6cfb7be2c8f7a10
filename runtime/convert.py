"""Parquet → uncompressed Arrow IPC, once: the copy is cached under the content hash of the original."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

FORMAT = 1  # of the cached copies: raise it when the conversion changes
_TIME = ("ts_event", "timestamp", "time", "ts", "open_time")
_WANTED = ("open", "high", "low", "close", "volume")


class ConversionError(Exception):
    """The file can't be converted; help says how to mend it."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


def cache_folder() -> Path:
    """$STRATC_CACHE_DIR, else the user's cache folder, else a temporary one."""
    chosen = os.environ.get("STRATC_CACHE_DIR")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stratc"
    folder = base / "data"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        folder = base  # not to be had: take a temporary one
    return Path(tempfile.mkdtemp(prefix="stratc-data-"))


def parquet_to_arrow(path: Path) -> Path:
    """The Arrow copy of a Parquet file with the columns a bar feed reads. Raises ConversionError."""
    try:
        digest = hashlib.sha256(path.read_bytes())
    except OSError as error:
        raise ConversionError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    digest.update(f"format {FORMAT}".encode())
    target = cache_folder() / digest.hexdigest()[:24] / f"{path.stem}.arrow"
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        _convert(path, target)
    return target


def _convert(path: Path, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.ipc
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ConversionError(f"{path}: not a readable Parquet file: {' '.join(str(error).split())}") from error
    if "symbol" in table.column_names and len(table["symbol"].unique()) > 1:
        names = ", ".join(str(s) for s in table["symbol"].unique().to_pylist()[:5])
        raise ConversionError(f"{path}: holds several symbols ({names} …)", "write one file per instrument")
    keep = [c for c in table.column_names if c.lower() in _TIME + _WANTED]
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    try:
        with pyarrow.ipc.new_file(temporary, table.select(keep).schema) as writer:
            writer.write_table(table.select(keep))
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ConversionError(
            f"can't write {target}: {error.strerror}", "set STRATC_CACHE_DIR to a folder with space"
        ) from error
