"""The parser tables: built once from the grammar, cached under the user's cache folder, the same for every process."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import lark


@cache
def grammar() -> str:
    """The text of `strat.lark`."""
    return resources.files(__package__).joinpath("strat.lark").read_text(encoding="utf-8")


@cache
def tables() -> lark.Lark:
    """LALR(1) parser with the basic lexer and positions."""
    file = _cache_file()
    kept = _load(file) if file else None
    if kept is not None:
        return kept
    built = lark.Lark(grammar(), parser="lalr", lexer="basic", propagate_positions=True)
    if file:
        _save(built, file)
    return built


def _cache_file() -> Path | None:
    """None if no folder of ours can be written: then the tables are built anew (about half a second)."""
    key = f"{lark.__version__} {sys.version} {grammar()}"
    folder = cache_folder()
    return folder / f"grammar-{hashlib.sha256(key.encode()).hexdigest()[:24]}.tables" if folder else None


def cache_folder() -> Path | None:
    """The first folder for what can be made anew that is ours and can be written."""
    for folder in _cache_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
                return folder
        except OSError:
            continue
    return None


def _cache_folders() -> Iterator[Path]:
    if chosen := os.environ.get("STRATC_CACHE_DIR"):
        yield Path(chosen)
    elif xdg := os.environ.get("XDG_CACHE_HOME"):
        yield Path(xdg) / "stratc"
    else:
        with contextlib.suppress(RuntimeError):  # a user without a home
            yield Path.home() / ".cache" / "stratc"
    yield Path(tempfile.gettempdir()) / f"stratc-{os.getuid()}"


def _load(file: Path) -> lark.Lark | None:
    """The tables kept in a file; None if it is missing or does not hold what was written."""
    try:
        digest, data = file.read_bytes().split(b"\n", 1)
        if hashlib.sha256(data).hexdigest().encode() != digest:
            return None
    except (OSError, ValueError):
        return None
    return lark.Lark.load(io.BytesIO(data))


def _save(built: lark.Lark, file: Path) -> None:
    """Whole or not at all, whoever else writes it now; a full disk only costs the next start its half second."""
    data = io.BytesIO()
    built.save(data)
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(hashlib.sha256(data.getvalue()).hexdigest().encode() + b"\n" + data.getvalue())
        draft.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


@cache
def literals() -> dict[str, str]:
    """Text of an operator, bracket or keyword → name of its terminal."""
    return {t.pattern.value: t.name for t in tables().terminals if isinstance(t.pattern, lark.lexer.PatternStr)}


@cache
def texts() -> dict[str, str]:
    """Name of a terminal → its text, for operators, brackets and keywords."""
    return {name: text for text, name in literals().items()}
