"""Fees in the base asset, dust, round trips, session time and the account's readings in the interpreter (semantics.md, Account)."""

from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Fault, Report
from stratc.compiler.interpreter.calendar import NEVER, Calendar
from stratc.compiler.program import Latched
from tests.support.instants import PLAIN, Run, driver, submit
from tests.support.programs import BOOL, HOUR, INTEGER, NUMBER, DataflowBuilder, apply, number, template

BASE = replace(PLAIN, lot_units=1000, fee_in_base=True)  # a lot is a thousand smallest units
CALENDAR = Calendar(((10, 20), (30, 40)))


def buying(**more: Any) -> Run:
    """Ten are ordered at 101, a sale of ten at 102."""
    two = (template("buy", "BUY", number(10.0), 0), template("sell", "SELL", number(10.0), 1))
    run = Run(driver({101: [submit()], 102: [submit(1)]}, templates=two, **({"instrument": BASE} | more)))
    run.bar(101)
    return run


# ---- fees in the base asset


def test_a_base_fee_of_less_than_a_lot_is_money_at_once_and_dust_until_it_is_a_lot() -> None:
    run = buying()
    run.fill(1, 5, 100, fee=600, in_base=True)
    account = run.interpreter.account.holdings[0]
    assert (account.position, account.dust, account.fees) == (5, 600, 60)
    run.fill(1, 5, 100, fee=600, in_base=True, taken=1)
    assert (account.position, account.dust, account.fees) == (9, 200, 120)


def test_whole_lots_of_a_base_fee_are_taken_at_the_price_of_the_fill() -> None:
    run = buying()
    run.fill(1, 10, 100, fee=2000, in_base=True, taken=2)
    account = run.interpreter.account
    assert (account.holdings[0].position, account.holdings[0].cost, account.realised, account.fees) == (8, 800, 0, 200)
    assert account.cash == account.capital - 1000


def test_the_money_of_a_base_fee_is_rounded_up() -> None:
    run = buying()
    run.fill(1, 10, 101, fee=1, in_base=True)
    assert run.interpreter.account.fees == 1


@pytest.mark.parametrize("fee", [-1, 2**30 * 1000])
def test_a_base_fee_outside_its_range_is_a_fault(fee: int) -> None:
    run = buying()
    with pytest.raises(Fault, match="REPORT"):
        run.fill(1, 10, 100, fee=fee, in_base=True)


def test_every_report_carries_the_true_position() -> None:
    run = buying()
    with pytest.raises(Fault, match="POSITION"):
        run.step(Report(run.now, "ACK", 16, 0, position_after=1))


# ---- round trips


def test_a_trip_ends_where_only_dust_is_left() -> None:
    run = buying(instrument=replace(PLAIN, min_qty=2))
    run.fill(1, 10, 100)
    run.bar(102)
    run.fill(2, 9, 99)
    assert run.interpreter.account.holdings[0].trip_is_open  # an order is open still
    run.report("CLOSE", 2)
    account = run.interpreter.account
    assert (account.holdings[0].position, account.holdings[0].trip_is_open, account.streak) == (1, False, 1)


def test_a_trip_that_earned_nothing_is_no_losing_one() -> None:
    run = buying()
    run.fill(1, 10, 100)
    run.bar(102)
    run.fill(2, 10, 100)
    assert run.interpreter.account.streak == 0


# ---- readings


def readings(run: Run) -> Any:
    return run.interpreter.signal_values()


def test_exposure_net_and_open_orders_are_those_of_the_start_of_the_instant() -> None:
    d = DataflowBuilder()
    for name in ("exposure", "net"):
        d.let(name, Latched(NUMBER, name))  # type: ignore[arg-type]
    d.let("open_orders", Latched(INTEGER, "open_orders"))
    run = buying(dataflow=d, instrument=PLAIN)
    assert readings(run) == [0.0, 0.0, 0]  # the order of this instant is not open yet
    run.bar(102)
    run.fill(2, 10, 102)
    run.bar(100)
    assert readings(run) == [1000.0, -1000.0, 1]


def test_age_and_in_session_follow_the_calendar() -> None:
    d = DataflowBuilder()
    d.let("now", apply("to_number", Latched(INTEGER, "age")))
    d.let("open", Latched(BOOL, "in_session"))
    run = buying(dataflow=d, instrument=replace(PLAIN, sessions=((0, 2 * HOUR), (3 * HOUR, 4 * HOUR))))
    assert readings(run) == [0.0, True]
    latch = run.interpreter.latch
    for now, age, is_open in ((2 * HOUR - 1, HOUR - 1, True), (2 * HOUR, HOUR, False), (3 * HOUR + 5, HOUR + 5, True)):
        latch.begin(now)
        assert (latch.latched(Latched(INTEGER, "age")), latch.latched(Latched(BOOL, "in_session"))) == (age, is_open)


# ---- the calendar


@pytest.mark.parametrize(("since", "now", "elapsed"), [(0, 5, 0), (12, 18, 6), (12, 35, 13), (20, 30, 0), (0, 99, 20)])
def test_only_session_time_elapses(since: int, now: int, elapsed: int) -> None:
    assert CALENDAR.elapsed(since, now) == elapsed


@pytest.mark.parametrize(("since", "span", "at"), [(12, 8, 20), (12, 9, 31), (0, 1, 11), (25, 10, 40), (25, 11, NEVER)])
def test_a_span_of_session_time_is_reached_as_soon_as_it_has_elapsed(since: int, span: int, at: int) -> None:
    assert CALENDAR.reached(since, span) == at
    if at != NEVER:
        assert (CALENDAR.elapsed(since, at), CALENDAR.elapsed(since, at - 1)) == (span, span - 1)


def test_a_session_is_woken_for_at_every_boundary() -> None:
    d = DataflowBuilder()
    d.let("open", Latched(BOOL, "in_session"))
    sessions = ((2 * HOUR, 3 * HOUR), (5 * HOUR, 6 * HOUR))
    run = Run(driver({}, dataflow=d, instrument=replace(PLAIN, sessions=sessions)))
    seen = []
    while (armed := run.interpreter.next_deadline()) is not None:
        seen.append(armed[0])
        run.due()
    assert seen == [2 * HOUR, 3 * HOUR, 5 * HOUR, 6 * HOUR]
