"""The deepest place of a syntax tree, found without recursion: for the message about too deep nesting."""

from __future__ import annotations

from dataclasses import fields

from ..lang import tree


def deepest(file: tree.File) -> tree.Span:
    """The span of the first of the most deeply nested nodes."""
    best, span = 0, tree.NOWHERE
    stack: list[tuple[object, int]] = [(file, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, tuple):
            stack.extend((part, depth) for part in reversed(item))
        elif isinstance(item, tree.Node):
            if depth > best:
                best, span = depth, item.span
            parts = [getattr(item, f.name) for f in fields(item) if f.name != "span"]
            stack.extend((part, depth + 1) for part in reversed(parts))
    return span
