"""A log of inputs made at random while the program runs: bars, timers, control, and a small venue that answers what was sent."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from stratc.compiler.interpreter import Bar, Bars, Control, Deny, Output, Report, SendCancel, SendSubmit, Timer
from stratc.compiler.program import Instrument
from tests.support.programs import HOUR

LARGEST_PRICE = 2**31 - 1
SOON = 10 * HOUR
VOLUMES = (0.0, 1e-8, 123.456, 1e300, 7.0)
SILENT = ("ACK", "REPLACE_ACK", "REPLACE_REJECT", "CANCEL_REJECT", "TRIGGERED", "UNKNOWN", "NOTICE")


@dataclass(slots=True)
class Order:
    sent: SendSubmit
    cum: int = 0


class RandomInputs:
    """`next` gives an input and `saw` takes what it caused. wild: extreme prices, and now and then a broken promise."""

    def __init__(self, seed: int, instrument: Instrument) -> None:
        self.random, self.instrument = Random(f"inputs {seed}"), instrument
        self.wild = self.random.random() < 0.4
        self.now, self.position, self.price = HOUR, 0, self.random.choice((100, 5_000_000, 5_000_000))
        self.warm_bars = self.random.choice((0, 0, 1, 5))
        self.started = False
        self.denials: deque[Deny] = deque()
        self.open: dict[int, Order] = {}
        self.ended: list[Order] = []

    def next(self, deadline: tuple[int, int] | None) -> Bars | Control | Report | Timer:
        if self.denials:
            denied = self.denials.popleft()
            return Report(self.now, "DENY", denied.order, denied.template, denied.side, position_after=self.position)
        if not self.started:
            return self._before_start()
        pick = self.random.random()
        if self.open and pick < 0.35:
            return self._answer(self.random.choice(list(self.open.values())))
        if deadline is not None and deadline[0] < self.now + SOON and pick < 0.6:
            return self._timer(deadline)
        return self._seldom() if pick > 0.93 else self._bars()

    def saw(self, out: Output) -> None:
        for frame in out.frames:
            match frame:
                case Deny():
                    self.denials.append(frame)
                case SendSubmit():
                    self.open[frame.order] = Order(frame)
                case SendCancel():
                    pass

    def _before_start(self) -> Bars | Control:
        if self.warm_bars > 0:
            self.warm_bars -= 1
            return self._bars()
        self.started = True
        return Control(self.now, "start")

    # ---- time and prices

    def _timer(self, deadline: tuple[int, int]) -> Timer:
        due, timer = deadline
        self.now = max(self.now, due)
        if self.random.random() < 0.1:  # one that was armed anew since, or never was
            return Timer(self.now, self.random.choice((timer, timer + 1, 1000, -1)), due + self.random.choice((0, 1)))
        return Timer(self.now, timer, due)

    def _bars(self) -> Bars:
        self.now += self.random.choice((HOUR, HOUR, HOUR // 2, 0))
        if self.random.random() < 0.03:
            return Bars(self.now, None)
        low, opened, close, high = sorted(self._price() for _ in range(4))
        if self.random.random() < 0.5:
            opened, close = close, opened
        self.price = close
        numbers = (self._in_quote(px) for px in (opened, high, low, close))
        return Bars(self.now, Bar(*numbers, self.random.choice(VOLUMES), close))

    def _price(self) -> int:
        pick = self.random.random()
        if pick < 0.4:
            return self.price
        if self.wild and pick < 0.45:
            return self.random.choice((1, 2, LARGEST_PRICE))
        return max(1, min(LARGEST_PRICE, self.price + self.random.randint(-self.price // 10 - 1, self.price // 10 + 1)))

    def _in_quote(self, units: int) -> float:
        return units * self.instrument.price.numerator / 10.0**self.instrument.price.decimals

    # ---- the venue

    def _answer(self, order: Order) -> Report:
        pick = self.random.random()
        if pick < 0.15:
            return self._report(order, "ACK")
        if pick < 0.3:
            return self._end(order, self.random.choice(("CLOSE", "CLOSE", "DENY")))
        leaves = order.sent.qty - order.cum
        return self._fill(order, leaves if pick < 0.7 else self.random.randint(1, leaves))

    def _end(self, order: Order, event: str) -> Report:
        self.ended.append(self.open.pop(order.sent.order))
        return self._report(order, event)

    def _fill(self, order: Order, lots: int) -> Report:
        order.cum += lots
        self.position += lots if order.sent.side == "BUY" else -lots
        if order.cum >= order.sent.qty and order.sent.order in self.open:
            self.ended.append(self.open.pop(order.sent.order))
        wrong = self.wild and self.random.random() < 0.01
        price, fee = self._price(), self.random.choice((0, -7, 12_345))
        return self._report(order, "FILL", (lots, price, fee), self.position + wrong)

    def _report(
        self, order: Order, event: str, filled: Sequence[int] = (0, 0, 0), position: int | None = None
    ) -> Report:
        after = self.position if position is None else position
        return Report(self.now, event, order.sent.order, order.sent.template, order.sent.side, *filled, after)  # type: ignore[arg-type]

    # ---- what comes seldom

    def _seldom(self) -> Bars | Control | Report:
        pick = self.random.random()
        if pick < 0.1:
            return Control(self.now, "stop")
        if pick < 0.35:
            return Control(self.now, "start")
        if not self.ended:
            return self._bars()
        order = self.random.choice(self.ended)
        if pick < 0.65:
            return self._fill(order, self.random.randint(1, 1000))  # late
        if pick < 0.7:
            return self._stranger(order)
        return self._report(order, self.random.choice((*SILENT, "CLOSE", "DENY")))

    def _stranger(self, order: Order) -> Report:
        """A fill of an order that no slot knows, of a template there is or, seldom, is not."""
        self.position += 5
        template = 99 if self.wild and self.random.random() < 0.3 else order.sent.template
        return Report(self.now, "FILL", 10**9, template, "BUY", 5, self._price(), 0, self.position)
