"""A log of inputs made at random while the program runs: bars, timers, control, and the answers of a random venue."""

from collections import deque
from random import Random

from stratc.compiler.interpreter import Bar, Bars, Control, Deny, Output, RefuseReplace, Report, Timer
from stratc.compiler.program import Instrument
from tests.support.programs import HOUR
from tests.support.random_venue import LARGEST_PRICE, RandomVenue

SOON = 10 * HOUR
SECOND = HOUR // 3600
STEPS = (HOUR, HOUR, HOUR // 2, 90 * SECOND, 1, 0)
VOLUMES = (0.0, 1e-8, 123.456, 1e300, 7.0)


class RandomInputs:
    """`next` gives an input and `saw` takes what it caused. wild: extreme prices, and now and then a broken promise."""

    def __init__(self, seed: int, instrument: Instrument) -> None:
        self.random, self.instrument = Random(f"inputs {seed}"), instrument
        self.wild = self.random.random() < 0.3
        self.now, self.price = HOUR, self._units(self.random.choice((100, 50_000, 50_000)))
        self.warm_bars = self.random.choice((0, 0, 1, 5))
        self.started = self.paused = False
        self.denials: deque[Deny | RefuseReplace] = deque()
        self.venue = RandomVenue(self.random, instrument, wild=self.wild)

    def next(self, deadline: tuple[int, int] | None) -> Bars | Control | Report | Timer:
        if self.denials:
            return self._returned(self.denials.popleft())
        if not self.started:
            return self._before_start()
        pick = self.random.random()
        if pick < 0.35 and self.venue.open:
            return self.venue.answer(self.now, self._price())
        if pick < 0.6 and deadline is not None and deadline[0] < self.now + SOON:
            return self._timer(deadline)
        return self._seldom() if pick > 0.93 else self._bars()

    def saw(self, out: Output) -> None:
        for frame in out.frames:
            if isinstance(frame, Deny | RefuseReplace):
                self.denials.append(frame)
            else:
                self.venue.take(frame)

    def _returned(self, refused: Deny | RefuseReplace) -> Report:
        position = self.venue.position
        if isinstance(refused, Deny):
            return Report(self.now, "DENY", 0, refused.template, refused.side, position_after=position, ours=True)
        return Report(
            self.now,
            "REPLACE_REJECT",
            refused.order,
            refused.template,
            refused.side,
            position_after=position,
            ours=True,
        )

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
        self.now += self.random.choice(STEPS)
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
        if self.wild and pick < 0.43:
            return self.random.choice((1, 2, LARGEST_PRICE))
        return max(1, min(LARGEST_PRICE, self.price + self.random.randint(-self.price // 20 - 1, self.price // 20 + 1)))

    def _units(self, price: int) -> int:
        return price * 10**self.instrument.price.decimals // self.instrument.price.numerator

    def _in_quote(self, units: int) -> float:
        return units * self.instrument.price.numerator / 10.0**self.instrument.price.decimals

    # ---- what comes seldom

    def _seldom(self) -> Bars | Control | Report:
        pick = self.random.random()
        if pick < 0.35:
            return self._control()
        if not self.venue.ended:
            return self._bars()
        return self.venue.afterthought(self.now, self._price())

    def _control(self) -> Control:
        """Who paused or killed resumes before long."""
        if self.paused and self.random.random() < 0.7:
            self.paused = False
            return Control(self.now, "resume")
        verb = self.random.choice(("start", "start", "start", "stop", "pause", "resume", "resume", "flatten", "kill"))
        self.paused = verb in ("pause", "kill") or (self.paused and verb != "resume")
        return Control(self.now, verb)  # type: ignore[arg-type]
