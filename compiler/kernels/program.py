"""A checked kernel: names resolved, defs and routines inlined, every expression typed. What the interpreter and the back ends read.

Values are integers: truth values 0 and 1, members of an enumeration their position. No expression can leave 64 bits, no index its array.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NEVER = 2**62 - 1
"""The time that never comes: a disarmed timer."""

MOST_POSTS = 32
"""Most messages the rows of one step may post; the rest is dropped and the step has a fault."""


# ---- types


@dataclass(frozen=True, slots=True)
class IntType:
    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low:_} .. {self.high:_}"


@dataclass(frozen=True, slots=True)
class BoolType:
    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class EnumType:
    name: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ArrayType:
    element: Scalar
    size: int

    def __str__(self) -> str:
        return f"({self.element})[{self.size}]"


Scalar = IntType | BoolType | EnumType
Type = Scalar | ArrayType

BOOL = BoolType()
TIME = IntType(0, NEVER)


# ---- declarations


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Scalar


@dataclass(frozen=True, slots=True)
class Message:
    """direction: `input` `output` `inner`; each: the table whose rows it visits, ascending."""

    direction: str
    name: str
    fields: tuple[Field, ...]
    each: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A register of a row; an array starts with `first` in every element."""

    name: str
    type: Type
    first: int
    timer: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """size: number of rows, a power of two; None: one copy that every step sees."""

    name: str
    size: int | None
    cells: tuple[Cell, ...]

    def cell(self, name: str) -> Cell:
        return next(c for c in self.cells if c.name == name)


# ---- expressions (two with the same shape are equal, whatever their types say)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    type: Type = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Const(Typed):
    value: int


@dataclass(frozen=True, slots=True)
class Read(Typed):
    """A register of the selected row; after: as the step has left it so far, else as it was before the step."""

    table: str
    cell: str
    index: Expr | None
    after: bool


@dataclass(frozen=True, slots=True)
class Argument(Typed):
    """A field of the message that is handled."""

    name: str


@dataclass(frozen=True, slots=True)
class Local(Typed):
    name: str


@dataclass(frozen=True, slots=True)
class Now(Typed):
    pass


@dataclass(frozen=True, slots=True)
class Unary(Typed):
    """op: `-` `not` `abs`."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Typed):
    """op: `+ - * / %  min max  < <= > >= == !=  and or`; `and` and `or` look at the right side only if they must."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Choose(Typed):
    condition: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Clamp(Typed):
    """`sat`: the nearest value between the ends of `target`."""

    operand: Expr
    target: IntType


@dataclass(frozen=True, slots=True)
class Wrap(Typed):
    """`wrap`: the low bits; mask is a power of two less one."""

    operand: Expr
    mask: int


@dataclass(frozen=True, slots=True)
class Contains(Typed):
    array: Read
    value: Expr


@dataclass(frozen=True, slots=True)
class Push(Typed):
    """The array with `value` in front and its last element gone."""

    array: Read
    value: Expr


@dataclass(frozen=True, slots=True)
class Fill(Typed):
    """An array with `value` in every element."""

    value: Expr


Expr = (
    Const | Read | Argument | Local | Now | Unary | Binary | Choose | Clamp | Wrap | Contains | Push | Fill
)  # fmt: skip


# ---- statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Let(Placed):
    local: Local
    value: Expr


@dataclass(frozen=True, slots=True)
class Write(Placed):
    """Also arms and disarms timers."""

    table: str
    cell: str
    index: Expr | None
    value: Expr


@dataclass(frozen=True, slots=True)
class If(Placed):
    condition: Expr
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Send(Placed):
    """post: to the kernel itself, else out of it. arguments: in the order of the message's fields."""

    message: str
    arguments: tuple[Expr, ...]
    post: bool


Statement = Let | Write | If | Send


# ---- handlers


@dataclass(frozen=True, slots=True)
class Row:
    """label: `fill/2`, the second row of `fill` in the text; number: its place among all rows. A row of `on any` is in many events."""

    number: int
    label: str
    condition: Expr | None
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Select:
    """The row of `table` a step sees. key None: the step is told (the row of a timer, the rows of an `each`); mask: row = key & mask."""

    table: str
    key: Expr | None
    mask: int


@dataclass(frozen=True, slots=True)
class Event:
    """message None: a timer of `table`. selects: in the order they are read; always: what runs after whichever row."""

    name: str
    message: Message | None
    table: str | None
    selects: tuple[Select, ...]
    rows: tuple[Row, ...]
    always: tuple[Statement, ...]
    invariants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Invariant:
    name: str
    condition: Expr
    line: int


@dataclass(frozen=True, slots=True)
class KernelProgram:
    """rows: label and line of every row; events: in the order of messages, then timers as declared."""

    name: str
    source_name: str
    source_text: str = field(repr=False)
    constants: tuple[tuple[str, int], ...]
    enums: tuple[EnumType, ...]
    messages: tuple[Message, ...]
    tables: tuple[Table, ...]
    events: tuple[Event, ...]
    invariants: tuple[Invariant, ...]
    rows: tuple[tuple[str, int], ...]

    def message(self, name: str) -> Message:
        return next(m for m in self.messages if m.name == name)

    def table(self, name: str) -> Table:
        return next(t for t in self.tables if t.name == name)

    def event(self, name: str) -> Event:
        return next(e for e in self.events if e.name == name)
