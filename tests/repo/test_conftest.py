"""The rules of tests/conftest.py: golden files are compared or written, and CI neither skips nor deselects."""

import os
from pathlib import Path

import pytest

CONFTEST = (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8")
INI = "[pytest]\naddopts = --strict-markers\nmarkers =\n    shared: needs ../shared/data\n    browser: needs Chromium\n"

GOLDEN = "def test_text(golden):\n    assert {text!r} == golden\n"
MIXED = """
import pytest

@pytest.mark.shared
def test_with_data(shared_data):
    assert shared_data.is_dir()

def test_without():
    pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A repository whose folder `tests` holds our conftest.py; its neighbour `shared` does not exist."""
    monkeypatch.delenv("CI", raising=False)
    tests = pytester.mkdir("repository").joinpath("tests")
    tests.mkdir()
    (tests / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tests.parent / "pytest.ini").write_text(INI, encoding="utf-8")
    os.chdir(tests.parent)
    return pytester


def run(project: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    Path("tests/test_it.py").write_text(source, encoding="utf-8")
    return project.runpytest_subprocess(*options)


def test_golden_file_is_written_on_request_and_then_compared(project: pytest.Pytester) -> None:
    run(project, GOLDEN.format(text="one\n")).stdout.fnmatch_lines("*no golden file*--update-golden*")
    run(project, GOLDEN.format(text="one\n"), "--update-golden").assert_outcomes(passed=1)
    assert Path("tests/golden/test_it/test_text.txt").read_text(encoding="utf-8") == "one\n"
    run(project, GOLDEN.format(text="one\n")).assert_outcomes(passed=1)
    run(project, GOLDEN.format(text="two\n")).assert_outcomes(failed=1)


def test_without_shared_data_its_tests_are_deselected_and_counted(project: pytest.Pytester) -> None:
    result = run(project, MIXED)
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines("1 tests deselected:*")


def test_on_ci_nothing_is_deselected(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    run(project, MIXED).assert_outcomes(passed=1, errors=1)


def test_on_ci_a_skip_is_a_failure(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    skipping = "import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n"
    run(project, skipping).assert_outcomes(skipped=1)
    monkeypatch.setenv("CI", "true")
    run(project, skipping).assert_outcomes(failed=1)
    assert run(project, "import pytest\npytest.skip('x', allow_module_level=True)\n").ret != 0


def test_without_a_browser_its_tests_are_deselected_and_counted(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project.mkdir("empty")))
    source = "import pytest\n\n@pytest.mark.browser\ndef test_page():\n    pass\n\ndef test_other():\n    pass\n"
    result = run(project, source)
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines("1 tests deselected: they need Chromium*")
    monkeypatch.setenv("CI", "true")
    run(project, source).assert_outcomes(passed=2)
