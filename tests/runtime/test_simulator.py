"""Where, when and at what price an order meets the line of a bar: low first when the bar closes at or above its open."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.native import open_library

ffi, lib = open_library(["base.c", "simulator.c"], ["base.h", "simulator.h"])
OPEN, LINE, TRIGGER, GAP = range(4)
Fill = tuple[int, int, int, int]  # id, time, price, how


class Venue:
    def __init__(self) -> None:
        self.handle: Any = ffi.new("stratc_simulator *")
        assert lib.stratc_simulator_open(self.handle, 4, ffi.new("stratc_error *"))

    def place(self, order: int, *, buy: bool, trigger: int | None = None, arrived: int = 0) -> bool:
        fields = {
            "id": order,
            "qty": 1,
            "trigger": trigger or 0,
            "arrived": arrived,
            "buy": buy,
            "stop": trigger is not None,
        }
        return bool(lib.stratc_simulator_place(self.handle, ffi.new("stratc_resting *", fields)))

    def bar(self, *prices: int, start: int = 0, end: int = 300) -> None:
        lib.stratc_simulator_bar(self.handle, start, end, *prices)

    def next(self, until: int = 300) -> Fill | None:
        match = ffi.new("stratc_match *")
        found = lib.stratc_simulator_next(self.handle, until, match)
        return (match.id, match.time, match.px, match.how) if found else None


@pytest.fixture
def venue() -> Iterator[Venue]:
    made = Venue()
    yield made
    lib.stratc_simulator_close(made.handle)


def test_a_market_order_fills_at_the_open_of_the_bar_it_meets(venue: Venue) -> None:
    venue.place(1, buy=True)
    venue.bar(100, 120, 90, 110)
    assert venue.next() == (1, 0, 100, OPEN)
    assert venue.next() is None


@pytest.mark.parametrize("close", [110, 99])
@pytest.mark.parametrize(
    ("arrived", "rising", "falling"), [(50, 95, 110), (100, 90, 120), (150, 105, 105), (200, 120, 90)]
)
def test_a_market_order_inside_a_bar_fills_on_the_line(
    venue: Venue, arrived: int, rising: int, falling: int, close: int
) -> None:
    venue.place(1, buy=True, arrived=arrived)
    venue.bar(100, 120, 90, close)
    assert venue.next() == (1, arrived, rising if close >= 100 else falling, LINE)


def test_a_price_between_units_is_rounded_against_the_order(venue: Venue) -> None:
    for buy, price in ((True, 97), (False, 96)):  # 100 - 10 * 33/100 = 96.7
        venue.place(1, buy=buy, arrived=33)
        venue.bar(100, 120, 90, 110)
        assert venue.next() == (1, 33, price, LINE)


@pytest.mark.parametrize(
    ("buy", "trigger", "fill"),
    [
        (True, 110, (1, 167, 110, TRIGGER)),  # between 90 at 100 and 120 at 200: 166 2/3, rounded up
        (True, 120, (1, 200, 120, TRIGGER)),
        (True, 121, None),
        (True, 100, (1, 0, 100, TRIGGER)),
        (True, 95, (1, 0, 100, GAP)),
        (False, 95, (1, 50, 95, TRIGGER)),
        (False, 90, (1, 100, 90, TRIGGER)),
        (False, 89, None),
        (False, 100, (1, 0, 100, TRIGGER)),
        (False, 105, (1, 0, 100, GAP)),
    ],
)
def test_a_stop_fills_at_its_trigger_or_at_the_open_beyond_it(
    venue: Venue, buy: bool, trigger: int, fill: Fill | None
) -> None:
    venue.place(1, buy=buy, trigger=trigger)
    venue.bar(100, 120, 90, 110)
    assert venue.next() == fill


def test_a_falling_bar_meets_its_high_first(venue: Venue) -> None:
    venue.place(1, buy=False, trigger=95)
    venue.place(2, buy=True, trigger=115)
    venue.bar(110, 120, 90, 100)
    assert [venue.next(), venue.next()] == [(2, 50, 115, TRIGGER), (1, 184, 95, TRIGGER)]


def test_a_bar_that_closes_where_it_opened_meets_its_low_first(venue: Venue) -> None:
    venue.place(1, buy=False, trigger=95)
    venue.place(2, buy=True, trigger=105)
    venue.bar(100, 110, 90, 100)
    assert [venue.next(), venue.next()] == [(1, 50, 95, TRIGGER), (2, 175, 105, TRIGGER)]


def test_a_stop_that_joins_late_sees_only_the_rest_of_the_line(venue: Venue) -> None:
    venue.place(1, buy=False, trigger=91, arrived=150)  # the low of 90 lies behind it
    venue.bar(100, 120, 90, 110)
    assert venue.next() is None
    venue.bar(110, 115, 80, 112, start=300, end=600)
    assert venue.next(600) == (1, 364, 91, TRIGGER)


def test_a_stop_that_joins_beyond_its_trigger_fills_at_the_line(venue: Venue) -> None:
    venue.place(1, buy=False, trigger=100, arrived=50)
    venue.bar(100, 120, 90, 110)
    assert venue.next() == (1, 50, 95, GAP)


def test_an_order_that_arrives_at_the_end_waits_for_the_next_bar(venue: Venue) -> None:
    venue.place(1, buy=True, arrived=300)
    venue.bar(100, 120, 90, 110)
    assert venue.next() is None
    venue.bar(105, 120, 90, 110, start=900, end=1200)
    assert venue.next(1200) == (1, 900, 105, OPEN)


def test_fills_come_by_time_then_by_arrival_and_not_after_the_limit(venue: Venue) -> None:
    venue.place(1, buy=True, trigger=110)
    venue.place(2, buy=False, trigger=95)
    venue.place(3, buy=False, trigger=95)
    venue.bar(100, 120, 90, 110)
    assert venue.next(49) is None
    assert [venue.next(50), venue.next(50), venue.next(50)] == [(2, 50, 95, TRIGGER), (3, 50, 95, TRIGGER), None]
    assert venue.next() == (1, 167, 110, TRIGGER)


def test_a_cancelled_order_never_fills_and_a_full_table_refuses(venue: Venue) -> None:
    assert all(venue.place(i, buy=True) for i in range(1, 5))
    assert not venue.place(5, buy=True)
    assert lib.stratc_simulator_cancel(venue.handle, 1)
    assert not lib.stratc_simulator_cancel(venue.handle, 1)
    venue.bar(100, 120, 90, 110)
    assert [f[0] for f in iter(venue.next, None) if f] == [2, 3, 4]


def test_large_prices_and_real_times_stay_exact(venue: Venue) -> None:
    start = 1_609_459_200_000_000_000
    hour = 3_600_000_000_000
    top = 2**31 - 1
    venue.place(1, buy=True, trigger=top - 1)
    venue.bar(1, top, 1, top, start=start, end=start + hour)
    # From 1 to `top` in the second third: one unit below the top is reached that much earlier.
    before = (hour // 3) // (top - 1)
    assert venue.next(start + hour) == (1, start + 2 * hour // 3 - before, top - 1, TRIGGER)
