"""Bars from Arrow files: the same bits as from CSV, and no bytes whatever break the reader."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st
from pyarrow import csv, feather, ipc

from tests.support.bar_files import (
    HOUR,
    T0,
    bars,
    corrupted,
    read_bars,
    read_sanitized,
    with_value,
    write_arrow,
    write_csv,
)


def walk(count: int, decimals: int) -> dict[str, list[Any]]:
    """A random but valid table on a grid of 10^-decimals."""
    noise = np.random.default_rng(7)
    close = 10**7 + noise.integers(-500, 500, count).cumsum()
    opening = close + noise.integers(-300, 300, count)
    high = np.maximum(opening, close) + noise.integers(0, 200, count)
    low = np.minimum(opening, close) - noise.integers(0, 200, count)
    prices = {"open": opening, "high": high, "low": low, "close": close}
    table: dict[str, list[Any]] = {"ts_event": [T0 + row * HOUR for row in range(count)]}
    table |= {name: [int(units) / 10**decimals for units in column] for name, column in prices.items()}
    return table | {"volume": noise.lognormal(3, 2, count).tolist()}


@pytest.mark.parametrize("decimals", [0, 2, 5, 8])
def test_csv_and_arrow_give_the_same_bits(tmp_path: Path, decimals: int) -> None:
    table = walk(5000, decimals)
    from_csv = read_bars(write_csv(tmp_path / "bars.csv", table), tick=(1, decimals))
    from_arrow = read_bars(write_arrow(tmp_path / "bars.arrow", table), tick=(1, decimals))
    assert from_csv.ok
    assert from_csv == from_arrow


@pytest.mark.shared
def test_csv_and_arrow_give_the_same_bits_on_real_bars(tmp_path: Path, shared_data: Path) -> None:
    table = csv.read_csv(shared_data / "bars" / "btcusdt_1h_binance_2017_2021.csv.gz")
    seen = []
    for rows in (table, table.filter(pa.array(np.asarray(table["ts_event"]) % HOUR == 0))):
        csv.write_csv(rows, tmp_path / "bars.csv")
        seen.append(read_bars(tmp_path / "bars.csv"))
        from_arrow = read_bars(write_arrow(tmp_path / "bars.arrow", rows))
        assert from_arrow.columns == seen[-1].columns
        assert (from_arrow.faults, from_arrow.gaps) == (seen[-1].faults, seen[-1].gaps)
    whole, on_grid = seen
    assert whole.faults == {"off_grid_time": 43}  # after an outage the exchange's hours began at half past
    assert on_grid.ok
    assert on_grid.ints("open") == [round(price * 100) for price in rows["open"].to_pylist()]
    assert on_grid.floats("volume") == rows["volume"].to_pylist()


FAULTS: list[tuple[str, Any]] = [
    ("ts_event", T0 - 2 * HOUR),
    ("ts_event", T0 + HOUR // 2),
    ("open", 100.015),
    ("high", 1.0),
    ("low", 100_000.0),
    ("close", -1.0),
    ("close", 0.0),
    ("high", 1e15),
    ("low", float("nan")),
    ("open", float("inf")),
    ("volume", -0.5),
    ("volume", float("nan")),
    ("volume", -0.0),
]


@given(
    st.integers(1, 700),
    st.lists(st.tuples(st.integers(0, 699), st.sampled_from(FAULTS)), max_size=2),
    st.lists(st.integers(1, 699), max_size=2),
    st.integers(1, 700),
    st.sampled_from([HOUR, 36 * HOUR, 7 * 24 * HOUR]),
    st.booleans(),
    st.booleans(),
)
def test_rows_used_where_they_lie_are_those_that_the_row_by_row_reader_takes(
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    faults: list[tuple[int, tuple[str, Any]]],
    gaps: list[int],
    chunk: int,
    every: int,
    has_volume: bool,
    repair: bool,
) -> None:
    folder, table = tmp_path_factory.getbasetemp(), bars(count)
    table["ts_event"] = [T0 + row * every for row in range(count)]
    for gap in gaps:
        table["ts_event"][gap:] = [start + 5 * HOUR for start in table["ts_event"][gap:]]
    for row, (column, value) in faults:
        table[column][row % count] = value
    if not has_volume:
        del table["volume"]
    options: dict[str, Any] = {"every": every, "repair": repair}
    quick = read_bars(write_arrow(folder / "quick", pa.table(table), chunksize=chunk), **options)
    microseconds = pa.array([start // 1000 for start in table["ts_event"]], pa.timestamp("us"))
    slow = read_bars(
        write_arrow(folder / "slow", pa.table(table | {"ts_event": microseconds}), chunksize=chunk), **options
    )
    assert replace(quick, message="") == replace(slow, message="")
    assert bool(quick.message) == bool(slow.message)


@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
@pytest.mark.parametrize("row", [0, 1, 256, 300])  # a step is of two rows, a block of 256, the last row stands alone
def test_a_price_off_the_grid_is_seen_wherever_it_stands(tmp_path: Path, column: str, row: int) -> None:
    table = bars(301)
    table[column][row] += 0.005
    assert read_bars(write_arrow(tmp_path / "off", table)).faults == {"off_grid_price": 1}
    table[column][row] += 1e-9 - 0.005
    near = read_bars(write_arrow(tmp_path / "near", table))
    assert near == read_bars(write_arrow(tmp_path / "exact", bars(301)))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    seen = read_bars(write_arrow(tmp_path / "bars", pa.table(bars()).slice(0, 0)))
    assert seen.code == 4
    assert "holds no rows" in seen.message


def test_batches_are_joined(tmp_path: Path) -> None:
    table = bars(10)
    whole = read_bars(write_arrow(tmp_path / "one", table))
    for size in (1, 3, 9):
        assert read_bars(write_arrow(tmp_path / "many", table, chunksize=size)) == whole


def test_bad_rows_are_numbered_over_all_batches(tmp_path: Path) -> None:
    seen = read_bars(write_arrow(tmp_path / "bars", with_value("volume", 7, -1.0, 10), chunksize=3))
    assert "row 8: volume is -1, expected 0 or more" in seen.message


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_timestamps_of_every_unit_are_read(tmp_path: Path, unit: str, zone: str | None) -> None:
    table = bars()
    reference = read_bars(write_arrow(tmp_path / "a", table))
    stamps = pa.array(table["ts_event"], pa.timestamp("ns", zone)).cast(pa.timestamp(unit, zone))
    assert read_bars(write_arrow(tmp_path / "b", table | {"ts_event": stamps})) == reference


def test_whole_numbers_mean_the_quote_currency_as_in_csv(tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {name: [int(value) for value in column] for name, column in bars().items()}
    from_arrow = read_bars(write_arrow(tmp_path / "bars.arrow", table))
    assert from_arrow.ints("open") == [10000, 10100, 10200]
    assert from_arrow == read_bars(write_csv(tmp_path / "bars.csv", table))


def test_other_columns_are_stepped_over(tmp_path: Path) -> None:
    table = bars()
    reference = read_bars(write_arrow(tmp_path / "a", table))
    other = {
        "text": ["a", None, "c"],
        "bytes": pa.array([b"a", b"b", b"c"], pa.large_binary()),
        "flag": [True, False, None],
        "nothing": pa.nulls(3),
        "view": pa.array(["a" * 20, "b" * 30, "c"], pa.string_view()),
        "venue": pa.array(["X", "Y", "X"]).dictionary_encode(),
        "day": pa.array([1, 2, 3], pa.date32()),
        "amount": pa.array([1, 2, 3], pa.decimal128(10, 2)),
        "fixed": pa.array([b"ab", b"cd", b"ef"], pa.binary(2)),
    }
    assert read_bars(write_arrow(tmp_path / "b", other | table)) == reference


@pytest.mark.parametrize("column", ["ts_event", "open", "volume"])
def test_a_null_is_an_error_that_names_its_row(tmp_path: Path, column: str) -> None:
    seen = read_bars(write_arrow(tmp_path / "bars", with_value(column, 1, None)), repair=True)
    assert seen.code == 4
    assert f"row 2: column {'time' if column == 'ts_event' else column} is null" in seen.message


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("open", pa.array([100.01] * 3, pa.float32()), "column open is a float, expected float64 or int64"),
        ("open", pa.array(["1"] * 3), "column open is text, expected float64 or int64"),
        ("close", pa.array([1, 2, 3], pa.decimal128(9, 2)), "column close is decimal, expected float64 or int64"),
        ("ts_event", pa.array([1, 2, 3], pa.date32()), "column time is date, expected timestamp or int64"),
        ("ts_event", pa.array([1.0, 2.0, 3.0]), "column time is a float, expected timestamp or int64"),
        ("volume", pa.array([1, 2, 3]).dictionary_encode(), "column volume is a dictionary of an integer, expected"),
        ("levels", pa.array([[1], [2], [3]]), "column 'levels' is list: nested columns are not read"),
    ],
)
def test_a_column_of_another_type_is_named(tmp_path: Path, column: str, values: pa.Array, message: str) -> None:
    seen = read_bars(write_arrow(tmp_path / "bars", bars() | {column: values}))
    assert seen.code == 3
    assert message in seen.message


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_compressed_files_and_streams_say_how_to_write_them(tmp_path: Path, compression: str) -> None:
    table = pa.table(bars(500))
    packed = read_bars(write_arrow(tmp_path / "packed", table, compression=compression))
    with ipc.new_stream(str(tmp_path / "stream"), table.schema) as sink:
        sink.write_table(table)
    stream = read_bars(tmp_path / "stream")
    assert "compressed batches" in packed.message
    assert "an Arrow stream" in stream.message
    for seen in (packed, stream):
        assert seen.code == 3
        assert "pyarrow.feather.write_feather(table, path, compression='uncompressed')" in seen.help


def sample(tmp_path: Path) -> bytes:
    table = walk(200, 2) | {"text": ["a"] * 200, "view": pa.array(["b" * 20] * 200, pa.string_view())}
    write_arrow(tmp_path / "whole", table, chunksize=90)
    assert feather.read_table(tmp_path / "whole").num_rows == 200
    assert read_sanitized(tmp_path, [(tmp_path / "whole").read_bytes()])[0][0] == 0
    return (tmp_path / "whole").read_bytes()


def test_every_truncation_is_an_error_under_the_sanitizers(tmp_path: Path) -> None:
    whole = sample(tmp_path)
    for code, message in read_sanitized(tmp_path, [whole[:length] for length in range(64, len(whole), 64)]):
        assert code == 3
        assert "is truncated or corrupt" in message


def test_no_corruption_breaks_the_reader_under_the_sanitizers(tmp_path: Path) -> None:
    whole, chance = sample(tmp_path), random.Random(1)
    footer = len(whole) - int.from_bytes(whole[-10:-6], "little") - 10
    contents = [corrupted(whole, chance, footer) for _ in range(1000)] + [corrupted(whole, chance) for _ in range(500)]
    assert {code for code, _ in read_sanitized(tmp_path, contents)} == {0, 3, 4}


def test_no_number_of_the_structure_leads_out_of_the_file_under_the_sanitizers(tmp_path: Path) -> None:
    table = bars(400)
    whole = write_arrow(tmp_path / "whole", table).read_bytes()
    body = whole.index(np.array(table["ts_event"]).tobytes())
    size = 8 * 400 * len(table)
    contents = []
    for at in [*range(8, body, 8), *range(body + size, len(whole) - 16, 8)]:
        for number in (size - 8, size, len(whole), 2**62, -8):
            contents.append(whole[:at] + number.to_bytes(8, "little", signed=True) + whole[at + 8 :])
    assert {code for code, _ in read_sanitized(tmp_path, contents)} == {0, 3, 4}
