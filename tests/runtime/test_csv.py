"""Bars from CSV text: what forms are read, and that every other form is an error that names its line and column."""

import random
from pathlib import Path

import pytest

from tests.support.bar_files import HOUR, T0, Read, bars, corrupted, read_bars, read_sanitized, write_csv

HEADER = "ts_event,open,high,low,close,volume\n"
ROW = f"{T0},100.01,101.5,99.25,100.75,1.5"
NEXT = f"{T0 + HOUR},100.75,101.5,99.25,100.75,0"


def read(tmp_path: Path, text: str | bytes, *, repair: bool = False) -> Read:
    path = tmp_path / "bars.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_bars(path, repair=repair)


@pytest.fixture
def reference(tmp_path: Path) -> Read:
    return read(tmp_path, f"{HEADER}{ROW}\n{NEXT}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}{ROW}\n{NEXT}",
        f"{HEADER}{ROW}\n{NEXT}\n\n\r\n\n",
        f"\ufeff{HEADER}{ROW}\n{NEXT}\n",
        f"{HEADER}{ROW}\n{NEXT}\n".replace("\n", "\r\n"),
        '"ts_event","open","high","low","close","volume"\n'
        + "".join(",".join(f'"{cell}"' for cell in row.split(",")) + "\n" for row in (ROW, NEXT)),
        f"{HEADER}{ROW}\n{NEXT}\n".replace(",", ", ").replace("\n", " \n"),
        f"note,{HEADER}" + f'"a ""quoted"", note",{ROW}\n,{NEXT}\n',
        HEADER + ROW.replace("100.01", "1.0001e2").replace("101.5", "+101.500") + f"\n{NEXT}\n",
        HEADER + ROW.replace("100.01", "100.01000000000000000000000000000000000001") + f"\n{NEXT}\n",
        HEADER + ROW.replace("100.01", "100.00999999999999") + f"\n{NEXT}\n",
        *(
            f"{HEADER}{first}{ROW[19:]}\n{second}{NEXT[19:]}\n"
            for first, second in [
                ("2021-01-01T00:00:00Z", "2021-01-01T01:00:00Z"),
                ("2021-01-01", "2021-01-01 01:00:00"),
                ("2021-01-01 02:00:00+02:00", "2020-12-31T20:00:00.000-0500"),
                ("1609459200", "1609462800"),
                ("1609459200000000", "2021-01-01T01:00"),
            ]
        ),
    ],
)
def test_the_accepted_forms_mean_the_same(tmp_path: Path, reference: Read, text: str) -> None:
    assert reference.ok
    assert read(tmp_path, text) == reference


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"{ROW}\n1,2,3\n", "line 3: has 3 fields, the header names 6 columns"),
        (f"{ROW},\n", "line 2: has 7 fields, the header names 6 columns"),
        (ROW.replace("101.5", "abc"), "line 2: column high is abc, expected a number"),
        (ROW.replace("101.5", ""), "line 2: column high is empty, expected a number"),
        (ROW.replace("101.5", "10\x001"), "line 2: column high is 10?1, expected a number"),
        (f"{ROW}\n{NEXT[:-1]}x", "line 3: column volume is x, expected a number"),
        (ROW.replace(str(T0), "01/02/2021"), "line 2: column time is 01/02/2021, expected an instant such as"),
        (ROW.replace(str(T0), "2021-02-30"), "line 2: column time is 2021-02-30, expected an instant such as"),
        (ROW.replace(str(T0), "9" * 25), "line 2: column time is 9999999999999999999999999, expected an instant"),
        (
            f"1609459200{ROW[19:]}\n{NEXT}\n",
            f"line 3: column time is {T0 + HOUR}, expected the unit (ns, us, ms, s) of",
        ),
        (f"{ROW}\n\n{NEXT}\n", "line 3: is empty, but rows follow it"),
        (f'"{ROW}\n', "line 2: a quoted field must end with a quote before the next comma"),
        (f'"1"2{ROW}\n', "line 2: a quoted field must end with a quote before the next comma"),
        (f"{ROW}\n{'x' * 70_000}\n", "line 3: is longer than 64 KiB"),
        ("", "holds no rows"),
        ("\n\n", "holds no rows"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, body: str, message: str) -> None:
    seen = read(tmp_path, HEADER + body, repair=True)
    assert (seen.ok, seen.code) == (False, 4)
    assert message in seen.message


def test_another_separator_shows_as_a_missing_column(tmp_path: Path) -> None:
    seen = read(tmp_path, HEADER.replace(",", ";") + ROW)
    assert "missing column: time, open, high, low, close; columns found: ts_event;open" in seen.message
    assert "commas" in seen.help


def test_a_text_of_another_encoding_is_no_text(tmp_path: Path) -> None:
    seen = read(tmp_path, (HEADER + ROW).encode("utf-16"))
    assert seen.code == 3
    assert "is not text (a zero byte in line 1)" in seen.message


def test_a_header_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    seen = read(tmp_path, "x," * 1025 + HEADER)
    assert "line 1: has more than 1024 columns" in seen.message


def test_no_cut_and_no_corruption_breaks_the_reader_under_the_sanitizers(tmp_path: Path) -> None:
    whole, chance = (HEADER + f'"{ROW[:19]}"{ROW[19:]}\n' + NEXT).encode(), random.Random(1)
    contents = [whole[:length] for length in range(len(whole))] + [corrupted(whole, chance) for _ in range(1000)]
    assert {code for code, _ in read_sanitized(tmp_path, contents)} == {0, 3, 4}


def test_many_rows_keep_their_order_and_values(tmp_path: Path) -> None:
    table = bars(10_000)
    seen = read_bars(write_csv(tmp_path / "bars.csv", table))
    assert seen.ints("start") == table["ts_event"]
    assert seen.ints("close") == [round(price * 100) for price in table["close"]]
    assert seen.floats("volume") == table["volume"]
