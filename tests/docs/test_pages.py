"""What the documentation shows is true: its programs compile, its words are the language's, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from stratc.cli import exits
from stratc.compiler.kernels import load_kernel
from stratc.compiler.pipeline import compile_source
from stratc.lang.keywords import KEYWORDS
from stratc.lang.source import Source

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")])


@pytest.mark.parametrize("number", range(3))
def test_programs_of_the_language_page_compile(number: int) -> None:
    blocks = re.findall(r"```strat\n(.*?)```", (ROOT / "docs" / "language.md").read_text(), re.DOTALL)
    assert len(blocks) == 3
    compilation = compile_source(Source("page.strat", blocks[number]))
    assert [d.title for d in compilation.diagnostics.found] == []


def test_the_kernel_of_its_page_compiles() -> None:
    blocks = re.findall(r"```strat\n(.*?)```", (ROOT / "docs" / "kernels.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    assert load_kernel(blocks[0]).name == "BUCKETS"


def test_the_language_page_lists_every_reserved_word() -> None:
    text = (ROOT / "docs" / "language.md").read_text()
    listed = re.search(r"The reserved words: (.*?)\.\n", text, re.DOTALL)
    assert listed is not None
    assert set(listed[1].split()) == KEYWORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_the_table_of_exit_codes_is_whole_and_the_same_everywhere() -> None:
    page = {int(n) for n in re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "cli.md").read_text(), re.MULTILINE)}
    python = {v for k, v in vars(exits).items() if k.isupper()}
    header = (ROOT / "runtime" / "native" / "base.h").read_text()
    native = {int(n) for n in re.findall(r"STRATC_EXIT_\w+ = (\d+)", header)}
    assert page == python == native
