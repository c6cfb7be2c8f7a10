"""Frames cross between C and Python with the same meaning, and a damaged one is refused."""

import struct
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stratc.runtime.frames import FrameError, decode
from tests.support.native import open_library

FFI, LIBRARY = open_library(["crc32c.c"], ["crc32c.h", "../schemas/frames.h"])


def submit(**fields: int) -> bytes:
    """A valid submit frame as C lays it out."""
    frame = FFI.new("stratc_submit_frame *")
    frame.header.version, frame.header.type, frame.header.length = 1, 16, 128
    frame.id, frame.qty = 1, 1
    for name, value in fields.items():
        setattr(frame, name, value)
    frame.header.crc32c = LIBRARY.stratc_crc32c(frame, 128)
    return bytes(FFI.buffer(frame))


@given(st.integers(1, 2**64 - 1), st.integers(1, 2**30 - 1), st.integers(0, 2**31 - 1), st.integers(0, 1))
def test_what_c_writes_python_reads(order: int, qty: int, trigger: int, side: int) -> None:
    seen = decode(submit(id=order, qty=qty, trigger=trigger, side=side))
    expected: dict[str, Any] = {"id": order, "qty": qty, "trigger": trigger, "side": ["BUY", "SELL"][side]}
    assert {k: seen[k] for k in expected} == expected


@given(st.integers(0, 127), st.integers(0, 7))
def test_any_flipped_bit_is_found(byte: int, bit: int) -> None:
    data = bytearray(submit())
    data[byte] ^= 1 << bit
    with pytest.raises(FrameError):
        decode(bytes(data))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": 0}, "submit.id is out of range"),
        ({"qty": 2**30}, "submit.qty is out of range"),
        ({"side": 7}, "submit.side is 7, not a `side`"),
        ({"slices": 16}, "submit.slices is out of range"),
    ],
)
def test_fields_out_of_range_are_refused(fields: dict[str, int], message: str) -> None:
    with pytest.raises(FrameError, match=message):
        decode(submit(**fields))


def test_unknown_version_type_and_length_are_refused() -> None:
    for offset, value, message in ((0, 2, "version 2"), (2, 999, "unknown type 999"), (4, 64, "has 128 bytes")):
        data = bytearray(submit())
        struct.pack_into("<H", data, offset, value)
        with pytest.raises(FrameError, match=message):
            decode(bytes(data))
    with pytest.raises(FrameError, match="no frame"):
        decode(b"short")
