"""The checked program: what the passes make and every target reads. Immutable, one form for interpreter, C and arrays.

The dataflow half is a list of `Equation`s in schedule order; each defines one value. Node calls are already instantiated, generic
units erased, history made explicit. The machine half refers to templates, states and timers by index.

Meaning of an instant (semantics.md 5): the clocks of the feeds that closed a bar tick. Then, in order, every equation whose clock
ticked is evaluated (a Sample lets its own clock tick), then every Memory and Delay whose clock ticked is committed; the machine and
the order fields then read the held values. A clock is also a counter of its ticks, which tells what is warm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from .equations import (
    Clock as Clock,
    Constant as Constant,
    Cross as Cross,
    Default as Default,
    Delay as Delay,
    Equation as Equation,
    EquationBase as EquationBase,
    Expr as Expr,
    FieldRef as FieldRef,
    Fold as Fold,
    Kind as Kind,
    Latched as Latched,
    LatchedName as LatchedName,
    Let as Let,
    Linear as Linear,
    Memory as Memory,
    Na as Na,
    Operation as Operation,
    Operator as Operator,
    ParamRef as ParamRef,
    Place as Place,
    Restart as Restart,
    Sample as Sample,
    Select as Select,
    ValueRef as ValueRef,
    WarmUp as WarmUp,
    Window as Window,
    answers_na as answers_na,
    is_optional as is_optional,
)

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
    calendar: str = "ALWAYS"  # or the code of an exchange, or the name of the file
    sessions: tuple[tuple[int, int], ...] = ()  # [open, close) in ns, ascending; empty: always open
    days: tuple[tuple[int, int], ...] = ()  # first open and last close of each trading day; empty: each session is one
    library: str = ""  # the version of exchange_calendars that an exchange's sessions are from


@dataclass(frozen=True, slots=True)
class Feed:
    name: str
    schema: str
    version: int
    instrument: int
    every: int  # ns
    place: Place
    source: int | None = None  # `resample`: of which feed
    type: str = ""  # of an `extern signal`, schema `signal`: of its values, which stand in the column `close`; every: 0
    python: str = ""  # and who makes them: module:Class

    @property
    def is_bars(self) -> bool:
        return not self.python


@dataclass(frozen=True, slots=True)
class Param:
    """kind INTEGER for count, duration (is_duration) and enumerations, NUMBER, BOOL. low/high/step are None where not declared.

    members: of the enumeration; the value is the place of one of them.
    """

    name: str
    kind: Kind
    unit: str
    is_duration: bool
    value: float | int | bool
    low: float | int | None
    high: float | int | None
    step: float | int | None
    place: Place
    members: tuple[str, ...] = ()

    @property
    def text(self) -> float | int | bool | str:
        """The value as it is written."""
        return self.members[int(self.value)] if self.members else self.value


@dataclass(frozen=True, slots=True)
class Signal:
    """A declared signal: the equation that holds its value. logged: named in a `log` clause."""

    name: str
    equation: int
    type: str  # as printed: price<USDT>, bool, ratio?
    logged: bool
    place: Place


Side = Literal["BUY", "SELL"]
OrderKind = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING"]
TimeInForce = Literal["GTC", "GTD", "DAY", "IOC", "FOK", "AT_OPEN", "AT_CLOSE"]
Urgency = Literal["PASSIVE", "MID", "CROSS"]
Leftover = Literal["CANCEL", "KEEP", "CROSS"]


@dataclass(frozen=True, slots=True)
class Reprice:
    """`after delay do reprice(to = price, max = most)`: every `delay` ns after the acknowledgement, at most `most` times."""

    delay: Expr
    to: Expr
    most: int
    place: Place


@dataclass(frozen=True, slots=True)
class Schedule:
    """The order is sent as `slices` parts, spread over `during` ns. leftover: what becomes of what is not filled by then."""

    profile: Literal["twap", "vwap"]
    during: Expr
    slices: int
    leftover: Leftover
    place: Place


@dataclass(frozen=True, slots=True)
class OrderHandler:
    """`on event [when condition] do commands` of an order about itself."""

    event: EventName
    condition: Expr | None
    commands: tuple[Command, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Template:
    """An order template. Fields are evaluated at submit and frozen. qty in base units, trigger (STOP, STOP_LIMIT) and price (LIMIT,
    STOP_LIMIT) in quote currency, expires (GTD) a duration in ns from the submit on.

    sibling: `oco`, the template of which one order cancels the other. children: `bracket`, submitted with the first fill.
    reserved: the last templates of every program, `flatten`, one per instrument; its side is chosen when it is sent.
    urgency, route (a number, 0: none; else an index into Program.routes + 1): hints to the venue, carried by the frame.
    display: the most that the book shows of it, base units. watched: the price that the trigger waits for, if not the instrument's own.
    What no target runs yet is listed in unsupported.py.
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
    instrument: int = 0
    urgency: Urgency = "PASSIVE"
    route: int = 0
    display: Expr | None = None
    watched: Expr | None = None
    reprice: Reprice | None = None
    schedule: Schedule | None = None
    handlers: tuple[OrderHandler, ...] = ()

    @property
    def fields(self) -> tuple[Expr, ...]:
        """What is evaluated when the order is sent."""
        found = (self.qty, self.price, self.trigger, self.expires, self.display)
        return tuple(e for e in found if e is not None)


Measure = Literal["position", "gross", "net", "notional", "collar", "open_orders", "order_rate", "leverage"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A pre-trade rule: `bound MEASURE <= limit [over window] else reject | clamp`.

    limit: NUMBER, stage <= param; base units (position), quote currency (gross, net, notional, collar), a share of the last price
    (collar, if relative), a number (open_orders, order_rate), a multiple of equity (leverage: the account's own rule, always last).
    ceiling: the limit's largest value over all parameter values, for the gate. window: ns (order_rate). clamp: else the largest
    lot that fits. instrument: whose orders it is about, and its part alone; None: of the account, all instruments together.
    """

    text: str
    limit: Expr
    place: Place
    measure: Measure = "position"
    relative: bool = False
    window: int = 0
    clamp: bool = False
    ceiling: float = math.inf
    instrument: int | None = None


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
    feed: int = 0


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
class Proof:
    """`prove CONDITION`: must hold in every instant of every run."""

    text: str
    condition: Expr
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


TransitionKind = Literal["when", "on", "after", "adopt"]
EventName = Literal["partial", "filled", "closed", "denied", "late", "flat"]


@dataclass(frozen=True, slots=True)
class Transition:
    """index is unique over the machine, in textual order.

    WHEN: `condition`, tested when one of `feeds`, which it reads, ticked or, if it reads none, in every instant.
    ON: `event` (of `template`, or any), with `condition` if any. AFTER: timer `timer`, `delay` ns after entry.
    ADOPT: of Machine.adopts alone. `condition` asks for `warm` too.
    target None: keep the state, run the commands, end the testing of this state in this instant.
    cooldown: ns (INTEGER expression) for which the `when` transitions of the target are not tested.
    """

    index: int
    kind: TransitionKind
    condition: Expr | None
    feeds: tuple[int, ...]
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
    """adopts: where a position of another program is taken over; the first whose condition holds. Without one the kernel refuses."""

    states: tuple[State, ...]
    initial: int
    timer_count: int
    adopts: tuple[Transition, ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command that it may give."""
        taken = (*(t for state in self.states for t in state.transitions), *self.adopts)
        return tuple(c for t in taken for c in t.commands)


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
    instruments: tuple[Instrument, ...]  # all with the same quote currency and money unit
    capital: int  # money units
    feeds: tuple[Feed, ...]
    clocks: tuple[Clock, ...]  # first those of the feeds, in their order
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
    gates: tuple[Gate, ...] = (NO_GATE,)  # one per instrument
    on_stop: tuple[Command, ...] = ()  # empty: cancel_all
    late_note: int = 0  # index into notes: a late fill that no state handles
    routes: tuple[str, ...] = ()  # that orders name, in the order of the text
    proofs: tuple[Proof, ...] = ()

    def ancestors(self, clock: int) -> frozenset[int]:
        """The clock and those that tick whenever it does."""
        parent = self.clocks[clock].parent
        return frozenset({clock}) if parent is None else self.ancestors(parent) | {clock}

    @property
    def warm_bars(self) -> WarmUp:
        """About as many bars of the first feed as `warm_up` asks for; what counts from an event on is left out."""
        found = set()
        for form in self.warm_up.forms:
            if form.clock < len(self.feeds):
                bars = max(1, self.feeds[form.clock].every // self.feeds[0].every)
                found.add(Linear(form.constant * bars + bars - 1, tuple((i, c * bars) for i, c in form.terms)))
        return WarmUp(tuple(sorted(found or {Linear(0)})))

    def finest(self, instrument: int = 0) -> Feed:
        """The feed on which an instrument is filled and marked; of equal ones the first."""
        its = (feed for feed in self.feeds if feed.instrument == instrument and feed.is_bars)
        return min(its, key=lambda feed: feed.every)

    @property
    def money(self) -> Scale:
        """One money unit in the currency of the account."""
        return Scale(1, self.instruments[0].money_decimals)

    @property
    def quote(self) -> str:
        """The currency of the account."""
        return self.instruments[0].quote
