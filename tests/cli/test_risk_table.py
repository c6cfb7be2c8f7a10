"""`stratc build` shows every rule of a strategy beside the constant that the order kernel's gate has from it."""

from pathlib import Path

import pytest

from stratc.cli.risk_table import risk_table, rows
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source
from tests.conftest import Golden

RIGHT = Path(__file__).resolve().parents[1] / "compiler" / "right"
STRATEGIES = RIGHT.parents[2] / "strategies"
PROGRAMS = [
    RIGHT / "breakout.strat",
    RIGHT / "pullback.strat",
    RIGHT / "sessions.strat",
    STRATEGIES / "ema_cross.strat",
]


def program(path: Path) -> Program:
    found = compile_source(Source(str(path), path.read_text(encoding="utf-8"))).program
    assert found is not None
    return found


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_table_does_not_change_unseen(path: Path, golden: Golden) -> None:
    assert risk_table(program(path)) + "\n" == golden(f"{path.stem}.txt")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_every_rule_is_in_it_once_with_its_line(path: Path) -> None:
    checked = program(path)
    found = rows(checked)
    for rule in (*checked.bounds, *checked.standing):
        assert [(text, line) for text, line, _ in found].count((rule.text, str(rule.place.line))) == 1


def test_it_is_the_same_on_every_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = risk_table(program(PROGRAMS[0]))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    assert risk_table(program(PROGRAMS[0])) == plain
