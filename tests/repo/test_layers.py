"""Who may import whom: the folders of the library form layers, and inside it every import is relative."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.repo.tree import ROOT, files, imports, imports_of, library_folders, library_modules, relative

EVERYTHING = {"agent", "compiler", "lang", "runtime", "stdlib", "strategies", "targets"}
MAY_IMPORT = {
    "lang": set(),
    "compiler": {"lang"},
    "targets": {"compiler", "lang"},
    "runtime": set(),
    "stdlib": set(),
    "strategies": set(),
    "agent": {"lang", "compiler", "runtime"},
    "cli": EVERYTHING,
}


def violations(file: str, found: Iterator[tuple[int, str, int]]) -> Iterator[str]:
    """What is wrong with the imports of a library file, given by its path below the root."""
    folders = PurePosixPath(file).parent.parts
    for level, name, line in found:
        top = name.partition(".")[0]
        if level == 0:
            if top in {"stratc", "tests", *MAY_IMPORT}:
                yield f"{file}:{line}: import {name}: write it as a relative import"
            continue
        target = (*folders[: len(folders) - level + 1], *name.split("."))
        if level > len(folders) + 1:
            yield f"{file}:{line}: an import from outside the package"
        elif folders and target[0] in {*MAY_IMPORT, "tests", "docs"} - MAY_IMPORT[folders[0]] - {folders[0]}:
            yield f"{file}:{line}: {folders[0]} may not import {target[0]}"


def test_every_folder_of_the_library_has_a_layer() -> None:
    assert library_folders() <= MAY_IMPORT.keys()


def test_library_imports_are_relative_and_keep_to_the_layers() -> None:
    wrong = [line for path in library_modules() for line in violations(relative(path), imports(path))]
    assert wrong == []


def test_tests_import_the_library_only_as_stratc() -> None:
    wrong = [
        f"{relative(path)}:{line}: import {name}"
        for path in files(ROOT / "tests")
        if path.suffix == ".py"
        for level, name, line in imports(path)
        if level == 0 and name.partition(".")[0] in MAY_IMPORT
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("lang/parser.py", "from ..compiler import pipeline"),
        ("lang/parser.py", "from .. import compiler"),
        ("lang/parser.py", "import lang.tree"),
        ("lang/parser.py", "from stratc.lang import tree"),
        ("lang/parser.py", "from ...lang import tree"),
        ("targets/cpu/printer.py", "from ...runtime import log"),
        ("runtime/log.py", "def f():\n    from ..compiler.program import Program"),
        ("agent/tools.py", "from ..targets import cpu"),
        ("cli/main.py", "from ..tests.support import native"),
    ],
)
def test_the_check_sees_a_forbidden_import(file: str, source: str) -> None:
    assert len(list(violations(file, imports_of(source)))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("lang/parser.py", "import ast\nfrom . import tree\nfrom .tree import Name\nfrom ..lang import tree"),
        ("targets/cpu/printer.py", "from . import syntax\nfrom .. import cpu\nfrom ...lang.tree import Name"),
        ("cli/main.py", "from ..targets.cpu import build\nfrom .. import __version__"),
    ],
)
def test_the_check_lets_an_allowed_import_pass(file: str, source: str) -> None:
    assert list(violations(file, imports_of(source))) == []
