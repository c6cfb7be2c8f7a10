"""What the hand-written model of the order kernel remembers: its rows, its instruments, its gate, and the words for them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

Phase = IntEnum("Phase", "FREE HELD PENDING SUBMITTED WORKING CLOSED", start=0)
Reason = IntEnum("Reason", "NONE FILLED CANCELLED REJECTED EXPIRED DENIED REPLACED", start=0)
Side = IntEnum("Side", "BUY SELL", start=0)
Kind = IntEnum("Kind", "MARKET LIMIT STOP STOP_LIMIT MARKET_IF_TOUCHED LIMIT_IF_TOUCHED TRAILING", start=0)
Tif = IntEnum("Tif", "DAY GTC GTD IOC FOK AT_OPEN AT_CLOSE", start=0)
Event = IntEnum(
    "Event", "ACK FILL CLOSE DENY REPLACE_ACK REPLACE_REJECT CANCEL_REJECT TRIGGERED UNKNOWN NOTICE", start=0
)
Why = IntEnum(
    "Why",
    "OK NA RANGE MIN_QTY SLOT RISK REDUCE_ONLY STALE_ORDER ROW_IN_USE BAD_FIELD NO_REFERENCE TOO_LARGE TOO_RICH OFF_COLLAR"
    " TOO_MANY_OPEN TOO_FAST OVER_POSITION DUPLICATE_INTENT KILLED LOCKED NOT_OPEN BUSY DUPLICATE STALE_FILL LATE_FILL"
    " OVERFILL LATE_STATUS",
    start=0,
)

NEVER = 4_611_686_018_427_387_903
MAX_LOTS = 1_073_741_823
MIN_POSITION, MAX_POSITION = -4_294_967_296, 4_294_967_295

PRICED = (Kind.LIMIT, Kind.STOP_LIMIT, Kind.LIMIT_IF_TOUCHED)
TRIGGERED = (Kind.STOP, Kind.STOP_LIMIT, Kind.MARKET_IF_TOUCHED, Kind.LIMIT_IF_TOUCHED, Kind.TRAILING)
AT_VENUE = (Phase.PENDING, Phase.SUBMITTED, Phase.WORKING)
LIVE = (Phase.HELD, *AT_VENUE)

NOT_ORDER = ("disconnect", "kill", "limits", "contract", "reference", "unlock", "heartbeat")
FROM_VENUE = (
    "ack",
    "reject",
    "cancel_ack",
    "cancel_reject",
    "replace_ack",
    "replace_reject",
    "venue_closed",
    "triggered",
)
FILL_ONLY = {"exec_seq": 0, "last_qty": 0, "last_px": 0, "fee": 0, "in_base": False, "liquidity": 0}

Fields = dict[str, Any]
Outputs = list[tuple[str, Fields]]
Pair = tuple[Phase, bool, bool, bool] | str


@dataclass
class Row:
    """One slot: the order that has it, or had it last."""

    id: int = 0
    tag: int = 0
    symbol: int = 0
    side: int = Side.BUY
    kind: int = Kind.MARKET
    tif: int = Tif.DAY
    post_only: bool = False
    reduce_only: bool = False
    sibling: int = 0
    child_a: int = 0
    child_b: int = 0
    phase: Phase = Phase.FREE
    reason: Reason = Reason.NONE
    unknown: bool = False
    pend_cancel: bool = False
    pend_replace: bool = False
    was_triggered: bool = False
    qty: int = 0
    full: int = 0
    cum: int = 0
    px: int = 0
    trigger: int = 0
    expires: int = 0
    new_qty: int = 0
    new_px: int = 0
    new_trigger: int = 0
    new_expires: int = 0
    seq: int = 0
    wish: int = 0
    last_exec: int = 0
    queries: int = 0
    expiry_at: int = NEVER
    answer_at: int = NEVER

    def at_venue(self) -> bool:
        return self.phase in AT_VENUE

    def live(self) -> bool:
        return self.phase in LIVE

    def asked(self) -> int:
        return max(self.qty, self.new_qty) if self.pend_replace else self.qty

    def leaves(self) -> int:
        return max(self.asked() - self.cum, 0) if self.at_venue() else 0

    def waits(self) -> bool:
        open_question = self.pend_cancel or self.pend_replace or self.unknown
        return self.at_venue() and (self.phase != Phase.WORKING or open_question)


@dataclass
class Instrument:
    position: int = 0
    dust: int = 0
    lot_units: int = 0
    ref_px: int = 0
    locked: bool = False
    stray: int = 0
    stray_exec: int = 0


@dataclass
class Gate:
    max_qty: int = 0
    max_notional: int = 0
    collar: int = 0
    max_open: int = 0
    max_position: int = 0
    pace: int = 0
    burst: int = 0
    paced_until: int = 0
    killed: bool = False
