"""The checked program: what the passes make and every target reads. Immutable, one form for interpreter, C and arrays.

The dataflow half is a list of `Equation`s in schedule order; each defines one value. Node calls are already instantiated, generic
units erased, history made explicit. The machine half refers to templates, states and timers by index.

Meaning of an instant (semantics.md 5): if the feed ticked, `ticks` grows by one and every equation is evaluated in order, then every
Memory, Delay and Window that is active is committed; the machine and the order fields then read the held values.

Numbers: NUMBER is IEEE f64, INTEGER is i64 (counts, durations in ns, times in ns), BOOL. An optional value is a pair (value, ok).
"""

from __future__ import annotations

import math
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
    """constant + sum of coefficient * parameter value; terms sorted by parameter index."""

    constant: int
    terms: tuple[tuple[int, int], ...] = ()  # (param index, coefficient)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The maximum of `forms` (sorted, never empty). A value with warm-up w is ready at a tick when `ticks > w`."""

    forms: tuple[Linear, ...] = (Linear(0),)

    def at(self, params: tuple[int | float, ...] | list[int | float]) -> int:
        """The number for given parameter values."""
        return max(f.constant + sum(c * int(params[i]) for i, c in f.terms) for f in self.forms)


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
    before this one (semantics.md 5b).
    """

    kind: Kind
    name: LatchedName
    template: int | None = None
    optional: bool = False


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

    For an optional `value`, `ready` is zero: there `??` answers na, and the whole is ready when both sides are.
    """

    kind: Kind
    value: Expr
    other: Expr
    ready: WarmUp
    optional: bool = False


Expr = Constant | Na | ParamRef | FieldRef | ValueRef | Latched | Operation | Select | Default


def is_optional(expr: Expr) -> bool:
    return isinstance(expr, Na) or (not isinstance(expr, Constant | ParamRef | FieldRef | Na) and expr.optional)


# ---- equations: each defines the value with its own index in Program.equations


@dataclass(frozen=True, slots=True, kw_only=True)
class EquationBase:
    """name: readable and unique, e.g. `fast`, `fast__ema__y`. signal: the strategy signal it belongs to (function grouping).

    warm_up: the value is ready at a tick when ticks > warm_up.
    """

    index: int
    name: str
    signal: str
    kind: Kind
    optional: bool = False
    unit: str = ""
    warm_up: WarmUp = WarmUp()
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
    Before anything was pushed the value is 0.0.
    """

    fold: Fold
    source: Expr
    length: Expr
    capacity: int
    push_after: WarmUp


Equation = Let | Memory | Delay | Window


# ---- what surrounds the dataflow


@dataclass(frozen=True, slots=True)
class Scale:
    """numerator / 10^decimals, a decimal step such as 0.01; value = n * step."""

    numerator: int
    decimals: int


Allow = Literal["LONG", "SHORT", "BOTH"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """All integers are in the units that runtime/native/kernel.h names for stratc_instrument."""

    name: str
    kind: str  # spot, equity, perp
    venue: str
    base: str
    quote: str
    price: Scale
    tick: int
    lot: Scale
    money_per_unit: int
    money_decimals: int
    min_qty: int
    min_notional: int
    max_qty: int
    maker_fee: int
    taker_fee: int
    all_days: bool
    place: Place
    allow: Allow = "LONG"
    fee_in_base: bool = False  # a buy's fee is charged in the base asset, a sell's always in the quote
    base_decimals: int = 8  # a smallest base unit is 10^-base_decimals of the base asset
    lot_units: int = 1  # smallest base units of one lot
    calendar: str = "ALWAYS"  # or XNYS, or the name of the file
    sessions: tuple[tuple[int, int], ...] = ()  # [open, close) in ns, ascending; empty: always open


@dataclass(frozen=True, slots=True)
class Feed:
    name: str
    schema: str
    version: int
    instrument: int
    every: int  # ns
    place: Place


@dataclass(frozen=True, slots=True)
class Param:
    """kind INTEGER for count and duration (is_duration), NUMBER, BOOL. low/high/step are None where not declared."""

    name: str
    kind: Kind
    unit: str
    is_duration: bool
    value: float | int | bool
    low: float | int | None
    high: float | int | None
    step: float | int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Signal:
    """A declared signal: the equation that holds its value. logged: named in a `log` clause."""

    name: str
    equation: int
    type: str  # as printed: price<USDT>, bool, ratio?
    logged: bool
    place: Place


Side = Literal["BUY", "SELL"]
OrderKind = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]
TimeInForce = Literal["GTC", "GTD", "DAY", "IOC", "FOK"]


@dataclass(frozen=True, slots=True)
class Template:
    """An order template. Fields are evaluated at submit and frozen. qty in base units, trigger (STOP, STOP_LIMIT) and price (LIMIT,
    STOP_LIMIT) in quote currency, expires (GTD) a duration in ns from the submit on.

    sibling: `oco`, the template of which one order cancels the other. children: `bracket`, submitted with the first fill.
    reserved: the last template of every program, `flatten`; its side is chosen when it is sent.
    """

    name: str
    side: Side
    kind: OrderKind
    tif: TimeInForce
    reduce_only: bool
    qty: Expr
    trigger: Expr | None
    max_open: int
    first_slot: int
    place: Place
    price: Expr | None = None
    expires: Expr | None = None
    post_only: bool = False
    sibling: int | None = None
    children: tuple[int, ...] = ()
    reserved: bool = False


Measure = Literal["position", "gross", "net", "notional", "collar", "open_orders", "order_rate", "leverage"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A pre-trade rule: `bound MEASURE <= limit [over window] else reject | clamp`.

    limit: NUMBER, stage <= param; base units (position), quote currency (gross, net, notional, collar), a share of the last price
    (collar, if relative), a number (open_orders, order_rate), a multiple of equity (leverage: the account's own rule, always last).
    ceiling: the limit's largest value over all parameter values, for the gate. window: ns (order_rate). clamp: else the largest
    lot that fits.
    """

    text: str
    limit: Expr
    place: Place
    measure: Measure = "position"
    relative: bool = False
    window: int = 0
    clamp: bool = False
    ceiling: float = math.inf


class Verb(Enum):
    SUBMIT = "submit"
    REPLACE = "replace"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    FLATTEN = "flatten"
    HALT = "halt"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class Command:
    verb: Verb
    template: int | None  # SUBMIT, REPLACE, CANCEL
    note: int | None  # NOTIFY: index into Program.notes
    place: Place
    duration: Expr | None = None  # HALT: ns; None: until CONTROL resume


@dataclass(frozen=True, slots=True)
class Wake:
    """The rule reads `age(feed)` against `limit` ns: a timer comes due when the age reaches it, or 1 ns later if `after`."""

    limit: Expr
    after: bool


StandingKind = Literal["guard", "drawdown", "loss", "loss_streak", "assume"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule that is evaluated in every instant: `guard COND else …`, `bound drawdown <= limit over window else …`, `bound loss <= limit
    per day else …`, `bound loss_streak <= limit else …`, `assume COND`.

    condition: of guard and assume, must hold; with a signal that is not ready (ready: its warm-up) nothing fires, but risk-adding
    commands are refused. limit: quote currency, or a share of the peak or the day's first equity if relative; a number (loss_streak).
    confirm: how many instants in a row in which the mark changed must breach. actions: in the order cancel_all, flatten, halt, notify.
    until: what ends it, else the end of the breach.
    """

    text: str
    kind: StandingKind
    condition: Expr | None
    limit: Expr | None
    relative: bool
    window: int
    confirm: int
    actions: tuple[Command, ...]
    until: Expr | None
    wakes: tuple[Wake, ...]
    ready: WarmUp
    place: Place


@dataclass(frozen=True, slots=True)
class Gate:
    """Constants of the order kernel's hard gate, compiled from the bounds: never below them."""

    max_qty: int  # lots
    max_notional: int  # price units * lots
    collar: int  # price units
    max_open: int
    max_position: int  # lots
    pace: int  # ns per message
    burst: int  # ns


NO_GATE = Gate(2**30 - 1, 2**61 - 1, 2**31 - 1, 255, 2**34 - 1, 0, 0)  # bounds nothing but what its fields can hold


TransitionKind = Literal["when", "on", "after"]
EventName = Literal["partial", "filled", "closed", "denied", "late", "flat"]


@dataclass(frozen=True, slots=True)
class Transition:
    """index is unique over the machine, in textual order.

    WHEN: `condition`, tested when a feed it reads ticked (reads_feed) or, if it reads none, in every instant.
    ON: `event` (of `template`, or any), with `condition` if any. AFTER: timer `timer`, `delay` ns after entry.
    target None: keep the state, run the commands, end the testing of this state in this instant.
    cooldown: ns (INTEGER expression) for which the `when` transitions of the target are not tested.
    """

    index: int
    kind: TransitionKind
    condition: Expr | None
    reads_feed: bool
    event: EventName | None
    template: int | None
    timer: int | None
    delay: Expr | None
    target: int | None
    commands: tuple[Command, ...]
    cooldown: Expr | None
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class State:
    """cooldown: for so many ns (INTEGER) after each entry its `when` transitions are not tested."""

    name: str
    transitions: tuple[Transition, ...]
    place: Place
    cooldown: Expr | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    states: tuple[State, ...]
    initial: int
    timer_count: int


@dataclass(frozen=True, slots=True)
class NodeUse:
    """A node of the library or the file that the program instantiates: its name and the content hash of all it depends on."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    title: str
    semantics: int
    compiler: str
    instrument: Instrument
    capital: int  # money units
    feed: Feed
    params: tuple[Param, ...]
    equations: tuple[Equation, ...]  # in schedule order; equations[i].index == i
    signals: tuple[Signal, ...]  # in order of declaration
    warm_up: WarmUp  # of `warm`: every signal is ready
    templates: tuple[Template, ...]
    bounds: tuple[Bound, ...]
    machine: Machine
    notes: tuple[str, ...]
    nodes: tuple[NodeUse, ...]
    slot_count: int
    state_bytes: int  # of the dataflow's memories, delays and windows
    source_hash: str  # SHA-256 of the strategy text
    source_text: str
    source_name: str
    standing: tuple[Standing, ...] = ()
    gate: Gate = NO_GATE
    on_stop: tuple[Command, ...] = ()  # empty: cancel_all
    late_note: int = 0  # index into notes: a late fill that no state handles
