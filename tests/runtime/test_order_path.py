"""The order path behind its frame boundary: what passes to the order kernel and the venue, fees, and frames that are refused."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stratc.runtime.schemas.frames import ENUMS
from stratc.targets.cpu.order_kernel import order_kernel_folder
from tests.stdlib.order_kernel.sources import order_kernel
from tests.support.native import open_library

BUY, SELL, MARKET, LIMIT, GTC = 0, 1, 0, 1, 1
ACK, REJECT, FILL, CANCEL_ACK = range(4)
SUBMIT, REPLACE, CANCEL, REPORT = 16, 17, 18, 32
NEW, ASK_REPLACE, ASK_CANCEL = range(3)
NOW = 1_609_459_200_000_000_000
ROWS = 16
FIRST = ROWS + 3  # generation 1, row 3
SOURCES = ["base.c", "arithmetic.c", "crc32c.c", "frame_check.c", "frame_queue.c", "order_path.c"]
HEADERS = ["base.h", "../schemas/frames.h", "kernel.h", "frame_queue.h", "frame_check.h", "bar_line.h", "matching.h", "venue.h",
           "order_kernel.h", "order_path.h"]  # fmt: skip
ffi, lib = open_library(SOURCES, HEADERS, order_kernel_folder(ROWS, Path(tempfile.gettempdir())))


class Orders:
    """An order path for one instrument with a taker fee of 10 bps and a gate of 1000 lots an order."""

    def __init__(self, **instrument: int) -> None:
        fields = {"money_per_unit": 1, "taker_fee": 100_000, "max_qty": 1000, "tick": 1, "lot_units": 100, **instrument}
        self.instrument = ffi.new("stratc_instrument *", fields)
        gate = {"max_qty": 1000, "max_notional": 2**60, "collar": 2**31 - 1, "max_open": 3, "max_position": 10_000}
        self.gate = ffi.new("stratc_gate *", gate)
        self.program = ffi.new("stratc_program *", {"instruments": self.instrument, "gates": self.gate})
        self.queue = ffi.new("stratc_frame_queue *")
        self.handle = ffi.new("stratc_order_path *")
        self.error = ffi.new("stratc_error *")
        assert lib.stratc_order_path_open(self.handle, self.program, 0, self.queue, self.error)
        self.handle.state.mark = 500
        self.sent = 0
        self.kept: list[Any] = []  # a struct inside a frame does not keep the frame alive

    def send(self, frame: Any) -> bool:
        self.sent += 1
        lib.stratc_frame_seal(frame, self.sent, NOW, 0)
        self.handle.ask_count = 0
        return bool(lib.stratc_order_path_command(self.handle, frame, NOW, self.error))

    def submit(self, **fields: int) -> bool:
        values = {"id": FIRST, "side": BUY, "qty": 10, "kind": MARKET, "tif": GTC, "template": 7, **fields}
        return self.send(command(SUBMIT, "submit", values))

    def answer(self, kind: int, order: int = FIRST, **match: int) -> bool:
        fields = {"kind": kind, "at": NOW + 5, "match": {"id": order, "time": NOW + 4, **match}}
        self.handle.ask_count = 0
        return bool(lib.stratc_order_path_answer(self.handle, ffi.new("stratc_answer *", fields), self.error))

    def asks(self) -> list[tuple[int, int, int]]:
        found = [self.handle.asks[i] for i in range(self.handle.ask_count)]
        return [(ask.kind, ask.order.id, ask.order.tag) for ask in found]

    def reports(self) -> list[Any]:
        found = []
        while True:
            frame = ffi.new("stratc_frame *")
            if not lib.stratc_frame_queue_pop(self.queue, frame):
                return found
            self.kept.append(frame)
            found.append(frame.report)

    @property
    def market(self) -> Any:
        return self.handle.state.kernel.market[0]

    def order(self, order: int = FIRST) -> Any:
        found = ffi.new("stratc_order *")
        return found if lib.stratc_order_path_find(self.handle, order, found) else None


def command(kind: int, name: str, values: dict[str, int]) -> Any:
    frame = ffi.new("stratc_frame *")
    lib.stratc_frame_begin(frame, kind)
    for field, value in values.items():
        setattr(getattr(frame, name), field, value)
    return frame


@pytest.fixture
def path() -> Iterator[Orders]:
    made = Orders()
    yield made
    lib.stratc_order_path_close(made.handle)


@pytest.mark.parametrize("name", ["phase", "reason", "side", "kind", "tif", "why", "liquidity", "event"])
def test_frames_and_order_kernel_number_their_words_alike(name: str) -> None:
    members = next(e.members for e in order_kernel().enums if e.name == name)
    assert ENUMS["report" if name == "event" else name] == members


def test_an_order_goes_to_the_venue_with_its_template_and_comes_back(path: Orders) -> None:
    assert path.submit()
    assert path.asks() == [(NEW, FIRST, 7)]
    assert path.answer(ACK)
    assert path.answer(FILL, qty=10, px=500, exec_seq=1, side=BUY, tag=7)
    events = [(ENUMS["report"][r.event], r.template, r.position_after, r.event_time) for r in path.reports()]
    assert events == [("ACK", 7, 0, NOW + 4), ("FILL", 7, 10, NOW + 4)]
    assert path.market.position == 10
    assert (path.order().cum, ENUMS["reason"][path.order().reason]) == (10, "FILLED")


def test_the_gate_knows_the_limits_of_the_program_and_the_price(path: Orders) -> None:
    assert path.submit(qty=1001)
    path.handle.state.mark = 0
    assert path.submit(id=FIRST + ROWS)
    assert path.asks() == []
    assert [ENUMS["why"][r.why] for r in path.reports()] == ["TOO_LARGE", "NO_REFERENCE"]


def test_a_replace_and_a_cancel_reach_the_venue(path: Orders) -> None:
    path.submit(kind=LIMIT, px=490)
    path.answer(ACK)
    assert path.send(command(REPLACE, "replace", {"id": FIRST, "qty": 5, "px": 480}))
    assert path.asks() == [(ASK_REPLACE, FIRST, 0)]
    assert path.send(command(CANCEL, "cancel", {"id": FIRST}))
    assert path.asks() == [(ASK_CANCEL, FIRST, 0)]


def test_a_timer_of_the_kernel_is_due_while_an_answer_is_missing(path: Orders) -> None:
    assert lib.stratc_order_path_next_due(path.handle) == 2**63 - 1
    path.submit()
    assert lib.stratc_order_path_next_due(path.handle) == NOW + 2_000_000_000
    assert lib.stratc_order_path_tick(path.handle, NOW + 2_000_000_000, path.error)
    assert path.asks()[-1][0] == 3  # a question
    path.answer(ACK)
    assert path.answer(FILL, qty=10, px=500, exec_seq=1, side=BUY)
    assert lib.stratc_order_path_next_due(path.handle) == 2**63 - 1


@pytest.mark.parametrize(
    ("qty", "px", "rate", "fee"),
    [(10, 500, 100_000, 5), (1, 1, 100_000, 1), (10, 501, 100_000, 6), (3, 7, 0, 0), (1, 1999, -100_000, -1)],
)
def test_a_fee_is_rounded_against_us(path: Orders, qty: int, px: int, rate: int, fee: int) -> None:
    path.instrument.taker_fee = rate
    path.submit(qty=qty)
    path.answer(FILL, qty=qty, px=px, exec_seq=1, side=BUY)
    assert path.reports()[-1].fee == fee


def test_a_fee_in_base_takes_whole_lots_and_leaves_dust() -> None:
    path = Orders(fee_in_base=1, taker_fee=10_000_000)  # 10 %
    path.submit(qty=15)
    path.answer(FILL, qty=15, px=500, exec_seq=1, side=BUY)
    assert (path.market.position, path.market.dust) == (14, 50)
    path.submit(id=FIRST + ROWS, qty=5)
    path.answer(FILL, FIRST + ROWS, qty=5, px=500, exec_seq=1, side=BUY)
    assert (path.market.position, path.market.dust) == (18, 0)
    lib.stratc_order_path_close(path.handle)


def test_a_fee_beyond_what_a_register_holds_is_an_error_not_a_number(path: Orders) -> None:
    path.instrument.money_per_unit = 2**62
    path.submit(qty=1000)
    assert not path.answer(FILL, qty=1000, px=2**31 - 1, exec_seq=1, side=BUY)


@pytest.mark.parametrize("match", [{"qty": 2**32 + 1, "px": 1}, {"qty": 1, "px": 2**31}, {"qty": -1, "px": 1}])
def test_an_answer_out_of_range_is_an_error(path: Orders, match: dict[str, int]) -> None:
    path.submit()
    assert not path.answer(FILL, exec_seq=1, side=BUY, **match)
    assert path.error.code == 70


@pytest.mark.parametrize(
    "fields",
    [{"id": 2**32 + FIRST}, {"qty": 0}, {"qty": 2**32 + 1}, {"kind": 99}, {"tif": 7}, {"side": 2}, {"px": 2**32, "kind": LIMIT},
     {"sibling": 2**32}, {"display": 1}, {"expires": -1}],
)  # fmt: skip
def test_a_command_out_of_range_is_an_error(path: Orders, fields: dict[str, int]) -> None:
    assert not path.submit(**fields)
    assert path.error.code == 70


@pytest.mark.parametrize("field", ["version", "type", "length", "crc32c", "seq"])
def test_a_broken_frame_is_an_error(path: Orders, field: str) -> None:
    frame = command(SUBMIT, "submit", {"id": FIRST, "qty": 1})
    lib.stratc_frame_seal(frame, 1, NOW, 0)
    setattr(frame.header, field, getattr(frame.header, field) ^ 1)
    assert not lib.stratc_order_path_command(path.handle, frame, NOW, path.error)
    assert path.error.code == 70


def test_a_report_is_no_command(path: Orders) -> None:
    assert not path.send(command(REPORT, "report", {}))
