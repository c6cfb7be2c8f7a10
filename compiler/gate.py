"""Constants of the order kernel's hard gate, compiled from the bounds: whatever the parameters are, never stricter than a bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from .program import NO_GATE, Bound, Gate, Instrument, Measure, Scale


def gates(instruments: Sequence[Instrument], bounds: Sequence[Bound], slot_count: int) -> tuple[Gate, ...]:
    """One per instrument, from the bounds on it and those on all."""
    return tuple(
        gate(of, [b for b in bounds if b.instrument in (None, index)], slot_count)
        for index, of in enumerate(instruments)
    )


def gate(instrument: Instrument, bounds: Sequence[Bound], slot_count: int) -> Gate:
    """The tightest constants that no order within the bounds meets."""
    money = Scale(1, instrument.money_decimals)
    notional = _steps(_tightest(bounds, "notional"), money)
    collar = _steps(_tightest([b for b in bounds if not b.relative], "collar"), instrument.price)
    open_orders = _tightest(bounds, "open_orders")
    position = _steps(_tightest(bounds, "position"), instrument.lot)
    pace, burst = _bucket(b for b in bounds if b.measure == "order_rate")
    return Gate(
        max_qty=instrument.max_qty,
        max_notional=_capped(
            notional // instrument.money_per_unit if notional is not None else None, NO_GATE.max_notional
        ),
        collar=_capped(collar, NO_GATE.collar),
        max_open=_capped(
            slot_count if math.isinf(open_orders) else min(int(open_orders), slot_count), NO_GATE.max_open
        ),
        max_position=_capped(position, NO_GATE.max_position),
        pace=pace,
        burst=burst,
    )


def _tightest(bounds: Iterable[Bound], measure: Measure) -> float:
    """The lowest ceiling of the bounds on `measure`: each of them holds."""
    return min((b.ceiling for b in bounds if b.measure == measure), default=math.inf)


def _steps(ceiling: float, step: Scale) -> int | None:
    """Whole steps, rounded exactly as the bound is when the run starts, so that the bound is never the looser one; None: no limit."""
    exact = ceiling * 10.0**step.decimals / float(step.numerator)
    if not exact < 2.0**53:
        return None
    down = math.floor(exact)
    return down + (exact - float(down) >= 1.0 - 1e-6)


def _capped(value: int | None, most: int) -> int:
    return most if value is None else max(0, min(value, most))


def _bucket(bounds: Iterable[Bound]) -> tuple[int, int]:
    """(pace, burst) of the slowest rate: a full bucket lets the whole number of the window through at once; 0, 0 without a rate."""
    rates = [(b.window // max(1, int(b.ceiling)), b.window) for b in bounds if not math.isinf(b.ceiling)]
    return max(rates, default=(0, 0))
