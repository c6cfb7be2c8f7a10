"""Where, when and at what price orders meet the line of a bar (docs/simulation.md), rule by rule, and against a slow second opinion."""

import re
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from cffi import FFI

from tests.support.bar_model import LENGTH, RANGE, Event, Order, Venue
from tests.support.native import NATIVE, build_library

KINDS = {"MARKET": 0, "LIMIT": 1, "STOP": 2, "STOP_LIMIT": 3}
TIFS = {"DAY": 0, "GTC": 1, "GTD": 2, "IOC": 3, "FOK": 4}
EVENTS = ("FILL", "TRIGGERED", "CANCELLED", "EXPIRED", "REJECTED")
Corners = tuple[int, int, int, int]


def _open() -> tuple[Any, Any]:
    text = re.sub(r"/\*.*?\*/", "", (NATIVE / "matching.h").read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    ffi = FFI()
    ffi.cdef("typedef struct { int64_t time[4], px[4]; } stratc_bar_line;" + text)
    return ffi, ffi.dlopen(str(build_library(["bar_line.c", "matching.c"])))


ffi, lib = _open()


class Book:
    """The C book behind the interface of the model."""

    def __init__(self, model: Venue) -> None:
        parts = -1 if model.share is None else int(model.share * 10**8)
        fields = {"through": model.through, "half_spread": model.half_spread, "participation": parts}
        market = ffi.new("stratc_market *", {**fields, "slippage": 1 if model.slip else 0, "slip": model.slip})
        self.handle: Any = ffi.new("stratc_matching *")
        lib.stratc_matching_open(self.handle, market)
        self.handle.position = model.position

    def place(self, order: Order) -> None:
        fields = {
            "id": order.id,
            "leaves": order.qty,
            "px": order.px,
            "trigger": order.trigger,
            "expires": order.expires,
            "joined": order.joined,
            "side": order.side == "SELL",
            "kind": KINDS[order.kind],
            "tif": TIFS[order.tif],
            "post_only": order.post_only,
            "reduce_only": order.reduce_only,
        }
        assert lib.stratc_matching_place(self.handle, ffi.new("stratc_resting *", fields))

    def bar(self, start: int, corners: Corners, volume: int | None = None) -> list[Event]:
        third = LENGTH // 3
        line = ffi.new("stratc_bar_line *", {"time": [start + third * n for n in range(4)], "px": corners})
        lib.stratc_matching_bar(self.handle, line, -1 if volume is None else volume)
        events, match = [], ffi.new("stratc_match *")
        while lib.stratc_matching_next(self.handle, start + LENGTH, match):
            events.append(Event(EVENTS[match.kind], match.id, match.time, match.px, match.qty, bool(match.maker)))
        lib.stratc_matching_end(self.handle)
        return events


def walk(
    *orders: Order, corners: Corners = (100, 96, 108, 104), volume: int | None = None, **venue: Any
) -> list[Event]:
    """What one bar makes of orders; model and book must agree."""
    model = Venue(**venue)
    book = Book(model)
    for order in orders:
        book.place(order)
        model.orders.append(replace(order))
    events = book.bar(0, corners, volume)
    assert events == list(model.bar(0, corners, volume))
    return events


def fills(events: list[Event]) -> list[tuple[int, int, int]]:
    return [(e.time, e.px, e.qty) for e in events if e.kind == "FILL"]


THIRD = LENGTH // 3
EARLY = -1  # arrived before the bar


def limit(side: Any, px: int, **more: Any) -> Order:
    return Order(1, side, "LIMIT", more.pop("qty", 10), more.pop("joined", EARLY), px=px, fresh=True, **more)


def test_a_market_order_pays_the_line_where_it_arrives_and_half_the_spread_and_slippage() -> None:
    assert fills(walk(Order(1, "BUY", "MARKET", 5, EARLY))) == [(0, 100, 5)]
    assert fills(walk(Order(1, "BUY", "MARKET", 5, THIRD // 2))) == [(THIRD // 2, 98, 5)]
    assert fills(walk(Order(1, "SELL", "MARKET", 5, EARLY), half_spread=2, slip=3)) == [(0, 95, 5)]


def test_a_stop_fills_at_its_trigger_and_beyond_a_gap_at_the_open() -> None:
    inside = walk(Order(1, "BUY", "STOP", 5, EARLY, trigger=106))
    assert [e.kind for e in inside] == ["TRIGGERED", "FILL"]
    assert fills(inside)[0][1:] == (106, 5)
    assert fills(walk(Order(1, "BUY", "STOP", 5, EARLY, trigger=98))) == [(0, 100, 5)]


def test_slippage_of_a_stop_is_never_clipped_to_the_bar() -> None:
    assert fills(walk(Order(1, "SELL", "STOP", 5, EARLY, trigger=96), slip=4)) == [(THIRD, 92, 5)]


def test_a_resting_limit_needs_the_line_to_pass_through() -> None:
    resting = limit("BUY", 96, joined=0)
    assert fills(walk(resting, through=0)) == [(THIRD, 96, 10)]
    assert fills(walk(resting, through=1)) == []
    assert fills(walk(limit("BUY", 97, joined=0), through=1)) == [(THIRD, 97, 10)]


def test_a_stop_limit_looks_only_at_the_path_that_remains() -> None:
    order = Order(1, "SELL", "STOP_LIMIT", 5, EARLY, trigger=97, px=103)
    events = walk(order, through=0)
    assert [e.kind for e in events] == ["TRIGGERED", "FILL"]
    assert events[1].time > THIRD
    assert events[1].px == 103


def test_post_only_that_crosses_on_arrival_is_rejected() -> None:
    assert [e.kind for e in walk(limit("BUY", 101, post_only=True))] == ["REJECTED"]
    assert walk(limit("BUY", 99, post_only=True), through=5) == []


def test_what_the_volume_does_not_carry_keeps_working() -> None:
    order = Order(1, "BUY", "MARKET", 10, EARLY)
    model = Venue(share=Fraction(1, 10))
    book = Book(model)
    book.place(order)
    assert fills(book.bar(0, (100, 96, 108, 104), 60)) == [(0, 100, 6)]
    assert fills(book.bar(LENGTH, (101, 96, 108, 104), 100)) == [(LENGTH, 101, 4)]
    assert book.handle.counts.capped == 1


def test_a_bar_without_volume_fills_nothing() -> None:
    assert walk(Order(1, "BUY", "MARKET", 10, EARLY), volume=0, share=Fraction(1, 10)) == []


def test_two_orders_never_share_the_same_volume() -> None:
    events = walk(
        Order(1, "BUY", "MARKET", 8, EARLY),
        Order(2, "BUY", "MARKET", 8, EARLY),
        volume=100,
        share=Fraction(1, 10),
    )
    assert [(e.id, e.qty) for e in events] == [(1, 8), (2, 2)]


@pytest.mark.parametrize(("tif", "ends"), [("IOC", [("FILL", 6), ("CANCELLED", 0)]), ("FOK", [("CANCELLED", 0)])])
def test_ioc_takes_what_is_there_and_fok_all_or_nothing(tif: Any, ends: list[tuple[str, int]]) -> None:
    events = walk(limit("BUY", 101, tif=tif), volume=60, share=Fraction(1, 10))
    assert [(e.kind, e.qty) for e in events] == ends


def test_a_reduce_only_fill_is_trimmed_to_the_position_and_the_rest_withdrawn() -> None:
    events = walk(Order(1, "SELL", "MARKET", 10, EARLY, reduce_only=True), position=4)
    assert [(e.kind, e.qty) for e in events] == [("FILL", 4), ("CANCELLED", 0)]


def test_an_order_expires_at_its_time_and_no_later_price_fills_it() -> None:
    late = walk(Order(1, "BUY", "STOP", 5, EARLY, trigger=106, tif="GTD", expires=THIRD))
    assert late == [Event("EXPIRED", 1, THIRD)]


def test_a_resting_limit_that_the_open_is_beyond_gets_the_open() -> None:
    model = Venue()
    book = Book(model)
    book.place(limit("BUY", 97, joined=0))
    assert book.bar(0, (100, 98, 108, 104)) == []
    assert fills(book.bar(LENGTH, (95, 94, 99, 98))) == [(LENGTH, 95, 10)]
    assert book.handle.counts.gap_fills == 1


def test_what_only_touched_is_counted() -> None:
    book = Book(Venue(through=1))
    book.place(limit("BUY", 96, joined=0))
    book.bar(0, (100, 96, 108, 104))
    assert book.handle.counts.touched == 1


def random_order(random: Random, number: int, start: int, around: int) -> Order:
    kind: Any = random.choice(("MARKET", "LIMIT", "STOP", "STOP_LIMIT", "LIMIT"))
    tif: Any = random.choice(("GTC", "GTC", "GTD", "IOC", "FOK"))
    price = lambda: around + random.randint(-RANGE, RANGE)  # noqa: E731 - one line each
    return Order(
        number,
        random.choice(("BUY", "SELL")),
        kind,
        random.randint(1, 20),
        start + random.choice((-1, 0, THIRD // 4, THIRD, THIRD + THIRD // 3, 2 * THIRD, LENGTH)),
        px=price() if kind in ("LIMIT", "STOP_LIMIT") else 0,
        trigger=price() if kind in ("STOP", "STOP_LIMIT") else 0,
        tif=tif,
        expires=start + random.choice((THIRD // 2, THIRD, LENGTH, LENGTH + THIRD)) if tif == "GTD" else 0,
        post_only=kind == "LIMIT" and random.random() < 0.2,
        reduce_only=random.random() < 0.3,
    )


def random_corners(random: Random) -> Corners:
    low = random.randint(95, 100)
    high = low + random.randint(0, RANGE)
    first, last = random.randint(low, high), random.randint(low, high)
    return (first, low, high, last) if random.random() < 0.5 else (first, high, low, last)


@pytest.mark.parametrize("seed", range(40))
def test_random_orders_on_random_bars_match_as_the_model_says(seed: int) -> None:
    """25 runs of 4 bars with up to 6 orders a bar; every event equal."""
    random = Random(seed)
    seen = 0
    for _ in range(25):
        share = random.choice((None, Fraction(1, 10), Fraction(1, 2)))
        model = Venue(random.randint(0, 2), random.randint(0, 2), random.randint(0, 2), share, random.randint(-20, 20))
        book = Book(model)
        number = 0
        for bar in range(4):
            for _ in range(random.randint(0, 6)):
                number += 1
                order = random_order(random, number, bar * LENGTH, 103)
                book.place(order)
                model.orders.append(order)
            corners, volume = random_corners(random), random.choice((None, 0, 50, 200))
            events = book.bar(bar * LENGTH, corners, volume)
            assert events == list(model.bar(bar * LENGTH, corners, volume))
            assert book.handle.position == model.position
            seen += len(events)
    assert seen > 100
