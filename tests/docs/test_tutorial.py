"""docs/language/tutorial.md: its strategies are the files beside it, and its commands print what it shows.

A line `…` in a block of a command stands for lines that are left out. `--update-golden` writes what the files and commands
say into the page.
"""

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stratc.lang.format import format_source
from stratc.lang.source import Source

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "language" / "tutorial"
PAGE = FOLDER.with_suffix(".md")
STEPS = sorted(FOLDER.glob("step_*.strat"))
LISTING = re.compile(r"^\[`(step_\d+\.strat)`\]\(tutorial/\1\):?\n\n```strat\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader types: made by the first block of the page, in something that looks like the repository."""
    root = tmp_path_factory.mktemp("tutorial").resolve()
    for name in ("docs", "strategies"):
        (root / name).symlink_to(ROOT / name)
    setup = [command for command, _ in commands(CONSOLE.findall(PAGE.read_text(encoding="utf-8"))[0])]
    assert setup.pop() == "cd tutorial"
    for command in setup:
        subprocess.run(["sh", "-c", command], cwd=root, check=True)
    return root / "tutorial"


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a block with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def run(command: str, folder: Path) -> list[str]:
    """What a command prints, with paths as a reader in that folder would write them."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if "wrong" in command else 0), done.stdout
    return done.stdout.replace(f"{folder}/", "").splitlines()


def label(line: str) -> str:
    """What a line is about: its text before the first number."""
    return re.split(r"\s{2,}|\d", line.strip())[0].strip()


def selected(shown: list[str], printed: list[str]) -> list[str]:
    """The printed lines that a block shows: after `…` the next one about the same, without it the very next one."""
    if "…" not in shown:
        return printed
    result, at, skips = [], 0, False
    for line in shown:
        if line == "…":
            skips = True
            result.append(line)
            continue
        while skips and at < len(printed) and label(printed[at]) != label(line):
            at += 1
        assert at < len(printed), f"nothing more is printed about {line!r}"
        result.append(printed[at])
        at, skips = at + 1, False
    return result if skips else result + printed[at:]


def rendered(text: str, folder: Path) -> str:
    """The page as it should be."""
    setup = CONSOLE.findall(text)[0]

    def listing(match: re.Match[str]) -> str:
        return match[0].replace(match[2], (FOLDER / match[1]).read_text(encoding="utf-8"))

    def console(match: re.Match[str]) -> str:
        if match[1] == setup:
            return match[0]
        lines = []
        for command, shown in commands(match[1]):
            lines += [f"$ {command}", *selected(shown, run(command, folder))]
        return "```console\n" + "".join(line + "\n" for line in lines) + "```"

    return CONSOLE.sub(console, LISTING.sub(listing, text))


def test_the_page_shows_the_files_and_what_the_commands_print(folder: Path, request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    should = rendered(text, folder)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(should, encoding="utf-8")
    else:
        changed = difflib.unified_diff(
            text.splitlines(), should.splitlines(), "the page", "what is printed", lineterm=""
        )
        assert list(changed) == []


def test_every_step_is_shown_and_grows() -> None:
    assert [name for name, _ in LISTING.findall(PAGE.read_text(encoding="utf-8"))] == [step.name for step in STEPS]
    lengths = [len(step.read_text(encoding="utf-8").splitlines()) for step in STEPS]
    assert lengths == sorted(lengths)
    assert len(lengths) == 9
    assert (lengths[0] <= 20, lengths[-1] >= 70) == (True, True)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.strat")), ids=lambda file: file.stem)
def test_every_file_is_laid_out_as_fmt_does(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert format_source(Source(file.name, text))[0] == text


def test_the_wrong_strategy_is_the_last_step_but_for_one_line() -> None:
    right, wrong = (
        (FOLDER / name).read_text(encoding="utf-8").splitlines() for name in (STEPS[-1].name, "wrong.strat")
    )
    assert len(right) == len(wrong)
    assert sum(a != b for a, b in zip(right, wrong, strict=True)) == 1


def test_what_is_selected_must_follow_where_nothing_is_left_out() -> None:
    printed = ["Account", "  capital   5 USDT", "  fees      1 USDT", "Risk", "  Sharpe    2.0"]
    assert selected(["…", "  fees      0 USDT", "…", "  Sharpe  9.9"], printed) == [
        "…",
        *printed[2:3],
        "…",
        *printed[4:],
    ]
    assert selected(["…", "  capital  1 USDT", "  other  1 USDT"], printed) == ["…", *printed[1:]]
    assert selected(["Account"], printed) == printed
    with pytest.raises(AssertionError):
        selected(["…", "  mean trade   5 USDT"], printed)
