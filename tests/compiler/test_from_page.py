"""Programs written from docs/language.md alone: each is refused for its one mistake, or compiles.

docs/quality.md tells how they were made. Only the code of the first error counts, not its place or its wording.
"""

import re
from pathlib import Path

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source

PROGRAMS = sorted((Path(__file__).parent / "from_page").glob("*.strat"))
EXPECTED = re.compile(r"# expect: (ok|E\d{4})\n")


def test_there_are_twenty_wrong_and_ten_right_programs() -> None:
    wrong = [path for path in PROGRAMS if path.stem[0].isdigit()]
    right = [path for path in PROGRAMS if path.stem.startswith("right_")]
    assert (len(wrong), len(right)) == (20, 10)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_first_error_is_the_expected_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = EXPECTED.match(text)
    assert expected, "the first line says `# expect: ok` or `# expect: CODE`"
    compilation = compile_source(Source(path.name, text))
    errors = [d.code for d in compilation.diagnostics.in_order() if d.severity.value == "error"]
    assert (errors[0] if errors else "ok") == expected[1]
    assert (compilation.program is None) == bool(errors)
