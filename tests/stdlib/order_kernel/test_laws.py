"""What holds for any history: replays change nothing, the order of arrival doesn't matter, position is the sum of the fills."""

from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st

from tests.stdlib.order_kernel.agreement import CONSTANTS, CountingModel, enums_of, named
from tests.stdlib.order_kernel.desk import FIRST, Desk
from tests.stdlib.order_kernel.sources import Compiled, compiled, order_kernel
from tests.support.order_events import OrderEvents

SMALL = order_kernel(CONSTANTS)
SMALL_C = Compiled(SMALL)
SEEDS = st.integers(0, 2**32)


class History:
    """Random messages to a kernel of 4 rows; the model only guides the choice of messages."""

    def __init__(self, seed: int) -> None:
        self.kernel, self.model = SMALL_C(), CountingModel()
        self.messages, self.enums = OrderEvents(Random(seed), self.model), enums_of(SMALL)

    def next(self) -> tuple[str, int, dict[str, Any], list[Any]]:
        name, time, fields = self.messages.next()
        self.model.step(name, time, fields)
        spelt = named(fields, self.enums[name])
        return name, time, spelt, self.kernel.step(name, time, spelt)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_replaying_any_event_at_once_changes_no_register(seed: int) -> None:
    history = History(seed)
    for _ in range(150):
        name, time, fields, _ = history.next()
        once = history.kernel.state
        history.kernel.step(name, time, fields)
        assert history.kernel.state == once, name


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_cum_never_falls_and_the_status_agrees_with_it(seed: int) -> None:
    history = History(seed)
    before: dict[int, int] = {}
    for _ in range(200):
        history.next()
        for row in history.kernel.state["slot"]:
            assert row["cum"] >= before.get(row["id"], 0)
            before[row["id"]] = row["cum"]
            is_filled = row["phase"] == "CLOSED" and row["reason"] == "FILLED"
            assert is_filled == (row["qty"] > 0 and row["cum"] >= row["qty"])


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_position_is_the_sum_of_the_fills_less_the_lots_that_fees_took(seed: int) -> None:
    history = History(seed)
    lots, dust, units = [0, 0], [0, 0], 7
    for instrument, symbol in zip(history.model.instruments, (0, 1), strict=True):
        history.kernel.step("contract", 0, {"symbol": symbol, "lot_units": units})
        instrument.lot_units = units
    for _ in range(300):
        name, time, fields = history.messages.next()
        if name == "contract":
            continue
        symbol = fields.get("symbol", history.model.rows[fields.get("id", 0) % 4].symbol)
        history.model.step(name, time, fields)
        for output, values in history.kernel.step(name, time, named(fields, history.enums[name])):
            if output == "report" and values["event"] == "FILL":
                lots[symbol] += values["last_qty"] if values["side"] == "BUY" else -values["last_qty"]
                if values["in_base"]:
                    whole, dust[symbol] = divmod(dust[symbol] + fields["fee_rest"], units)
                    lots[symbol] -= fields["fee_lots"] + whole
                assert values["position_after"] == lots[symbol]
        assert [market["position"] for market in history.kernel.state["market"]] == lots


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.booleans(), st.data())
@settings(max_examples=150, deadline=None)
def test_every_order_of_ack_fills_and_cancel_ack_ends_the_same(
    quantities: list[int], with_cum: bool, data: st.DataObject
) -> None:
    """with_cum: fills carry what the venue has counted by then; the adapter numbers them as they arrive."""
    totals = [sum(quantities[: i + 1]) for i in range(len(quantities))]
    size = max(1, totals[-1] + data.draw(st.integers(-2, 2)))
    arrivals = ["ack", "cancel_ack", *zip(quantities, totals, strict=True)]
    ends = set()
    for order in (arrivals, data.draw(st.permutations(arrivals))):
        desk = Desk(compiled()())
        desk.send("contract", symbol=0, lot_units=10)
        desk.submit(qty=size)
        desk.cancel()
        numbers = iter(range(1, 9))
        for arrival in order:
            if isinstance(arrival, str):
                desk.say(arrival)
            else:
                qty, total = arrival
                cum = {"has_cum": True, "cum": total} if with_cum else {}
                desk.fill(qty, next(numbers), in_base=True, fee_rest=qty, **cum)
        row = desk.row(FIRST)
        ends.add((row["phase"], row["reason"], row["cum"], desk.position, desk.market["dust"]))
    assert len(ends) == 1
