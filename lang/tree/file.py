"""One source text, whole."""

from __future__ import annotations

from dataclasses import dataclass

from .declarations import Const, Define, EnumDecl, Message, NodeDecl, Schema, TypeDecl, Use
from .expressions import Node
from .kernel import Kernel
from .strategy import Strategy

Item = Use | Const | TypeDecl | EnumDecl | Schema | Message | Define | NodeDecl | Strategy | Kernel


@dataclass(frozen=True, slots=True)
class File(Node):
    """One source text, whole."""

    items: tuple[Item, ...]
