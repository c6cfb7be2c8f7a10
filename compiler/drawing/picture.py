"""What is drawn: boxes with lines of text, arrows between them. Says nothing about where they stand."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["feed", "signal", "order", "risk", "transition", "state", "start"]
WIDEST = 36  # characters of a line


@dataclass(frozen=True, slots=True)
class Node:
    """id: a word, unique in its picture. lines: below the name. title: for those who hear the picture. strong: stands out."""

    id: str
    kind: NodeKind
    name: str
    lines: tuple[str, ...] = ()
    title: str = ""
    strong: bool = False

    @property
    def text(self) -> tuple[str, ...]:
        return (self.name, *self.lines) if self.name else self.lines


@dataclass(frozen=True, slots=True)
class Edge:
    """delayed: it carries what was, not what is."""

    source: str
    target: str
    label: tuple[str, ...] = ()
    delayed: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """across: arrows lead from left to right, else from top to bottom. note: one line about how to read it."""

    id: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    across: bool
    note: str = ""


def wrapped(text: str, hang: str = "") -> tuple[str, ...]:
    """The text in lines that are not too wide; hang: what begins each but the first."""
    return tuple(textwrap.wrap(text, WIDEST, subsequent_indent=hang, break_on_hyphens=False))


def columns(text: str) -> int:
    """How many characters wide it is; those of East Asia are two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
