"""The language's own library: `stdlib/*.strat`, parsed once per process, found by `use ta { … }`."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from ..lang import tree
from ..lang.parser import parse
from ..lang.source import Source

LIBRARIES = ("ta", "sizing")


@cache
def library(name: str) -> tuple[Source, tree.File]:
    """Source and tree of a library file. A library that does not parse is a defect of ours."""
    text = resources.files(__package__).parent.joinpath("stdlib", f"{name}.strat").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    source = Source(f"{name}.strat", text)
    file, diagnostics = parse(source)
    if file is None or diagnostics:
        raise AssertionError(f"stdlib/{name}.strat does not parse: {[d.title for d in diagnostics]}")
    return source, file


def exports(name: str) -> dict[str, tree.NodeDecl | tree.Define]:
    """What a library offers."""
    _, file = library(name)
    return {item.name.text: item for item in file.items if isinstance(item, tree.NodeDecl | tree.Define)}


def where_is(name: str) -> str | None:
    """The library that has a node of this name."""
    return next((home for home in LIBRARIES if name in exports(home)), None)


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
