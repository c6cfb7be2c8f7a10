"""Wrong programs are refused with exactly the diagnostics that their first lines declare, at exactly those places."""

import re
from functools import cache
from pathlib import Path

import pytest

from stratc.compiler.pipeline import Compilation, compile_source
from stratc.lang.diagnostics import Diagnostic
from stratc.lang.render import render
from stratc.lang.source import Source
from tests.conftest import Golden

PROGRAMS = sorted((Path(__file__).parent / "wrong").glob("*.strat"))
EXPECTED = re.compile(r"^# expect: ([EW]\d{4}) (\d+:\d+-\d+:\d+)$", re.MULTILINE)


@cache
def compiled(path: Path) -> Compilation:
    return compile_source(Source(path.name, path.read_text(encoding="utf-8")))


def told(path: Path) -> list[Diagnostic]:
    """By `check`, then what only `build` stops at."""
    compilation = compiled(path)
    return [*compilation.diagnostics.in_order(), *compilation.refused.in_order()]


def seen(path: Path) -> list[tuple[str, str]]:
    """Code and LINE:COLUMN-LINE:COLUMN of every diagnostic, in the order of the text."""
    found = []
    for diagnostic in told(path):
        span, position = diagnostic.primary.span, diagnostic.source.position
        (line, column), (last, end) = position(span.start), position(span.end)
        found.append((diagnostic.code, f"{line}:{column}-{last}:{end}"))
    return found


def test_there_are_many_wrong_programs() -> None:
    assert len(PROGRAMS) >= 30


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_it_reports_what_it_declares_and_nothing_else(path: Path) -> None:
    expected = EXPECTED.findall(path.read_text(encoding="utf-8"))
    assert expected, "the first lines say `# expect: CODE LINE:COLUMN-LINE:COLUMN`"
    assert seen(path) == expected


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_only_warnings_leave_a_program(path: Path) -> None:
    compilation = compiled(path)
    assert (compilation.program is None) == bool(compilation.diagnostics.errors)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_its_text_on_a_terminal_does_not_change_unseen(path: Path, golden: Golden) -> None:
    assert render(told(path)) == golden(f"{path.stem}.txt")
