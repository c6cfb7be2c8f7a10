"""Nodes for the file, its declarations, types and node bodies."""

from __future__ import annotations

from . import tree as t
from .build_rules import Child, Mark, in_order, mark, optional_parts, plain, rule
from .tree import Span

in_order(
    use=t.Use,
    const=t.Const,
    type_decl=t.TypeDecl,
    register=t.Register,
    next=t.Next,
    yield_=t.Yield,
)
optional_parts("generics", "formals", "args", "type_args", "size", "optional", "condition")


@rule("start")
def _start(c: list[Child], span: Span) -> Child:
    return t.File(tuple(c), span=span)


@rule("path")
def _path(c: list[Child], span: Span) -> Child:
    return tuple(i.text for i in c)


@rule("does")
def _does(c: list[Child], span: Span) -> Child:
    return Mark(("does", c[0]))


@rule("actions", "name_list")
def _items(c: list[Child], span: Span) -> Child:
    return tuple(c)


@rule("type_arg")
def _type_arg(c: list[Child], span: Span) -> Child:
    return c[0]


@rule("comparator", "direction", "alternative")
def _word(c: list[Child], span: Span) -> Child:
    return c[0]


@rule("initial")
def _initial(c: list[Child], span: Span) -> Child:
    return Mark(("initial", True))


@rule("unit_arg")
def _unit_arg(c: list[Child], span: Span) -> Child:
    return t.UnitRef(c[0].text, c[1].text if len(c) > 1 else None, span=span)


@rule("type")
def _type(c: list[Child], span: Span) -> Child:
    size = mark(c, "size")
    return t.TypeRef(
        c[0].text, mark(c, "type_args", ()), size[0] if size else None, mark(c, "optional") is not None, span=span
    )


@rule("range")
def _range(c: list[Child], span: Span) -> Child:
    return t.Range(c[0], c[1] if len(c) > 1 else None, span=span)


@rule("enum")
def _enum(c: list[Child], span: Span) -> Child:
    return t.EnumDecl(c[0], tuple(c[1:]), span=span)


@rule("schema")
def _schema(c: list[Child], span: Span) -> Child:
    return t.Schema(c[0], mark(c, "args", ()), tuple(plain(c)[1:]), span=span)


@rule("message")
def _message(c: list[Child], span: Span) -> Child:
    return t.Message(c[0], mark(c, "args", ()), tuple(plain(c)[1:]), span=span)


@rule("column")
def _column(c: list[Child], span: Span) -> Child:
    has_range = len(c) > 2 and isinstance(c[2], t.Range)
    rest = c[3:] if has_range else c[2:]
    return t.Column(c[0], c[1], c[2] if has_range else None, rest[0] if rest else None, span=span)


@rule("formal")
def _formal(c: list[Child], span: Span) -> Child:
    return t.Formal(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("define")
def _define(c: list[Child], span: Span) -> Child:
    name, type_, value = plain(c)
    return t.Define(name, mark(c, "generics", ()), mark(c, "formals"), type_, value, span=span)


@rule("node")
def _node_declaration(c: list[Child], span: Span) -> Child:
    name, type_, *body = plain(c)
    return t.NodeDecl(name, mark(c, "generics", ()), mark(c, "formals", ()), type_, tuple(body), span=span)


@rule("let")
def _let(c: list[Child], span: Span) -> Child:
    return t.Let(c[0], c[1] if len(c) > 2 else None, c[-1], span=span)


@rule("place")
def _place(c: list[Child], span: Span) -> Child:
    members = [x for x in c[1:] if isinstance(x, t.Ident)]
    indices = [x for x in c[1:] if not isinstance(x, t.Ident)]
    return t.Place(c[0].text, members[0].text if members else None, indices[0] if indices else None, span=span)
