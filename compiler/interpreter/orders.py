"""Order slots, the checks of a submit, and what a report does to them (semantics.md 5a, 5e, 5f, Rounding, Order templates)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..program import EventName, Instrument, Program, Scale, Side, Template
from .account import Account, Fault, held, scaled
from .messages import Deny, Output, Record, Report, SendCancel, SendSubmit, Why

SUBMIT, CANCEL = 16, 18  # in records
LARGEST_PRICE, LARGEST_QTY = 2**31 - 1, 2**30 - 1  # what a frame carries
LARGEST_BOUND = (2**63 - 1) // 2


def round_steps(x: float, step: Scale, multiple: int, direction: int, limit: int) -> int | None:
    """x in whole steps, a multiple of `multiple`: the nearest one if it is within 1e-6, else down (-1), up (1), toward zero (0).

    None where that is not finite, no longer exact, or beyond `limit`.
    """
    exact = x * 10.0**step.decimals / float(step.numerator * multiple)
    if not math.isfinite(exact) or abs(exact) >= 2.0**53:
        return None
    down = math.floor(exact)
    above = exact - float(down)
    if above <= 1e-6:
        whole = down
    elif above >= 1.0 - 1e-6:
        whole = down + 1
    else:
        whole = down + (direction > 0 or (direction == 0 and exact < 0.0))
    return whole * multiple if abs(whole * multiple) <= limit else None


def bound_lots(limit: float | None, instrument: Instrument) -> int:
    """Rounded down; na, NaN and what is negative let nothing pass."""
    if limit is None or not limit > 0.0:
        return 0
    lots = round_steps(limit, instrument.lot, 1, -1, LARGEST_BOUND)
    return LARGEST_BOUND if lots is None else lots


@dataclass(slots=True)
class Slot:
    """One order that a template has, or had last, open. value: lots * price units over its fills."""

    order: int = 0
    template: int = 0
    side: Side = "BUY"
    qty: int = 0
    reduce_only: bool = False
    cum: int = 0
    value: int = 0
    is_open: bool = False

    @property
    def leaves(self) -> int:
        return self.qty - self.cum


class Orders:
    """The slots of every template and the position bound. bound: (its rule, lots)."""

    def __init__(self, program: Program, account: Account, bound: tuple[int, int] | None) -> None:
        self.instrument, self.templates = program.instrument, program.templates
        self.account, self.bound = account, bound
        self.slots = [Slot() for _ in range(program.slot_count)]
        self.last_order = 0
        self.flat = True

    def of(self, template: int) -> list[Slot]:
        first = self.templates[template].first_slot
        return self.slots[first : first + self.templates[template].max_open]

    def filled(self, template: int) -> int:
        return sum(slot.cum for slot in self.of(template))

    def average_price(self, template: int) -> float | None:
        lots = self.filled(template)
        if lots == 0:
            return None
        value = sum(slot.value for slot in self.of(template))
        return float(value) / float(lots) * scaled(1, self.instrument.price)

    # ---- reports

    def latch(self, report: Report) -> set[EventName]:
        """Takes the report in and says what it raises."""
        self._check(report)
        if report.event == "FILL":
            lots = report.last_qty if report.side == "BUY" else -report.last_qty
            self.account.trade(lots, report.last_px, report.fee)
        if self.account.position != report.position_after:
            raise Fault("POSITION")
        slot = next((s for s in self.slots if s.order == report.order != 0), None)
        events: set[EventName] = set()
        match report.event:
            case "FILL":
                events = self._fill(slot, report)
            case "CLOSE" if slot is not None and slot.is_open:
                slot.is_open = False
                events = {"closed"}
            case "DENY" if slot is None or slot.is_open:  # the strategy's own denial has no slot
                if slot is not None:
                    slot.is_open = False
                events = {"denied"}
            case _:
                pass
        was_flat, self.flat = self.flat, self._is_flat()
        if self.flat and not was_flat:
            events.add("flat")
        self.account.revalue()
        return events

    def _check(self, report: Report) -> None:
        """Every field in the range that its message declares."""
        known = 0 <= report.template < len(self.templates)
        if not (known and 0 <= report.last_qty <= LARGEST_QTY and 0 <= report.last_px <= LARGEST_PRICE):
            raise Fault("REPORT")

    def _fill(self, slot: Slot | None, report: Report) -> set[EventName]:
        if slot is None:
            return {"late"}
        slot.cum += report.last_qty
        slot.value = held(slot.value + report.last_qty * report.last_px)
        if not slot.is_open:
            return {"late"}
        if slot.cum < slot.qty:
            return {"partial"}
        slot.is_open = False
        return {"filled", "closed"}

    def _is_flat(self) -> bool:
        """No open leaves, and less than a lot, the least quantity or the least notional is held."""
        if any(slot.is_open for slot in self.slots):
            return False
        held, mark = abs(self.account.position), self.account.mark
        notional = held * mark * self.instrument.money_per_unit
        return held == 0 or held < self.instrument.min_qty or (mark > 0 and notional < self.instrument.min_notional)

    # ---- commands

    def submit(self, index: int, qty: float | None, trigger: float | None, line: int, out: Output) -> None:
        template = self.templates[index]
        self.last_order += 1
        lots, price, why = self._rounded(template, qty, trigger)
        slot = next((s for s in self.of(index) if not s.is_open), None)
        why = why or self._refusal(index, lots, price, slot, line, out)
        payload = (self.last_order, lots, price, self.account.position)
        out.records.append(Record("command", index, line, SUBMIT, payload))
        if why is not None or slot is None:
            assert why is not None
            denial = Deny(self.last_order, index, template.side, max(lots, 0), self.account.position, why)
            out.frames.append(denial)
            return
        send = SendSubmit(
            self.last_order, index, template.side, template.kind, template.tif, template.reduce_only, lots, price
        )
        out.frames.append(send)
        slot.order, slot.template, slot.side, slot.qty = self.last_order, index, template.side, lots
        slot.reduce_only, slot.cum, slot.value, slot.is_open = template.reduce_only, 0, 0, True

    def _rounded(self, template: Template, qty: float | None, trigger: float | None) -> tuple[int, int, Why | None]:
        """Quantity toward zero, a buy's trigger up, a sell's down; what could not be rounded is 0."""
        stops = template.kind == "STOP"
        if qty is None or (stops and trigger is None):
            return 0, 0, "NA"
        lots = round_steps(qty, self.instrument.lot, 1, 0, self.instrument.max_qty)
        if lots is None:
            return 0, 0, "RANGE"
        if not stops:
            return lots, 0, None
        assert trigger is not None
        direction = 1 if template.side == "BUY" else -1
        price = round_steps(trigger, self.instrument.price, self.instrument.tick, direction, LARGEST_PRICE)
        return (lots, 0, "RANGE") if price is None or price < 1 else (lots, price, None)

    def _refusal(self, index: int, lots: int, price: int, slot: Slot | None, line: int, out: Output) -> Why | None:
        reference = price or self.account.mark
        notional = lots * reference * self.instrument.money_per_unit
        if lots < 1 or lots < self.instrument.min_qty or notional < self.instrument.min_notional:
            return "MIN_QTY"
        if slot is None:
            return "SLOT"
        template = self.templates[index]
        if template.reduce_only:
            return "REDUCE_ONLY" if self._over_reduces(template.side, lots) else None
        return "RISK" if self._breaks_bound(index, lots, line, out) else None

    def _over_reduces(self, side: Side, lots: int) -> bool:
        """It must shrink the position, together with every other reduce-only order that is open."""
        position = self.account.position if side == "SELL" else -self.account.position
        others = sum(slot.leaves for slot in self.slots if slot.is_open and slot.reduce_only)
        return lots + others > position

    def _breaks_bound(self, index: int, lots: int, line: int, out: Output) -> bool:
        """The worst case: every open order on this side fills, and this one."""
        if self.bound is None:
            return False
        rule, limit = self.bound
        side = self.templates[index].side
        leaves = lots + sum(slot.leaves for slot in self.slots if slot.is_open and slot.side == side)
        worst = abs(self.account.position + (leaves if side == "BUY" else -leaves))
        out.records.append(Record("risk", rule, line, int(worst > limit), (worst, limit, index)))
        return worst > limit

    def cancel(self, template: int | None, line: int, out: Output) -> None:
        """Asks for the end of every open order of the template; None: of all."""
        for slot in self._open(template):
            payload = (slot.order, slot.leaves, 0, self.account.position)
            out.records.append(Record("command", slot.template, line, CANCEL, payload))
            out.frames.append(SendCancel(slot.order, slot.template))

    def _open(self, template: int | None) -> Iterator[Slot]:
        return (s for s in self.slots if s.is_open and template in (None, s.template))
