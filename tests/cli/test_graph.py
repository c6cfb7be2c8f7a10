"""`stratc graph` writes pictures: the same bytes every time, whole files, and clear words where it can't."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Stratc

CROSS = ROOT / "strategies" / "ema_cross.strat"
BREAKOUT = ROOT / "strategies" / "breakout.strat"


@pytest.mark.parametrize("format", ["svg", "dot"])
def test_the_bytes_do_not_hang_on_the_order_of_sets(stratc: Stratc, format: str) -> None:
    seen = {
        stratc("graph", BREAKOUT, "--format", format, env={"PYTHONHASHSEED": seed}).stdout for seed in ("0", "1", "77")
    }
    assert len(seen) == 1
    assert "state_WAITING" in seen.pop()


@pytest.mark.parametrize(
    ("what", "there", "not_there"), [("signals", "fast", "LOOKING"), ("machine", "LOOKING", "fast")]
)
def test_one_of_the_two_alone(stratc: Stratc, what: str, there: str, not_there: str) -> None:
    text = stratc("graph", CROSS, "--what", what, "--format", "dot").stdout
    kinds = {"fast": "signal_fast [", "LOOKING": "state_LOOKING ["}
    assert kinds[there] in text
    assert kinds[not_there] not in text


def test_a_file_is_written_whole(stratc: Stratc, tmp_path: Path) -> None:
    done = stratc("graph", CROSS, "--out", "cross.svg")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"cross.svg: {(tmp_path / 'cross.svg').stat().st_size:,} bytes\n"
    ET.parse(tmp_path / "cross.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["cross.svg"]
    assert (tmp_path / "cross.svg").read_text(encoding="utf-8") == stratc("graph", CROSS).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--what", "orders"], 2, ["`orders`", "signals, machine or both"]),
        (["--format", "png"], 2, ["unknown format `png`", "svg or dot"]),
        (["--out", "missing/x.svg"], 5, ["missing/x.svg", "no such file"]),
        (["--out", "."], 5, [".: is a folder"]),
    ],
)
def test_what_it_cannot_do_it_says(stratc: Stratc, arguments: list[str], code: int, words: list[str]) -> None:
    done = stratc("graph", CROSS, *arguments)
    assert done.returncode == code
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr


def test_a_wrong_strategy_is_shown_its_errors(stratc: Stratc, tmp_path: Path) -> None:
    (tmp_path / "bad.strat").write_text("strategy BAD { signal x = y; }\n")
    done = stratc("graph", "bad.strat", "--out", "bad.svg")
    assert (done.returncode, done.stdout) == (1, "")
    assert not (tmp_path / "bad.svg").exists()
