"""The files of the repository as they lie on disk, without what tools made; works without git."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_TOOLS = {"__pycache__", "build", "dist", "runs", "stratc.egg-info"}
HIDDEN_BUT_OURS = {".ci", ".gitignore"}
NOT_LIBRARY = {"tests", "docs"}
WRITTEN_LIKE_A_USERS = "strategies/nodes/"  # Python signal nodes: they import `stratc` as anybody would


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file of the repository below `folder`, in sorted order."""
    for path in sorted(folder.iterdir()):
        if path.name in MADE_BY_TOOLS or path.is_symlink() or path.name.endswith(".tmp"):
            continue
        if path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS:
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def library_modules() -> list[Path]:
    """The Python files that make up the package `stratc`."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] not in NOT_LIBRARY
        and not relative(path).startswith(WRITTEN_LIKE_A_USERS)
    ]


def library_folders() -> set[str]:
    """The top-level folders of the library, in which alone its modules lie."""
    return {path.relative_to(ROOT).parts[0] for path in library_modules() if path.parent != ROOT}


def imports(path: Path) -> Iterator[tuple[int, str, int]]:
    """(relative level, dotted name, line) of every import in a file; `from . import a, b` gives a name for each."""
    return imports_of(path.read_text(encoding="utf-8"))


def imports_of(source: str) -> Iterator[tuple[int, str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.level, node.module, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.level, alias.name, node.lineno) for alias in node.names)
