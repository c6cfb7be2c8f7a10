"""The examples of docs/language do what the pages say: they compile, or are refused with the code that they name."""

from pathlib import Path

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.lang.diagnostics import Diagnostic
from stratc.lang.source import Source
from tests.support.language_pages import FRAME_PAGE, PAGES, Example, examples, frame, program

EXAMPLES = [example for page in PAGES for example in examples(page)]


def diagnostics(example: Example) -> list[Diagnostic]:
    return compile_source(Source(f"{example.page}.strat", program(example))).diagnostics.in_order()


def test_there_are_examples_of_every_frame_right_and_wrong() -> None:
    assert {e.place for e in EXAMPLES} == {None, *(p for p in frame() if p)}
    assert any(e.code for e in EXAMPLES)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.code is None], ids=lambda e: e.name)
def test_an_example_without_a_code_compiles(example: Example) -> None:
    assert [(d.code, d.title) for d in diagnostics(example) if d.severity.value == "error"] == []


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.code is None and e.place is None], ids=lambda e: e.name)
def test_a_whole_example_has_no_warnings_either(example: Example) -> None:
    assert [(d.code, d.title) for d in diagnostics(example)] == []


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.code is not None], ids=lambda e: e.name)
def test_an_example_with_a_code_is_refused_with_it(example: Example) -> None:
    found = [d.code for d in diagnostics(example)]
    errors = [code for code in found if code.startswith("E")]
    assert errors[:1] == [example.code] if str(example.code).startswith("E") else example.code in found and not errors


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_index_leads_to_every_page(page: Path) -> None:
    assert page == FRAME_PAGE or f"]({page.name})" in FRAME_PAGE.read_text(encoding="utf-8")
