"""What goes into an instant and what comes out of it. Words instead of codes; integers in the units of the instrument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..program import OrderKind, Side, TimeInForce

# ---- inputs: `now` is ns UTC, never decreasing


@dataclass(frozen=True, slots=True)
class Control:
    now: int
    verb: Literal["start", "stop"]


@dataclass(frozen=True, slots=True)
class Timer:
    """The deadline of a timer came due."""

    now: int
    timer: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Prices in the quote currency, `close_px` the close in whole price units; volume in base units."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    close_px: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar of the feed closed; None: the set holds none."""

    now: int
    bar: Bar | None


ReportEvent = Literal[
    "ACK", "FILL", "CLOSE", "DENY", "REPLACE_ACK", "REPLACE_REJECT", "CANCEL_REJECT", "TRIGGERED", "UNKNOWN", "NOTICE"
]


@dataclass(frozen=True, slots=True)
class Report:
    """A word of the order kernel on one order. last_qty, last_px, fee: of a FILL. position_after: lots, its truth."""

    now: int
    event: ReportEvent
    order: int
    template: int
    side: Side = "BUY"
    last_qty: int = 0
    last_px: int = 0
    fee: int = 0
    position_after: int = 0


Input = Control | Timer | Bars | Report

# ---- outputs

Why = Literal["NA", "RANGE", "MIN_QTY", "SLOT", "RISK", "REDUCE_ONLY"]


@dataclass(frozen=True, slots=True)
class SendSubmit:
    order: int
    template: int
    side: Side
    kind: OrderKind
    tif: TimeInForce
    reduce_only: bool
    qty: int
    trigger: int


@dataclass(frozen=True, slots=True)
class SendCancel:
    order: int
    template: int


@dataclass(frozen=True, slots=True)
class Deny:
    """A submit that was not sent; the host returns it as the next input, a Report DENY."""

    order: int
    template: int
    side: Side
    qty: int
    position: int
    why: Why


Frame = SendSubmit | SendCancel | Deny


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the strategy log; what id, aux and payload are:

    signal: signal, 1 where it is there, (value)
    risk: bound, 1 where it is broken, (worst-case position, limit, template)
    transition: from (-1: none), to, (cause: 1 when, 2 on, 3 after, 4 start; transition)
    command: template, 16 submit or 18 cancel, (order, lots, trigger, position)
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
