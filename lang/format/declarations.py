"""What strategies and kernels share, and nodes → parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .. import tree as t
from .expressions import arguments, expression, filled, limits, names, parenthesised, simple, size, type_
from .layout import Column, Writer

_BODY = Column("body")

T = TypeVar("T")


def end(w: Writer) -> None:
    w.token(";")


def block(w: Writer, items: Sequence[T], write: Callable[[Writer, T], None]) -> None:
    """`{ … }`: on one line if it was and fits, otherwise one item a line."""
    if not items:
        _empty(w)
        return
    with w.block():
        w.token("{")
        with w.nest():
            for index, item in enumerate(items):
                w.item(opening=index == 0)
                write(w, item)
        w.item(closing=True)
        w.token("}")


def _empty(w: Writer) -> None:
    """On one line, unless a comment stands in it."""
    w.token("{")
    w.hollow()
    w.token("}")


def rows(
    w: Writer, items: Sequence[T], write: Callable[[Writer, T], None], column: Callable[[T, T], Column | None]
) -> None:
    """`{ … }` whose items share lines where they did; column: between two of them."""
    if not items:
        _empty(w)
        return
    with w.block():
        w.token("{")
        with w.nest():
            for index, item in enumerate(items):
                if index == 0:
                    w.item(opening=True)
                    write(w, item)
                else:
                    with w.group():
                        w.keep(column(items[index - 1], item))
                        write(w, item)
        w.item(closing=True)
        w.token("}")


def assigned(w: Writer, value: t.Expr, column: Column | None = None) -> None:
    """` = value`: the value on the next line, if it does not fit and is no call whose arguments can be broken."""
    w.space(column)
    w.token("=")
    if simple(value):
        w.space()
        expression(w, value)
    else:
        with w.nest():
            w.line()
            with w.group():
                expression(w, value)


def use(w: Writer, d: t.Use) -> None:
    w.word("use")
    for index, part in enumerate(d.path):
        if index:
            w.token("::")
        w.token(part)
    w.space()
    w.word("{")
    names(w, d.names)
    w.space()
    w.token("}")
    end(w)


def const(w: Writer, d: t.Const) -> None:
    with w.group():
        w.tokens("const", d.name.text)
        assigned(w, d.value, Column("const"))
        end(w)


def type_decl(w: Writer, d: t.TypeDecl) -> None:
    with w.group():
        w.tokens("type", d.name.text)
        w.space(Column("type"))
        w.word("=")
        limits(w, d.range)
        end(w)


def enum(w: Writer, d: t.EnumDecl) -> None:
    with w.group():
        w.tokens("enum", d.name.text)
        w.space(_BODY)
        w.word("{")
        names(w, d.members)
        w.space()
        w.token("}")


def record(w: Writer, d: t.Schema | t.Message) -> None:
    with w.group():
        w.tokens("schema" if isinstance(d, t.Schema) else "message", d.name.text)
        if d.arguments:
            arguments(w, d.arguments)
        w.space(_BODY)
        block(w, d.columns, _column)


def _column(w: Writer, d: t.Column) -> None:
    with w.group():
        typed(w, d.name, d.type, Column("type", solo=True))
        if d.range is not None:
            w.space(Column("range", solo=True))
            w.word("in")
            limits(w, d.range)
        if d.default is not None:
            assigned(w, d.default, Column("default", solo=True))
        end(w)


def typed(w: Writer, name: t.Ident, of: t.TypeRef, column: Column | None = None) -> None:
    w.token(name.text)
    w.token(":")
    w.space(column)
    type_(w, of)


def generics(w: Writer, found: Sequence[t.Ident]) -> None:
    if found:
        w.token("<")
        filled(w, [lambda name=name: w.token(name.text) for name in found])  # type: ignore[misc]
        w.token(">")


def formals(w: Writer, found: Sequence[t.Formal] | None) -> None:
    if found is not None:
        parenthesised(w, [lambda formal=formal: _formal(w, formal) for formal in found])  # type: ignore[misc]


def _formal(w: Writer, d: t.Formal) -> None:
    typed(w, d.name, d.type)
    if d.default is not None:
        w.space()
        w.word("=")
        expression(w, d.default)


def define(w: Writer, d: t.Define) -> None:
    with w.group():
        w.word("def")
        _signature(w, d.name, d.generics, d.formals, d.type)
        assigned(w, d.value)
        end(w)


def _signature(
    w: Writer, name: t.Ident, over: Sequence[t.Ident], of: Sequence[t.Formal] | None, result: t.TypeRef
) -> None:
    w.token(name.text)
    generics(w, over)
    formals(w, of)
    w.token(":")
    w.space()
    type_(w, result)


# ---- nodes


def node(w: Writer, d: t.NodeDecl) -> None:
    with w.group():
        w.word("node")
        _signature(w, d.name, d.generics, d.formals, d.type)
        w.space()
        block(w, d.body, _node_statement)


def _node_statement(w: Writer, s: t.NodeStatement) -> None:
    match s:
        case t.Register():
            register(w, s)
        case t.Let():
            let(w, s)
        case t.Next():
            next_(w, s)
        case t.Yield(value=value):
            with w.group():
                w.token("yield")
                with w.nest():
                    w.line()
                    with w.group():
                        expression(w, value)
                end(w)


def register(w: Writer, s: t.Register) -> None:
    with w.group():
        w.word("state")
        typed(w, s.name, s.type)
        assigned(w, s.first)
        end(w)


def let(w: Writer, s: t.Let) -> None:
    with w.group():
        w.tokens("let", s.name.text)
        if s.type is not None:
            w.token(":")
            w.space()
            type_(w, s.type)
        assigned(w, s.value)
        end(w)


def next_(w: Writer, s: t.Next) -> None:
    with w.group():
        w.tokens("next", s.place.name)
        if s.place.member is not None:
            w.token(".")
            w.token(s.place.member)
        if s.place.index is not None:
            size(w, s.place.index)
        assigned(w, s.value)
        end(w)
