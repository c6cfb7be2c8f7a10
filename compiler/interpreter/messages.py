"""What goes into an instant and what comes out of it. Words instead of codes; integers in the units of the instrument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..program import OrderKind, Side, TimeInForce, Urgency

# ---- inputs: `now` is ns UTC, never decreasing

ControlVerb = Literal["start", "stop", "pause", "resume", "flatten", "kill", "adopt"]


Taken = tuple[int, int]  # lots, signed, and the money units that were paid for them (Holding.cost)


@dataclass(frozen=True, slots=True)
class Control:
    """taken: of `adopt`, one for each instrument."""

    now: int
    verb: ControlVerb
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Timer:
    """The deadline of a timer came due."""

    now: int
    timer: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Of a feed. Prices in the quote currency, `close_px` the close in whole price units; volume in base units."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    close_px: int
    feed: int = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars that ended at one boundary, at most one of each feed, in the order of the feeds."""

    now: int
    bars: tuple[Bar, ...]


ReportEvent = Literal[
    "ACK", "FILL", "CLOSE", "DENY", "REPLACE_ACK", "REPLACE_REJECT", "CANCEL_REJECT", "TRIGGERED", "UNKNOWN", "NOTICE"
]


@dataclass(frozen=True, slots=True)
class Report:
    """A word of the order kernel on one order. position_after: lots, its truth.

    last_qty, last_px, fee, in_base: of a FILL; the fee in money units, in_base: in smallest units of the base asset. qty, px: of a
    REPLACE_ACK, what stands now; closed: it ended the order. ours: a refusal of the strategy's own that the host returns (reason DENIED).
    """

    now: int
    event: ReportEvent
    order: int
    template: int
    side: Side = "BUY"
    last_qty: int = 0
    last_px: int = 0
    fee: int = 0
    position_after: int = 0
    in_base: bool = False
    qty: int = 0
    px: int = 0
    ours: bool = False
    closed: bool = False


Input = Control | Timer | Bars | Report

# ---- outputs

Why = Literal["NA", "RANGE", "MIN_QTY", "SLOT", "RISK", "REDUCE_ONLY"]


@dataclass(frozen=True, slots=True)
class SendSubmit:
    """expires: ns UTC, 0 none. sibling: order id of the other leg, 0 none. urgency, route (0 none): hints to the venue."""

    order: int
    template: int
    side: Side
    kind: OrderKind
    tif: TimeInForce
    reduce_only: bool
    qty: int
    trigger: int
    px: int = 0
    expires: int = 0
    post_only: bool = False
    sibling: int = 0
    urgency: Urgency = "PASSIVE"
    route: int = 0


@dataclass(frozen=True, slots=True)
class SendReplace:
    """qty: the total."""

    order: int
    template: int
    qty: int
    px: int
    trigger: int
    urgency: Urgency = "PASSIVE"


@dataclass(frozen=True, slots=True)
class SendCancel:
    order: int
    template: int


@dataclass(frozen=True, slots=True)
class Deny:
    """A submit that was not sent; the host returns it as the next input, a Report DENY of no order."""

    template: int
    side: Side
    qty: int
    px: int
    position: int
    why: Why


@dataclass(frozen=True, slots=True)
class RefuseReplace:
    """A replace that was not sent; the host returns it as a Report REPLACE_REJECT that is `ours`, which changes nothing."""

    order: int
    template: int
    side: Side
    qty: int
    px: int
    position: int
    why: Why


Frame = SendSubmit | SendReplace | SendCancel | Deny | RefuseReplace

FLATTEN_VERB, HALT_VERB = 128, 129  # beside the frame types 16 submit, 17 replace, 18 cancel
ACCOUNT_WIDE = 0xFFFF  # the id of their records


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the strategy log; what id, aux and payload are:

    signal: signal, 1 where it is there, (value)
    risk: bound, 0 pass 1 reject 2 clamp, (worst case, limit, template, lots after it); or number of bounds + standing rule,
        1 fires 0 ends, (measured, limit)
    transition: from (-1: none), to, (cause: 1 when, 2 on, 3 after, 4 start, 5 flatten,
        6 adopt; transition)
    command: template, 16 submit 17 replace 18 cancel, (order or 0 if denied, lots, price or trigger, position); or ACCOUNT_WIDE,
        128 flatten, (0, 0, 0, position); 129 halt, (until)
    note: text
    """

    kind: Literal["signal", "risk", "transition", "command", "note"]
    id: int
    line: int
    aux: int = 0
    payload: tuple[int | float, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    frames: list[Frame] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
