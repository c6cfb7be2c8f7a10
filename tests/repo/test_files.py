"""What holds for every file of the repository: size, docstrings, nothing unfinished, nothing of one machine."""

import ast
import re
from pathlib import Path

from tests.repo.tree import ROOT, files, relative

SOURCES = {".py", ".c", ".h", ".j2", ".lark", ".strat"}
BINARY = {".parquet", ".arrow", ".gz", ".png"}
LONGEST = 600

# Written in two halves, so that this file does not hold what it forbids.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(wor" r"k|roo" r"t|ho" r"me/\w+|User" r"s/\w+)/")
REGISTRY_HOST = re.compile(
    r"\bpyp" r"i\.org|pythonho" r"sted\.org|regis" r"try\.npmjs|cra" r"tes\.io|proxy\.gol" r"ang\.org"
)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" r" KEY-----|\bAKI" r"A[0-9A-Z]{16}\b|\bgh[pousr]" r"_\w{36}\b")


def sources() -> list[Path]:
    return [path for path in files() if path.suffix in SOURCES or path.name == "Makefile"]


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """file:line of every line that the pattern is found in."""
    return [
        f"{relative(path)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def text_files() -> list[Path]:
    return [path for path in files() if path.suffix not in BINARY]


def test_no_source_file_is_longer_than_the_limit() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_python_module_has_a_docstring() -> None:
    modules = [path for path in files() if path.suffix == ".py"]
    assert [relative(path) for path in modules if not ast.get_docstring(ast.parse(path.read_bytes()))] == []


def test_every_c_file_begins_by_saying_what_it_is_for() -> None:
    c_files = [path for path in files() if path.suffix in {".c", ".h"}]
    assert [relative(path) for path in c_files if not path.read_text(encoding="utf-8").startswith(("/*", "//"))] == []


def test_nothing_is_left_unfinished() -> None:
    assert found(UNFINISHED, sources()) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert found(MACHINE_PATH, text_files()) == []


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRY_HOST, text_files()) == []


def test_no_file_holds_a_secret() -> None:
    assert found(SECRET, text_files()) == []


def test_text_files_end_with_one_newline_and_have_unix_line_ends() -> None:
    plain = [path for path in sources() if path.stat().st_size]
    assert [
        relative(path)
        for path in plain
        if b"\r" in path.read_bytes() or not path.read_bytes().endswith(b"\n") or path.read_bytes().endswith(b"\n\n")
    ] == []


def test_the_licence_is_the_whole_apache_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
