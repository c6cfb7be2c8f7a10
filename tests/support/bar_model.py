"""A slow second opinion on the matching of runtime/native/matching.c: it looks at every moment at which the line stands at a whole
price or an order arrives, in turn, and asks each order what it would do there. Prices between are fractions.

Bars must be such that the line reaches whole prices at whole times (LENGTH and RANGE below see to it).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Literal

RANGE = 12
LENGTH = 3 * 27720  # of a bar: a third of it is divisible by 1 .. RANGE

Side = Literal["BUY", "SELL"]
Step = Literal["EXPIRED", "CANCELLED", "REJECTED", "TRIGGERED", "TAKE", "REST", "MEET"]
STEPS: tuple[Step, ...] = ("EXPIRED", "CANCELLED", "REJECTED", "TRIGGERED", "TAKE", "REST", "MEET")


@dataclass
class Order:
    """As it arrives at the venue; times in ns, 0: never expires."""

    id: int
    side: Side
    kind: Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]
    qty: int
    joined: int
    px: int = 0
    trigger: int = 0
    tif: Literal["DAY", "GTC", "GTD", "IOC", "FOK"] = "GTC"
    expires: int = 0
    post_only: bool = False
    reduce_only: bool = False
    fresh: bool = field(default=True, compare=False)
    triggered: bool = field(default=False, compare=False)
    dead: bool = field(default=False, compare=False)
    at: int = field(default=0, compare=False)  # trigger at which it became active just now

    @property
    def buys(self) -> bool:
        return self.side == "BUY"

    @property
    def waits(self) -> bool:
        return self.kind in ("STOP", "STOP_LIMIT") and not self.triggered

    @property
    def limited(self) -> bool:
        return self.kind in ("LIMIT", "STOP_LIMIT")

    @property
    def at_once(self) -> bool:
        return self.tif in ("IOC", "FOK")


@dataclass(frozen=True)
class Event:
    """px, qty, maker: of a FILL."""

    kind: str
    id: int
    time: int
    px: int = 0
    qty: int = 0
    maker: bool = False


@dataclass
class Venue:
    """through, half_spread, slip: price units; share: of the volume, None: no cap."""

    through: int = 0
    half_spread: int = 0
    slip: int = 0
    share: Fraction | None = None
    position: int = 0
    orders: list[Order] = field(default_factory=list)
    room: dict[Side, int | None] = field(default_factory=dict)

    def bar(self, start: int, corners: tuple[int, int, int, int], volume: int | None) -> Iterator[Event]:
        """Everything that happens while the line runs O, X1, X2, C."""
        cap = None if self.share is None or volume is None else floor(volume * self.share)
        self.room = {"BUY": cap, "SELL": cap}
        for order in self.orders:
            order.at = 0
            if order.kind == "STOP" and order.triggered:
                order.fresh = False
        for time, price in self._moments(start, corners):
            while (event := self._at(time, price, start, corners[0])) is not None:
                if event.kind != "MEET":
                    yield event

    def _moments(self, start: int, corners: tuple[int, int, int, int]) -> list[tuple[int, Fraction]]:
        third = LENGTH // 3
        times = {start + o for o in (0, third, 2 * third, LENGTH)}
        for segment in range(3):
            low, high = sorted(corners[segment : segment + 2])
            step = Fraction(third, max(1, high - low))
            times |= {start + segment * third + int(step * n) for n in range(high - low + 1)}
        for order in self.orders:
            times |= {t for t in (order.joined, order.expires) if start <= t <= start + LENGTH}
        return [(t, self._price(t - start, corners)) for t in sorted(times)]

    @staticmethod
    def _price(offset: int, corners: tuple[int, int, int, int]) -> Fraction:
        third = LENGTH // 3
        segment = min(offset // third, 2)
        first, last = corners[segment], corners[segment + 1]
        return first + Fraction((last - first) * (offset - segment * third), third)

    def _at(self, time: int, price: Fraction, start: int, open_price: int) -> Event | None:
        wishes = [(order, step) for order in self.orders if (step := self._step(order, time, price, start)) is not None]
        if not wishes:
            return None
        first = min(STEPS.index(step) for _, step in wishes)
        candidates = [(o, s) for o, s in wishes if STEPS.index(s) == first]
        order, step = candidates[0]
        for other, _ in candidates[1:]:
            if (
                step == "REST"
                and other.side == order.side
                and (other.px > order.px) == order.buys
                and other.px != order.px
            ):
                order = other
        return self._carry_out(order, step, time, price, start, open_price)

    def _step(self, order: Order, time: int, price: Fraction, start: int) -> Step | None:
        if order.expires and order.expires <= time:
            return "EXPIRED"
        if order.dead:
            return "CANCELLED"
        if order.joined > time or (order.joined == start + LENGTH and time == start + LENGTH):
            return None
        step = self._on_line(order, price)
        if step in ("TAKE", "REST") and order.reduce_only and self._reducible(order) == 0:
            return "CANCELLED"
        return step

    def _on_line(self, order: Order, price: Fraction) -> Step | None:
        if order.waits:
            return "TRIGGERED" if (price >= order.trigger if order.buys else price <= order.trigger) else None
        room = self.room[order.side]
        fits = room is None or (room >= order.qty if order.tif == "FOK" else room > 0)
        if not order.limited:
            return "TAKE" if fits else "CANCELLED" if order.at_once else None
        if not order.fresh:
            passed = order.px - self.through if order.buys else order.px + self.through
            there = price <= passed if order.buys else price >= passed
            return "REST" if there and (room is None or room > 0) else None
        quote = self._quote(order, price)
        if quote > order.px if order.buys else quote < order.px:
            return "CANCELLED" if order.at_once else "MEET"
        if order.post_only:
            return "REJECTED"
        return "TAKE" if fits else "CANCELLED" if order.at_once else "MEET"

    def _reducible(self, order: Order) -> int:
        return max(0, -self.position if order.buys else self.position)

    def _quote(self, order: Order, price: Fraction) -> int:
        whole = order.at or (ceil(price) if order.buys else floor(price))
        return whole + self.half_spread if order.buys else whole - self.half_spread

    def _carry_out(self, order: Order, step: Step, time: int, price: Fraction, start: int, open_price: int) -> Event:
        if step == "MEET":
            order.fresh, order.joined = False, time
            return Event("MEET", order.id, time)
        if step == "TRIGGERED":
            crossed = price == order.trigger
            order.triggered, order.fresh, order.joined = True, True, time
            order.at = order.trigger if crossed else 0
            return Event("TRIGGERED", order.id, time)
        if step in ("TAKE", "REST"):
            return self._fill(order, step == "REST", time, price, start, open_price)
        self.orders.remove(order)
        return Event(step, order.id, time)

    def _fill(self, order: Order, rests: bool, time: int, price: Fraction, start: int, open_price: int) -> Event:
        qty, trimmed = order.qty, False
        if order.reduce_only and qty > self._reducible(order):
            qty, trimmed = self._reducible(order), True
        room = self.room[order.side]
        if room is not None:
            if qty > room:
                qty, trimmed = room, False
            self.room[order.side] = room - qty
        if rests:
            gap = time == start and order.joined < start
            px = order.px
            if gap:
                px = min(px, open_price) if order.buys else max(px, open_price)
        else:
            px = self._quote(order, price) + (self.slip if order.buys else -self.slip)
            if order.limited:
                px = min(px, order.px) if order.buys else max(px, order.px)
            px = max(px, 1)
        order.qty -= qty
        order.fresh = False
        self.position += qty if order.buys else -qty
        if order.qty == 0:
            self.orders.remove(order)
        elif trimmed or order.at_once:
            order.dead, order.joined = True, time
        return Event("FILL", order.id, time, px, qty, rests)
