"""What a REPORT does to order slots, position and money, and which events it raises (semantics.md 5a, Account)."""

from __future__ import annotations

from collections.abc import Sequence

from ..program import EventName, Program
from .account import Account, Fault, Holding, held
from .messages import Report, Taken
from .slots import Fields, Slot, Slots

LARGEST_PRICE, LARGEST_QTY = 2**31 - 1, 2**30 - 1  # what a frame carries
LARGEST_POSITION = 2**32 - 1  # what the order kernel holds


class Reports:
    """flat: the held predicate. happened: per clock, (`filled` or `closed`, template) since its last tick. answered: a slot whose replace
    was answered in this instant. filled: the template of an order that was open and got a fill in this instant."""

    def __init__(self, program: Program, account: Account, slots: Slots) -> None:
        self.templates, self.account, self.slots = program.templates, account, slots
        self.flat = True
        self.happened: list[set[tuple[str, int]]] = [set() for _ in program.clocks]
        self.answered: Slot | None = None
        self.filled: int | None = None

    def begin(self) -> None:
        self.answered = self.filled = None

    def latch(self, report: Report) -> set[EventName]:
        """Takes the report in and says what it raises."""
        self._check(report)
        holding, slot = self._holding(report), self.slots.with_order(report.order)
        before = holding.position
        if report.event == "FILL":
            self._trade(holding, report)
        if holding.position != report.position_after:
            raise Fault("POSITION")
        events = self._answer(slot, report)
        for happened in self.happened:
            happened |= {(event, report.template) for event in events & {"filled", "closed"}}
        was_flat, self.flat = self.flat, self._is_flat()
        if self.flat and not was_flat:
            events.add("flat")
        turned = before * holding.position < 0
        for each in self.account.holdings:
            self._end_trip(each, turned=turned and each is holding, became_flat=self.flat and not was_flat)
        self.account.revalue()
        return events

    def _holding(self, report: Report) -> Holding:
        return self.account.holdings[self.templates[report.template].instrument]

    def adopt(self, taken: Sequence[Taken]) -> None:
        """What another program left open is this one's now, instrument by instrument."""
        for holding, (position, cost) in zip(self.account.holdings, taken, strict=True):
            allow, sign = holding.instrument.allow, (position > 0) - (position < 0)
            allowed = allow == "BOTH" or sign in (0, 1 if allow == "LONG" else -1)
            if abs(position) > LARGEST_POSITION or sign != (cost > 0) - (cost < 0) or not allowed:
                raise Fault("ADOPT")
            holding.position, holding.cost = position, held(cost)
        self.account.check()
        self.flat = self._is_flat()
        for holding in self.account.holdings:
            holding.trip_is_open = holding.position != 0 and not self.flat
        self.account.revalue()

    def _check(self, report: Report) -> None:
        """Every field that is read in the range that its message declares."""
        readable = (
            0 <= report.template < len(self.slots.templates)
            and 0 <= report.last_qty <= LARGEST_QTY
            and 0 <= report.last_px <= LARGEST_PRICE
        )
        if report.event == "FILL" and report.in_base:
            units = self._holding(report).instrument.lot_units if readable else 1
            readable = readable and report.fee >= 0 and report.fee // units <= LARGEST_QTY
        if report.event == "REPLACE_ACK":
            readable = readable and 0 <= report.qty <= LARGEST_QTY and 0 <= report.px <= LARGEST_PRICE
        if not readable:
            raise Fault("REPORT")

    def _trade(self, holding: Holding, report: Report) -> None:
        lots = report.last_qty if report.side == "BUY" else -report.last_qty
        holding.fill(lots, report.last_px, report.fee, in_base=report.in_base)
        self.account.check()
        holding.trip_is_open = True

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
        return not self.slots.open() and all(map(_is_too_small, self.account.holdings))

    def _end_trip(self, holding: Holding, *, turned: bool, became_flat: bool) -> None:
        if holding.trip_is_open and (holding.position == 0 or turned or became_flat):
            self.account.end_trip(holding)
            holding.trip_is_open = holding.position != 0 and not self.flat


def _is_too_small(holding: Holding) -> bool:
    """To be sold."""
    lots, of = abs(holding.position), holding.instrument
    poor = holding.mark > 0 and holding.notional(lots, holding.mark) < of.min_notional
    return lots == 0 or lots < of.min_qty or poor
