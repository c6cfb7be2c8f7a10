"""runtime/native/crc32c.c against the published check values and a bit-by-bit definition."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.support.native import open_library

FFI, LIBRARY = open_library(["crc32c.c"], ["crc32c.h"])


def crc(data: bytes) -> Any:
    return LIBRARY.stratc_crc32c(data, len(data))


def bitwise(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_published_values(data: bytes, value: int) -> None:
    assert crc(data) == value


@given(st.binary(max_size=300))
def test_equals_the_bitwise_definition_at_every_length(data: bytes) -> None:
    assert crc(data) == bitwise(data)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_extend_continues_a_crc(first: bytes, second: bytes) -> None:
    assert LIBRARY.stratc_crc32c_extend(crc(first), second, len(second)) == crc(first + second)


@given(st.integers(0, 2**32 - 1), st.binary(max_size=300))
def test_tables_and_instructions_agree(start: int, data: bytes) -> None:
    portable = LIBRARY.stratc_crc32c_extend_portable(start, data, len(data))
    assert LIBRARY.stratc_crc32c_extend(start, data, len(data)) == portable
    assert LIBRARY.stratc_crc32c_extend_portable(0, data, len(data)) == bitwise(data)
