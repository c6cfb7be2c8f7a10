"""What is packaged equals what lies in the tree, and the library imports only what it declares."""

import re
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from tests.repo.tree import NOT_LIBRARY, ROOT, files, imports, library_modules, relative

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCS_THAT_SHIP = ROOT / "docs" / "errors"
IMPORT_NAMES = {"pyyaml": "yaml"}


def packaged_files() -> list[Path]:
    """The files below the root's folders that the library needs when it is installed."""
    below = [path for path in files() if path.parent != ROOT and path.relative_to(ROOT).parts[0] not in NOT_LIBRARY]
    ours = [path for path in below if path.relative_to(ROOT).parts[0] != ".ci"]
    return ours + (list(files(DOCS_THAT_SHIP)) if DOCS_THAT_SHIP.is_dir() else [])


def package_of(path: Path) -> str:
    return ".".join(["stratc", *path.parent.relative_to(ROOT).parts])


def test_packaged_folders_equal_the_tree() -> None:
    tree = {"stratc", *(package_of(path) for path in packaged_files())}
    assert sorted(tree) == PROJECT["tool"]["setuptools"]["packages"]


def test_every_data_file_of_the_library_is_packaged() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    left_out = [
        relative(path)
        for path in packaged_files()
        if path.suffix != ".py"
        and not any(fnmatch(path.name, each) for each in patterns["*"] + patterns.get(package_of(path), []))
    ]
    assert left_out == []


def test_every_folder_with_modules_is_a_package_with_a_docstring() -> None:
    bare = {relative(path.parent) for path in library_modules() if not (path.parent / "__init__.py").exists()}
    assert bare == set()


def test_the_library_imports_only_declared_dependencies() -> None:
    project = PROJECT["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["calendars"]]  # the latter inside one function
    declared = {re.split(r"[<>=!~; ]", line)[0] for line in lines}
    tops = {name.partition(".")[0] for path in library_modules() for level, name, _ in imports(path) if level == 0}
    imported = tops - sys.stdlib_module_names
    assert imported <= {IMPORT_NAMES.get(name, name) for name in declared}


def test_version_is_one_and_in_the_changelog() -> None:
    version = re.search(r'^__version__ = "(.+)"$', (ROOT / "__init__.py").read_text(encoding="utf-8"), re.M)
    assert version is not None
    assert f"\n## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
