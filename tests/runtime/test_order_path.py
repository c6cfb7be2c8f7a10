"""The order path behind its frame boundary: states, reports, position, fees, and what it refuses."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from cffi import FFI

from stratc.runtime.schemas.frames import ENUMS
from tests.support.native import NATIVE, build_library

SUBMIT, CANCEL, REPORT = 16, 18, 32
BUY, SELL = 0, 1
MARKET, LIMIT, STOP = 0, 1, 2
ACKED, FILLED, CANCELLED, REJECTED = range(4)
NOW = 1_609_459_200_000_000_000


def declarations() -> str:
    """The headers without what cffi's parser does not know."""
    names = ["base.h", "../schemas/frames.h", "kernel.h", "frame_queue.h", "order_path.h", "frame_check.h"]
    text = "\n".join((NATIVE / name).read_text() for name in names)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*(#|__attribute__|_Static_assert).*$", "", text, flags=re.MULTILINE)


ffi = FFI()
ffi.cdef(declarations())
sources = ["base.c", "crc32c.c", "frame_check.c", "frame_queue.c", "order_path.c"]
lib: Any = ffi.dlopen(str(build_library(sources)))


class Path:
    """An order path for one instrument with a taker fee of 10 bps and at most 1000 lots an order."""

    def __init__(self, orders: int = 3) -> None:
        self.instrument = ffi.new(
            "stratc_instrument *", {"money_per_unit": 1, "taker_fee": 100_000, "max_qty": 1000, "tick": 1}
        )
        self.path = ffi.new("stratc_order_path *")
        self.error = ffi.new("stratc_error *")
        assert lib.stratc_order_path_open(self.path, self.instrument, orders, self.error)
        self.sent = 0
        self.kept: list[Any] = []  # a struct inside a frame does not keep the frame alive

    def send(self, frame: Any) -> bool:
        self.sent += 1
        lib.stratc_frame_seal(frame, self.sent, NOW, 0)
        return bool(lib.stratc_order_path_command(self.path, frame, NOW, self.error))

    def submit(self, order: int, side: int, qty: int, *, kind: int = MARKET, **fields: int) -> None:
        frame = command(SUBMIT)
        values = {"id": order, "side": side, "qty": qty, "kind": kind, "template": 7, **fields}
        for name, value in values.items():
            setattr(frame.submit, name, value)
        assert self.send(frame), ffi.string(self.error.message)

    def cancel(self, order: int) -> None:
        frame = command(CANCEL)
        frame.cancel.id = order
        assert self.send(frame)

    def answer(self, kind: int, order: int, qty: int = 0, px: int = 0) -> bool:
        fields = {"kind": kind, "id": order, "time": NOW + 5, "qty": qty, "px": px}
        return bool(lib.stratc_order_path_answer(self.path, ffi.new("stratc_answer *", fields), self.error))

    def asks(self) -> list[tuple[str, int]]:
        found, ask = [], ffi.new("stratc_ask *")
        while lib.stratc_order_path_next_ask(self.path, ask):
            found.append(("cancel" if ask.kind else "place", ask.order.id))
        return found

    def reports(self) -> list[Any]:
        found = []
        while True:
            frame = ffi.new("stratc_frame *")
            if not lib.stratc_frame_queue_pop(ffi.addressof(self.path.reports), frame):
                return found
            self.kept.append(frame)
            found.append(frame.report)

    def filled(self, order: int, side: int, qty: int, px: int, **fields: int) -> Any:
        """Submits, acknowledges and fills an order; the report of the fill."""
        self.submit(order, side, qty, **fields)
        assert self.asks() == [("place", order)]
        assert self.answer(ACKED, order)
        assert self.answer(FILLED, order, qty, px)
        return self.reports()[-1]


def command(kind: int) -> Any:
    frame = ffi.new("stratc_frame *")
    lib.stratc_frame_begin(frame, kind)
    return frame


def said(report: Any) -> tuple[str, str, str, str]:
    return (
        ENUMS["report"][report.event],
        ENUMS["phase"][report.phase],
        ENUMS["reason"][report.reason],
        ENUMS["why"][report.why],
    )


@pytest.fixture
def path() -> Iterator[Path]:
    made = Path()
    yield made
    lib.stratc_order_path_close(made.path)


def test_an_order_is_pending_then_working_then_filled(path: Path) -> None:
    path.submit(1, BUY, 10)
    assert lib.stratc_order_path_find(path.path, 1).phase == ENUMS["phase"].index("PENDING")
    assert path.asks() == [("place", 1)]
    path.answer(ACKED, 1)
    path.answer(FILLED, 1, 4, 500)
    path.answer(FILLED, 1, 6, 501)
    reports = path.reports()
    assert [said(r) for r in reports] == [
        ("ACK", "WORKING", "NONE", "OK"),
        ("FILL", "WORKING", "NONE", "OK"),
        ("FILL", "CLOSED", "FILLED", "OK"),
    ]
    assert [(r.exec_seq, r.last_qty, r.last_px, r.cum, r.qty, r.position_after) for r in reports] == [
        (0, 0, 0, 0, 10, 0),
        (1, 4, 500, 4, 10, 4),
        (2, 6, 501, 10, 10, 10),
    ]
    assert [(r.id, r.template, r.side, r.event_time) for r in reports] == [(1, 7, BUY, NOW + 5)] * 3


def test_a_cancel_closes_and_keeps_the_fills(path: Path) -> None:
    path.submit(1, SELL, 10)
    path.answer(ACKED, 1)
    path.answer(FILLED, 1, 4, 500)
    path.cancel(1)
    assert path.asks() == [("place", 1), ("cancel", 1)]
    path.answer(CANCELLED, 1)
    last = path.reports()[-1]
    assert said(last) == ("CLOSE", "CLOSED", "CANCELLED", "OK")
    assert (last.cum, last.position_after) == (4, -4)


def test_a_reject_closes(path: Path) -> None:
    path.submit(1, BUY, 10)
    path.answer(REJECTED, 1)
    assert said(path.reports()[-1]) == ("CLOSE", "CLOSED", "REJECTED", "OK")


@pytest.mark.parametrize("known", [True, False])
def test_a_cancel_of_what_is_not_open_is_refused_and_changes_nothing(path: Path, known: bool) -> None:
    if known:
        path.filled(1, BUY, 10, 500)
    path.cancel(1)
    assert path.asks() == []
    assert said(path.reports()[-1])[::3] == ("CANCEL_REJECT", "NOT_OPEN")
    assert path.path.position == (10 if known else 0)


@pytest.mark.parametrize(
    ("qty", "px", "rate", "fee"),
    [(10, 500, 100_000, 5), (1, 1, 100_000, 1), (10, 501, 100_000, 6), (3, 7, 0, 0), (1, 1999, -100_000, -1)],
)
def test_a_fee_is_rounded_against_us(path: Path, qty: int, px: int, rate: int, fee: int) -> None:
    path.instrument.taker_fee = rate
    report = path.filled(1, BUY, qty, px)
    assert report.fee == fee
    assert report.fee_currency == 0
    assert ENUMS["liquidity"][report.liquidity] == "TAKER"


def test_a_fee_beyond_64_bits_is_an_error_not_a_number(path: Path) -> None:
    path.instrument.money_per_unit = 2**62
    path.submit(1, BUY, 1000)
    path.answer(ACKED, 1)
    assert not path.answer(FILLED, 1, 1000, 2**31 - 1)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"qty": 0}, "BAD_FIELD"),
        ({"qty": 2**30}, "BAD_FIELD"),
        ({"qty": 1001}, "TOO_LARGE"),
        ({"id": 0}, "BAD_FIELD"),
        ({"side": 2}, "BAD_FIELD"),
        ({"kind": LIMIT, "px": 5}, "BAD_FIELD"),
        ({"kind": 99}, "BAD_FIELD"),
        ({"kind": STOP}, "BAD_FIELD"),
        ({"kind": STOP, "trigger": 2**31}, "BAD_FIELD"),
        ({"trigger": 5}, "BAD_FIELD"),
        ({"tif": 7}, "BAD_FIELD"),
        ({"post_only": 1}, "BAD_FIELD"),
        ({"expires": NOW}, "BAD_FIELD"),
        ({"sibling": 3}, "BAD_FIELD"),
        ({"reduce_only": 2}, "BAD_FIELD"),
        ({"reduce_only": 1}, "REDUCE_ONLY"),
    ],
)
def test_a_command_that_cannot_be_obeyed_is_denied_and_never_sent(path: Path, fields: dict[str, int], why: str) -> None:
    path.submit(**{"order": fields.pop("id", 1), "side": BUY, "qty": 10, **fields})
    assert path.asks() == []
    assert [said(r) for r in path.reports()] == [("DENY", "CLOSED", "DENIED", why)]


def test_an_order_id_is_used_once_and_no_more_orders_are_open_than_there_are_rows(path: Path) -> None:
    for order in (1, 2, 3, 4, 2):
        path.submit(order, BUY, 1)
    assert [said(r)[::3] for r in path.reports()] == [("DENY", "TOO_MANY_OPEN"), ("DENY", "DUPLICATE_INTENT")]


def test_a_reduce_only_order_must_shrink_the_position_with_all_of_its_kind(path: Path) -> None:
    path.filled(1, BUY, 10, 500)
    path.submit(2, SELL, 6, reduce_only=1, kind=STOP, trigger=400)
    path.submit(3, SELL, 5, reduce_only=1, kind=STOP, trigger=300)
    path.submit(4, SELL, 4, reduce_only=1, kind=STOP, trigger=300)
    assert path.asks() == [("place", 2), ("place", 4)]
    assert [said(r)[3] for r in path.reports()] == ["REDUCE_ONLY"]


def test_reduce_only_orders_that_became_too_large_are_withdrawn(path: Path) -> None:
    path.filled(1, BUY, 10, 500)
    path.submit(2, SELL, 6, reduce_only=1, kind=STOP, trigger=400)
    path.submit(3, SELL, 4, reduce_only=1, kind=STOP, trigger=300)
    path.submit(4, SELL, 4)
    path.asks()
    assert path.answer(FILLED, 4, 4, 500)
    assert path.asks() == [("cancel", 3)]


def test_the_row_of_a_closed_order_is_used_again(path: Path) -> None:
    for order in range(1, 20):
        assert path.filled(order, BUY if order % 2 else SELL, 5, 500).position_after == (5 if order % 2 else 0)


@pytest.mark.parametrize("answer", [(FILLED, 1, 11, 500), (FILLED, 1, 0, 500), (ACKED, 9, 0, 0), (FILLED, 9, 1, 500)])
def test_an_answer_that_contradicts_the_order_is_an_error(path: Path, answer: tuple[int, int, int, int]) -> None:
    path.submit(1, BUY, 10)
    assert not path.answer(*answer)
    assert path.error.code == 70


@pytest.mark.parametrize("field", ["version", "type", "length", "crc32c", "seq"])
def test_a_broken_frame_is_an_error(path: Path, field: str) -> None:
    frame = command(SUBMIT)
    frame.submit.id, frame.submit.qty = 1, 1
    lib.stratc_frame_seal(frame, 1, NOW, 0)
    setattr(frame.header, field, getattr(frame.header, field) ^ 1)
    assert not lib.stratc_order_path_command(path.path, frame, NOW, path.error)
    assert path.error.code == 70


def test_a_report_is_no_command(path: Path) -> None:
    assert not path.send(command(REPORT))
