"""A small syntax tree of the C that stratc writes: what the lowerings build and `printer` prints. Immutable."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass

# ---- expressions


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or truth value; int is 64-bit signed."""

    value: int | float | bool


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal; a long one is printed line by line."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    base: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Arrow:
    base: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    base: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    type: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Ternary:
    condition: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Initializer:
    """`{.name = value, …}`, a list where the names are None; `type`: a compound literal. tall: one element a line."""

    elements: tuple[tuple[str | None, Expr], ...]
    type: str | None = None
    tall: bool = False


Expr = (
    Literal | Text | Name | Field | Arrow | Index | Call | Cast | Unary | Binary | Ternary | Initializer
)  # fmt: skip

# ---- statements


@dataclass(frozen=True, slots=True)
class Comment:
    text: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A variable, a struct's member or a parameter. type: with qualifiers and `*`; size: of an array, 0 = as initialised."""

    type: str
    name: str
    value: Expr | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    target: Expr
    value: Expr
    operator: str = "="


@dataclass(frozen=True, slots=True)
class ExpressionStatement:
    value: Expr


@dataclass(frozen=True, slots=True)
class Block:
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    condition: Expr
    then: tuple[Statement, ...]
    other: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    label: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    value: Expr
    cases: tuple[Case, ...]
    default: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`for (TYPE name = 0; name < count; name++)`: the only loop, so that every loop is bounded by its head."""

    type: str
    name: str
    count: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Break:
    pass


@dataclass(frozen=True, slots=True)
class Return:
    value: Expr | None = None


Statement = (
    Comment | Declaration | Assign | ExpressionStatement | Block | If | Switch | For | Break | Return
)  # fmt: skip

# ---- a file


@dataclass(frozen=True, slots=True)
class Union:
    """`union { … } name;` inside a struct."""

    name: str
    members: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class Struct:
    """`typedef struct { … } name;`"""

    name: str
    members: tuple[Declaration | Comment | Union, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """static unless `visible`."""

    result: str
    name: str
    parameters: tuple[Declaration, ...]
    body: tuple[Statement, ...]
    comment: str = ""
    noinline: bool = False
    visible: bool = False


Item = Comment | Struct | Enumeration | Declaration | Function


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    items: tuple[Item, ...]


def mentions(part: object, name: str) -> bool:
    """Whether the name of a variable occurs in a statement or expression, or in a tuple of them."""
    if isinstance(part, Name):
        return part.name == name
    if isinstance(part, tuple):
        return any(mentions(each, name) for each in part)
    return is_dataclass(part) and any(mentions(getattr(part, field.name), name) for field in fields(part))
