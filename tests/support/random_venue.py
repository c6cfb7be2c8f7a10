"""A venue and order kernel that answer what was sent in a random order: fills, ends, replaces, late words; the position kept right."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from stratc.compiler.interpreter import Report, SendCancel, SendReplace, SendSubmit
from stratc.compiler.program import Program

LARGEST_PRICE = 2**31 - 1
Price = Callable[[int], int]  # of an instrument
SILENT = ("ACK", "REPLACE_ACK", "REPLACE_REJECT", "CANCEL_REJECT", "TRIGGERED", "UNKNOWN", "NOTICE")


@dataclass(slots=True)
class Order:
    """asked: the replace that waits for its answer. cancelled: one asked for the end."""

    sent: SendSubmit
    qty: int
    px: int
    cum: int = 0
    asked: SendReplace | None = None
    cancelled: bool = False


class RandomVenue:
    def __init__(self, random: Random, program: Program, *, wild: bool) -> None:
        self.random, self.instruments, self.wild = random, program.instruments, wild
        self.traded = [t.instrument for t in program.templates]
        self.positions, self.dust = [0] * len(self.instruments), [0] * len(self.instruments)
        self.open: dict[int, Order] = {}
        self.ended: list[Order] = []

    def take(self, frame: SendSubmit | SendReplace | SendCancel) -> None:
        match frame:
            case SendSubmit():
                self.open[frame.order] = Order(frame, frame.qty, frame.px)
            case SendReplace() if frame.order in self.open:
                self.open[frame.order].asked = frame
            case SendCancel() if frame.order in self.open:
                self.open[frame.order].cancelled = True
            case _:
                pass

    def position_of(self, template: int) -> int:
        return self.positions[self.traded[template]] if template < len(self.traded) else 0

    def answer(self, now: int, price: Price) -> Report:
        order = self.random.choice(list(self.open.values()))
        pick = self.random.random()
        if order.cancelled and pick < 0.6:
            return self._end(now, order, "CLOSE") if pick < 0.5 else self._report(now, order, "CANCEL_REJECT")
        if order.asked is not None and pick < 0.7:
            return self._replaced(now, order)
        if pick < 0.15:
            return self._report(now, order, self.random.choice(("ACK", "ACK", *SILENT)))
        if pick < 0.25:
            return self._end(now, order, self.random.choice(("CLOSE", "CLOSE", "DENY")))
        leaves = max(1, order.qty - order.cum)
        return self._fill(now, order, leaves if pick < 0.7 else self.random.randint(1, leaves), price)

    def _replaced(self, now: int, order: Order) -> Report:
        asked, order.asked = order.asked, None
        assert asked is not None
        if self.random.random() < 0.3:
            return self._report(now, order, "REPLACE_REJECT")
        order.qty, order.px = asked.qty, asked.px
        if self.random.random() < 0.05:  # the venue has its own idea
            order.qty, order.px = max(1, order.qty - 1), order.px + 1
        if order.cum >= order.qty or self.random.random() < 0.05:
            return self._end(now, order, "REPLACE_ACK", closed=self.random.random() < 0.8 or order.cum < order.qty)
        return self._report(now, order, "REPLACE_ACK")

    def _end(self, now: int, order: Order, event: str, **more: Any) -> Report:
        self.ended.append(self.open.pop(order.sent.order))
        return self._report(now, order, event, **more)

    def _fill(self, now: int, order: Order, lots: int, price: Price) -> Report:
        of = self.traded[order.sent.template]
        order.cum += lots
        self.positions[of] += lots if order.sent.side == "BUY" else -lots
        if order.cum >= order.qty and order.sent.order in self.open:
            self.ended.append(self.open.pop(order.sent.order))
        fee, in_base = self.random.choice((0, -7, 12_345)), False
        if self.instruments[of].fee_in_base and order.sent.side == "BUY":
            fee, in_base = self._base_fee(of, lots), True
        wrong = self.wild and self.random.random() < 0.01
        if self.wild and self.random.random() < 0.02:
            fee = 2**62
        return self._report(now, order, "FILL", wrong, last_qty=lots, last_px=price(of), fee=fee, in_base=in_base)

    def _base_fee(self, of: int, lots: int) -> int:
        """About a thousandth; sometimes whole lots, or more than there is. What it takes leaves the position."""
        units = self.instruments[of].lot_units
        fee = self.random.choice((lots * units // 1000, lots * units // 1000 + 1, 0, units - 1, units, 3 * units + 7))
        taken, self.dust[of] = divmod(self.dust[of] + fee, units)
        self.positions[of] -= taken
        return fee

    def afterthought(self, now: int, price: Price) -> Report:
        """On an order that has ended, or that no slot knows."""
        order, pick = self.random.choice(self.ended), self.random.random()
        if pick < 0.25:
            return self._fill(now, order, self.random.randint(1, 1000), price)
        if pick < 0.32:
            return self._stranger(now, order, price)
        return self._report(now, order, self.random.choice((*SILENT, "CLOSE", "DENY")))

    def _stranger(self, now: int, order: Order, price: Price) -> Report:
        """A fill of an order that no slot knows, of a template there is or, seldom, is not."""
        bad = self.random.choice(("template", "fee", "")) if self.wild and self.random.random() < 0.4 else ""
        template = 99 if bad == "template" else order.sent.template
        of = self.traded[order.sent.template]
        self.positions[of] += 5
        fee = -1 if bad == "fee" else 0
        return Report(now, "FILL", 10**9, template, "BUY", 5, price(of), fee, self.positions[of], in_base=bad == "fee")

    def _report(self, now: int, order: Order, event: Any, wrong: bool = False, **more: Any) -> Report:
        if event == "REPLACE_ACK":
            more |= {"qty": order.qty, "px": order.px}
        sent = order.sent
        return Report(
            now,
            event,
            sent.order,
            sent.template,
            sent.side,
            position_after=self.position_of(sent.template) + wrong,
            **more,
        )
