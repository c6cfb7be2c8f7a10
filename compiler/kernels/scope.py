"""What the names in a kernel mean, and what may be said at the place that is being checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from ...lang import tree
from ...lang.tree import Span
from ..reporter import Reporter
from .facts import Facts
from .program import BOOL, Cell, EnumType, Expr, IntType, Message, Scalar, Table


class RefusedError(Exception):
    """Something was reported; what contains it can't be checked further."""


REGISTERS = "state"
"""The table of the single registers, `state name: type = first;`: a keyword, so that no table is called so."""


@dataclass(slots=True)
class Names:
    """All that a kernel declares, by name."""

    constants: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, IntType] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    keys: dict[str, tree.Expr | None] = field(default_factory=dict)
    defs: dict[str, tree.Define] = field(default_factory=dict)
    routines: dict[str, tree.Routine] = field(default_factory=dict)
    read: set[tuple[str, str]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # declared, but wrongly: reported once

    @property
    def bare(self) -> dict[str, str]:
        """Registers that go by their bare names, those of the first table and the single ones: name → table."""
        first = next((t for t in self.tables if t != REGISTERS), REGISTERS)
        return {c.name: t for t in (first, REGISTERS) if t in self.tables for c in self.tables[t].cells}

    def cell(self, table: str, name: str) -> Cell | None:
        return next((c for c in self.tables[table].cells if c.name == name), None)


@dataclass(slots=True)
class Flow:
    """What the paths to the present place may have written, and read with `next`: register → where. names: locals so far."""

    writes: dict[tuple[str, str], tuple[Span, bool]] = field(default_factory=dict)
    reads: dict[tuple[str, str], Span] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def branch(self) -> Flow:
        return Flow(dict(self.writes), dict(self.reads), self.names)

    def join(self, other: Flow) -> None:
        self.writes.update(other.writes)
        self.reads.update(other.reads)


@dataclass(frozen=True, slots=True)
class Context:
    """where: `handler`, `always`, `invariant`, `def`, `key` or `constant`; selected: the tables that have a row here.

    after: inside `next`; open: the defs and routines being inlined.
    """

    reporter: Reporter
    names: Names
    where: str
    message: Message | None = None
    parameter: str | None = None
    selected: frozenset[str] = frozenset()
    locals: dict[str, Expr] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    after: bool = False
    open: tuple[str, ...] = ()
    flow: Flow = field(default_factory=Flow)

    def but(self, **changes: Any) -> Context:
        return replace(self, **changes)

    def given(self, condition: Expr, holds: bool) -> Context:
        return replace(self, facts=self.facts.given(condition, holds))

    def refuse(
        self,
        code: str,
        span: Span,
        title: str,
        label: str = "",
        help: str | None = None,
        also: Iterable[tuple[Span, str]] = (),
        about: str | None = None,
    ) -> NoReturn:
        self.reporter.report(code, span, title, label, help=help, also=also, about=about)
        raise RefusedError

    def unknown(self, span: Span, what: str, name: str, candidates: Iterable[str]) -> NoReturn:
        if name not in self.names.refused:
            self.reporter.unknown(span, what, name, candidates)
        raise RefusedError

    def scalar(self, ref: tree.TypeRef) -> Scalar:
        """The type that a type's name means."""
        found: Scalar | None = BOOL if ref.name == "bool" else self.names.ranges.get(ref.name)
        found = found or self.names.enums.get(ref.name)
        if found is None:
            self.unknown(ref.span, "type", ref.name, ["bool", *self.names.ranges, *self.names.enums])
        if ref.arguments or ref.optional:
            self.refuse(
                "E1003", ref.span, f"`{ref.name}` in a kernel is a plain range or enumeration", "no arguments, no `?`"
            )
        return found

    def line(self, node: tree.Node) -> int:
        return self.reporter.source.position(node.span.start)[0]
