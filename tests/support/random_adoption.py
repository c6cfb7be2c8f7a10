"""CONTROL adopt at random: positions of either side, or none, with what was paid for them; now and then one that can't be."""

from collections.abc import Callable
from random import Random

from stratc.compiler.interpreter import Control
from stratc.compiler.interpreter.messages import Taken
from stratc.compiler.program import Instrument

SIZES = (0, 1, 2, 1000, 123_456, 40_000_000)
WRONG = ((5, 0), (5, -5), (-5, 5), (0, 7), (2**32, 10**9), (-(2**33), -(10**9)), (1, 2**62 + 1))


class RandomAdoption:
    def __init__(self, seed: int, instruments: tuple[Instrument, ...]) -> None:
        self.random, self.instruments = Random(f"adoption {seed}"), instruments

    def made(self, now: int, price: Callable[[int], int]) -> Control:
        """price: of an instrument, about the one of the day, in price units."""
        return Control(now, "adopt", tuple(self._taken(of, price(i)) for i, of in enumerate(self.instruments)))

    def _taken(self, of: Instrument, price: int) -> Taken:
        rng = self.random
        if rng.random() < 0.05:
            return rng.choice(WRONG)
        lots = rng.choice(SIZES) * rng.choice((1, 1, -1))
        paid = max(1, int(price * rng.uniform(0.7, 1.4)))
        return lots, lots * paid * of.money_per_unit

    def comes_twice(self) -> bool:
        """Once the program runs it is a fault."""
        return self.random.random() < 0.05
