"""The commands on orders: submit, replace and cancel, with the checks that each must pass (semantics.md 5e, 5f, Order templates)."""

from __future__ import annotations

from collections.abc import Callable

from ..program import Expr, Instrument, Program, Side, Template
from .account import Account, Holding
from .bounds import Bounds, Candidate
from .calendar import calendar_of
from .dataflow import Value
from .messages import (
    Deny,
    Output,
    Record,
    RefuseReplace,
    SendCancel,
    SendReplace,
    SendSubmit,
    Why,
)
from .reports import LARGEST_PRICE
from .rounding import round_steps
from .slots import Fields, Slot, Slots

SUBMIT, REPLACE, CANCEL = 16, 17, 18  # in records
LATEST = 2**62 - 1  # a time that the order kernel can hold


class Orders:
    """refusing: whether risk-adding commands are refused now. now: of the instant, set by its owner."""

    def __init__(
        self,
        program: Program,
        account: Account,
        slots: Slots,
        evaluate: Callable[[Expr], Value],
        refusing: Callable[[], bool],
    ) -> None:
        self.templates = program.templates
        self.account, self.slots, self.evaluate, self.refusing = account, slots, evaluate, refusing
        self.bounds = Bounds(program, account, slots, evaluate)
        self.calendars = [calendar_of(instrument) for instrument in program.instruments]
        self.now = 0

    def _holding(self, template: int) -> Holding:
        return self.account.holdings[self.templates[template].instrument]

    # ---- submit

    def submit(self, index: int, line: int, out: Output) -> None:
        fields, expires, why = self._rounded(self.templates[index])
        self._admit(index, self.templates[index].side, fields, expires, why, line, out)

    def close_position(self, index: int, out: Output) -> None:
        """The market order of `flatten`: a reserved template against its position, as much as one order may be."""
        holding = self._holding(index)
        side: Side = "SELL" if holding.position > 0 else "BUY"
        fields = Fields(min(abs(holding.position), holding.instrument.max_qty))
        self._admit(index, side, fields, 0, None, self.templates[index].place.line, out)

    def _admit(
        self, index: int, side: Side, fields: Fields, expires: int, why: Why | None, line: int, out: Output
    ) -> None:
        """Sends the order, or denies it for `why` or the first reason found."""
        slot, reduce_only = self.slots.free(index), False
        if why is None:
            fields, reduce_only, why = self._checked(index, side, fields, slot, line, out)
        if why is None:
            assert slot is not None
            self._log(SUBMIT, index, self.slots.next_order(slot), fields, line, out)
            self._send(slot, index, side, fields, expires, reduce_only, out)
        else:
            self._log(SUBMIT, index, 0, fields, line, out)
            out.frames.append(Deny(index, side, max(fields.qty, 0), fields.px, self._holding(index).position, why))

    def _checked(
        self, index: int, side: Side, fields: Fields, slot: Slot | None, line: int, out: Output
    ) -> tuple[Fields, bool, Why | None]:
        """The order as it may go, whether it only reduces, and the first reason against it."""
        template = self.templates[index]
        reduce_only = template.reduce_only
        if not self._at_least(index, fields, fields.qty):
            return fields, reduce_only, "MIN_QTY"
        if slot is None:
            return fields, reduce_only, "SLOT"
        if reduce_only and fields.qty > self._room(index, side):
            return fields, reduce_only, "REDUCE_ONLY"
        if not reduce_only and self.refusing():  # what reduces the position still goes, but no more of it than there is
            lots = min(fields.qty, self._room(index, side))
            if lots < 1:
                return fields, reduce_only, "RISK"
            fields, reduce_only = Fields(lots, fields.px, fields.trigger), True
        if template.reserved:
            return fields, reduce_only, None
        lots, may = self.bounds.check(self._candidate(index, side, fields, reduce_only, line), self.now, out)
        return Fields(lots, fields.px, fields.trigger), reduce_only, None if may else "RISK"

    def _send(
        self, slot: Slot, index: int, side: Side, fields: Fields, expires: int, reduce_only: bool, out: Output
    ) -> None:
        template = self.templates[index]
        slot.order = self.slots.next_order(slot)
        slot.generation += 1
        sibling = self.slots.sibling_order(template)
        frame = SendSubmit(
            slot.order, index, side, template.kind, template.tif, reduce_only, fields.qty, fields.trigger, fields.px,
            expires, template.post_only, sibling, template.urgency, template.route,
        )  # fmt: skip
        out.frames.append(frame)
        self.bounds.sent_at.append(self.now)
        slot.side, slot.reduce_only, slot.stands = side, reduce_only, fields
        slot.cum, slot.value, slot.is_open, slot.asked, slot.wish = 0, 0, True, None, None

    # ---- order fields

    def _rounded(self, template: Template) -> tuple[Fields, int, Why | None]:
        """Quantity toward zero; a buy's limit down and trigger up, a sell's the other way. The first field that fails and those
        after it are 0."""
        parts = (template.qty, template.price, template.trigger, template.expires)
        values = [None if part is None else self.evaluate(part) for part in parts]
        if any(part is not None and value is None for part, value in zip(parts, values, strict=True)):
            return Fields(), 0, "NA"
        buys, of = template.side == "BUY", self.account.holdings[template.instrument].instrument
        qty = round_steps(float(values[0] or 0.0), of.lot, 1, 0, of.max_qty)
        if qty is None:
            return Fields(), 0, "RANGE"
        px = self._price(of, values[1], -1 if buys else 1)
        if px is None:
            return Fields(qty), 0, "RANGE"
        trigger = self._price(of, values[2], 1 if buys else -1)
        if trigger is None:
            return Fields(qty, px), 0, "RANGE"
        expires = self._expires(template, values[3])
        return Fields(qty, px, trigger), expires or 0, "RANGE" if expires is None else None

    def _price(self, of: Instrument, value: Value, direction: int) -> int | None:
        """0 where the kind has none."""
        if value is None:
            return 0
        price = round_steps(float(value), of.price, of.tick, direction, LARGEST_PRICE)
        return None if price is None or price < 1 else price

    def _expires(self, template: Template, duration: Value) -> int | None:
        if template.tif == "DAY":
            return self.calendars[template.instrument].day_end(self.now)
        if duration is None:
            return 0
        return self.now + int(duration) if 1 <= duration <= LATEST - self.now else None

    def _at_least(self, index: int, fields: Fields, lots: int) -> bool:
        """Whether the venue takes so few lots."""
        holding = self._holding(index)
        notional = holding.notional(lots, fields.px or fields.trigger or holding.mark)
        return 1 <= lots >= holding.instrument.min_qty and notional >= holding.instrument.min_notional

    # ---- what reduces

    def _room(self, index: int, side: Side, without: Slot | None = None) -> int:
        """Lots that a reduce-only order may have beside the others."""
        of, held = self.templates[index].instrument, self._holding(index).position
        position = held if side == "SELL" else -held
        others = 0 if self.slots.is_shadow(index) else self.slots.reducing_leaves(side, of, without)
        return max(0, max(0, position) - others)

    def _candidate(
        self, index: int, side: Side, fields: Fields, reduce_only: bool, line: int, *, is_new: bool = True
    ) -> Candidate:
        return Candidate(
            index, side, fields, reduce_only, is_new, line, lambda lots: self._at_least(index, fields, lots)
        )

    # ---- replace

    def replace(self, index: int, line: int, out: Output) -> None:
        """Asks for the fields evaluated anew on every open order of the template; one replace at a time is in flight."""
        for slot in self.slots.open(index):
            wanted, _, why = self._rounded_to_replace(slot)
            if why is not None:
                self._refuse(slot, wanted, why, out)
            elif slot.asked is not None:
                slot.wish = None if wanted == slot.asked else wanted
            else:
                self._ask(slot, wanted, line, out)

    def _rounded_to_replace(self, slot: Slot) -> tuple[Fields, int, Why | None]:
        """A quantity that is filled already needs no minimum: it ends the order."""
        wanted, expires, why = self._rounded(self.templates[slot.template])
        if why is None and not 0 <= wanted.qty <= slot.cum and not self._at_least(slot.template, wanted, wanted.qty):
            why = "MIN_QTY"
        return wanted, expires, why

    def grant(self, slot: Slot, *, may: bool, out: Output) -> None:
        """The replace in flight was answered: sends what was wished since, or forgets it."""
        wish, slot.wish = slot.wish, None
        if wish is not None and may:
            self._ask(slot, wish, self.templates[slot.template].place.line, out)

    def _ask(self, slot: Slot, wanted: Fields, line: int, out: Output) -> None:
        if wanted == slot.stands:
            return
        why = self._refusal(slot, wanted, line, out)
        if why is not None:
            self._refuse(slot, wanted, why, out)
            return
        slot.asked = wanted
        self._log(REPLACE, slot.template, slot.order, wanted, line, out)
        urgency = self.templates[slot.template].urgency
        out.frames.append(SendReplace(slot.order, slot.template, wanted.qty, wanted.px, wanted.trigger, urgency))
        self.bounds.sent_at.append(self.now)

    def _refusal(self, slot: Slot, wanted: Fields, line: int, out: Output) -> Why | None:
        """Only what adds risk is checked: more lots, or another price."""
        added = max(0, wanted.qty - slot.stands.qty)
        moved = (wanted.px, wanted.trigger) != (slot.stands.px, slot.stands.trigger)
        if not added and not moved:
            return None
        if not slot.reduce_only and self.refusing():
            return "RISK"
        if slot.reduce_only and added and wanted.qty - slot.cum > self._room(slot.template, slot.side, slot):
            return "REDUCE_ONLY"
        part = Fields(added, wanted.px, wanted.trigger)
        candidate = self._candidate(slot.template, slot.side, part, slot.reduce_only, line, is_new=False)
        return None if self.bounds.check(candidate, self.now, out)[1] else "RISK"

    def _refuse(self, slot: Slot, wanted: Fields, why: Why, out: Output) -> None:
        out.frames.append(
            RefuseReplace(
                slot.order,
                slot.template,
                slot.side,
                max(wanted.qty, 0),
                wanted.px,
                self._holding(slot.template).position,
                why,
            )
        )

    # ---- cancel

    def cancel(self, template: int | None, line: int, out: Output) -> None:
        """Asks for the end of every open order of the template; None: of all. It overtakes any replace."""
        for slot in self.slots.open(template):
            slot.wish = None
            self._log(CANCEL, slot.template, slot.order, Fields(slot.stands.qty - slot.cum), line, out)
            out.frames.append(SendCancel(slot.order, slot.template))
            self.bounds.sent_at.append(self.now)

    def _log(self, verb: int, template: int, order: int, fields: Fields, line: int, out: Output) -> None:
        payload = (order, fields.qty, fields.px or fields.trigger, self._holding(template).position)
        out.records.append(Record("command", template, line, verb, payload))
