"""runtime/native/output.c and json.c: no result file is ever half written, and JSON reads back as it was given."""

import json
import math
import os
import resource
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.support.native import open_library

FFI, LIBRARY = open_library(["base.c", "output.c", "json.c"], ["base.h", "output.h", "json.h"])
OUTPUT_EXIT = 5


def opened(path: Path, *, in_place: bool = False) -> Any:
    file, error = FFI.new("stratc_output_file *"), FFI.new("stratc_error *")
    begin = LIBRARY.stratc_output_open_in_place if in_place else LIBRARY.stratc_output_open
    assert begin(file, os.fsencode(path), error), message(error)
    return file


def message(error: Any) -> str:
    return f"{FFI.string(error.message).decode()} | {FFI.string(error.help).decode()}"


def refusal(path: Path) -> str:
    """Why `path` can't be opened for writing."""
    file, error = FFI.new("stratc_output_file *"), FFI.new("stratc_error *")
    assert not LIBRARY.stratc_output_open(file, os.fsencode(path), error)
    assert error.code == OUTPUT_EXIT
    return message(error)


def failure_of_commit(file: Any) -> str:
    error = FFI.new("stratc_error *")
    assert not LIBRARY.stratc_output_commit(file, error)
    assert error.code == OUTPUT_EXIT
    return message(error)


def commit(file: Any) -> None:
    error = FFI.new("stratc_error *")
    assert LIBRARY.stratc_output_commit(file, error), message(error)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@given(st.lists(st.binary(max_size=200) | st.integers(0, 200_000).map(bytes), max_size=8))
def test_the_file_holds_exactly_what_was_written(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("output") / "result"
    file = opened(path)
    for piece in pieces:
        assert LIBRARY.stratc_output_write(file, piece, len(piece))
    assert file.size == sum(map(len, pieces))
    commit(file)
    assert path.read_bytes() == b"".join(pieces)
    assert os.listdir(path.parent) == ["result"]


def test_the_name_appears_only_with_commit(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_text("old")
    file = opened(path)
    LIBRARY.stratc_output_write(file, b"new", 3)
    assert path.read_text() == "old"
    commit(file)
    assert path.read_text() == "new"


def test_abandon_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_text("old")
    file = opened(path)
    LIBRARY.stratc_output_write(file, b"new", 3)
    LIBRARY.stratc_output_abandon(file)
    LIBRARY.stratc_output_abandon(file)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result"]


def test_abandon_in_place_keeps_what_was_written(tmp_path: Path) -> None:
    file = opened(tmp_path / "log", in_place=True)
    LIBRARY.stratc_output_write(file, b"evidence", 8)
    LIBRARY.stratc_output_abandon(file)
    assert (tmp_path / "log").read_bytes() == b"evidence"


if sys.platform == "linux":

    def test_a_full_disk_is_told_and_the_device_stays() -> None:
        file = opened(Path("/dev/full"))
        assert LIBRARY.stratc_output_write(file, bytes(1000), 1000)
        assert failure_of_commit(file) == (
            "/dev/full: can't be written: No space left on device | free some space, or write to another disk"
        )
        assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_failure_sticks_and_leaves_nothing(tmp_path: Path) -> None:
    file = opened(tmp_path / "result")
    with file_size_limit(100_000):
        assert LIBRARY.stratc_output_write(file, bytes(60_000), 60_000)
        assert not LIBRARY.stratc_output_write(file, bytes(90_000), 90_000)
    assert not LIBRARY.stratc_output_write(file, b"x", 1)
    assert "File too large | raise the limit on file sizes" in failure_of_commit(file)
    assert os.listdir(tmp_path) == []


def test_a_size_limit_met_only_by_the_last_flush_is_told(tmp_path: Path) -> None:
    file = opened(tmp_path / "result")
    with file_size_limit(10):
        assert LIBRARY.stratc_output_write(file, bytes(1000), 1000)
        assert "File too large" in failure_of_commit(file)
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_a_folder_and_a_file_as_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "No such file or directory | make the folder first" in refusal(tmp_path / "none" / "result")
    assert "Is a directory | give the name of a file" in refusal(tmp_path)
    assert "Not a directory | make the folder first" in refusal(tmp_path / "file" / "result")


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    file = opened(tmp_path / "link")
    LIBRARY.stratc_output_write(file, b"new", 3)
    commit(file)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    file = opened(tmp_path / "pipe")
    LIBRARY.stratc_output_write(file, b"through", 7)
    commit(file)
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)


# ---- JSON


def write_value(json_: Any, value: Any) -> None:
    match value:
        case dict():
            LIBRARY.stratc_json_open_object(json_)
            for key, member in value.items():
                LIBRARY.stratc_json_key(json_, key.encode())
                write_value(json_, member)
            LIBRARY.stratc_json_close_object(json_)
        case list():
            LIBRARY.stratc_json_open_array(json_)
            for member in value:
                write_value(json_, member)
            LIBRARY.stratc_json_close_array(json_)
        case bool():
            LIBRARY.stratc_json_bool(json_, value)
        case int():
            LIBRARY.stratc_json_integer(json_, value)
        case float():
            LIBRARY.stratc_json_number(json_, value)
        case str():
            LIBRARY.stratc_json_text(json_, value.encode())
        case None:
            LIBRARY.stratc_json_null(json_)


def json_text(folder: Path, value: Any) -> str:
    path = folder / "value.json"
    file, json_ = opened(path), FFI.new("stratc_json *")
    LIBRARY.stratc_json_begin(json_, file)
    write_value(json_, value)
    LIBRARY.stratc_json_end(json_)
    commit(file)
    return path.read_text(encoding="utf-8")


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_json_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    seen = json.loads(json_text(tmp_path_factory.mktemp("json"), value))
    assert seen == value
    assert type(seen) is type(value)


def test_json_is_indented_as_pythons_is(tmp_path: Path) -> None:
    value = {"a": [1, 2.5, []], "b": {}, "c": {"d": None, "e": 'say "é"\n'}}
    assert (
        json_text(tmp_path, value) == json.dumps(value, indent=2, ensure_ascii=False).replace(r"\n", r"\u000a") + "\n"
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_null(tmp_path: Path, value: float) -> None:
    assert json_text(tmp_path, value) == "null\n"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_and_take_no_digit_past_15_in_vain(value: float) -> None:
    text = FFI.new("char[32]")
    LIBRARY.stratc_format_number(text, value)
    seen = FFI.string(text).decode()
    assert float(seen) == value
    assert significant_digits(seen) <= max(15, significant_digits(repr(value)) + 1)


def significant_digits(text: str) -> int:
    return len(text.lower().split("e")[0].strip("-").replace(".", "").strip("0"))


@pytest.mark.parametrize(
    ("count", "decimals", "text"),
    [
        (0, 8, "0"),
        (123, 0, "123"),
        (10_000_000, 2, "100000"),
        (-5, 2, "-0.05"),
        (150, 2, "1.5"),
        (2**63 - 1, 18, "9.223372036854775807"),
        (-(2**63), 3, "-9223372036854775.808"),
    ],
)
def test_decimals_are_exact(tmp_path: Path, count: int, decimals: int, text: str) -> None:
    file, json_ = opened(tmp_path / "value"), FFI.new("stratc_json *")
    LIBRARY.stratc_json_begin(json_, file)
    LIBRARY.stratc_json_decimal(json_, count, decimals)
    commit(file)
    assert (tmp_path / "value").read_text() == text


@given(st.binary(max_size=12).filter(lambda data: 0 not in data))
def test_bytes_that_are_not_utf8_still_give_valid_json(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("json") / "value"
    file, json_ = opened(path), FFI.new("stratc_json *")
    LIBRARY.stratc_json_begin(json_, file)
    LIBRARY.stratc_json_text(json_, data)
    commit(file)
    seen = json.loads(path.read_text(encoding="utf-8"))
    valid = data.decode(errors="replace")
    assert seen == valid if "�" not in valid else "�" in seen
