"""Kinds, fields and verbs of orders in the interpreter: submit, replace, OCO, bracket, reduce-only (semantics.md, Order templates)."""

from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Bars, Deny, RefuseReplace, SendCancel, SendReplace, SendSubmit
from stratc.compiler.program import Latched, Na, Verb
from tests.support.instants import PLAIN, Run, driver, submit
from tests.support.programs import CLOSE, HOUR, INTEGER, NUMBER, apply, command, integer, number, template

DAY = 24 * HOUR
HELD = apply("abs", Latched(NUMBER, "position"))
REPLACE = command(Verb.REPLACE, 0)


def one(**fields: Any) -> Any:
    """A template that buys ten, or what is given."""
    return template(**({"name": "one", "side": "BUY", "qty": number(10.0), "slot": 0} | fields))


def only(kind: Any, run: Run) -> Any:
    (found,) = run.of(kind)
    return found


# ---- submit


def test_an_order_id_is_generation_times_rows_plus_slot() -> None:
    two = (one(max_open=2), template("two", "BUY", number(1.0), 2))
    run = Run(driver({101: [submit(), submit(), submit(1)], 102: [submit(1)]}, templates=two))
    run.bar(101)
    assert [frame.order for frame in run.sent] == [16, 17, 18]
    run.report("CLOSE", 3)
    run.bar(102)
    assert run.sent[-1].order == 2 * 16 + 2


@pytest.mark.parametrize(("slots", "rows"), [(15, 16), (16, 64), (64, 256)])
def test_there_are_rows_for_every_slot_and_the_one_of_flatten(slots: int, rows: int) -> None:
    run = Run(driver({101: [submit()]}, templates=(one(max_open=slots),)))
    run.bar(101)
    assert run.sent[0].order == rows


@pytest.mark.parametrize(
    ("side", "price", "trigger", "expected"),
    [
        ("BUY", 99.9, None, ("LIMIT", 99, 0)),
        ("SELL", 99.1, None, ("LIMIT", 100, 0)),
        ("BUY", 99.9, 98.1, ("STOP_LIMIT", 99, 99)),
        ("SELL", 99.1, 98.9, ("STOP_LIMIT", 100, 98)),
        ("SELL", 99.9999999, 98.0000001, ("STOP_LIMIT", 100, 98)),
        ("BUY", None, None, ("MARKET", 0, 0)),
    ],
)
def test_a_limit_is_rounded_into_the_book_and_a_trigger_away_from_the_market(
    side: Any, price: float | None, trigger: float | None, expected: Any
) -> None:
    fields = {"price": price, "trigger": trigger}
    made = one(side=side, **{name: None if value is None else number(value) for name, value in fields.items()})
    run = Run(driver({101: [submit()]}, templates=(made,)))
    run.bar(101)
    assert (run.sent[0].kind, run.sent[0].px, run.sent[0].trigger) == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"price": Na(NUMBER)}, "NA"),
        ({"tif": "GTD", "expires": Na(INTEGER)}, "NA"),
        ({"price": number(0.9)}, "RANGE"),
        ({"price": number(2.0**31)}, "RANGE"),
        ({"tif": "GTD", "expires": integer(0)}, "RANGE"),
        ({"tif": "GTD", "expires": integer(2**62 - 1)}, "RANGE"),
    ],
)
def test_a_field_that_is_missing_or_out_of_range_denies_the_order(fields: Any, why: str) -> None:
    run = Run(driver({101: [submit()]}, templates=(one(**fields),)))
    run.bar(101)
    assert (only(Deny, run).why, run.sent) == (why, [])
    assert only("command", run).payload[0] == 0  # no order, no id


def test_the_id_of_a_denied_order_is_not_used_up() -> None:
    poor = one(qty=apply("sub", CLOSE, number(101.0)))
    run = Run(driver({101: [submit()], 102: [submit()]}, templates=(poor,)))
    run.bar(101)
    run.bar(102)
    assert run.sent[0].order == 16


def test_every_field_of_the_template_goes_with_the_order() -> None:
    run = Run(
        driver({101: [submit()]}, templates=(one(price=number(90.0), tif="GTD", expires=integer(5), post_only=True),))
    )
    run.bar(101)
    expected = SendSubmit(16, 0, "BUY", "LIMIT", "GTD", False, 10, 0, 90, HOUR + 5, True, 0)
    assert run.sent == [expected]
    assert only("command", run).payload == (16, 10, 90, 0)


@pytest.mark.parametrize(
    ("sessions", "now", "expires"),
    [
        ((), HOUR, DAY),
        ((), DAY, 2 * DAY),
        (((0, 8 * HOUR), (DAY, DAY + 7 * HOUR)), HOUR, 8 * HOUR),
        (((0, 8 * HOUR), (DAY, DAY + 7 * HOUR)), 8 * HOUR, DAY + 7 * HOUR),  # the close is outside
        (((0, 8 * HOUR),), 9 * HOUR, DAY),
    ],
)
def test_a_day_order_lives_until_the_close_or_the_end_of_the_utc_day(sessions: Any, now: int, expires: int) -> None:
    made = driver({101: [submit()]}, templates=(one(tif="DAY"),), instrument=replace(PLAIN, sessions=sessions))
    run = Run(made)
    run.bar(101, now=now)
    assert run.sent[0].expires == expires


def test_the_minimum_notional_is_measured_at_the_orders_own_price() -> None:
    instrument = replace(PLAIN, min_notional=1000)
    two = (one(price=number(100.0)), template("two", "BUY", number(10.0), 1, price=number(99.0)))
    run = Run(driver({101: [submit(), submit(1)]}, templates=two, instrument=instrument))
    run.bar(101)
    assert len(run.sent) == 1
    assert only(Deny, run).why == "MIN_QTY"


# ---- reduce-only


def exits(*sells: Any, **fields: Any) -> Run:
    """Ten are held; at 102 every sell is sent, each of a template of its own from 1 on."""
    every = (one(), *sells)
    sent = [submit(index + 1) for index in range(len(sells))]
    run = Run(driver({101: [submit()], 102: sent}, templates=every, **fields))
    run.bar(101)
    run.fill(1, 10)
    run.bar(102)
    return run


def sell(slot: int, lots: float, **more: Any) -> Any:
    return template(f"sell{slot}", "SELL", number(lots), slot, **({"reduce_only": True} | more))


def test_reduce_only_orders_together_close_no_more_than_the_position() -> None:
    run = exits(sell(1, 6.0), sell(2, 4.0), sell(3, 1.0))
    assert [frame.qty for frame in run.sent[1:]] == [6, 4]
    assert only(Deny, run).why == "REDUCE_ONLY"


def test_orders_of_the_other_side_do_not_count_among_what_reduces() -> None:
    run = exits(template("buy", "BUY", number(1.0), 1, reduce_only=True), sell(2, 10.0))
    assert [frame.qty for frame in run.sent[1:]] == [10]


def test_of_an_oco_pair_only_the_lower_slot_counts_and_each_names_the_other() -> None:
    run = exits(sell(1, 10.0, sibling=2), sell(2, 10.0, sibling=1))
    first, second = run.sent[1:]
    assert (first.qty, first.sibling, second.qty, second.sibling) == (10, second.order, 10, first.order)


def test_a_shadow_alone_is_held_against_the_whole_position() -> None:
    run = exits(sell(1, 10.0, sibling=2), sell(2, 11.0, sibling=1))
    assert only(Deny, run).template == 2


# ---- replace


def working(commands: Any = (REPLACE,), **fields: Any) -> Run:
    """A limit order whose quantity is the close less 91 and its price the close less 1; at 102 the commands run."""
    limit = one(
        qty=apply("sub", CLOSE, number(91.0)), price=apply("sub", CLOSE, number(1.0)), **fields.pop("template", {})
    )
    steady = {101: [submit()], **dict.fromkeys((102, 103, 104), commands)}
    run = Run(driver(steady, templates=(limit,), **fields))
    run.bar(101)
    return run


def test_a_replace_evaluates_every_field_anew_and_asks_for_the_total() -> None:
    run = working()
    run.bar(102)
    assert run.of(SendReplace) == [SendReplace(16, 0, 11, 101, 0)]
    record = only("command", run)
    assert (record.aux, record.payload) == (17, (16, 11, 101, 0))


def test_a_replace_of_no_open_order_does_nothing() -> None:
    run = working()
    run.report("CLOSE", 1)
    run.bar(102)
    assert (run.last.frames, run.of("command")) == ([], [])


def test_a_replace_that_changes_nothing_is_not_sent() -> None:
    run = Run(driver({101: [submit()], 102: [REPLACE]}, templates=(one(price=number(90.0)),)))
    run.bar(101)
    run.bar(102)
    assert (run.last.frames, run.of("command")) == ([], [])


def test_one_replace_is_in_flight_and_the_last_wish_follows_its_answer() -> None:
    run = working()
    for close in (102, 103, 104):
        run.bar(close)
        assert len(run.of(SendReplace)) == (close == 102)
    run.report("REPLACE_ACK", 1, qty=11, px=101)
    assert run.of(SendReplace) == [SendReplace(16, 0, 13, 103, 0)]


def test_a_wish_is_sent_after_a_rejection_too() -> None:
    run = working()
    run.bar(102)
    run.bar(103)
    run.report("REPLACE_REJECT", 1)
    assert run.of(SendReplace) == [SendReplace(16, 0, 12, 102, 0)]


def test_a_wish_that_stands_already_is_not_sent() -> None:
    run = working()
    run.bar(102)
    run.bar(103)
    run.report("REPLACE_ACK", 1, qty=12, px=102)
    assert run.of(SendReplace) == []


def test_a_wish_for_what_is_asked_already_forgets_the_one_before() -> None:
    run = working()
    for close in (102, 103, 102):
        run.bar(close)
    run.report("REPLACE_ACK", 1, qty=11, px=101)
    assert run.of(SendReplace) == []


def test_a_cancel_overtakes_a_replace_and_forgets_the_wish() -> None:
    run = working()
    run.bar(102)
    run.bar(103)
    run.control("kill")
    assert run.of(SendCancel) == [SendCancel(16, 0)]
    run.report("REPLACE_ACK", 1, qty=11, px=101)
    assert run.last.frames == []


def test_a_refusal_of_our_own_leaves_the_replace_in_flight() -> None:
    run = working()
    run.bar(102)
    run.report("REPLACE_REJECT", 1, ours=True)
    run.bar(103)
    assert run.of(SendReplace) == []


def test_a_refused_replace_is_a_report_and_no_event() -> None:
    run = Run(driver({101: [submit()], 102: [REPLACE]}, templates=(one(qty=apply("sub", CLOSE, number(91.0))),)))
    run.bar(101)
    run.control("pause")
    run.bar(102)
    assert run.of(RefuseReplace) == [RefuseReplace(16, 0, "BUY", 11, 0, 0, "RISK")]
    assert run.of("command") == []
    run.report("REPLACE_REJECT", 1, ours=True)
    assert run.interpreter.raised == frozenset()


def test_a_smaller_quantity_at_the_same_price_adds_no_risk() -> None:
    run = Run(driver({101: [submit()], 102: [REPLACE]}, templates=(one(qty=apply("sub", number(112.0), CLOSE)),)))
    run.bar(101)
    run.control("pause")
    run.bar(102)
    assert run.of(SendReplace) == [SendReplace(16, 0, 10, 0, 0)]


@pytest.mark.parametrize(("cum", "sent"), [(3, True), (2, False)])
def test_a_quantity_that_is_filled_already_needs_no_minimum(cum: int, sent: bool) -> None:
    least = replace(PLAIN, min_qty=5)
    made = one(qty=apply("sub", number(13.0), apply("sub", CLOSE, number(101.0))))
    run = Run(driver({101: [submit()], 111: [REPLACE]}, templates=(made,), instrument=least))
    run.bar(101)
    run.fill(1, cum)
    run.bar(111)  # asks for three
    assert bool(run.of(SendReplace)) == sent
    assert [frame.why for frame in run.of(RefuseReplace)] == ([] if sent else ["MIN_QTY"])


@pytest.mark.parametrize(("qty", "closed"), [(4, False), (12, True)])
def test_a_replace_that_ends_the_order_ends_it_as_a_last_fill_does(qty: int, closed: bool) -> None:
    run = working()
    run.fill(1, 4)
    run.bar(102)
    run.bar(103)
    run.report("REPLACE_ACK", 1, qty=qty, px=101, closed=closed)
    assert run.interpreter.raised == {"filled", "closed"}
    assert (run.last.frames, run.interpreter.slots.open()) == ([], [])


def test_a_replace_to_more_than_is_filled_leaves_the_order_open() -> None:
    run = working()
    run.fill(1, 4)
    run.bar(102)
    run.report("REPLACE_ACK", 1, qty=5, px=101)
    assert (run.interpreter.raised, len(run.interpreter.slots.open())) == (frozenset(), 1)


def test_a_reduce_only_order_grows_no_further_than_the_position() -> None:
    growing = template("sell", "SELL", apply("sub", CLOSE, number(95.0)), 1, reduce_only=True)
    again = command(Verb.REPLACE, 1)
    run = Run(driver({101: [submit()], 102: [submit(1)], 105: [again], 106: [again]}, templates=(one(), growing)))
    run.bar(101)
    run.fill(1, 10)
    run.bar(102)
    run.bar(105)
    assert run.of(SendReplace) == [SendReplace(17, 1, 10, 0, 0)]
    run.report("REPLACE_ACK", 2, qty=10)
    run.bar(106)
    assert only(RefuseReplace, run).why == "REDUCE_ONLY"


def test_while_a_replace_is_in_flight_the_larger_quantity_counts() -> None:
    run = working()
    run.bar(102)
    assert run.interpreter.slots.leaves("BUY", 0) == 11
    run.report("REPLACE_REJECT", 1)
    assert run.interpreter.slots.leaves("BUY", 0) == 10


# ---- bracket


def bracketed() -> Run:
    cum = Latched(NUMBER, "cum", 0)
    stop = template("stop", "SELL", cum, 1, reduce_only=True, trigger=number(90.0), sibling=2)
    take = template("take", "SELL", cum, 2, reduce_only=True, price=number(120.0), sibling=1)
    run = Run(driver({101: [submit()]}, templates=(one(children=(1, 2)), stop, take)))
    run.bar(101)
    return run


def test_the_first_fill_of_the_parent_sends_the_children() -> None:
    run = bracketed()
    assert len(run.sent) == 1
    run.fill(1, 4)
    assert [(frame.template, frame.qty, frame.sibling) for frame in run.sent[1:]] == [(1, 4, 18), (2, 4, 17)]


def test_the_children_grow_with_every_fill_of_the_parent() -> None:
    run = bracketed()
    run.fill(1, 4)
    run.fill(1, 6)
    assert [(frame.order, frame.qty) for frame in run.of(SendReplace)] == [(17, 10), (18, 10)]


def test_a_fill_of_a_parent_that_has_ended_releases_no_children() -> None:
    run = bracketed()
    run.report("CLOSE", 1)
    run.fill(1, 4)
    assert [frame.template for frame in run.sent] == [0, 3]  # late: what follows is the flatten


def test_a_denied_order_is_heard_of_in_the_next_input() -> None:
    run = Run(driver({101: [submit(), submit()]}, templates=(one(),)))
    run.bar(101)
    run.denied(only(Deny, run))
    assert run.interpreter.raised == {"denied"}
    run.step(Bars(run.now, ()))
    assert run.interpreter.raised == frozenset()
