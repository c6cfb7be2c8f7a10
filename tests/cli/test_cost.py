"""`stratc cost` prints what a strategy costs before it runs, the same figures as a table and as JSON."""

import json
import re
from pathlib import Path

import pytest

from stratc.cli.cost_table import cost_tables
from stratc.compiler.cost.report import cost
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source
from stratc.targets.cpu.context_size import context_bytes
from tests.cli.conftest import ROOT, Stratc
from tests.conftest import Golden

STRATEGIES = [ROOT / "strategies" / "breakout.strat", ROOT / "strategies" / "rsi_reversion.strat"]


def program(path: Path) -> Program:
    found = compile_source(Source(str(path), path.read_text(encoding="utf-8"))).program
    assert found is not None
    return found


def tables(path: Path) -> str:
    checked = program(path)
    return cost_tables(cost(checked), context_bytes(checked))


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_the_tables_do_not_change_unseen(path: Path, golden: Golden, stratc: Stratc) -> None:
    done = stratc("cost", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == golden(f"{path.stem}.txt")


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_json_holds_the_figures_of_the_table(path: Path, stratc: Stratc) -> None:
    found = json.loads(stratc("cost", path, "--json").stdout)
    rows = re.findall(r"^ (\w+) +(\d+) +([\d,]+) .* ([\d,]+) +([\d,]+) +([\d,]+)$", tables(path), re.MULTILINE)
    assert [
        (s["name"], s["line"], s["bytes"], s["at_most"]["total"], s["default"]["total"], s["amortised"]["total"])
        for s in found["signals"]
    ] == [(name, *(int(n.replace(",", "")) for n in numbers)) for name, *numbers in rows]
    for kind in ("arithmetic", "comparisons", "selects", "memory", "total"):
        assert found["total"]["at_most"][kind] == sum(s["at_most"][kind] for s in found["signals"])
    assert found["critical_path"]["operations"] == sum(s["operations"] for s in found["critical_path"]["steps"])
    assert found["context_bytes"] == context_bytes(program(path))


def test_the_tables_are_the_same_on_every_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = tables(STRATEGIES[0])
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    assert tables(STRATEGIES[0]) == plain


def test_a_wrong_strategy_is_shown_its_errors(stratc: Stratc, tmp_path: Path) -> None:
    (tmp_path / "bad.strat").write_text("strategy BAD { signal x = y; }\n")
    done = stratc("cost", "bad.strat")
    assert (done.returncode, done.stdout) == (1, "")
    assert "E0105" in done.stderr
