"""The parser tables: built once from the grammar, cached under the user's cache folder, the same for every process."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
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
    return lark.Lark(grammar(), parser="lalr", lexer="basic", propagate_positions=True, cache=_cache_file() or False)


def _cache_file() -> str | None:
    """None if no folder can be written: then the tables are built anew (about half a second)."""
    key = f"{lark.__version__} {sys.version} {grammar()}"
    name = f"grammar-{hashlib.sha256(key.encode()).hexdigest()[:24]}.tables"
    chosen = os.environ.get("STRATC_CACHE_DIR")
    home = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stratc"
    for folder in (home, Path(tempfile.gettempdir()) / f"stratc-{os.getuid()}"):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return str(folder / name)
    return None


@cache
def literals() -> dict[str, str]:
    """Text of an operator, bracket or keyword → name of its terminal."""
    return {t.pattern.value: t.name for t in tables().terminals if isinstance(t.pattern, lark.lexer.PatternStr)}


@cache
def texts() -> dict[str, str]:
    """Name of a terminal → its text, for operators, brackets and keywords."""
    return {name: text for text, name in literals().items()}
