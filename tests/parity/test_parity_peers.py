"""Trade by trade, the compiled strategies do what backtesting.py and vectorbt do with next-open market orders.

Profits before fees are equal to the tick. A peer's commission is a double; ours is exact and rounded up at each fill to the money
unit, which is at most one price unit times one lot. So a round trip may cost us at most two of these more, and never less.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.parity import compiled
from tests.parity.datasets import REAL, Bars, Dataset, bars
from tests.parity.peers import PeerTrade, run_backtesting, run_vectorbt
from tests.parity.test_parity_loop import AS_WRITTEN, RATES, STRATEGIES

Engine = Callable[[str, Dataset, Bars, Decimal], list[PeerTrade]]
ENGINES = pytest.mark.parametrize("engine", [run_backtesting, run_vectorbt], ids=["backtesting", "vectorbt"])
DOUBLES = Decimal("0.01")  # what their sums of doubles may be off, in price units x lots

pytestmark = pytest.mark.slow


def check(run: compiled.Run, engine: Engine, strategy: str, data: Dataset, rate: Decimal) -> None:
    read = bars(data)
    bar_at = {start: bar for bar, start in enumerate(read.starts)}
    ours = [trade for trade in run.trades if trade["state"] == "closed"]
    theirs = engine(strategy, data, read, rate)
    assert len(ours) >= 10
    assert [
        (
            bar_at[int(trade["entry_ns"])],
            bar_at[int(trade["exit_ns"])],
            compiled.units(trade["entry_price"], data.unit),
            compiled.units(trade["exit_price"], data.unit),
            compiled.units(trade["qty"], data.lot),
        )
        for trade in ours
    ] == [(t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.qty) for t in theirs]
    rounding = 2 if rate else 0
    for trade, peer in zip(ours, theirs, strict=True):
        profit = Decimal(trade["pnl"]) - Decimal(trade["fees"])
        dearer = Decimal(peer.pnl) - profit / (data.unit * data.lot)
        assert -DOUBLES <= dearer <= rounding + DOUBLES


@ENGINES
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_as_written_trades_like_the_peer_on_its_bundled_bars(engine: Engine, strategy: str) -> None:
    data, rate = AS_WRITTEN[strategy]
    check(compiled.run(strategy, data, None), engine, strategy, data, rate)


@pytest.mark.shared
@ENGINES
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("data", REAL, ids=lambda data: data.name)
def test_a_strategy_moved_to_another_market_trades_like_the_peer(engine: Engine, strategy: str, data: Dataset) -> None:
    check(compiled.run(strategy, data, RATES[data]), engine, strategy, data, RATES[data])
