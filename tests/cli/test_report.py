"""`stratc report`: where the page goes, and what each mistake says and exits with."""

from pathlib import Path

import pytest

from tests.cli.conftest import Stratc
from tests.support.runs import CROSS, YEAR, backtest


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return backtest(CROSS, tmp_path_factory.mktemp("cli") / "run")


def test_the_page_lies_in_the_run_folder_or_where_it_is_wished(stratc: Stratc, run: Path, tmp_path: Path) -> None:
    done = stratc("report", run)
    page = run / "report.html"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{page}: {page.stat().st_size:,} bytes\n"
    done = stratc("report", run, "--data", f"bars={YEAR}", "--out", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_a_folder_with_a_report_takes_the_next_run(stratc: Stratc, run: Path) -> None:
    assert stratc("report", run).returncode == 0
    backtest(CROSS, run, "--set", "fast_n=12")
    assert not (run / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none"], 3, "stratc: none: no such folder\nhelp: give the folder that a backtest wrote with --out\n"),
        (["."], 4, "stratc: .: not a run folder: there is no summary.json\n"),
        (["RUN", "--data", "FILE"], 2, "stratc: --data FILE: not bars=FILE\nhelp: the run has one feed, `bars`\n"),
        (["RUN", "--data", "trades=x"], 2, "stratc: --data trades=x: not bars=FILE\n"),
        (["RUN", "--data", "bars=none.csv"], 3, "stratc: none.csv: no such file or directory\n"),
        (["RUN", "--out", "none/page.html"], 5, "stratc: none/page.html: no such file or directory\n"),
    ],
)
def test_mistakes_are_told_in_one_line(
    stratc: Stratc, run: Path, arguments: list[str], code: int, message: str
) -> None:
    done = stratc("report", *(str(run) if argument == "RUN" else argument for argument in arguments))
    assert done.returncode == code
    assert done.stderr.startswith(message)
