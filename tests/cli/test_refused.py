"""What is checked and no target runs yet: `check`, `graph` and `inspect` take it, what builds or runs stops at it with its line."""

from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Stratc

PROGRAM = ROOT / "tests" / "compiler" / "wrong" / "sent_in_slices.strat"


@pytest.mark.parametrize("command", ["check", "graph", "inspect"])
def test_looking_at_it_is_no_error(command: str, stratc: Stratc) -> None:
    done = stratc(command, PROGRAM)
    assert (done.returncode, "E0902" in done.stderr) == (0, False)


@pytest.mark.parametrize("command", ["build", "backtest", "cost"])
def test_running_it_is(command: str, stratc: Stratc, tmp_path: Path) -> None:
    done = stratc(command, PROGRAM)
    assert done.returncode == 1
    assert "error[E0902]: `schedule` is checked, but no target runs it yet" in done.stderr
    assert "sent_in_slices.strat:23:" in done.stderr
    assert list(tmp_path.iterdir()) == []
