"""The dataflow of a checked program: expressions, equations, clocks and warm-up. program.py says what an instant does with them.

Numbers: NUMBER is IEEE f64, INTEGER is i64 (counts, durations in ns, times in ns), BOOL. An optional value is a pair (value, ok).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Kind(Enum):
    NUMBER = "number"
    INTEGER = "integer"
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's text something comes from: for source-line comments and log records. file: name as given."""

    file: str
    line: int


# ---- warm-up: the number of ticks that must have passed before a value is ready is a maximum of linear forms in the parameters


@dataclass(frozen=True, slots=True, order=True)
class Linear:
    """constant + sum of coefficient * parameter value, in ticks of `clock`; terms sorted by parameter index."""

    constant: int
    terms: tuple[tuple[int, int], ...] = ()  # (param index, coefficient)
    clock: int = 0

    def at(self, params: tuple[int | float, ...] | list[int | float]) -> int:
        """The number for given parameter values."""
        return self.constant + sum(c * int(params[i]) for i, c in self.terms)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A value is ready when for each of `forms` (sorted) the ticks of its clock are more than the form; without forms always.

    By default: from the first tick of the first feed on.
    """

    forms: tuple[Linear, ...] = (Linear(0),)

    def on(self, clock: int) -> WarmUp:
        """What it asks of one clock."""
        return WarmUp(tuple(f for f in self.forms if f.clock == clock))

    @property
    def clocks(self) -> tuple[int, ...]:
        return tuple(sorted({f.clock for f in self.forms}))

    def at(self, params: tuple[int | float, ...] | list[int | float]) -> int:
        """The largest of its forms, for given parameter values; -1 without forms."""
        return max((f.at(params) for f in self.forms), default=-1)


# ---- expressions: pure functions of one instant


@dataclass(frozen=True, slots=True)
class Constant:
    kind: Kind
    value: float | int | bool


@dataclass(frozen=True, slots=True)
class Na:
    """The missing value of an optional type."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ParamRef:
    kind: Kind
    index: int


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A column of the feed's last closed bar: open high low close volume. Always NUMBER."""

    feed: int
    column: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True, slots=True)
class ValueRef:
    """The value of equation `index` in this instant; held between ticks. optional: it may be na."""

    kind: Kind
    index: int
    optional: bool = False


LatchedName = Literal[
    "position",
    "equity",
    "cash",
    "flat",
    "warm",
    "cum",
    "avg_px",
    "realised",
    "fees",
    "exposure",
    "net",
    "open_orders",
    "age",
    "in_session",
    "filled",
    "closed",
]


@dataclass(frozen=True, slots=True)
class Latched:
    """An input latched at the start of the instant. position: base units; money in quote units; cum, avg_px: of `template`, taking
    the latest order of each of its slots together.

    NUMBER except flat, warm, in_session, filled, closed (BOOL), open_orders and age (INTEGER). avg_px is optional: na before the first
    fill. warm: every signal is ready. exposure: |position| * mark, net: position * mark, in the quote currency. age: ns of session time
    since the feed's last bar, before the first one since the run's start. filled, closed: of `template`, it happened since the tick
    before this one (semantics.md 5b): of `clock`. age: of `feed`. position, in_session: of `instrument`; exposure, net: of it, None: of all
    together.
    """

    kind: Kind
    name: LatchedName
    template: int | None = None
    optional: bool = False
    clock: int = 0
    feed: int = 0
    instrument: int | None = None


Operator = Literal[
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "neg",
    "abs",
    "min",
    "max",
    "sqrt",
    "floor",
    "ceil",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "and",
    "or",
    "not",
    "to_number",
]


@dataclass(frozen=True, slots=True)
class Operation:
    """A pointwise operator. `operand_kind` is the kind of its operands, `kind` of its result.

    Operands may be optional: the result is then na where any is. `div` (NUMBER) is na where the quotient is not finite, `sqrt` where
    the operand is negative; `mod`: C fmod / truncated remainder, na where the divisor is 0; INTEGER add, sub, mul, neg wrap at 64 bits.
    `min(a, b)` is a < b ? a : b and `max(a, b)` a > b ? a : b, so of equal values, or beside a NaN, the second. `and`/`or` evaluate
    both sides. `to_number` turns INTEGER into NUMBER.
    """

    kind: Kind
    operand_kind: Kind
    operator: Operator
    operands: tuple[Expr, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """condition ? then : other; both sides are evaluated. An optional condition that is na gives na."""

    kind: Kind
    condition: Expr
    then: Expr
    other: Expr
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Default:
    """`value ?? other`: value where it is ready (ticks > ready) and not na, else other. optional: `other` may be na.

    For an optional `value`, `ready` asks for nothing: there `??` answers na, and the whole is ready when both sides are. So it is for a
    `proved` one, whose type was optional had its domain not been proved: then it is never na, and the text means the same.
    """

    kind: Kind
    value: Expr
    other: Expr
    ready: WarmUp
    optional: bool = False
    proved: bool = False


Expr = Constant | Na | ParamRef | FieldRef | ValueRef | Latched | Operation | Select | Default


def is_optional(expr: Expr) -> bool:
    return isinstance(expr, Na) or (not isinstance(expr, Constant | ParamRef | FieldRef | Na) and expr.optional)


def answers_na(expr: Default) -> bool:
    """Whether this `??` answers na alone; else it answers waiting."""
    return expr.proved or is_optional(expr.value)


# ---- equations: each defines the value with its own index in Program.equations


@dataclass(frozen=True, slots=True, kw_only=True)
class EquationBase:
    """name: readable and unique, e.g. `fast`, `fast__ema__y`. signal: the strategy signal it belongs to (function grouping).

    clock: at whose ticks it is evaluated. restarts: the Restarts that make its past forgotten.
    """

    index: int
    name: str
    signal: str
    kind: Kind
    optional: bool = False
    unit: str = ""
    warm_up: WarmUp = WarmUp()
    clock: int = 0
    restarts: tuple[int, ...] = ()
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(EquationBase):
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(EquationBase):
    """`state x = first; next x = next;` and `first fby next`.

    Value: the stored one if something was stored, else `first` (evaluated at this tick). Commit: when ticks > commit_after, store `next`.
    If `optional`, the stored pair (value, ok) is kept.
    """

    first: Expr
    next: Expr
    commit_after: WarmUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(EquationBase):
    """`pre(x)`, `x[k]`: the value `source` had `depth` ticks ago (1 <= depth <= capacity, INTEGER expression of stage <= param).

    Commit: when ticks > commit_after (the warm-up of source), push `source`. Before it is ready the value is 0 / false / na.
    """

    source: Expr
    depth: Expr
    capacity: int
    commit_after: WarmUp


Fold = Literal["sum", "mean", "variance", "min", "max"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(EquationBase):
    """`fold(window(source, length))` over the last `length` values, this tick's included (1 <= length <= capacity). NUMBER only.

    When ticks > push_after (the warm-up of source) this tick's `source` is pushed, then the fold is taken over min(pushed, length) values.
    sum: length <= 32: four strided partial sums s0..s3 over the values oldest first (value i to s[i % 4], each starting at 0.0),
    (s0 + s1) + (s2 + s3). length > 32: a Neumaier running sum: add the new value, then (once full) add the negated leaving value;
    at every push whose number is a multiple of length, instead refold: Neumaier from zero over the values oldest first.
    The result is sum + compensation. mean: sum / number of values. variance (population): m = mean; then the mean of (v - m)^2, its sum
    always folded as four strided partial sums. min, max: of the values; of equal ones the newest; a NaN loses to
    every number.
    When nothing is pushed the value is 0.0.
    """

    fold: Fold
    source: Expr
    length: Expr
    capacity: int
    push_after: WarmUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross(EquationBase):
    """`hold(x)`, and the value of `x when c`: what `source`, of another clock, holds at this tick. since: a clock that ticks with
    this one once source is ready."""

    source: Expr
    ready: WarmUp
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(EquationBase):
    """`… when condition`: BOOL, true where the condition is true and ready (`ready`: its warm-up). Then `opens`, a clock, ticks."""

    condition: Expr
    ready: WarmUp
    opens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart(EquationBase):
    """`node(…) restart on condition`: BOOL, true where the condition is true and ready. since: a clock that ticks with this one,
    its ticks being counted from zero again whenever this is true.

    Where it is true, what names it in `restarts` begins anew at this tick: a Memory has nothing stored, a Delay and a Window are empty.
    """

    condition: Expr
    ready: WarmUp
    since: int


Equation = Let | Memory | Delay | Window | Cross | Sample | Restart


# ---- clocks


@dataclass(frozen=True, slots=True)
class Clock:
    """parent None: that of the feed with the same index. Else it ticks only in instants in which parent does, as `equation` says: a
    Sample's opens, the others are `since` of a Cross or Restart and count only."""

    name: str
    parent: int | None = None
    equation: int = -1
