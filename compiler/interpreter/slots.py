"""Order slots: each template owns `max_open` of them, the last ones are the reserved ones of `flatten`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..program import Program, Side, Template


@dataclass(frozen=True, slots=True)
class Fields:
    """What of an order a replace can change, in whole steps; 0 where its kind has none."""

    qty: int = 0
    px: int = 0
    trigger: int = 0


@dataclass(slots=True)
class Slot:
    """One order that a template has, or had last, open.

    cum, value: lots, and lots * price units, over its fills. asked: a replace is in flight. wish: the replace to send after it.
    """

    index: int
    template: int
    generation: int = 0
    order: int = 0
    side: Side = "BUY"
    reduce_only: bool = False
    stands: Fields = Fields()
    cum: int = 0
    value: int = 0
    is_open: bool = False
    asked: Fields | None = None
    wish: Fields | None = None

    @property
    def leaves(self) -> int:
        """At worst: while a replace is in flight the larger quantity counts."""
        qty = self.stands.qty if self.asked is None else max(self.stands.qty, self.asked.qty)
        return max(0, qty - self.cum)

    def end(self) -> None:
        self.is_open = False
        self.asked = self.wish = None


class Slots:
    def __init__(self, program: Program) -> None:
        self.templates = program.templates
        owners = [i for i, template in enumerate(self.templates) for _ in range(template.max_open)]
        self.all = [Slot(index, owner) for index, owner in enumerate(owners)]
        assert len(self.all) == program.slot_count
        self.rows = next(rows for rows in (16, 64, 256) if rows >= len(self.all))

    def __iter__(self) -> Iterator[Slot]:
        return iter(self.all)

    def of(self, template: int) -> list[Slot]:
        first = self.templates[template].first_slot
        return self.all[first : first + self.templates[template].max_open]

    def free(self, template: int) -> Slot | None:
        return next((slot for slot in self.of(template) if not slot.is_open), None)

    def open(self, template: int | None = None) -> list[Slot]:
        """None: of every template."""
        return [slot for slot in self.all if slot.is_open and template in (None, slot.template)]

    def with_order(self, order: int) -> Slot | None:
        return next((slot for slot in self.all if slot.order == order != 0), None)

    def next_order(self, slot: Slot) -> int:
        """The id that the next order of the slot will have."""
        return (slot.generation + 1) * self.rows + slot.index

    def sibling_order(self, template: Template) -> int:
        """Of the other leg: its order if it is open, else its next one."""
        if template.sibling is None:
            return 0
        slot = self.of(template.sibling)[0]
        return slot.order if slot.is_open else self.next_order(slot)

    def leaves(self, side: Side, instrument: int) -> int:
        return sum(slot.leaves for slot in self._on(side, instrument))

    def _on(self, side: Side, instrument: int) -> Iterator[Slot]:
        """The open orders of a side."""
        for slot in self.all:
            if slot.is_open and slot.side == side and self.templates[slot.template].instrument == instrument:
                yield slot

    def is_shadow(self, template: int) -> bool:
        """Both legs of an OCO pair reduce the same position, so the one in the higher slot does not count."""
        own = self.templates[template]
        return own.sibling is not None and self.templates[own.sibling].first_slot < own.first_slot

    def reducing_leaves(self, side: Side, instrument: int, without: Slot | None = None) -> int:
        """Of the open reduce-only orders of a side."""
        return sum(
            slot.leaves
            for slot in self._on(side, instrument)
            if slot.reduce_only and slot is not without and not self.is_shadow(slot.template)
        )

    def filled(self, template: int) -> int:
        return sum(slot.cum for slot in self.of(template))

    def value(self, template: int) -> int:
        return sum(slot.value for slot in self.of(template))

    @property
    def count(self) -> int:
        """Open orders; the reserved one does not count."""
        return sum(slot.is_open and not self.templates[slot.template].reserved for slot in self.all)
