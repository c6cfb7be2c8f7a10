"""What each event may make of one register, told by its value before: an over-approximation, by what the rows say of that register alone.

A set of values is the values an expression may have; None is any. Sound, not exact: two conditions that exclude each other for another
reason than the register's value both count as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from . import walk
from .program import (
    Binary,
    BoolType,
    Choose,
    Const,
    EnumType,
    Event,
    Expr,
    If,
    KernelProgram,
    Let,
    Local,
    Read,
    Statement,
    Type,
    Unary,
    Write,
)

Values = frozenset[int] | None
COMPARED = {
    "==": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
NEVER, ALWAYS, EITHER = frozenset((0,)), frozenset((1,)), frozenset((0, 1))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of an event that meets `before`: the labels of the rows that may take it, and what the register may be after it."""

    rows: tuple[str, ...]
    after: tuple[str, ...]


def outcomes(program: KernelProgram, table: str, cell: str) -> dict[str, dict[str, Outcome]]:
    """event → member before → outcome, for the events that see a row of `table`. The register holds members of an enumeration."""
    kind = program.table(table).cell(cell).type
    if not isinstance(kind, EnumType):
        raise ValueError(f"`{table}.{cell}` is no enumeration")
    found = {}
    for event in program.events:
        if program.table(table).size is None or any(select.table == table for select in event.selects):
            met = {name: _met(event, _Known(table, cell, value)) for value, name in enumerate(kind.members)}
            found[event.name] = {
                name: Outcome(rows, tuple(kind.members[value] for value in sorted(after)))
                for name, (rows, after) in met.items()
            }
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The register, and what it was before the step; the conditions that led here."""

    table: str
    cell: str
    value: int
    locals: dict[str, Values] = field(default_factory=dict)
    facts: dict[Expr, bool] = field(default_factory=dict)

    def given(self, condition: Expr, holds: bool) -> _Known:
        """With all that follows from it by the way it is joined. What `next` reads may change on the way."""
        if any(read.after for read in walk.of_kind(condition, Read)):
            return self
        inner = replace(self, facts={**self.facts, condition: holds})
        match condition:
            case Unary("not", operand):
                return inner.given(operand, not holds)
            case Binary("and" | "or" as op, left, right) if holds == (op == "and"):
                return inner.given(left, holds).given(right, holds)
            case Binary("and" | "or", left, right):
                for one, other in ((left, right), (right, left)):
                    if _possible(one, self) == frozenset((int(not holds),)):
                        return inner.given(other, holds)
        return inner


def _met(event: Event, known: _Known) -> tuple[tuple[str, ...], frozenset[int]]:
    labels: list[str] = []
    after: frozenset[int] = frozenset()
    for row in event.rows:
        holds = ALWAYS if row.condition is None else _possible(row.condition, known)
        if holds == NEVER:
            continue
        labels.append(row.label)
        here = known if row.condition is None else known.given(row.condition, True)
        after |= _left((*row.body, *event.always), here, frozenset((known.value,)))
        if row.condition is None or holds == ALWAYS:
            break
        known = known.given(row.condition, False)
    return tuple(labels), after


def _left(statements: Sequence[Statement], known: _Known, now: frozenset[int]) -> frozenset[int]:
    """What the register may be after the statements if it was one of `now` before them."""
    for statement in statements:
        match statement:
            case Let(local, value):
                known.locals[local.name] = _possible(value, known)
            case Write(table, cell, _, value) if (table, cell) == (known.table, known.cell):
                values = _possible(value, known)
                assert values is not None, "a member of an enumeration is one of few"
                now = values
            case If(condition, then, other):
                holds = _possible(condition, known)
                ways = [
                    _left(way, known.given(condition, bool(value)), now)
                    for value, way in ((1, then), (0, other))
                    if holds is None or value in holds
                ]
                now = frozenset().union(*ways)
            case _:
                continue
    return now


def _possible(expr: Expr, known: _Known) -> Values:
    if expr in known.facts:
        return frozenset((int(known.facts[expr]),))
    match expr:
        case Const(value):
            return frozenset((value,))
        case Read(table, cell, None, False) if (table, cell) == (known.table, known.cell):
            return frozenset((known.value,))
        case Local(name) if name in known.locals:
            return known.locals[name]
        case Unary("not", operand):
            return frozenset(1 - value for value in _possible(operand, known) or EITHER)
        case Binary("and" | "or" as op, left, right):
            return _joined(_possible(left, known) or EITHER, right, int(op == "or"), known)
        case Binary(op, left, right) if op in COMPARED:
            one, other = _possible(left, known), _possible(right, known)
            if one is None or other is None:
                return EITHER
            return frozenset(int(COMPARED[op](a, b)) for a, b in product(one, other))
        case Choose(condition, then, other):
            return _chosen(_possible(condition, known) or EITHER, then, other, known)
        case _:
            return _of_type(expr.type)


def _joined(left: frozenset[int], right: Expr, settles: int, known: _Known) -> frozenset[int]:
    """settles: the value of the left side that makes the right one idle."""
    found = left & {settles}
    return found if left == {settles} else found | (_possible(right, known) or EITHER)


def _chosen(condition: frozenset[int], then: Expr, other: Expr, known: _Known) -> Values:
    ways = [_possible(way, known) for value, way in ((1, then), (0, other)) if value in condition]
    found: frozenset[int] = frozenset()
    for way in ways:
        if way is None:
            return None
        found |= way
    return found


def _of_type(kind: Type) -> Values:
    match kind:
        case BoolType():
            return EITHER
        case EnumType(_, members):
            return frozenset(range(len(members)))
        case _:
            return None


def edges(found: Mapping[str, Mapping[str, Outcome]]) -> dict[tuple[str, str], list[str]]:
    """(before, after) → the events that may lead there, where the two differ."""
    made: dict[tuple[str, str], list[str]] = {}
    for event, by_member in found.items():
        for before, outcome in by_member.items():
            for after in outcome.after:
                if after != before:
                    made.setdefault((before, after), []).append(event)
    return made
