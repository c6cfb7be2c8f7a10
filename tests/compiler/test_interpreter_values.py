"""Order fields, bounds, money and the dataflow (semantics.md 5b, 5e-5g, Account, Rounding; program.py), one by one."""

from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Bar, Bars, Deny, Fault, Report, SendSubmit
from stratc.compiler.program import Bound, Default, Expr, FieldRef, Latched, Na, Place, ValueRef, Verb, WarmUp
from tests.support.instants import BUY, CAPITAL, PLAIN, Run, buyer, machine
from tests.support.programs import (
    CLOSE,
    HOUR,
    NUMBER,
    DataflowBuilder,
    MachineBuilder,
    after,
    apply,
    command,
    cross,
    integer,
    number,
    ref,
    state,
    template,
)

# ---- order fields, denials and bounds


def test_a_denied_submit_comes_back_as_a_report_that_raises_denied() -> None:
    m = MachineBuilder()
    made = buyer(
        state("WAIT", m.on("denied", 0, 2)), state("REFUSED"), templates=(template("buy", "BUY", Na(NUMBER), 0),)
    )
    run = Run(made)
    sent = run.bar()
    denial = Deny(0, "BUY", 0, 0, 0, "NA")
    assert sent.frames == [denial]
    assert run.state == "WAIT"  # a denial is the next input, not this instant
    run.denied(denial)
    assert run.state == "REFUSED"


def test_an_acknowledgement_raises_nothing() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    run.report("ACK", 1)
    assert run.interpreter.raised == frozenset()


@pytest.mark.parametrize(
    ("qty", "more", "first", "why"),
    [
        (apply("div", number(1.0), number(0.0)), {}, (BUY,), "NA"),
        (number(float("inf")), {}, (BUY,), "RANGE"),
        (number(1001.0), {}, (BUY,), "RANGE"),
        (number(0.9), {}, (BUY,), "MIN_QTY"),
        (number(-3.0), {}, (BUY,), "MIN_QTY"),
        (number(10.0), {}, (BUY, BUY), "SLOT"),
        (number(10.0), {"reduce_only": True}, (BUY,), "REDUCE_ONLY"),
        (number(26.0), {}, (BUY,), "RISK"),
        (number(10.0), {"trigger": number(0.0)}, (BUY,), "RANGE"),
        (number(10.0), {"trigger": Na(NUMBER)}, (BUY,), "NA"),
    ],
)
def test_a_submit_that_may_not_go_is_denied_with_its_reason(qty: Expr, more: Any, first: Any, why: str) -> None:
    bound = Bound("abs(position) <= 25 X else reject", number(25.9), Place("x.strat", 9))
    run = Run(buyer(state("WAIT"), first=first, templates=(template("buy", "BUY", qty, 0, **more),), bounds=(bound,)))
    denied = run.bar().frames[-1]
    assert isinstance(denied, Deny)
    assert denied.why == why


def test_the_bound_is_on_the_worst_case_with_the_earlier_commands_of_the_instant() -> None:
    bound = Bound("abs(position) <= 25 X else reject", number(25.0), Place("x.strat", 9))
    three = (template("buy", "BUY", number(10.0), 0, max_open=3),)
    run = Run(buyer(state("WAIT"), first=(BUY, BUY, BUY), templates=three, bounds=(bound,)))
    assert [type(frame) for frame in run.bar().frames] == [SendSubmit, SendSubmit, Deny]
    assert [r.payload[0] for r in run.last.records if r.kind == "risk"] == [10, 20, 30]


@pytest.mark.parametrize(
    ("side", "trigger", "px"),
    [("BUY", 100.2, 101), ("SELL", 100.8, 100), ("BUY", 100.0000001, 100), ("SELL", 99.9999999, 100)],
)
def test_a_stop_trigger_is_snapped_else_rounded_away_from_the_market(side: Any, trigger: float, px: int) -> None:
    one = (template("stop", side, number(1.0), 0, trigger=number(trigger)),)
    sent = Run(buyer(state("WAIT"), templates=one)).bar().frames[0]
    assert isinstance(sent, SendSubmit)
    assert sent.trigger == px


@pytest.mark.parametrize(("qty", "lots"), [(9.9, 9), (9.9999999, 10), (10.0000001, 10)])
def test_a_quantity_is_snapped_else_rounded_toward_zero(qty: float, lots: int) -> None:
    sent = Run(buyer(state("WAIT"), templates=(template("buy", "BUY", number(qty), 0),))).bar().frames[0]
    assert isinstance(sent, SendSubmit)
    assert sent.qty == lots


def test_what_a_template_filled_is_that_of_the_start_of_the_instant() -> None:
    m = MachineBuilder()
    cum = Latched(NUMBER, "cum", 0)
    wait = state("WAIT", m.on("filled", 0, 2, BUY))
    seen = state("NEXT", m.when(apply("eq", cum, number(10.0)), 3))
    run = Run(buyer(wait, seen, state("DONE")))
    run.bar()
    run.fill(1, 10)  # the submit in it takes the slot anew
    assert run.state == "DONE"


# ---- money


def test_a_reduction_takes_its_share_of_the_cost_truncated_toward_zero() -> None:
    two = (template("buy", "BUY", number(3.0), 0), template("sell", "SELL", number(5.0), 1))
    run = Run(buyer(state("WAIT"), first=(BUY, command(Verb.SUBMIT, 1)), templates=two))
    run.bar(100)
    run.fill(1, 1, price=100)
    run.fill(1, 2, price=101, fee=7)  # 302 for three
    run.fill(2, 2, price=110)
    account = run.interpreter.account
    assert (account.realised, account.holdings[0].cost, account.fees) == (220 - 201, 101, 7)
    assert account.equity == CAPITAL + 19 + (100 - 101) - 7
    run.fill(2, 3, price=90)  # through zero: what is left opens
    assert (account.holdings[0].position, account.holdings[0].cost, account.realised) == (-2, -180, 19 + 90 - 101)


def test_a_position_that_is_not_that_of_the_order_kernel_is_a_fault() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    run.position = 1
    with pytest.raises(Fault, match="POSITION"):
        run.fill(1, 10)


def test_money_beyond_62_bits_is_a_fault() -> None:
    run = Run(buyer(state("WAIT"), instrument=replace(PLAIN, money_per_unit=10**9)))
    run.bar()
    with pytest.raises(Fault, match="MONEY"):
        run.fill(1, 10, price=10**9)


def test_a_report_on_no_template_is_a_fault() -> None:
    run = Run(buyer(state("WAIT")))
    with pytest.raises(Fault, match="REPORT"):
        run.step(Report(0, "ACK", 16, 7))


# ---- dataflow


def signals(d: DataflowBuilder, closes: tuple[int, ...]) -> list[list[Any]]:
    """The values after each bar."""
    run = Run(machine(state("IDLE"), dataflow=d))
    found = []
    for close in closes:
        run.bar(close)
        found.append(run.interpreter.signal_values())
    return found


def test_a_memory_has_its_first_value_until_something_was_stored() -> None:
    d = DataflowBuilder()
    total = d.memory("before", number(-1.0), ValueRef(NUMBER, 1), commit_after=after(1))
    d.let("total", apply("add", ref(total), CLOSE))
    assert signals(d, (1, 2, 3)) == [[-1.0, 0.0], [-1.0, 1.0], [1.0, 4.0]]


def test_commits_come_after_every_equation() -> None:
    d = DataflowBuilder()
    d.delay("old", CLOSE, integer(1), 1, warm_up=after(1))
    d.delay("older", ValueRef(NUMBER, 0), integer(1), 1, warm_up=after(2), commit_after=after(1))
    assert signals(d, (1, 2, 3)) == [[None, None], [1.0, None], [2.0, 1.0]]


def test_default_takes_the_value_where_it_is_ready_and_there() -> None:
    d = DataflowBuilder()
    half = d.let("share", apply("div", number(6.0), apply("sub", CLOSE, number(2.0))))
    d.let("known", Default(NUMBER, ref(half), number(-1.0), WarmUp()))
    d.let("later", Default(NUMBER, CLOSE, number(0.5), after(2)))
    assert signals(d, (1, 2, 5)) == [[-6.0, -6.0, 0.5], [None, -1.0, 0.5], [2.0, 2.0, 5.0]]


def test_integers_wrap_at_64_bits() -> None:
    d = DataflowBuilder()
    top = integer(2**63 - 1)
    d.let("sum", apply("add", top, integer(1)))
    d.let("least", apply("neg", integer(-(2**63))))
    d.let("rest", apply("mod", integer(-7), integer(2)))
    assert signals(d, (1,)) == [[-(2**63), -(2**63), -1]]


def test_of_equal_extremes_in_a_window_the_newest_counts_and_a_nan_loses() -> None:
    d = DataflowBuilder()
    zero = apply("mul", apply("sub", CLOSE, number(1.0)), number(-1.0))
    d.window("low", "min", zero, integer(2), 2)
    d.window("real", "max", apply("sub", FieldRef(0, "volume"), apply("mul", CLOSE, number(1e308))), integer(3), 3)
    found = signals(d, (1, 1, 3))
    assert [str(row[0]) for row in found] == ["-0.0", "-0.0", "-2.0"]
    assert found[2][1] == -1e308


def test_the_value_of_a_signal_is_missing_until_it_is_ready() -> None:
    d = DataflowBuilder()
    d.window("average", "mean", CLOSE, integer(2), 2, warm_up=after(1))
    assert signals(d, (1, 2)) == [[None], [1.5]]


def test_a_logged_signal_writes_a_record_only_where_it_changed() -> None:
    d = DataflowBuilder()
    d.let("price", CLOSE)
    run = Run(machine(state("IDLE"), dataflow=d))
    records = [run.bar(close).records for close in (7, 7, 8)]
    assert [[r.payload for r in found] for found in records] == [[(7.0,)], [], [(8.0,)]]


def test_two_averages_trade_and_come_home() -> None:
    """The whole road: entry (the slow mean fell faster), stop, flat."""
    run = Run(cross(), params=[3])
    for close in (5_000_000, 5_000_000, 5_000_000, 4_900_000):
        run.now += HOUR
        price = close / 100
        run.step(Bars(run.now, (Bar(price, price, price, price, 1.0, close),)))
    entry = run.last.frames[0]
    assert isinstance(entry, SendSubmit)
    run.fill(1, entry.qty, 4_900_000)
    stop = run.last.frames[0]
    assert isinstance(stop, SendSubmit)
    assert (stop.trigger, stop.qty, run.state) == (4_410_000, entry.qty, "MANAGING")
    run.fill(2, stop.qty, 4_410_000)
    assert (run.state, run.interpreter.account.holdings[0].position) == ("IDLE", 0)


def test_a_long_sum_is_folded_anew_at_every_multiple_of_its_length() -> None:
    d = DataflowBuilder()
    d.window("total", "sum", apply("mul", CLOSE, number(1e306)), integer(33), 33)
    found = [row[0] for row in signals(d, (1000, *[0] * 65))]
    assert all(str(value) == "nan" for value in found[:65])  # infinity leaves a NaN in the compensation
    assert found[65] == 0.0
