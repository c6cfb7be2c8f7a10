"""The checks every bar passes, alike from CSV and Arrow; exactness of prices; ranges of bars."""

import decimal
import math
import os
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.support.bar_files import DAY, HOUR, T0, Read, bars, ffi, lib, read_bars, with_value, write_arrow, write_csv
from tests.support.native import BAR_READERS, open_library

decimal_ffi, decimal_lib = open_library(BAR_READERS, ["base.h", "decimal.h"])

Table = dict[str, list[Any]]
Reader = Callable[..., Read]


@pytest.fixture(params=["csv", "arrow"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Reader:
    """Writes a table in one of the two formats and reads it."""

    def written(table: Table, **options: Any) -> Read:
        write = write_csv if request.param == "csv" else write_arrow
        return read_bars(write(tmp_path / "bars", table), **options)

    return written


def rows(*, repeat: int | None = None, swap: tuple[int, int] | None = None) -> Table:
    table = bars(4)
    for values in table.values():
        if repeat is not None:
            values.insert(repeat, values[repeat])
        if swap is not None:
            values[swap[0]], values[swap[1]] = values[swap[1]], values[swap[0]]
    return table


FAULTS = {
    "unsorted": (rows(swap=(1, 2)), "expected later than 2021-01-01T02:00:00Z"),
    "conflict": (with_value("ts_event", 1, T0), "expected one row per bar (the row before has this time and other"),
    "duplicate": (rows(repeat=1), "expected one row per bar (this repeats the row before)"),
    "off_grid_time": (with_value("ts_event", 1, T0 + 1), f"time is {T0 + 1}, expected a multiple of 1h"),
    "high_below": (with_value("high", 1, 101.0), "expected at least max(open, close) = 101.75"),
    "low_above": (with_value("low", 1, 101.02), "low is 101.02, expected at most min(open, close) = 101.01"),
    "off_grid_price": (
        with_value("open", 1, 101.014),
        "open is 101.014, expected a whole number of price units, nearest",
    ),
    "not_finite": (with_value("close", 1, math.nan), "close is nan, expected a finite number"),
    "not_positive": (with_value("low", 1, 0.0), ", expected at least 0.01"),
    "too_large": (with_value("high", 1, 1e15), ", expected less than 10000000000000.00"),
    "negative_volume": (with_value("volume", 1, -2.5), "volume is -2.5, expected 0 or more"),
}
MENDED = ["duplicate", "high_below", "low_above", "off_grid_price"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_faulty_row_is_refused_by_name_place_and_expectation(read: Reader, kind: str) -> None:
    table, expected = FAULTS[kind]
    seen = read(table)
    assert (seen.ok, seen.code, seen.faults) == (False, 4, {kind: 1})
    assert f"bad rows: {kind} 1; " in seen.message
    assert expected in seen.message
    row = 2 if kind not in {"unsorted", "duplicate"} else 3
    assert f"line {row + 1}: " in seen.message or f"row {row}: " in seen.message
    assert "--bad-data repair" in seen.help


@pytest.mark.parametrize("kind", FAULTS)
def test_repair_mends_only_what_has_one_meaning(read: Reader, kind: str) -> None:
    seen = read(FAULTS[kind][0], repair=True)
    assert (seen.ok, seen.faults) == (kind in MENDED, {kind: 1})


def test_repair_widens_snaps_and_drops(read: Reader) -> None:
    table = rows(repeat=1)
    table["high"][0], table["low"][0] = 100.5, 100.5
    table["close"][4] = 103.755
    seen = read(table, repair=True)
    assert seen.faults == {"duplicate": 1, "high_below": 1, "low_above": 1, "off_grid_price": 1}
    assert seen.ints("start") == [T0 + row * HOUR for row in range(4)]
    assert seen.ints("high") == [10075, 10250, 10350, 10450]
    assert seen.ints("low") == [10001, 10025, 10125, 10225]
    assert seen.ints("close") == [10075, 10175, 10275, 10376]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_price_or_volume_that_is_not_finite_is_never_repaired(read: Reader, value: float) -> None:
    for column in ("open", "high", "low", "close", "volume"):
        seen = read(with_value(column, 2, value), repair=True)
        assert (seen.code, seen.faults) == (4, {"not_finite": 1})


def test_only_the_first_three_bad_rows_are_shown_and_all_are_counted(read: Reader) -> None:
    table = bars(10)
    table["volume"] = [-1.0] * 10
    seen = read(table)
    assert seen.faults == {"negative_volume": 10}
    assert seen.message.count("expected") == 3


def test_gaps_are_counted_and_never_refused(read: Reader) -> None:
    table = bars(4)
    table["ts_event"] = [T0 + hour * HOUR for hour in (0, 1, 4, 9)]
    seen = read(table)
    assert (seen.ok, seen.gaps, seen.longest_gap) == (True, 2, 5 * HOUR)


@pytest.mark.parametrize(
    ("every", "step", "good"),
    [
        (HOUR, HOUR, True),
        (DAY, DAY, True),
        (7 * DAY, 7 * DAY, True),
        (DAY, DAY + HOUR, False),
        (7 * DAY, 7 * DAY + HOUR, False),
    ],
)
def test_bars_start_on_their_grid_and_long_ones_on_a_day(read: Reader, every: int, step: int, good: bool) -> None:
    table = bars(3)
    table["ts_event"] = [T0 + row * step for row in range(3)]
    assert read(table, every=every).ok is good


def test_without_a_volume_column_volume_is_zero(read: Reader) -> None:
    table = bars()
    del table["volume"]
    seen = read(table)
    assert (seen.ok, seen.has_volume, seen.floats("volume")) == (True, False, [0.0] * 3)


def test_minus_zero_volume_is_zero(read: Reader) -> None:
    seen = read(with_value("volume", 0, -0.0))
    assert seen.columns["volume"][:8] == bytes(8)


def test_time_units_are_told_by_their_size(read: Reader) -> None:
    for unit in (1, 1000, 1_000_000, 1_000_000_000):
        table = bars()
        table["ts_event"] = [ns // unit for ns in table["ts_event"]]
        assert read(table).ints("start") == [T0 + row * HOUR for row in range(3)]


def test_column_names_have_aliases_any_case_and_any_order(read: Reader) -> None:
    reference = read(bars())
    for name in ("timestamp", "time", "ts", "open_time", "TS_Event"):
        table = {"note": [1, 2, 3], "Close": bars()["close"], name: bars()["ts_event"]}
        table |= {key.upper(): values for key, values in bars().items() if key not in {"close", "ts_event"}}
        assert read(table) == reference


def test_a_missing_column_is_named_with_those_found(read: Reader) -> None:
    table = bars()
    table["hi"] = table.pop("high")
    del table["ts_event"]
    seen = read(table)
    assert seen.code == 4
    assert "missing column: time, high; columns found: open, low, close, volume, hi" in seen.message


def test_two_columns_of_one_meaning_are_refused(read: Reader) -> None:
    table = bars()
    table["timestamp"] = table["ts_event"]
    seen = read(table)
    assert seen.code == 4
    assert "column 'timestamp' is a second time column" in seen.message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (b"PAR1....", "a Parquet file"),
        (b"FEA1....", "Feather version 1"),
        (b"\xff\xff\xff\xff....", "an Arrow stream"),
        (b"\x1f\x8b\x08..", "compressed by gzip"),
        (b"\x28\xb5\x2f\xfd..", "compressed by zstd"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "bars"
    path.write_bytes(content)
    seen = read_bars(path)
    assert seen.code == 3
    assert word in seen.message


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    words = {tmp_path / "absent": "No such file", tmp_path: "is a directory", fifo: "is a pipe or a device"}
    for path, word in words.items():
        seen = read_bars(path)
        assert seen.code == 3
        assert word in seen.message


@given(
    st.lists(st.integers(0, 50), unique=True, max_size=20),
    st.integers(1, 7),
    st.integers(-5, 55),
    st.integers(-5, 55),
    st.integers(0, 9),
)
def test_a_range_is_the_rows_that_start_in_it_and_the_warmup_before(
    starts: list[int], length: int, since: int, until: int, warmup: int
) -> None:
    starts.sort()
    arrays = [ffi.new("int64_t[]", starts[row : row + length]) for row in range(0, len(starts), length)]
    rows = [{"first": number * length, "count": len(array), "start": array} for number, array in enumerate(arrays)]
    spans = ffi.new("stratc_bar_span[]", rows)
    table = ffi.new("stratc_bars *", {"count": len(starts), "spans": spans, "span_count": len(rows)})
    first, begin, end = (ffi.new("size_t *") for _ in range(3))
    found = lib.stratc_bars_select(table, since, until, warmup, first, begin, end)
    inside = [row for row, start in enumerate(starts) if since <= start < until]
    assert list(range(begin[0], end[0])) == inside
    assert found == bool(inside)
    assert first[0] == max(0, begin[0] - warmup)
    assert not inside or begin[0] == inside[0]


SCALES = st.tuples(st.sampled_from([1, 5, 25, 125, 3]), st.integers(0, 12))


def fit_text(text: str, scale: tuple[int, int]) -> tuple[int, int]:
    raw = decimal_ffi.new("char[]", text.encode())
    number, units = decimal_ffi.new("stratc_decimal *"), decimal_ffi.new("int64_t *")
    assert decimal_lib.stratc_decimal_parse(raw, raw + len(text), number)
    return decimal_lib.stratc_decimal_units(number, scale, units), units[0]


def fit_double(value: float, scale: tuple[int, int]) -> tuple[int, int]:
    units = decimal_ffi.new("int64_t *")
    return decimal_lib.stratc_double_units(value, scale, units), units[0]


@given(st.decimals(-(10**9), 10**9, places=9), SCALES)
def test_price_text_becomes_the_nearest_unit_exactly(value: Decimal, scale: tuple[int, int]) -> None:
    tick = Decimal(scale[0]).scaleb(-scale[1])
    if abs(value).scaleb(scale[1]) >= 10**15:
        assert fit_text(str(value), scale)[0] == decimal_lib.STRATC_FIT_TOO_LARGE
        return
    steps = abs(value) / tick
    nearest = int((steps + Decimal("1e-6")).to_integral_value(ROUND_HALF_UP))
    fit, units = fit_text(format(value, "f"), scale)
    exact = abs(steps - steps.to_integral_value()) <= Decimal("1e-6")
    assert fit == (decimal_lib.STRATC_FIT_EXACT if exact else decimal_lib.STRATC_FIT_OFF_GRID)
    assert abs(units) in ({int(steps.to_integral_value())} if exact else {nearest})
    assert units == 0 or (units < 0) == (value < 0)
    assert fit_text(format(value, "e"), scale) == (fit, units)


@given(st.integers(1, 10**15 - 1), st.integers(0, 18), st.sampled_from([1, 5, 25]))
def test_a_price_survives_the_double_and_both_its_texts(count: int, decimals: int, numerator: int) -> None:
    units = count // numerator
    exact = Decimal(units * numerator).scaleb(-decimals)
    double = float(exact)
    expected = (decimal_lib.STRATC_FIT_EXACT, units)
    scale = (numerator, decimals)
    assert fit_text(format(exact, "f"), scale) == fit_text(repr(double), scale) == fit_double(double, scale) == expected


@given(st.floats(1e-9, 1e9), SCALES)
def test_text_and_double_of_any_price_agree(value: float, scale: tuple[int, int]) -> None:
    steps = Decimal(repr(value)) / Decimal(scale[0]).scaleb(-scale[1])
    distance = abs(steps - steps.to_integral_value())
    if all(abs(distance - edge) > Decimal("1e-7") for edge in (Decimal("1e-6"), Decimal("0.499999"))) and steps < 10**8:
        assert fit_text(repr(value), scale) == fit_double(value, scale)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(1, 10**15), st.integers(0, 18))
def test_units_print_as_exact_decimal_text(units: int, numerator: int, decimals: int) -> None:
    out = decimal_ffi.new("char[48]")
    decimal_lib.stratc_units_format(units, (numerator, decimals), out)
    with decimal.localcontext(prec=60):
        assert decimal_ffi.string(out).decode() == format(Decimal(units * numerator).scaleb(-decimals), "f")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_read_and_print_exactly(value: float) -> None:
    text = repr(value)
    raw, number, out = (
        decimal_ffi.new("char[]", text.encode()),
        decimal_ffi.new("stratc_decimal *"),
        decimal_ffi.new("char[48]"),
    )
    assert decimal_lib.stratc_decimal_parse(raw, raw + len(text), number)
    assert decimal_lib.stratc_decimal_double(number, raw, raw + len(text)) == value
    decimal_lib.stratc_double_format(value, out)
    assert float(decimal_ffi.string(out)) == value


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1e", "1e+", "1,5", "1_000", "0x10", "1.2.3", "--1", "1 2", "e5", "1\x002"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    raw = decimal_ffi.new("char[]", text.encode())
    assert not decimal_lib.stratc_decimal_parse(raw, raw + len(text), decimal_ffi.new("stratc_decimal *"))
