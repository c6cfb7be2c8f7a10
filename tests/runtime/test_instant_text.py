"""Instants as text: exact both ways over the whole range, and nothing but ISO-8601 accepted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from tests.support.native import open_library

ffi, lib = open_library(["base.c", "instants_text.c"], ["base.h", "instants_text.h"])
INT64 = st.integers(-(2**63), 2**63 - 1)


def parse(text: str) -> int | None:
    out = ffi.new("int64_t *")
    return int(out[0]) if lib.stratc_instant_parse(text.encode(), out) else None


def formatted(ns: int) -> str:
    out = ffi.new("char[32]")
    lib.stratc_instant_format(ns, out)
    text: str = ffi.string(out).decode()
    return text


def duration(ns: int) -> str:
    out = ffi.new("char[32]")
    lib.stratc_duration_format(ns, out)
    text: str = ffi.string(out).decode()
    return text


@given(INT64)
def test_every_instant_reads_back(ns: int) -> None:
    assert parse(formatted(ns)) == ns


@given(INT64)
def test_the_text_is_what_the_calendar_says(ns: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)
    assert formatted(ns)[:19] == moment.strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_609_459_200_500_000_000, "2021-01-01T00:00:00.5Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
        (-(2**63), "1677-09-21T00:12:43.145224192Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_known_instants(ns: int, text: str) -> None:
    assert (formatted(ns), parse(text)) == (text, ns)


@pytest.mark.parametrize(
    "text",
    [
        "2021-01-01",
        "2021-01-01T00:00",
        "2021-01-01 00:00:00",
        "2021-01-01T00:00:00Z",
        "2021-01-01T00:00:00.000",
        "2021-01-01T02:00:00+02:00",
        "2020-12-31T19:30:00-0430",
        "2021-01-01 05:00:00+05",
    ],
)
def test_the_accepted_forms(text: str) -> None:
    assert parse(text) == 1_609_459_200_000_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "2021-1-1",
        "2021-13-01",
        "2021-02-29",
        "2021-01-00",
        "2021-01-01T",
        "2021-01-01T24:00:00",
        "2021-01-01T00:60:00",
        "2021-01-01T00:00:60",
        "2021-01-01T00:00:00.",
        "2021-01-01T00:00:00.1234567890",
        "2021-01-01T00:00:00Zz",
        "2021-01-01T00:00:00+25:00",
        "2021-01-01T00:00:00+",
        " 2021-01-01",
        "01/02/2021",
        "2262-04-11T23:47:16.854775808Z",
        "1677-09-21T00:12:43.145224191Z",
        "9999-12-31",
        "0001-01-01",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000, 1_000_000_000])
def test_the_unit_of_an_epoch_number_follows_its_size(unit: int) -> None:
    for year in (1974, 2021, 2100):
        ns = int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000_000
        assert lib.stratc_epoch_unit(ns // unit) == unit


def test_durations_use_the_largest_unit_that_divides() -> None:
    second = 1_000_000_000
    lengths = [86_400 * second, 3600 * second, 300 * second, second, 250_000_000, 7000, 1]
    assert [duration(ns) for ns in lengths] == ["1d", "1h", "5min", "1s", "250ms", "7us", "1ns"]
