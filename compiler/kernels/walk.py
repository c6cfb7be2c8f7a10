"""All nodes of a tree of dataclasses, whichever tree it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TypeVar

Kind = TypeVar("Kind")


def nodes(root: object) -> Iterator[object]:
    """The root, then what is below it, left to right."""
    if isinstance(root, tuple | list):
        for item in root:
            yield from nodes(item)
    elif is_dataclass(root):
        yield root
        for field in fields(root):
            yield from nodes(getattr(root, field.name))


def of_kind(root: object, kind: type[Kind]) -> list[Kind]:
    return [node for node in nodes(root) if isinstance(node, kind)]
