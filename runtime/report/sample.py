"""Thins long runs: so many neighbouring bars become one that nothing high, low or deep is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .candles import Candles
from .folder import Floats, Integers, RunFolder

MOST_BARS = 20_000  # in one page


@dataclass(frozen=True)
class Samples:
    """What is drawn: `group` bars each (the last may have fewer). starts: of the first bar in each, nanoseconds."""

    group: int
    starts: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    equity: Floats
    hold: Floats | None
    drawdown: Floats

    def index(self, times: Integers) -> Integers:
        """The group that covers each instant: one at the very end belongs to the last."""
        return np.clip(np.searchsorted(self.starts, times, side="right") - 1, 0, len(self.starts) - 1)


def sample(run: RunFolder, candles: Candles) -> Samples:
    """First open, highest high, lowest low, last close, last equity, deepest drawdown of each group."""
    count = len(run.ends)
    group = -(-count // MOST_BARS) or 1
    first = np.arange(0, count, group)
    last = np.append(first[1:], count) - 1 if count else first
    hold = run.summary["buy_and_hold"]
    held = float(hold["cash"]) + float(hold["qty"]) * run.close[last] if hold else None
    return Samples(
        group,
        (run.ends - run.every)[first],
        candles.open[first],
        np.maximum.reduceat(candles.high, first) if count else candles.high,
        np.minimum.reduceat(candles.low, first) if count else candles.low,
        candles.close[last],
        run.equity[last],
        held,
        np.maximum.reduceat(run.drawdown, first) if count else run.drawdown,
    )
