"""Frames as data: checks everything a receiver must check, then gives named fields. Layouts: runtime/schemas/frames.py."""

from __future__ import annotations

import struct

import numpy as np

from .logs import crc32c
from .schemas.frames import ENUMS, MESSAGES

VERSION = 1
_HEADER = struct.Struct("<HHHHQQII")
_CRC = slice(28, 32)


class FrameError(Exception):
    """Not a frame of this version, or damaged; the message says which check failed."""


def decode(data: bytes) -> dict[str, object]:
    """Header and body by name, enumerations as their members. Raises FrameError."""
    if len(data) < _HEADER.size:
        raise FrameError(f"{len(data)} bytes are no frame")
    version, code, length, flags, seq, ts_ns, instrument, crc = _HEADER.unpack_from(data)
    if version != VERSION:
        raise FrameError(f"version {version}, this reads {VERSION}")
    if code not in MESSAGES:
        raise FrameError(f"unknown type {code}")
    name, size, layout, fields = MESSAGES[code]
    if length != size or len(data) != size:
        raise FrameError(f"a {name} frame has {size} bytes, this says {length} and has {len(data)}")
    if crc != _checksum(data):
        raise FrameError("the checksum does not fit")
    found: dict[str, object] = {
        "frame": name,
        "flags": flags,
        "frame_seq": seq,
        "ts_ns": ts_ns,
        "instrument": instrument,
    }
    values = list(struct.unpack_from(layout, data, _HEADER.size))
    for field, type_, count, low, high in fields:
        taken, values = values[: count or 1], values[count or 1 :]
        if any((low is not None and v < low) or (high is not None and v > high) for v in taken):
            raise FrameError(f"{name}.{field} is out of range")
        if field != "unused":
            found[field] = _named(name, field, type_, taken[0]) if not count else taken
    return found


def _named(message: str, field: str, type_: str, value: int) -> object:
    if type_ == "bool" and value <= 1:
        return bool(value)
    if type_ not in ENUMS and type_ != "bool":
        return value
    if type_ == "bool" or value >= len(ENUMS[type_]):
        raise FrameError(f"{message}.{field} is {value}, not a `{type_}`")
    return ENUMS[type_][value]


def _checksum(data: bytes) -> int:
    """CRC-32C over the frame with the checksum field zero."""
    blank = bytearray(data)
    blank[_CRC] = bytes(4)
    return int(crc32c(np.frombuffer(bytes(blank), dtype=np.uint8).reshape(1, -1))[0])
