"""Content hashes: a node's hash covers its own text, that of every node it calls, and the constants it reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from ..lang import tree
from .checker.values import NodeEntry, Value
from .program import NodeUse


def text_hash(text: str) -> str:
    """SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def node_uses(used: Iterable[NodeEntry]) -> tuple[NodeUse, ...]:
    """Name (with its library) and hash of every node the program instantiates, each once, sorted."""
    distinct = {id(e.declaration): e for e in used}.values()
    return tuple(sorted((NodeUse(_full_name(e), node_hash(e)) for e in distinct), key=lambda n: (n.name, n.hash)))


def _full_name(entry: NodeEntry) -> str:
    return f"{entry.library}::{entry.name}" if entry.library else entry.name


def node_hash(entry: NodeEntry) -> str:
    """Of the syntax tree (spans do not count, so comments and layout don't either) and of what its names stand for."""
    digest = hashlib.sha256(repr(entry.declaration).encode())
    for name in sorted(set(_names(entry.declaration))):
        meaning = entry.scope.find(name)
        if isinstance(meaning, NodeEntry) and meaning.declaration is not entry.declaration:
            digest.update(node_hash(meaning).encode())
        elif isinstance(meaning, Value):
            digest.update(repr((name, meaning.expr, meaning.type)).encode())
    return digest.hexdigest()


def _names(node: object) -> Iterator[str]:
    """Names of values, nodes and constants read anywhere in a tree."""
    if isinstance(node, tree.Name | tree.Upper):
        yield node.text
    if is_dataclass(node):
        for f in fields(node):
            yield from _names(getattr(node, f.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _names(item)
