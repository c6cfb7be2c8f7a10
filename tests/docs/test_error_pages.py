"""Every diagnostic has a page in docs/errors, and the examples of the pages do what the pages say."""

import re
from functools import cache
from pathlib import Path

import pytest

from stratc.compiler.kernels import KernelError, load_kernel
from stratc.compiler.pipeline import compile_source
from stratc.lang.diagnostics import Diagnostic
from stratc.lang.source import Source

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "errors").glob("*.md"))
CODE = re.compile(r"""["']([EW]\d{4})["']""")
PAGE = re.compile(
    r"# (?P<code>[EW]\d{4}): .+\n\n.+?\n## Wrong\n\n```strat\n(?P<wrong>.+?)```\n\n## Right\n\n```strat\n(?P<right>.+?)```\n",
    re.DOTALL,
)


def codes_in_sources() -> set[str]:
    sources = [path for folder in ("lang", "compiler") for path in (ROOT / folder).rglob("*.py")]
    return {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}


@cache
def example(page: Path, which: str) -> tuple[str, str]:
    """Code of the page and one of its two programs."""
    found = PAGE.match(page.read_text(encoding="utf-8"))
    assert found, "a page is `# CODE: title`, a text, `## Wrong` and `## Right`, each with one strat block"
    return found["code"], found[which]


def diagnostics(page: Path, which: str) -> list[Diagnostic]:
    """E10xx are about kernels, which are checked by themselves."""
    code, text = example(page, which)
    if code.startswith("E10"):
        try:
            load_kernel(text)
        except KernelError as error:
            return error.diagnostics.in_order()
        return []
    compilation = compile_source(Source(f"{code}.strat", text))
    return [*compilation.diagnostics.in_order(), *compilation.refused.in_order()]


def test_there_are_pages() -> None:
    assert len(PAGES) > 40


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(codes_in_sources()) == [page.stem for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_about_the_code_it_is_named_after(page: Path) -> None:
    assert example(page, "wrong")[0] == page.stem


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_wrong_program_reports_the_code_of_its_page_first(page: Path) -> None:
    assert [d.code for d in diagnostics(page, "wrong")][:1] == [page.stem]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_right_program_has_no_diagnostics(page: Path) -> None:
    assert [(d.code, d.title) for d in diagnostics(page, "right")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 80
