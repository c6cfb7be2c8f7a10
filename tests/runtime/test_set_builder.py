"""Closing sets of bars as they arrive: the order of arrival within the wait changes no byte, and the sets are those of a backtest."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.runtime.test_bar_sets import MINUTE, Bar, resampled, rows_of, sets_of
from tests.support.native import BAR_READERS, open_library

SECOND = 10**9
WAIT = 2 * SECOND
FEEDS = ((MINUTE, -1), (MINUTE, -1), (5 * MINUTE, -1), (5 * MINUTE, 0))  # every, source
LATE = 2
Log = list[tuple[int, bytes]]


@pytest.fixture(scope="module")
def native() -> tuple[Any, Any]:
    headers = ["base.h", "../schemas/frames.h", "mapped.h", "bars.h", "kernel.h", "bar_sets.h", "set_builder.h"]
    return open_library([*BAR_READERS, "bar_sets.c", "set_builder.c"], headers)


class Builder:
    """Delivers arrivals at their times and closes what is due; log: when each set was delivered, and its bytes."""

    def __init__(self, native: tuple[Any, Any]) -> None:
        self.ffi, self.library = native
        self.table = self.ffi.new("stratc_feed[]", len(FEEDS))
        for index, (every, source) in enumerate(FEEDS):
            self.table[index].every, self.table[index].source = every, source
        self.builder = self.ffi.new("stratc_set_builder *")
        self.library.stratc_set_builder_open(self.builder, self.table, len(FEEDS), WAIT)
        self.one = self.ffi.new("stratc_bar_set *")
        self.log: Log = []
        self.sets: list[list[Bar]] = []
        self.flags: list[int] = []

    def take(self, bar: Bar, now: int) -> int:
        self.pass_to(now - 1)
        given = self.ffi.new("stratc_bar *")
        for name in ("start", "end", "feed", "volume"):
            setattr(given, name, getattr(bar, name))
        for name in ("open", "high", "low", "close"):
            setattr(given, name, float(getattr(bar, name)))
            setattr(given, f"{name}_px", getattr(bar, name))
        arrival: int = self.library.stratc_set_builder_take(self.builder, given)
        self._drain(now)
        return arrival

    def pass_to(self, until: int) -> None:
        """Time goes by."""
        while (due := self.library.stratc_set_builder_due(self.builder)) <= until:
            self._drain(due)

    def _drain(self, now: int) -> None:
        while self.library.stratc_set_builder_next(self.builder, now, self.one):
            some = [self.one.bars[i] for i in range(self.one.count)]
            self.log.append((now, b"".join(bytes(self.ffi.buffer(self.ffi.addressof(b))) for b in some)))
            fields = ((b.feed, b.start, b.end, b.open_px, b.high_px, b.low_px, b.close_px, b.volume) for b in some)
            self.sets.append([Bar(*f) for f in fields])
            self.flags.append(some[0].flags)


def bars_of(minutes: list[set[int]]) -> list[Bar]:
    return [bar for feed, of in enumerate(minutes) for bar in rows_of(feed, FEEDS[feed][0], sorted(of))]


some = st.sets(st.integers(0, 40), max_size=30)
minutes = st.tuples(some, some, st.sets(st.integers(0, 8))).map(list).filter(lambda of: bool(of[0]))


def arrivals(bars: list[Bar], random: Random) -> list[tuple[int, Bar]]:
    """Every bar within the wait after its end."""
    return sorted(((bar.end + random.randrange(WAIT), bar) for bar in bars), key=lambda pair: (pair[0], pair[1].feed))


def permuted(given: list[tuple[int, Bar]], random: Random) -> list[tuple[int, Bar]]:
    """The bars of one end come in another order at the same times."""
    ends: dict[int, list[tuple[int, Bar]]] = {}
    for pair in given:
        ends.setdefault(pair[1].end, []).append(pair)
    found = []
    for pairs in ends.values():
        bars = [bar for _, bar in pairs]
        random.shuffle(bars)
        found += list(zip((at for at, _ in pairs), bars, strict=True))
    return sorted(found, key=lambda pair: pair[0])


def delivered(native: tuple[Any, Any], given: list[tuple[int, Bar]]) -> Builder:
    builder = Builder(native)
    for now, bar in given:
        assert builder.take(bar, now) == builder.library.STRATC_ARRIVED
    builder.pass_to(10**15)
    return builder


@given(minutes, st.integers())
@settings(max_examples=300, deadline=None)
def test_the_order_of_arrival_within_the_wait_changes_no_byte(
    native: tuple[Any, Any], of: list[set[int]], seed: int
) -> None:
    random = Random(seed)
    given_ = arrivals(bars_of(of), random)
    log = delivered(native, given_).log
    for _ in range(3):
        assert delivered(native, permuted(given_, random)).log == log


@given(minutes, st.integers())
@settings(max_examples=300, deadline=None)
def test_the_sets_are_those_of_a_backtest(native: tuple[Any, Any], of: list[set[int]], seed: int) -> None:
    bars = bars_of(of)
    fives = resampled([bar for bar in bars if bar.feed == 0], 3, 5 * MINUTE, 10**15)
    assert delivered(native, arrivals(bars, Random(seed))).sets == sets_of([*bars, *fives])


def test_a_complete_set_is_closed_at_once_and_another_after_the_wait(native: tuple[Any, Any]) -> None:
    builder = Builder(native)
    first, second = rows_of(0, MINUTE, [5, 6]), rows_of(1, MINUTE, [5])
    builder.take(first[0], first[0].end + 1)
    assert builder.log == []
    builder.take(second[0], first[0].end + 5)
    builder.take(first[1], first[1].end + 7)
    builder.pass_to(10**15)
    assert [now for now, _ in builder.log][:2] == [first[0].end + 5, first[1].end + WAIT]


def test_a_set_waits_for_the_ones_that_end_before_it(native: tuple[Any, Any]) -> None:
    """Minute 6 is complete while minute 5 still waits for its second bar."""
    builder = Builder(native)
    one, two = rows_of(0, MINUTE, [5, 6]), rows_of(1, MINUTE, [5, 6])
    late = one[0].end + WAIT - 1
    builder.take(one[0], one[0].end)
    for bar in (one[1], two[1]):
        builder.take(bar, one[0].end + 1)
    assert builder.log == []
    builder.take(two[0], late)
    assert [(now, len(of)) for (now, _), of in zip(builder.log, builder.sets, strict=True)] == [(late, 2), (late, 2)]


def test_a_bar_that_comes_after_its_set_is_a_set_of_its_own_and_late(native: tuple[Any, Any]) -> None:
    builder = Builder(native)
    one, two = rows_of(0, MINUTE, [5]), rows_of(1, MINUTE, [5])
    builder.take(one[0], one[0].end)
    builder.pass_to(one[0].end + WAIT)
    assert builder.take(two[0], one[0].end + WAIT + 1) == builder.library.STRATC_ARRIVED_LATE
    assert builder.sets == [one, two]
    assert builder.flags == [0, LATE]


def test_a_late_part_widens_the_bar_that_is_being_made_but_is_not_its_close(native: tuple[Any, Any]) -> None:
    builder = Builder(native)
    rows = [Bar(0, m * MINUTE, (m + 1) * MINUTE, 100, 100 + m, 100 - m, 100, 1.0) for m in range(5)]
    for bar in (rows[0], rows[1], rows[3]):
        builder.take(bar, bar.end)
    builder.pass_to(rows[3].end + WAIT)
    wide = Bar(0, rows[2].start, rows[2].end, 100, 900, 1, 500, 7.0)
    assert builder.take(wide, rows[3].end + WAIT + 1) == builder.library.STRATC_ARRIVED_LATE
    builder.take(rows[4], rows[4].end)
    builder.pass_to(10**15)
    made = next(bar for of in builder.sets for bar in of if bar.feed == 3)
    assert made == Bar(3, 0, 5 * MINUTE, 100, 900, 1, 100, 11.0)


def test_a_bar_that_comes_twice_is_not_taken(native: tuple[Any, Any]) -> None:
    builder = Builder(native)
    [bar] = rows_of(0, MINUTE, [5])
    builder.take(bar, bar.end)
    assert builder.take(bar, bar.end + 1) == builder.library.STRATC_ARRIVED_TWICE
