"""The file of a signal, as runtime/native/signal_rows.c reads it: a header of 128 bytes, then rows of time and value."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..logs import crc32c

_HEADER = struct.Struct("<8sI4xQ32s32s36s")
LONGEST_TYPE = 35
ROW = np.dtype([("time", "<i8"), ("value", "<f8")])


def write(path: Path, type_: str, digest: bytes, rows: npt.NDArray[np.void]) -> None:
    """rows: of ROW, ascending. The file appears under its name only when it is whole."""
    body = rows.astype(ROW).tobytes()
    head = _HEADER.pack(b"STRATSIG", 1, len(rows), digest, hashlib.sha256(body).digest(), type_.encode())
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(head + struct.pack("<I", _checksum(head)) + body)
    temporary.replace(path)


def read(path: Path) -> tuple[str, bytes, npt.NDArray[np.void]]:
    """(type, digest, rows) of a file that `write` made."""
    data = path.read_bytes()
    _, _, count, digest, _, type_ = _HEADER.unpack_from(data)
    return type_.rstrip(b"\0").decode(), digest, np.frombuffer(data, ROW, count, _HEADER.size + 4)


def _checksum(data: bytes) -> int:
    return int(crc32c(np.frombuffer(data, np.uint8).reshape(1, -1))[0])
