"""Spans, names, expressions and types."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of character offsets in one source text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ident(Node):
    """A spelled name at a place: declared or referred to."""

    text: str


# ---- expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    text: str  # as written, `_` included


@dataclass(frozen=True, slots=True)
class Amount(Node):
    """`100_000 USDT`: a number of an asset."""

    text: str
    asset: str


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """`5min`, `2pct`, `1ticks`: a number with a unit suffix."""

    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Bool(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Na(Node):
    pass


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A lower-case name used as a value."""

    text: str


@dataclass(frozen=True, slots=True)
class Upper(Node):
    """An upper-case name used as a value: asset, instrument, state, regime, constant, enumeration member."""

    text: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    owner: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    owner: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Argument(Node):
    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Apply(Node):
    function: Expr
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """op: `-` `not` `next`."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """op: `+ - * / %  < <= > >= == !=  and or implies  fby ??`."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Is(Node):
    operand: Expr
    alternative: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Range(Node):
    low: Expr
    high: Expr | None


@dataclass(frozen=True, slots=True)
class Members(Node):
    """`{ A, B }`: the right side of `in`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class In(Node):
    operand: Expr
    domain: Expr  # Range, Members, or any expression


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """`if condition then value else other`."""

    condition: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Sampled(Node):
    """`value when condition`: ticks only while the condition holds."""

    value: Expr
    condition: Expr


@dataclass(frozen=True, slots=True)
class Restart(Node):
    """`node(…) restart on condition`."""

    value: Expr
    condition: Expr


Expr = (
    Number | Amount | Quantity | Text | Bool | Na | Name | Upper | Member | Index | Apply | Unary | Binary
    | Is | Range | Members | In | Choose | Sampled | Restart
)  # fmt: skip


# ---- types


@dataclass(frozen=True, slots=True)
class UnitRef(Node):
    """`USDT` or `USDT/BTC` between angle brackets."""

    numerator: str
    denominator: str | None


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    name: str
    arguments: tuple[UnitRef | TypeRef, ...] = ()
    size: Expr | None = None
    optional: bool = False
