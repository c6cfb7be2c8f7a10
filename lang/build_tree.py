"""Parse tree → syntax tree, bottom up, by the functions of the build_* modules.

The span of a node goes from its first to its last token; parentheses around an expression are not part of it.
"""

from __future__ import annotations

import lark

from . import build_declarations, build_expressions, build_kernel, build_strategy, tree as t  # noqa: F401
from .build_rules import RULES, Child
from .tree import Span

MAX_DEPTH = 100


class TooDeepError(Exception):
    """The tree is nested deeper than the passes after this one may recurse."""

    def __init__(self, span: Span) -> None:
        super().__init__("nested too deeply")
        self.span = span


def build(parsed: lark.Tree[lark.Token]) -> t.File:
    """The syntax tree of a whole file. Raises TooDeepError."""
    found = _build(parsed, 1)
    assert isinstance(found, t.File)
    return found


def _build(node: lark.Tree[lark.Token] | lark.Token, depth: int) -> Child:
    if isinstance(node, lark.Token):
        return t.Ident(str(node), span=Span(node.start_pos or 0, node.end_pos or 0))
    span = Span(0, 0) if node.meta.empty else Span(node.meta.start_pos, node.meta.end_pos)
    if depth > MAX_DEPTH:
        raise TooDeepError(span)
    return RULES[node.data]([_build(child, depth + 1) for child in node.children], span)
