"""Trade by trade, the compiled strategies do what a plain loop does: same bar, price, side, size, fee and profit."""

from decimal import Decimal
from itertools import pairwise

import pytest

from tests.parity import compiled, reference_loop
from tests.parity.datasets import BTC_2021, REAL, SPY_2017, Dataset, bars

STRATEGIES = ("ema_cross", "rsi_reversion")
AS_WRITTEN = {"ema_cross": (BTC_2021, Decimal("0.001")), "rsi_reversion": (SPY_2017, Decimal("0.0001"))}
FREE, TAKER = Decimal(0), Decimal("0.00075")
RATES = dict(zip(REAL, (FREE, TAKER) * len(REAL), strict=False))


def check(run: compiled.Run, strategy: str, data: Dataset, rate: Decimal) -> None:
    expected = reference_loop.run(strategy, data, bars(data), rate)
    assert [
        (
            int(f["ts_ns"]),
            f["side"],
            compiled.units(f["price"], data.unit),
            compiled.units(f["qty"], data.lot),
            Decimal(f["fee"]),
        )
        for f in run.fills
    ] == [(f.time, f.side, f.price, f.qty, f.fee) for f in expected]
    assert {(f["template"], f["side"], f["reason"]) for f in run.fills} == {
        ("entry", "buy", "open"),
        ("unwind", "sell", "open"),
    }

    trips = reference_loop.round_trips(expected)
    closed = [t for t in run.trades if t["state"] == "closed"]
    assert len(trips) >= 10
    assert len(run.trades) - len(closed) == len(expected) % 2
    for seen, trip in zip(closed, trips, strict=True):
        fees = trip.entry.fee + trip.exit.fee
        assert (int(seen["entry_ns"]), int(seen["exit_ns"])) == (trip.entry.time, trip.exit.time)
        assert int(seen["bars"]) == trip.exit.bar - trip.entry.bar
        assert Decimal(seen["fees"]) == fees
        assert Decimal(seen["pnl"]) == trip.pnl * data.unit * data.lot


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_as_written_trades_like_the_loop_on_its_bundled_bars(strategy: str) -> None:
    data, rate = AS_WRITTEN[strategy]
    check(compiled.run(strategy, data, None), strategy, data, rate)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("data", REAL, ids=lambda data: data.name)
def test_a_strategy_moved_to_another_market_trades_like_the_loop(strategy: str, data: Dataset) -> None:
    check(compiled.run(strategy, data, RATES[data]), strategy, data, RATES[data])


@pytest.mark.shared
def test_a_machine_of_one_step_per_instant_would_miss_entries() -> None:
    """After an exit it would reach LOOKING only at that bar's close, and test the next signal one bar later."""
    trips = [reference_loop.round_trips(reference_loop.run("ema_cross", data, bars(data), FREE)) for data in REAL]
    missed = sum(later.entry.bar - 1 == before.exit.bar for one in trips for before, later in pairwise(one))
    assert missed > 0
