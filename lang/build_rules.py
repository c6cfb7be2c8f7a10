"""How a grammar rule becomes a node: one small function per rule, registered under the rule's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .tree import Span

Child = Any  # what a rule built: a node, an Ident, a tuple of nodes, or a Mark
Rule = Callable[[list[Child], Span], Child]

RULES: dict[str, Rule] = {}


class Mark(tuple[str, Any]):
    """An optional part of a rule, tagged with the name of its grammar rule."""

    __slots__ = ()


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Registers a function for the grammar rules of these names."""

    def register(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        return function

    return register


def in_order(**nodes: Callable[..., Child]) -> None:
    """Rules whose children are the fields of the node, in order."""
    for name, make in nodes.items():
        RULES[name] = lambda c, span, make=make: make(*c, span=span)  # type: ignore[misc]


def optional_parts(*names: str) -> None:
    """Rules that are optional parts of others, kept under their name for `mark`."""
    for name in names:
        RULES[name] = lambda c, _, name=name: Mark((name, tuple(c)))  # type: ignore[misc]


def mark(children: list[Child], name: str, default: Child = None) -> Child:
    """The content of an optional part, or the default."""
    return next((c[1] for c in children if isinstance(c, Mark) and c[0] == name), default)


def plain(children: list[Child]) -> list[Child]:
    """The children that are no optional parts."""
    return [c for c in children if not isinstance(c, Mark)]
