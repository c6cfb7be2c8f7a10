"""What an expression or a name stands for while it is checked."""

from __future__ import annotations

from dataclasses import dataclass

from ...lang import tree
from ..program import Constant, Expr, Kind
from ..types import BOOL, POISON, Enumeration, Stage, Type
from ..units import Unit


@dataclass(frozen=True, slots=True)
class Value:
    """A typed expression. literal: a number written without unit, which fits any number type; zero fits any unit.

    proved: plain only because intervals prove that it has a value; `??` answers na here too, as if it were optional.
    """

    expr: Expr
    type: Type
    stage: Stage
    span: tree.Span
    literal: bool = False
    proved: bool = False

    @property
    def poisoned(self) -> bool:
        return self.type.poisoned

    @property
    def is_zero(self) -> bool:
        return self.literal and isinstance(self.expr, Constant) and self.expr.value == 0


@dataclass(frozen=True, slots=True)
class FeedValue:
    """A feed as an argument: its columns are read with `.name`."""

    index: int
    name: str
    schema: str
    quote: Unit
    base: Unit
    span: tree.Span


@dataclass(frozen=True, slots=True)
class WindowValue:
    """`window(x, n)`: only a fold may take it."""

    source: Value
    length: Value
    span: tree.Span


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A node or a def, with the scope its body sees."""

    declaration: tree.NodeDecl | tree.Define
    scope: Scope
    library: str | None  # `ta` for a library node

    @property
    def name(self) -> str:
        return self.declaration.name.text


@dataclass(frozen=True, slots=True)
class SignalEntry:
    declaration: tree.Signal | tree.Regime


@dataclass(frozen=True, slots=True)
class EnumEntry:
    enumeration: Enumeration


@dataclass(frozen=True, slots=True)
class OrderEntry:
    index: int
    declaration: tree.Order


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A declared thing this version does not run; using it was, or is, reported once at its declaration."""

    span: tree.Span


Entry = Value | FeedValue | NodeEntry | SignalEntry | EnumEntry | OrderEntry | Unavailable
Meaning = Value | FeedValue | WindowValue


class Scope:
    """Names visible at a place; inner scopes see outer ones. declared_at: for `declared twice`."""

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.entries: dict[str, Entry] = {}
        self.declared_at: dict[str, tree.Span] = {}

    def find(self, name: str) -> Entry | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.entries:
                return scope.entries[name]
            scope = scope.parent
        return None

    def beyond(self, name: str) -> Entry | None:
        """What a name would mean if its innermost declaration were not there."""
        scope: Scope | None = self
        while scope is not None and name not in scope.entries:
            scope = scope.parent
        return scope.parent.find(name) if scope is not None and scope.parent is not None else None

    def names(self) -> set[str]:
        return set(self.entries) | (self.parent.names() if self.parent else set())


def poison(span: tree.Span) -> Value:
    return Value(Constant(Kind.NUMBER, 0.0), POISON, Stage.CONST, span)


def boolean(expr: Expr, stage: Stage, span: tree.Span, optional: bool = False) -> Value:
    return Value(expr, BOOL.maybe(optional), stage, span)
