"""runtime/native/log.c writes and runtime/logs.py reads: what is in a log, and that no change of one stays unseen."""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from stratc.runtime.log_words import LogNames, RuleWords, TemplateWords
from stratc.runtime.logs import LogError, crc32c, read_log, verify
from tests.support.native import open_library

FFI, LIBRARY = open_library(
    ["base.c", "output.c", "crc32c.c", "sha256.c", "log.c"], ["base.h", "output.h", "sha256.h", "log.h"]
)
PROGRAM = bytes(range(32))
STRATEGY, ORDER = 1, 2
ANEW = 0
SIZE = {STRATEGY: 64, ORDER: 192}
PAGE = {STRATEGY: 63, ORDER: 20}
RECORD = struct.Struct("<QqHHIII4q")


def record(
    seq: int, kind: int, *, number: int = 0, line: int = 0, aux: int = 0, payload: tuple[int, ...] = (0, 0, 0, 0)
) -> bytes:
    return RECORD.pack(seq, 1_000 + seq, kind, number, line, 0, aux, *payload)


def frame(seq: int) -> bytes:
    return bytes((seq + i) % 256 for i in range(128))


def some(kind: int, seq: int) -> bytes:
    return record(seq, 5, number=seq % 3) if kind == STRATEGY else record(seq, 8 + seq % 2) + frame(seq)


def write(path: Path, kind: int, records: list[bytes], *, finish: bool = True) -> bytes:
    """The log's head: its last digest."""
    log, error = FFI.new("stratc_log *"), FFI.new("stratc_error *")
    assert LIBRARY.stratc_log_open(log, os.fsencode(path), kind, PROGRAM, ANEW, error)
    half = len(records) // 2
    for item in records[:half]:
        assert LIBRARY.stratc_log_append(log, item)
    rest = b"".join(records[half:])
    assert LIBRARY.stratc_log_append_all(log, rest, len(records) - half)
    if finish:
        assert LIBRARY.stratc_log_close(log, error)
    else:
        LIBRARY.stratc_log_abandon(log)
    return bytes(log.chain)


@pytest.fixture(params=[STRATEGY, ORDER], ids=["strategy", "order"])
def kind(request: pytest.FixtureRequest) -> int:
    value: int = request.param
    return value


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 62, 63, 64, 126, 1000])
def test_a_log_reads_back_at_every_page_boundary(tmp_path: Path, kind: int, count: int) -> None:
    head = write(tmp_path / "a.log", kind, [some(kind, seq) for seq in range(count)])
    assert [row["seq"] for row in read_log(tmp_path / "a.log")] == list(range(count))
    summary = verify(tmp_path / "a.log")
    assert (summary.records, summary.unsealed, summary.finished) == (count, 0, True)
    assert summary.seals == count // PAGE[kind] + 1
    assert (summary.head, summary.program_hash) == (head.hex(), PROGRAM.hex())
    assert (summary.first, summary.last) == ((1_000, 999 + count) if count else (None, None))


def test_a_log_of_many_blocks_reads_back(tmp_path: Path) -> None:
    write(tmp_path / "a.log", STRATEGY, [some(STRATEGY, seq) for seq in range(40_000)])
    assert verify(tmp_path / "a.log").kinds == {"NOTE": 40_000}


def test_the_chain_is_what_the_document_says(tmp_path: Path, kind: int) -> None:
    write(tmp_path / "a.log", kind, [some(kind, seq) for seq in range(PAGE[kind] + 5)])
    data = (tmp_path / "a.log").read_bytes()
    size, page = SIZE[kind], PAGE[kind]
    header, first_page, rest = data[:64], data[64 : 64 + page * size], data[64 + (page + 1) * size :]
    first_seal = data[64 + page * size :][:size]
    digest = hashlib.sha256(hashlib.sha256(header).digest() + first_page).digest()
    assert first_seal[32:64] == digest
    assert rest[5 * size + 32 : 5 * size + 64] == hashlib.sha256(digest + rest[: 5 * size]).digest()
    assert len(rest) == 6 * size
    assert struct.unpack_from("<HHII", header, 8)[:3] == (1, kind, size)
    assert RECORD.unpack_from(first_seal)[2:4] == (15, page)


def test_records_carry_their_checksum(tmp_path: Path) -> None:
    write(tmp_path / "a.log", STRATEGY, [some(STRATEGY, 7)])
    row = bytearray((tmp_path / "a.log").read_bytes()[64:128])
    stored = bytes(row[24:28])
    row[24:28] = bytes(4)
    assert stored == int(crc32c(np.frombuffer(bytes(row), np.uint8).reshape(1, -1))[0]).to_bytes(4, "little")


def test_equal_records_give_equal_bytes(tmp_path: Path, kind: int) -> None:
    for name in ("a.log", "b.log"):
        write(tmp_path / name, kind, [some(kind, seq) for seq in range(100)])
    assert (tmp_path / "a.log").read_bytes() == (tmp_path / "b.log").read_bytes()


@settings(max_examples=60)
@given(st.sampled_from([STRATEGY, ORDER]), st.integers(0, 70), st.randoms(use_true_random=False))
def test_every_changed_bit_is_found(
    tmp_path_factory: pytest.TempPathFactory, kind: int, count: int, random: Any
) -> None:
    path = tmp_path_factory.mktemp("log") / "a.log"
    write(path, kind, [some(kind, seq) for seq in range(count)])
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)
    with pytest.raises(LogError, match=r"^byte offset \d+: "):
        verify(path)


@settings(max_examples=60)
@given(st.sampled_from([STRATEGY, ORDER]), st.integers(0, 70), st.data())
def test_every_cut_is_found(tmp_path_factory: pytest.TempPathFactory, kind: int, count: int, data: Any) -> None:
    path = tmp_path_factory.mktemp("log") / "a.log"
    write(path, kind, [some(kind, seq) for seq in range(count)])
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(LogError, match=r"^byte offset \d+: "):
        list(read_log(path))


def with_checksum(row: bytes) -> bytes:
    blank = row[:24] + bytes(4) + row[28:]
    return blank[:24] + int(crc32c(np.frombuffer(blank, np.uint8).reshape(1, -1))[0]).to_bytes(4, "little") + blank[28:]


def test_a_change_with_a_mended_checksum_breaks_the_chain(tmp_path: Path, kind: int) -> None:
    path, size = tmp_path / "a.log", SIZE[kind]
    write(path, kind, [some(kind, seq) for seq in range(100)])
    data = bytearray(path.read_bytes())
    data[64 + 20] ^= 1
    data[64 : 64 + size] = with_checksum(bytes(data[64 : 64 + size]))
    path.write_bytes(data)
    at = 64 + PAGE[kind] * size
    with pytest.raises(LogError, match=f"^byte offset {at}: the seal does not fit"):
        verify(path)


def lost_record(data: bytes, size: int) -> bytes:
    return data[:64] + data[64 + size :]


def doubled_record(data: bytes, size: int) -> bytes:
    return data[: 64 + size] + data[64:]


def swapped_records(data: bytes, size: int) -> bytes:
    return data[:64] + data[64 + size : 64 + 2 * size] + data[64 : 64 + size] + data[64 + 2 * size :]


def appended_record(data: bytes, size: int) -> bytes:
    return data + data[64 : 64 + size]


@pytest.mark.parametrize("change", [lost_record, doubled_record, swapped_records, appended_record])
@pytest.mark.parametrize("count", [10, 200])
def test_moved_records_are_found(tmp_path: Path, kind: int, count: int, change: Callable[[bytes, int], bytes]) -> None:
    path = tmp_path / "a.log"
    write(path, kind, [some(kind, seq) for seq in range(count)])
    path.write_bytes(change(path.read_bytes(), SIZE[kind]))
    with pytest.raises(LogError, match=r"^byte offset \d+: "):
        verify(path)


def test_an_abandoned_log_keeps_its_records_and_says_that_it_is_unfinished(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.log"
    write(path, kind, [some(kind, seq) for seq in range(70)], finish=False)
    summary = verify(path)
    assert (summary.records, summary.unsealed, summary.finished) == (70, 70 % PAGE[kind], False)
    assert len(list(read_log(path, partial=True))) == 70
    seen = []
    with pytest.raises(LogError, match="without its final seal: the run did not finish"):
        seen.extend(read_log(path))


def test_a_torn_record_of_a_crash_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    write(path, STRATEGY, [some(STRATEGY, seq) for seq in range(10)], finish=False)
    path.write_bytes(path.read_bytes()[:-3])
    summary = verify(path)
    assert (summary.records, summary.torn_bytes) == (9, 61)
    with pytest.raises(LogError, match="its last 61 bytes are a torn record"):
        list(read_log(path))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "byte offset 0: the file has 0 bytes"),
        (b"PAR1" * 20, "byte offset 0: not a stratc log"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.log").write_bytes(data)
    with pytest.raises(LogError, match=text):
        verify(tmp_path / "a.log")


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.log", STRATEGY, [])
    header = bytearray((tmp_path / "a.log").read_bytes()[:60])
    header[8] = 2
    crc = int(crc32c(np.frombuffer(bytes(header), np.uint8).reshape(1, -1))[0])
    (tmp_path / "a.log").write_bytes(header + crc.to_bytes(4, "little"))
    with pytest.raises(LogError, match="byte offset 8: log version 2 is unknown"):
        verify(tmp_path / "a.log")


def bits(value: float) -> int:
    number: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return number


def test_a_strategy_log_is_told_in_the_names_of_the_program(tmp_path: Path) -> None:
    records = [
        record(1, 1, number=1, line=10, aux=1, payload=(bits(1.5), 0, 0, 0)),
        record(2, 1, number=0, line=11),
        record(3, 2, number=0, line=12, aux=1, payload=(501, 500, 0, 4)),
        record(4, 2, number=1, line=12, aux=2, payload=(501, 500, 0, 4)),
        record(5, 2, number=2, line=12, aux=0, payload=(501, 500, 0, 4)),
        record(6, 2, number=3, line=12, aux=0, payload=(2**63 - 1, 3, 0, 4)),
        record(7, 2, number=4, line=12, aux=1, payload=(0, 0, 0, 0)),
        record(8, 2, number=5, line=12, aux=0, payload=(70, 500, 0, 0)),
        record(9, 3, number=0, line=13, aux=1, payload=(1, 2, 0, 0)),
        record(10, 3, number=0xFFFF, line=13, aux=1, payload=(4, 0, 0, 0)),
        record(11, 4, number=0, line=14, aux=16, payload=(9, -3, 12_345, 7)),
        record(12, 4, number=0xFFFF, line=14, aux=128, payload=(0, 0, 0, 7)),
        record(13, 4, number=0xFFFF, line=14, aux=129, payload=(1_000, 0, 0, 0)),
        record(14, 5, number=0, line=15),
        record(15, 6, number=2, line=16),
    ]
    write(tmp_path / "a.log", STRATEGY, records)
    names = LogNames(
        signals=["fast", "slow"],
        states=["Flat", "Long"],
        templates=[TemplateWords("Entry", price=(1, 2), lot=(25, 4))],
        rules=[
            RuleWords("abs(position) <= 5 BTC", "lot"),
            RuleWords("price_collar <= 5 USDT", "price"),
            RuleWords("exposure <= 5 USDT", "money"),
            RuleWords("order_rate <= 3 over 1h", "number"),
            RuleWords("age(bars) < 1h", None, standing=True),
            RuleWords("loss <= 5 USDT per day", "money", standing=True),
        ],
        notes=["hello"],
        money=(1, 3),
    )
    rows = list(read_log(tmp_path / "a.log", names))
    assert [row.pop("offset") for row in rows] == [64 * i for i in range(1, 16)]
    assert [row.pop("seq") for row in rows] == list(range(1, 16))
    assert [row.pop("now") for row in rows] == list(range(1_001, 1_016))
    rule, asked = "abs(position) <= 5 BTC", {"template": "Entry", "qty": "0.0100"}
    assert rows == [
        {"kind": "SIGNAL", "line": 10, "signal": "slow", "value": 1.5},
        {"kind": "SIGNAL", "line": 11, "signal": "fast", "value": None},
        {
            "kind": "RISK",
            "line": 12,
            "rule": rule,
            "verdict": "reject",
            "operand": "1.2525",
            "bound": "1.2500",
        }
        | asked,
        {
            "kind": "RISK",
            "line": 12,
            "rule": "price_collar <= 5 USDT",
            "verdict": "clamp",
            "operand": "5.01",
            "bound": "5.00",
        }
        | asked,
        {
            "kind": "RISK",
            "line": 12,
            "rule": "exposure <= 5 USDT",
            "verdict": "pass",
            "operand": "0.501",
            "bound": "0.500",
        }
        | asked,
        {"kind": "RISK", "line": 12, "rule": "order_rate <= 3 over 1h", "verdict": "pass", "operand": None, "bound": 3}
        | asked,
        {"kind": "RISK", "line": 12, "rule": "age(bars) < 1h", "verdict": "fires"},
        {
            "kind": "RISK",
            "line": 12,
            "rule": "loss <= 5 USDT per day",
            "verdict": "ends",
            "operand": "0.070",
            "bound": "0.500",
        },
        {"kind": "TRANSITION", "line": 13, "from": "Flat", "to": "Long", "cause": "when", "transition": 2},
        {"kind": "TRANSITION", "line": 13, "from": None, "to": "Long", "cause": "start", "transition": 0},
        {
            "kind": "COMMAND",
            "line": 14,
            "template": "Entry",
            "verb": "submit",
            "order": 9,
            "qty": "-0.0075",
            "price": "123.45",
            "position": "0.0175",
        },
        {"kind": "COMMAND", "line": 14, "verb": "flatten"},
        {"kind": "COMMAND", "line": 14, "verb": "halt", "until": 1_000},
        {"kind": "NOTE", "line": 15, "note": "hello"},
        {"kind": "FAULT", "line": 16, "fault": "MONEY"},
    ]


def test_an_order_log_hands_its_frames_to_the_decoder(tmp_path: Path) -> None:
    head = record(1, 9, number=0, line=3, aux=4 | 1 << 8 | 5 << 16, payload=(9, 1, 2, -1))
    write(tmp_path / "a.log", ORDER, [head + frame(1)])
    (row,) = read_log(tmp_path / "a.log", LogNames(templates=[TemplateWords("Exit")]), lambda data: {"first": data[0]})
    expected = {"kind": "OUT", "template": "Exit", "phase": "WORKING", "reason": "FILLED", "flags": 5, "position": -1}
    assert expected.items() <= row.items()
    assert (row["cum"], row["leaves"], row["frame"]) == (1, 2, {"first": 1})
    (bare,) = read_log(tmp_path / "a.log")
    assert bare["frame"] == frame(1).hex()
