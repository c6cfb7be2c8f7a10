"""Wrong kernels are refused with exactly the diagnostics that their first lines declare, at exactly those places."""

import re
from functools import cache
from pathlib import Path

import pytest

from stratc.compiler.kernels import load_kernel
from stratc.compiler.kernels.load import KernelError
from stratc.lang.diagnostics import Diagnostic
from stratc.lang.render import render
from tests.conftest import Golden

HERE = Path(__file__).parent
PAGES = HERE.parents[2] / "docs" / "errors"
KERNELS = sorted((HERE / "wrong").glob("*.strat"))
EXPECTED = re.compile(r"^# expect: (E\d{4}) (\d+:\d+-\d+:\d+)$", re.MULTILINE)


@cache
def diagnostics(path: Path) -> list[Diagnostic]:
    with pytest.raises(KernelError) as refused:
        load_kernel(path.read_text(encoding="utf-8"), path.name)
    return refused.value.diagnostics.in_order()


def seen(path: Path) -> list[tuple[str, str]]:
    """Code and LINE:COLUMN-LINE:COLUMN of every diagnostic, in the order of the text."""
    found = []
    for diagnostic in diagnostics(path):
        span, position = diagnostic.primary.span, diagnostic.source.position
        (line, column), (last, end) = position(span.start), position(span.end)
        found.append((diagnostic.code, f"{line}:{column}-{last}:{end}"))
    return found


def test_every_code_of_the_construct_has_a_wrong_kernel() -> None:
    codes = {page.stem for page in PAGES.glob("E10*.md")}
    assert len(codes) > 10
    assert codes <= {code for path in KERNELS for code, _ in seen(path)}


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_it_reports_what_it_declares_and_nothing_else(path: Path) -> None:
    expected = EXPECTED.findall(path.read_text(encoding="utf-8"))
    assert expected, "the first lines say `# expect: CODE LINE:COLUMN-LINE:COLUMN`"
    assert seen(path) == expected


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_its_text_on_a_terminal_does_not_change_unseen(path: Path, golden: Golden) -> None:
    assert render(diagnostics(path)) == golden(f"{path.stem}.txt")
