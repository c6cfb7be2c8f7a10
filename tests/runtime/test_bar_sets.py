"""Sets of closed bars: merged by their ends, with the bars that are made of them. Judged by a plain model."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.support.native import BAR_READERS, open_library

MINUTE = 60 * 10**9
DAY = 1440 * MINUTE
WEEK = 7 * DAY


@pytest.fixture(scope="module")
def native() -> tuple[Any, Any]:
    return open_library(
        [*BAR_READERS, "bar_sets.c"], ["base.h", "../schemas/frames.h", "mapped.h", "bars.h", "kernel.h", "bar_sets.h"]
    )


@dataclass(frozen=True)
class Bar:
    feed: int
    start: int
    end: int
    open: int
    high: int
    low: int
    close: int
    volume: float


def rows_of(feed: int, every: int, minutes: list[int]) -> list[Bar]:
    """Bars at these multiples of `every`, of prices that depend on the time alone."""
    found = []
    for m in sorted(set(minutes)):
        price = 1000 + (m * 7919 + feed) % 101
        found.append(
            Bar(feed, m * every, (m + 1) * every, price, price + m % 5, price - m % 7, price - m % 3, float(m % 11))
        )
    return found


# ---- the model


def start_of(time: int, every: int) -> int:
    phase = 4 * DAY if every % WEEK == 0 else 0
    return (time - phase) // every * every + phase


def resampled(rows: list[Bar], feed: int, every: int, last: int) -> list[Bar]:
    """last: the end of the last row of all."""
    periods: dict[int, list[Bar]] = {}
    for row in rows:
        periods.setdefault(start_of(row.start, every), []).append(row)
    return [
        Bar(
            feed, start, start + every, parts[0].open, max(p.high for p in parts), min(p.low for p in parts),
            parts[-1].close, sum(p.volume for p in parts),
        )
        for number, (start, parts) in enumerate(sorted(periods.items()))
        if start + every <= last and (number > 0 or parts[0].start == start)
    ]  # fmt: skip


def sets_of(bars: list[Bar]) -> list[list[Bar]]:
    ends = sorted({bar.end for bar in bars})
    return [sorted((bar for bar in bars if bar.end == end), key=lambda bar: bar.feed) for end in ends]


# ---- the C


def sets_in_c(native: tuple[Any, Any], feeds: list[tuple[int, int]], rows: dict[int, list[Bar]]) -> list[list[Bar]]:
    """feeds: (every, source or -1)."""
    ffi, library = native
    kept: list[Any] = []
    table = ffi.new("stratc_feed[]", len(feeds))
    sets = ffi.new("stratc_bar_sets *")
    sets.feeds, sets.count = table, len(feeds)
    for index, (every, source) in enumerate(feeds):
        table[index].every, table[index].source = every, source
        if source < 0:
            bars = _columns(ffi, rows[index], kept)
            count = len(rows[index])
            sets.cursors[index] = library.stratc_bar_cursor_at(bars, 0, count, 1.0, table + index, index)
    found, one = [], ffi.new("stratc_bar_set *")
    while library.stratc_bar_sets_next(sets, one):
        some = [one.bars[i] for i in range(one.count)]
        assert all(bar.end == one.end for bar in some)
        found.append([Bar(b.feed, b.start, b.end, b.open_px, b.high_px, b.low_px, b.close_px, b.volume) for b in some])
    return found


def _columns(ffi: Any, rows: list[Bar], kept: list[Any]) -> Any:
    """The rows as columns in two spans."""
    bars, half = ffi.new("stratc_bars *"), len(rows) // 2
    parts = [part for part in (rows[:half], rows[half:]) if part]
    spans = ffi.new("stratc_bar_span[]", max(1, len(parts)))
    kept += [bars, spans]
    first = 0
    for span, part in zip(spans, parts, strict=False):
        span.first, span.count = first, len(part)
        first += len(part)
        for name, of in (("open", "open"), ("high", "high"), ("low", "low"), ("close", "close"), ("volume", "volume")):
            column = ffi.new("double[]", [float(getattr(row, of)) for row in part])
            kept.append(column)
            setattr(span, name, column)
        starts = ffi.new("int64_t[]", [row.start for row in part])
        kept.append(starts)
        span.start = starts
    bars.count, bars.spans, bars.span_count, bars.has_volume = len(rows), spans, len(parts), True
    return bars


minutes = st.lists(st.integers(0, 400), min_size=1, max_size=120)


@given(minutes, minutes)
@settings(max_examples=300, deadline=None)
def test_sets_and_resampled_bars_are_those_of_the_model(
    native: tuple[Any, Any], first: list[int], second: list[int]
) -> None:
    feeds = [(MINUTE, -1), (5 * MINUTE, 0), (2 * MINUTE, -1), (60 * MINUTE, 1), (30 * MINUTE, 2)]
    rows = {0: rows_of(0, MINUTE, first), 2: rows_of(2, 2 * MINUTE, second)}
    last = max(rows[0][-1].end, rows[2][-1].end)
    fives = resampled(rows[0], 1, 5 * MINUTE, last)
    hours, halves = resampled(fives, 3, 60 * MINUTE, last), resampled(rows[2], 4, 30 * MINUTE, last)
    assert sets_in_c(native, feeds, rows) == sets_of([*rows[0], *fives, *rows[2], *hours, *halves])


@pytest.mark.parametrize(
    ("every", "first"),
    [(DAY, 0), (WEEK, 4 * DAY), (2 * DAY, 0), (60 * MINUTE, 0)],
)
def test_days_begin_at_midnight_and_weeks_on_monday(native: tuple[Any, Any], every: int, first: int) -> None:
    _, library = native
    for time in (first, first + 1, first + every - 1):
        assert library.stratc_period_start(time, every) == first
    assert library.stratc_period_start(first - 1, every) == first - every
    assert library.stratc_period_start(first + every, every) == first + every


def test_a_period_that_the_data_begins_inside_of_is_not_shown(native: tuple[Any, Any]) -> None:
    feeds, rows = [(MINUTE, -1), (5 * MINUTE, 0)], {0: rows_of(0, MINUTE, list(range(3, 12)))}
    shown = [bar for some in sets_in_c(native, feeds, rows) for bar in some if bar.feed == 1]
    assert [bar.start // MINUTE for bar in shown] == [5]


def test_a_bar_whose_last_part_is_missing_closes_at_its_own_end(native: tuple[Any, Any]) -> None:
    feeds, rows = [(MINUTE, -1), (5 * MINUTE, 0)], {0: rows_of(0, MINUTE, [0, 1, 2, 7])}
    ends = [[(bar.feed, bar.end // MINUTE) for bar in some] for some in sets_in_c(native, feeds, rows)]
    assert ends == [[(0, 1)], [(0, 2)], [(0, 3)], [(1, 5)], [(0, 8)]]
