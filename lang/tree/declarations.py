"""Declarations that strategies and kernels share, and nodes."""

from __future__ import annotations

from dataclasses import dataclass

from .expressions import Argument, Expr, Ident, Node, Range, TypeRef


@dataclass(frozen=True, slots=True)
class Use(Node):
    path: tuple[str, ...]
    names: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Const(Node):
    name: Ident
    value: Expr


@dataclass(frozen=True, slots=True)
class TypeDecl(Node):
    name: Ident
    range: Range


@dataclass(frozen=True, slots=True)
class EnumDecl(Node):
    name: Ident
    members: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Column(Node):
    name: Ident
    type: TypeRef
    range: Range | None
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Schema(Node):
    name: Ident
    arguments: tuple[Argument, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Message(Node):
    name: Ident
    arguments: tuple[Argument, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Formal(Node):
    name: Ident
    type: TypeRef
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Define(Node):
    """`def name<…>(…): type = expr;`: a function without memory."""

    name: Ident
    generics: tuple[Ident, ...]
    formals: tuple[Formal, ...] | None
    type: TypeRef
    value: Expr


# ---- node


@dataclass(frozen=True, slots=True)
class Register(Node):
    """`state name: type = first;` in a node."""

    name: Ident
    type: TypeRef
    first: Expr


@dataclass(frozen=True, slots=True)
class Let(Node):
    name: Ident
    type: TypeRef | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Place(Node):
    name: str
    member: str | None
    index: Expr | None


@dataclass(frozen=True, slots=True)
class Next(Node):
    place: Place
    value: Expr


@dataclass(frozen=True, slots=True)
class Yield(Node):
    value: Expr


NodeStatement = Register | Let | Next | Yield


@dataclass(frozen=True, slots=True)
class NodeDecl(Node):
    """`node name<…>(…): type { … }`: a synchronous function with memory."""

    name: Ident
    generics: tuple[Ident, ...]
    formals: tuple[Formal, ...]
    type: TypeRef
    body: tuple[NodeStatement, ...]
