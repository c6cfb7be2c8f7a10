"""A log of inputs made at random while the program runs: bars, timers, control, and the answers of a random venue."""

from collections import deque
from random import Random

from stratc.compiler.interpreter import Bar, Bars, Control, Deny, Output, RefuseReplace, Report, Timer
from stratc.compiler.program import Instrument, Program
from tests.support.programs import HOUR
from tests.support.random_adoption import RandomAdoption
from tests.support.random_venue import LARGEST_PRICE, RandomVenue

SOON = 10 * HOUR
SECOND = HOUR // 3600
STEPS = (HOUR, HOUR, HOUR // 2, 90 * SECOND, 1, 0)
VOLUMES = (0.0, 1e-8, 123.456, 1e300, 7.0)


class RandomInputs:
    """`next` gives an input and `saw` takes what it caused. wild: extreme prices, and now and then a broken promise."""

    def __init__(self, seed: int, program: Program) -> None:
        self.feeds, self.instruments = program.feeds, program.instruments
        self.random = Random(f"inputs {seed}")
        self.wild = self.random.random() < 0.3
        self.now = HOUR
        self.prices = [_units(of, self.random.choice((100, 50_000, 50_000))) for of in self.instruments]
        self.warm_bars = self.random.choice((0, 0, 1, 5))
        self.started = self.paused = False
        self.adoption = RandomAdoption(seed, program.instruments) if program.machine.adopts else None
        if self.adoption and self.random.random() < 0.9:
            self.warm_bars = 40
        self.denials: deque[Deny | RefuseReplace] = deque()
        self.venue = RandomVenue(self.random, program, wild=self.wild)

    def next(self, deadline: tuple[int, int] | None) -> Bars | Control | Report | Timer:
        if self.denials:
            return self._returned(self.denials.popleft())
        if not self.started:
            return self._before_start()
        pick = self.random.random()
        if pick < 0.35 and self.venue.open:
            return self.venue.answer(self.now, self._price)
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
        position = self.venue.position_of(refused.template)
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
        if self.adoption is None:
            return Control(self.now, "start")
        taken = self.adoption.made(self.now, self._price)
        self.venue.positions = [position for position, _ in taken.taken]
        return taken

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
            return Bars(self.now, ())
        spoken = [f for f, feed in enumerate(self.feeds) if not feed.is_bars]
        if spoken and self.random.random() < 0.3:
            return Bars(self.now, (self._record(spoken[0]),))
        bars = [f for f, feed in enumerate(self.feeds) if feed.is_bars]
        some = [f for f in bars if self.random.random() < 0.7] or [self.random.choice(bars)]
        return Bars(self.now, tuple(self._bar(feed) for feed in some))

    def _record(self, feed: int) -> Bar:
        """Of a signal: its value in every column."""
        value = self.random.choice((0.0, 1.0, -2.5, 1e300, self.random.gauss(0.0, 1.0)))
        return Bar(value, value, value, value, value, 0, feed)

    def _bar(self, feed: int) -> Bar:
        of = self.feeds[feed].instrument
        low, opened, close, high = sorted(self._price(of) for _ in range(4))
        if self.random.random() < 0.5:
            opened, close = close, opened
        self.prices[of] = close
        numbers = (_in_quote(self.instruments[of], px) for px in (opened, high, low, close))
        return Bar(*numbers, self.random.choice(VOLUMES), close, feed)

    def _price(self, of: int) -> int:
        pick, last = self.random.random(), self.prices[of]
        if pick < 0.4:
            return last
        if self.wild and pick < 0.43:
            return self.random.choice((1, 2, LARGEST_PRICE))
        return max(1, min(LARGEST_PRICE, last + self.random.randint(-last // 20 - 1, last // 20 + 1)))

    # ---- what comes seldom

    def _seldom(self) -> Bars | Control | Report:
        pick = self.random.random()
        if pick < 0.35:
            return self._control()
        if not self.venue.ended:
            return self._bars()
        return self.venue.afterthought(self.now, self._price)

    def _control(self) -> Control:
        """Who paused or killed resumes before long."""
        if self.adoption and self.adoption.comes_twice():
            return self.adoption.made(self.now, self._price)
        if self.paused and self.random.random() < 0.7:
            self.paused = False
            return Control(self.now, "resume")
        verb = self.random.choice(("start", "start", "start", "stop", "pause", "resume", "resume", "flatten", "kill"))
        self.paused = verb in ("pause", "kill") or (self.paused and verb != "resume")
        return Control(self.now, verb)  # type: ignore[arg-type]


def _units(of: Instrument, price: int) -> int:
    return price * 10**of.price.decimals // of.price.numerator


def _in_quote(of: Instrument, units: int) -> float:
    return units * of.price.numerator / 10.0**of.price.decimals
