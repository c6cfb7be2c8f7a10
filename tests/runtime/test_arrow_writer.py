"""runtime/native/arrow_writer.c: pyarrow reads every file back as it was given, and equal rows give equal bytes."""

import math
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from tests.support.native import open_library

FFI, LIBRARY = open_library(["base.c", "output.c", "arrow_writer.c"], ["base.h", "output.h", "arrow_writer.h"])
BATCH = 8192
INT64, FLOAT64, TIMESTAMP, BOOL = 1, 2, 3, 4
ARROW = {INT64: pa.int64(), FLOAT64: pa.float64(), TIMESTAMP: pa.timestamp("ns", tz="UTC"), BOOL: pa.bool_()}

Columns = list[tuple[str, int, bool]]
Rows = list[tuple[Any, ...]]


class Writer:
    def __init__(self, path: Path, columns: Columns) -> None:
        self.names = [FFI.new("char[]", name.encode()) for name, _, _ in columns]
        given_columns = FFI.new("stratc_arrow_column[]", len(columns))
        for column, name, (_, kind, nullable) in zip(given_columns, self.names, columns, strict=True):
            column.name, column.type, column.nullable = name, kind, nullable
        self.columns, self.state, self.error = columns, FFI.new("stratc_arrow_writer *"), FFI.new("stratc_error *")
        self.open = LIBRARY.stratc_arrow_open(self.state, os.fsencode(path), given_columns, len(columns), self.error)

    def row(self, values: tuple[Any, ...]) -> Any:
        for index, ((_, kind, _), value) in enumerate(zip(self.columns, values, strict=True)):
            if value is None:
                continue
            if kind == FLOAT64:
                LIBRARY.stratc_arrow_set_number(self.state, index, value)
            elif kind == BOOL:
                LIBRARY.stratc_arrow_set_bool(self.state, index, value)
            else:
                LIBRARY.stratc_arrow_set_integer(self.state, index, value)
        return LIBRARY.stratc_arrow_end_row(self.state)

    def commit(self) -> Any:
        return LIBRARY.stratc_arrow_commit(self.state, self.error)


def write(path: Path, columns: Columns, rows: Rows) -> pa.Table:
    """What pyarrow reads back, its own checks done."""
    writer = Writer(path, columns)
    assert writer.open
    for row in rows:
        assert writer.row(row)
    assert writer.commit()
    table = pa.ipc.open_file(path).read_all()
    table.validate(full=True)
    return table


def expected(columns: Columns, rows: Rows) -> pa.Table:
    schema = pa.schema([pa.field(name, ARROW[kind], nullable) for name, kind, nullable in columns])
    return pa.table([pa.array([row[i] for row in rows], field.type) for i, field in enumerate(schema)], schema=schema)


EVERY: Columns = [
    ("time", TIMESTAMP, False),
    ("count", INT64, False),
    ("price", FLOAT64, False),
    ("open", BOOL, False),
    ("maybe_time", TIMESTAMP, True),
    ("maybe_count", INT64, True),
    ("maybe_price", FLOAT64, True),
    ("maybe_open", BOOL, True),
]
INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
ROW = st.tuples(
    INTEGERS,
    INTEGERS,
    FLOATS,
    st.booleans(),
    st.none() | INTEGERS,
    st.none() | INTEGERS,
    st.none() | FLOATS,
    st.none() | st.booleans(),
)


@given(st.lists(ROW, max_size=20))
def test_every_type_reads_back(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    table = write(tmp_path_factory.mktemp("arrow") / "a.arrow", EVERY, rows)
    assert table.schema.equals(expected(EVERY, rows).schema)
    assert table.equals(expected(EVERY, rows))


NAMES = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), unique=True, max_size=9
)


@settings(max_examples=50)
@given(NAMES, st.data())
def test_any_choice_of_columns_reads_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: Any
) -> None:
    columns = [(name, data.draw(st.sampled_from(sorted(ARROW))), data.draw(st.booleans())) for name in names]
    rows: Rows = [tuple(bool(i % 2) if kind == BOOL else i % 2 for _, kind, _ in columns) for i in range(3)]
    table = write(tmp_path_factory.mktemp("arrow") / "a.arrow", columns, rows)
    assert table.equals(expected(columns, rows)) or not columns
    assert table.schema.equals(expected(columns, rows).schema)


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 3])
def test_rows_around_the_batch_size(tmp_path: Path, count: int) -> None:
    columns: Columns = [("n", INT64, False), ("odd", BOOL, True)]
    rows: Rows = [(i, None if i % 3 == 0 else i % 2 == 1) for i in range(count)]
    table = write(tmp_path / "a.arrow", columns, rows)
    assert table.equals(expected(columns, rows))
    with pa.ipc.open_file(tmp_path / "a.arrow") as reader:
        sizes = [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]
    assert sizes == [BATCH] * (count // BATCH) + [count % BATCH] * (count % BATCH > 0)


def test_a_mapped_file_reads_back_without_copies(tmp_path: Path) -> None:
    rows: Rows = [(i, 0.5 * i) for i in range(BATCH + 7)]
    columns: Columns = [("n", INT64, False), ("x", FLOAT64, False)]
    write(tmp_path / "a.arrow", columns, rows)
    before = pa.total_allocated_bytes()
    with pa.memory_map(str(tmp_path / "a.arrow")) as source:
        table = pa.ipc.open_file(source).read_all()
        assert pa.total_allocated_bytes() == before
        assert table["x"].to_pylist() == [row[1] for row in rows]
        addresses = [chunk.buffers()[1].address for column in table.columns for chunk in column.chunks]
        assert [address % 64 for address in addresses] == [0] * 4


def test_the_file_is_also_a_stream(tmp_path: Path) -> None:
    write(tmp_path / "a.arrow", [("n", INT64, False)], [(i,) for i in range(5)])
    stream = (tmp_path / "a.arrow").read_bytes()[8:]
    assert pa.ipc.open_stream(stream).read_all()["n"].to_pylist() == [0, 1, 2, 3, 4]


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    row = (1, 2, 3.5, True, None, None, None, None)
    for name in ("a.arrow", "b.arrow"):
        write(tmp_path / name, EVERY, [row] * 100)
    assert (tmp_path / "a.arrow").read_bytes() == (tmp_path / "b.arrow").read_bytes()


def test_nan_is_a_value_not_a_null(tmp_path: Path) -> None:
    table = write(tmp_path / "a.arrow", [("x", FLOAT64, True)], [(math.nan,), (None,)])
    values = table["x"].to_pylist()
    assert math.isnan(values[0])
    assert values[1] is None


def test_a_value_set_twice_is_the_later_one(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.arrow", [("on", BOOL, False)])
    LIBRARY.stratc_arrow_set_bool(writer.state, 0, True)
    assert writer.row((False,))
    assert writer.commit()
    assert pa.ipc.open_file(tmp_path / "a.arrow").read_all()["on"].to_pylist() == [False]


def test_an_abandoned_table_leaves_no_file(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.arrow", EVERY)
    LIBRARY.stratc_arrow_abandon(writer.state)
    LIBRARY.stratc_arrow_abandon(writer.state)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "none" / "a.arrow", EVERY)
    assert not writer.open
    assert writer.error.code == 5
    assert FFI.string(writer.error.help) == b"make the folder first"


if Path("/dev/full").exists():

    def test_a_full_disk_is_told_at_commit() -> None:
        writer = Writer(Path("/dev/full"), [("n", INT64, False)])
        for i in range(BATCH - 1):
            writer.row((i,))
        assert not writer.commit()
        assert b"No space left on device" in FFI.string(writer.error.message)
