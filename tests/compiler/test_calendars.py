"""A calendar's file: what it may say, and what is said about a row that it may not have."""

from pathlib import Path

import pytest

from stratc.compiler.checker.calendars import CalendarError, parse
from stratc.compiler.manifest import describe
from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source
from tests.support.strategies import strategy

ROW = "2024-01-02T14:30:00Z,2024-01-02T21:00:00Z\n"


def test_sessions_are_half_open_spans_of_ns() -> None:
    rows = "open,close\n1970-01-01T00:00:00Z,1970-01-01T00:00:01.5Z\n1970-01-01T00:00:01.5+00:00, 1970-01-02\n"
    assert parse(rows.replace(" 1970-01-02", "1970-01-02T00:00Z")) == (
        (0, 1_500_000_000),
        (1_500_000_000, 86_400 * 10**9),
    )


@pytest.mark.parametrize(
    ("text", "row", "what"),
    [
        ("", 1, "the header is not `open,close`"),
        (ROW, 1, "the header is not `open,close`"),
        ("open,close\n", None, "no session"),
        ("open,close\n" + ROW + "2024-01-03T14:30:00Z\n", 3, "not two columns"),
        ("open,close\n\n", 2, "not two columns"),
        ("open,close\nmonday,friday\n", 2, "`monday` is no instant"),
        ("open,close\n2024-01-02T14:30:00,2024-01-02T21:00:00\n", 2, "`2024-01-02T14:30:00` is not in UTC"),
        (
            "open,close\n2024-01-02T14:30:00-05:00,2024-01-02T21:00:00Z\n",
            2,
            "`2024-01-02T14:30:00-05:00` is not in UTC",
        ),
        ("open,close\n2024-01-02T21:00:00Z,2024-01-02T14:30:00Z\n", 2, "closes before it opens"),
        ("open,close\n2024-01-02T21:00:00Z,2024-01-02T21:00:00Z\n", 2, "closes before it opens"),
        ("open,close\n" + ROW + ROW, 3, "opens before the session above has closed"),
        (
            "open,close\n1969-01-02T14:30:00Z,2024-01-02T21:00:00Z\n",
            2,
            "`1969-01-02T14:30:00Z` is not between 1970 and 2261",
        ),
    ],
)
def test_a_file_is_refused(text: str, row: int | None, what: str) -> None:
    with pytest.raises(CalendarError, match="^" + what.replace("`", "`")) as failure:
        parse(text)
    assert failure.value.row == row


def compiled(folder: Path, calendar: str) -> list[tuple[str, str]]:
    text = strategy().replace("lot = 0.00001 BTC)", f"lot = 0.00001 BTC, calendar = {calendar})")
    found = compile_source(Source(str(folder / "test.strat"), text)).diagnostics.in_order()
    return [(d.code, d.title) for d in found if d.code.startswith("E")]


def test_it_is_looked_for_beside_the_strategy(tmp_path: Path) -> None:
    (tmp_path / "hours").mkdir()
    (tmp_path / "hours" / "mine.csv").write_text("open,close\n" + ROW)
    assert compiled(tmp_path, 'file("hours/mine.csv")') == []
    assert compiled(tmp_path, 'file("mine.csv")') == [("E0111", "`mine.csv`: no such file or directory")]
    assert compiled(tmp_path, 'file("hours")') == [("E0111", "`hours`: is a directory")]


def test_the_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("open,close\n" + ROW + ROW)
    (code, title), *_ = compiled(tmp_path, 'file("bad.csv")')
    assert (code, title) == ("E0111", "`bad.csv`, row 3: opens before the session above has closed")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"open,close\n" + b"x" * 9 * 2**20])
def test_what_is_no_text_of_fair_size_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.csv").write_bytes(data)
    assert [code for code, _ in compiled(tmp_path, 'file("odd.csv")')] == ["E0111"]


def test_the_manifest_pins_the_sessions_not_the_layout_of_their_file(tmp_path: Path) -> None:
    def pinned(rows: str) -> object:
        (tmp_path / "c.csv").write_text(rows)
        text = strategy().replace("lot = 0.00001 BTC)", 'lot = 0.00001 BTC, calendar = file("c.csv"))')
        program = compile_source(Source(str(tmp_path / "t.strat"), text)).program
        assert program is not None
        return describe(program).instruments[0].sessions

    first = pinned("open,close\n" + ROW)
    assert first == pinned("open,close\n" + ROW.replace("Z", "+00:00"))
    assert first != pinned("open,close\n" + ROW.replace("21:00", "20:59"))
    assert first is not None
