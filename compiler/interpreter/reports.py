"""What a REPORT does to order slots, position and money, and which events it raises (semantics.md 5a, Account)."""

from __future__ import annotations

from ..program import EventName, Program
from .account import Account, Fault, held
from .messages import Report
from .slots import Fields, Slot, Slots

LARGEST_PRICE, LARGEST_QTY = 2**31 - 1, 2**30 - 1  # what a frame carries


class Reports:
    """flat: the held predicate. happened: (`filled` or `closed`, template) since the last tick. answered: a slot whose replace was
    answered in this instant. filled: the template of an order that was open and got a fill in this instant."""

    def __init__(self, program: Program, account: Account, slots: Slots) -> None:
        self.instrument, self.account, self.slots = program.instrument, account, slots
        self.flat = True
        self.happened: set[tuple[str, int]] = set()
        self.answered: Slot | None = None
        self.filled: int | None = None

    def begin(self) -> None:
        self.answered = self.filled = None

    def latch(self, report: Report) -> set[EventName]:
        """Takes the report in and says what it raises."""
        self._check(report)
        before, slot = self.account.position, self.slots.with_order(report.order)
        if report.event == "FILL":
            self._trade(report)
        if self.account.position != report.position_after:
            raise Fault("POSITION")
        events = self._answer(slot, report)
        self.happened |= {(event, report.template) for event in events & {"filled", "closed"}}
        was_flat, self.flat = self.flat, self._is_flat()
        if self.flat and not was_flat:
            events.add("flat")
        self._end_trip(before, became_flat=self.flat and not was_flat)
        self.account.revalue()
        return events

    def _check(self, report: Report) -> None:
        """Every field that is read in the range that its message declares."""
        readable = (
            0 <= report.template < len(self.slots.templates)
            and 0 <= report.last_qty <= LARGEST_QTY
            and 0 <= report.last_px <= LARGEST_PRICE
        )
        if report.event == "FILL" and report.in_base:
            readable = readable and report.fee >= 0 and report.fee // self.instrument.lot_units <= LARGEST_QTY
        if report.event == "REPLACE_ACK":
            readable = readable and 0 <= report.qty <= LARGEST_QTY and 0 <= report.px <= LARGEST_PRICE
        if not readable:
            raise Fault("REPORT")

    def _trade(self, report: Report) -> None:
        lots = report.last_qty if report.side == "BUY" else -report.last_qty
        self.account.fill(lots, report.last_px, report.fee, in_base=report.in_base)
        self.account.trip_is_open = True

    def _answer(self, slot: Slot | None, report: Report) -> set[EventName]:
        match report.event:
            case "FILL":
                return self._fill(slot, report)
            case "CLOSE" if slot is not None and slot.is_open:
                slot.end()
                return {"closed"}
            case "DENY" if slot is None or slot.is_open:  # the strategy's own denial has no slot
                if slot is not None:
                    slot.end()
                return {"denied"}
            case "REPLACE_ACK" if slot is not None and slot.is_open:
                return self._replaced(slot, report)
            case "REPLACE_REJECT" if slot is not None and slot.is_open and not report.ours:
                slot.asked = None
                self.answered = slot
            case _:
                pass
        return set()

    def _replaced(self, slot: Slot, report: Report) -> set[EventName]:
        """A total that is filled already ends the order as a last fill does."""
        trigger = slot.stands.trigger if slot.asked is None else slot.asked.trigger
        slot.stands, slot.asked = Fields(report.qty, report.px, trigger), None
        if report.closed or slot.cum >= report.qty:
            slot.end()
            return {"filled", "closed"}
        self.answered = slot
        return set()

    def _fill(self, slot: Slot | None, report: Report) -> set[EventName]:
        if slot is None:
            return {"late"}
        slot.cum += report.last_qty
        slot.value = held(slot.value + report.last_qty * report.last_px)
        if not slot.is_open:
            return {"late"}
        self.filled = slot.template
        if slot.cum < slot.stands.qty:
            return {"partial"}
        slot.end()
        return {"filled", "closed"}

    def _is_flat(self) -> bool:
        """No open leaves, and less than a lot, the least quantity or the least notional is held."""
        if self.slots.open():
            return False
        lots, mark = abs(self.account.position), self.account.mark
        poor = mark > 0 and self.account.notional(lots, mark) < self.instrument.min_notional
        return lots == 0 or lots < self.instrument.min_qty or poor

    def _end_trip(self, before: int, *, became_flat: bool) -> None:
        account = self.account
        over = account.position == 0 or before * account.position < 0 or became_flat
        if account.trip_is_open and over:
            account.end_trip()
            account.trip_is_open = account.position != 0 and not self.flat
