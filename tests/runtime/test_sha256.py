"""runtime/native/sha256.c against hashlib, with and without the processor's own instructions."""

import hashlib

import pytest
from hypothesis import given, strategies as st

from tests.support.native import open_library

FFI, LIBRARY = open_library(["sha256.c"], ["sha256.h"])


def digest(pieces: list[bytes], *, portable: bool) -> bytes:
    state = FFI.new("stratc_sha256 *")
    (LIBRARY.stratc_sha256_init_portable if portable else LIBRARY.stratc_sha256_init)(state)
    for piece in pieces:
        LIBRARY.stratc_sha256_update(state, piece, len(piece))
    out = FFI.new("unsigned char[32]")
    LIBRARY.stratc_sha256_final(state, out)
    return bytes(out)


@pytest.mark.parametrize("portable", [True, False])
@pytest.mark.parametrize("size", [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 4096, 100_003])
def test_every_padding_case_equals_hashlib(size: int, portable: bool) -> None:
    data = bytes(i * 7 % 251 for i in range(size))
    assert digest([data], portable=portable) == hashlib.sha256(data).digest()


@given(st.lists(st.binary(max_size=200), max_size=6), st.booleans())
def test_pieces_equal_the_whole(pieces: list[bytes], portable: bool) -> None:
    assert digest(pieces, portable=portable) == hashlib.sha256(b"".join(pieces)).digest()


def test_restart_forgets_what_came_before() -> None:
    state = FFI.new("stratc_sha256 *")
    LIBRARY.stratc_sha256_init(state)
    LIBRARY.stratc_sha256_update(state, b"before", 6)
    LIBRARY.stratc_sha256_restart(state)
    LIBRARY.stratc_sha256_update(state, b"after", 5)
    out = FFI.new("unsigned char[32]")
    LIBRARY.stratc_sha256_final(state, out)
    assert bytes(out) == hashlib.sha256(b"after").digest()
