"""Enumerations: `enum mode { FAST, SLOW }` and the regimes of a strategy; `is`, `in { … }` and members as values."""

from __future__ import annotations

from ...lang import tree
from ..program import Constant, Kind
from ..types import BOOL, Base, Enumeration, Stage, Type
from . import clocks, expressions, operators
from .context import Context
from .values import EnumEntry, Scope, Value, poison


def member(context: Context, node: tree.Upper) -> Value | None:
    """A bare name as a member of an enumeration in scope; None if it is none, poisoned after a report if it is of several."""
    found = [e for e in _visible(context.scope) if node.text in e.enumeration.members]
    if not found:
        return None
    for entry in found:
        context.shared.entries_used.add(id(entry))
    if len(found) > 1:
        names = ", ".join(f"`{e.enumeration.name}`" for e in found)
        context.report(
            "E0324",
            node.span,
            f"`{node.text}` is a member of several enumerations",
            f"of {names}",
            help="give the members different names",
        )
        return poison(node.span)
    return _value(found[0].enumeration, node.text, node.span)


def _visible(scope: Scope) -> list[EnumEntry]:
    entries = (scope.find(name) for name in sorted(scope.names()))
    return [e for e in entries if isinstance(e, EnumEntry)]


def _value(of: Enumeration, name: str, span: tree.Span) -> Value:
    place = Constant(Kind.INTEGER, of.members.index(name))
    return Value(place, Type(Base.ENUM, enumeration=of), Stage.CONST, span)


def is_(context: Context, node: tree.Is, operand: Value) -> Value:
    """`x is A`, `x is not A`."""
    other = _alternative(context, node.alternative, node.span, operand)
    if other is None:
        return poison(node.span)
    return operators.operation("ne" if node.negated else "eq", BOOL, (operand, other), node.span)


def among(context: Context, node: tree.In, operand: Value) -> Value:
    """`x in { A, B }`: x equals one of them."""
    assert isinstance(node.domain, tree.Members)
    result: Value | None = None
    for item in node.domain.items:
        test = _equals(context, item, operand)
        if test.poisoned:
            return poison(node.span)
        result = test if result is None else operators.operation("or", BOOL, (result, test), node.span)
    assert result is not None, "the grammar wants one"
    return result


def _equals(context: Context, item: tree.Expr, operand: Value) -> Value:
    if operand.type.enumeration is not None and isinstance(item, tree.Upper):
        other = _alternative(context, item.text, item.span, operand)
        return poison(item.span) if other is None else operators.operation("eq", BOOL, (operand, other), item.span)
    value = expressions.value(context, item)
    equation = tree.Binary("==", item, item, span=item.span)
    return clocks.together(context, operators.binary(context, equation, operand, value), operand, value)


def _alternative(context: Context, name: str, span: tree.Span, operand: Value) -> Value | None:
    """A member of the operand's enumeration, or None after a report."""
    if operand.poisoned:
        return None
    of = operand.type.enumeration
    if of is None:
        context.report(
            "E0324",
            operand.span,
            "`is` asks for the member of an enumeration",
            f"this is `{context.show(operand.type)}`",
            help="compare values with `==`",
        )
        return None
    if name not in of.members:
        members = ", ".join(of.members)
        context.reporter.unknown(
            span, f"member of `{of.name}`", name, of.members, code="E0324", help=f"one of {members}"
        )
        return None
    return _value(of, name, span)
