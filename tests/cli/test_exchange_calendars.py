"""What a user sees of an exchange's calendar: bars outside of it, and a manifest of another version of the package."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Stratc

STRATEGY = (ROOT / "strategies" / "rsi_reversion.strat").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build."""
    folder = tmp_path_factory.mktemp("exchange")
    (folder / "spy.strat").write_text(STRATEGY, encoding="utf-8")
    stratc = shutil.which("stratc", path=str(Path(__import__("sys").executable).parent))
    assert stratc is not None
    subprocess.run([stratc, "build", "spy.strat", "--out", "built"], cwd=folder, check=True, capture_output=True)
    return folder / "built"


def run(built: Path, folder: Path, days: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """On one bar in each minute named."""
    rows = [f"{day}Z,100,100,100,100,1" for day in days]
    (folder / "bars.csv").write_text("\n".join(["ts_event,open,high,low,close,volume", *rows]) + "\n", encoding="utf-8")
    command = [str(built / "spy"), "backtest", "--data", "bars=bars.csv", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


INSIDE = "2017-01-03T14:30:00"


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ([INSIDE, "2030-12-31T21:00:00"], "2030-12-31T21:00:00Z"),
        ([INSIDE, "2031-01-02T14:30:00"], "2031-01-02T14:30:00Z"),
        (["1989-12-29T15:00:00", INSIDE], "1989-12-29T15:00:00Z"),
        (["1990-01-02T14:29:00", INSIDE], "1990-01-02T14:29:00Z"),
    ],
)
def test_bars_outside_of_the_calendar_are_refused(built: Path, tmp_path: Path, days: list[str], wrong: str) -> None:
    done = run(built, tmp_path, days)
    assert (done.returncode, done.stdout) == (4, "")
    assert (
        f"the bar of {wrong} lies outside the calendar XNYS, which is known from 1990-01-02T14:30:00Z to" in done.stderr
    )
    assert "2030-12-31T21:00:00Z" in done.stderr
    assert "--from and --to" in done.stderr


@pytest.mark.parametrize(
    ("days", "options"),
    [
        (["1990-01-02T14:30:00", "2030-12-31T20:59:00"], []),
        (["1980-01-02T14:30:00", INSIDE, "2033-01-02T14:30:00"], ["--from=2017-01-01", "--to=2018-01-01"]),
        ([INSIDE, "2017-01-07T12:00:00"], []),  # a Saturday: the market is closed, and that is all
    ],
)
def test_what_is_chosen_inside_of_it_runs(built: Path, tmp_path: Path, days: list[str], options: list[str]) -> None:
    done = run(built, tmp_path, days, *options)
    assert (done.returncode, done.stderr) == (0, "")


def rebuilt(stratc: Stratc, built: Path, folder: Path, old: str, new: str) -> subprocess.CompletedProcess[str]:
    """From a manifest in which the line that begins with `old` says `new`."""
    lines = (built / "spy.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [f"    {old} {new}\n" if line.startswith(f"    {old} ") else line for line in lines]
    (folder / "spy.yaml").write_text("".join(changed), encoding="utf-8")
    return stratc("build", "spy.yaml", "--out", "again")


def test_a_manifest_is_rebuilt_with_the_same_package(stratc: Stratc, built: Path, tmp_path: Path) -> None:
    assert rebuilt(stratc, built, tmp_path, "no such line", "").returncode == 0
    assert (tmp_path / "again" / "spy").read_bytes() == (built / "spy").read_bytes()


def test_a_manifest_of_another_version_of_the_package_says_which(stratc: Stratc, built: Path, tmp_path: Path) -> None:
    done = rebuilt(stratc, built, tmp_path, "library:", "4.5.1")
    assert done.returncode == 3
    assert "pip install exchange_calendars==4.5.1" in " ".join(done.stderr.split())


def test_a_manifest_whose_sessions_differ_says_so(stratc: Stratc, built: Path, tmp_path: Path) -> None:
    done = rebuilt(stratc, built, tmp_path, "sha256:", f"'{'0' * 64}'")
    assert done.returncode == 3
    told = " ".join(done.stderr.split())
    assert "gives other sessions of XNYS here" in told
    assert "in the manifest 000000000000" in told
