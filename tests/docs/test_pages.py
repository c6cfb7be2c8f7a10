"""What the documentation shows is true: its programs compile, its words are the language's, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from stratc.cli import exits
from stratc.compiler.kernels import load_kernel

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "docs/decisions", "docs/language")
PAGES = sorted([ROOT / "README.md", *(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))])


def test_the_kernel_of_its_page_compiles() -> None:
    blocks = re.findall(r"```strat\n(.*?)```", (ROOT / "docs" / "kernels.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    assert load_kernel(blocks[0]).name == "BUCKETS"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_to_a_heading_lead_to_one(page: Path) -> None:
    found = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text())
    assert [(t, a) for t, a in found if a not in anchors(page.parent / t if t else page)] == []


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_table_of_exit_codes_is_whole_and_the_same_everywhere() -> None:
    page = {int(n) for n in re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "cli.md").read_text(), re.MULTILINE)}
    python = {v for k, v in vars(exits).items() if k.isupper()}
    header = (ROOT / "runtime" / "native" / "base.h").read_text()
    native = {int(n) for n in re.findall(r"STRATC_EXIT_\w+ = (\d+)", header)}
    assert page == python == native
