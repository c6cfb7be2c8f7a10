"""Random one-minute bars that hurt: jumps, gaps, bars without volume, holes in time of up to a day, cheap and dear prices."""

import random
from dataclasses import dataclass
from pathlib import Path

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE
T0 = 1_609_459_200_000_000_000  # 2021-01-01


@dataclass(frozen=True)
class Bar:
    """start: ns; prices: whole dollars; volume: units of the base."""

    start: int
    open: int
    high: int
    low: int
    close: int
    volume: float

    @property
    def end(self) -> int:
        return self.start + MINUTE


def bars(chance: random.Random, count: int) -> list[Bar]:
    """A market has its own temper: how wide its bars are, how often it jumps, how often it is silent."""
    price = chance.choice([8, 60, 1_000, 20_000])
    width, wild = chance.choice([0.001, 0.005, 0.02]), chance.choice([0, 0.02, 0.1])
    holes = chance.choice([0, 0.02, 0.08])
    start = T0 + chance.randrange(1440) * MINUTE
    made = []
    for _ in range(count):
        start += _hole(chance) if chance.random() < holes else MINUTE
        first = _moved(chance, price, 0.3 if chance.random() < wild else width / 4)
        last = _moved(chance, first, 0.3 if chance.random() < wild else width)
        top, bottom = _moved(chance, max(first, last), width), _moved(chance, min(first, last), width)
        volume = 0.0 if chance.random() < 0.05 else chance.choice([0.5, 20.0, 1_000.0, 100_000.0])
        made.append(Bar(start, first, max(first, last, top), min(first, last, bottom), last, volume))
        price = last
    return made


def _moved(chance: random.Random, price: int, width: float) -> int:
    return min(200_000, max(3, round(price * (1 + width * chance.gauss(0, 1)))))


def _hole(chance: random.Random) -> int:
    return chance.choice([2, 3, 3, 6, 6, 45, 200, 1_500]) * MINUTE


def write(made: list[Bar], path: Path) -> Path:
    rows = (f"{b.start},{b.open},{b.high},{b.low},{b.close},{b.volume}" for b in made)
    path.write_text("\n".join(["ts_event,open,high,low,close,volume", *rows]) + "\n", encoding="utf-8")
    return path


def options(chance: random.Random) -> list[str]:
    """Any simulation whose answers come in the order of what happened."""
    return [
        f"--path={chance.choice(['adverse', 'favourable', 'direction', 'nearest', 'ohlc', 'olhc'])}",
        f"--participation={chance.choice(['off', '10pct', '100pct'])}",
        f"--latency=all={chance.choice(['0ms', '0ms', '5ms', '700ms', '20s'])}",
        f"--slippage={chance.choice(['none', '2ticks', 'volume:50bps'])}",
        f"--spread={chance.choice([0, 3])}",
        f"--through={chance.choice([0, 1])}",
        "--bounds=off",
    ]


def sessions() -> list[tuple[int, int]]:
    """[open, close) of two hours with breaks of 25 minutes, for longer than any bars."""
    return [(at, at + 120 * MINUTE) for at in range(T0 - 60 * MINUTE, T0 + 90 * DAY, 145 * MINUTE)]
