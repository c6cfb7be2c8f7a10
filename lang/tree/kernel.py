"""A kernel: registers, tables, channels, handlers."""

from __future__ import annotations

from dataclasses import dataclass

from .declarations import Const, Define, EnumDecl, Formal, Let, Next, Register, TypeDecl
from .expressions import Expr, Ident, Node, TypeRef
from .strategy import Action, Call, Event


@dataclass(frozen=True, slots=True)
class Channel(Node):
    """direction: `input` `output` `inner`; formals None: a declared message; each: the table it visits."""

    direction: str
    name: Ident
    formals: tuple[Formal, ...] | None
    each: Ident | None


@dataclass(frozen=True, slots=True)
class Cell(Node):
    name: Ident
    type: TypeRef
    first: Expr


@dataclass(frozen=True, slots=True)
class Timer(Node):
    name: Ident


@dataclass(frozen=True, slots=True)
class Table(Node):
    name: Ident
    size: Expr | None
    by: Expr | None
    cells: tuple[Cell | Timer, ...]


@dataclass(frozen=True, slots=True)
class Emit(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class Post(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class Arm(Node):
    timer: Ident
    deadline: Expr


@dataclass(frozen=True, slots=True)
class Disarm(Node):
    timer: Ident


@dataclass(frozen=True, slots=True)
class Do(Node):
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Expr
    then: tuple[KernelStatement, ...]
    other: tuple[KernelStatement, ...] | None


KernelStatement = Let | Next | If | Emit | Post | Arm | Disarm | Do


@dataclass(frozen=True, slots=True)
class Routine(Node):
    name: Ident
    formals: tuple[Formal, ...] | None
    body: tuple[KernelStatement, ...]


@dataclass(frozen=True, slots=True)
class Handler(Node):
    event: Event
    condition: Expr | None
    body: tuple[KernelStatement, ...]


@dataclass(frozen=True, slots=True)
class Always(Node):
    body: tuple[KernelStatement, ...]


@dataclass(frozen=True, slots=True)
class Invariant(Node):
    name: Ident
    condition: Expr


KernelItem = (
    Const | TypeDecl | EnumDecl | Channel | Register | Table | Define | Routine | Handler | Always | Invariant
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kernel(Node):
    name: Ident
    items: tuple[KernelItem, ...]
