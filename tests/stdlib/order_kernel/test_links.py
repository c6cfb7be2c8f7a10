"""One order and another: OCO, OTO, brackets."""

from tests.stdlib.order_kernel.desk import Desk, order

PARENT, STOP, TARGET = order(0), order(1), order(2)


def pair(desk: Desk) -> None:
    """A long of 10 with a stop in row 1 and a target in row 2, both for all of it."""
    desk.hold(10)
    exits = {"side": "SELL", "reduce_only": True}
    desk.working(STOP, kind="STOP", px=0, trigger=95, sibling=TARGET, **exits)
    desk.working(TARGET, px=110, sibling=STOP, **exits)


def bracket(desk: Desk) -> None:
    exits = {"side": "SELL", "reduce_only": True, "held": True}
    assert desk.submit(STOP, kind="STOP", px=0, trigger=95, sibling=TARGET, **exits) == []
    assert desk.submit(TARGET, px=110, sibling=STOP, **exits) == []
    desk.working(PARENT, child_a=STOP, child_b=TARGET)


def test_the_end_of_one_leg_cancels_the_other(desk: Desk) -> None:
    pair(desk)
    assert desk.fill(10, 1, STOP, side="SELL") == ["FILL 17", "cancel 18"]
    desk.is_in("WORKING", id=TARGET, pend_cancel=True)
    assert desk.say("cancel_ack", TARGET) == ["CLOSE 18"]
    assert desk.position == 0


def test_part_of_one_leg_leaves_the_other(desk: Desk) -> None:
    pair(desk)
    assert desk.fill(4, 1, STOP, side="SELL") == ["FILL 17"]
    desk.is_in("WORKING", id=TARGET, pend_cancel=False)


def test_oco_race_both_legs_fill(desk: Desk) -> None:
    pair(desk)
    desk.fill(10, 1, STOP, side="SELL")
    assert desk.fill(10, 1, TARGET, side="SELL") == ["FILL 18"]
    desk.is_in("CLOSED", id=TARGET, reason="FILLED")
    assert desk.position == -10
    assert desk.say("cancel_reject", TARGET, unknown_order=False) == []


def test_a_reject_of_one_leg_cancels_the_other(desk: Desk) -> None:
    pair(desk)
    assert desk.say("reject", TARGET) == ["CLOSE 18", "cancel 17"]


def test_a_denied_leg_leaves_the_other(desk: Desk) -> None:
    desk.hold(10)
    desk.working(STOP, side="SELL", reduce_only=True, kind="STOP", px=0, trigger=95, sibling=TARGET)
    denied = desk.submit(TARGET, side="SELL", reduce_only=True, px=1_000, sibling=STOP)
    assert denied == ["DENY 18 OFF_COLLAR"]
    desk.is_in("WORKING", id=STOP, pend_cancel=False)


def test_both_legs_of_an_exit_may_be_for_all_of_the_position(desk: Desk) -> None:
    pair(desk)
    assert (desk.market["selling"], desk.market["exit_selling"]) == (10, 10)
    assert desk.submit(order(3), side="SELL", reduce_only=True, qty=1) == ["DENY 19 REDUCE_ONLY"]


def test_a_shadow_may_not_pass_the_position(desk: Desk) -> None:
    desk.hold(9)
    assert desk.submit(TARGET, side="SELL", reduce_only=True, sibling=STOP, qty=9) == ["new_order 18"]
    assert desk.submit(order(4), side="SELL", reduce_only=True, sibling=order(3), qty=10) == ["DENY 20 REDUCE_ONLY"]


def test_both_legs_of_an_entry_count(desk: Desk) -> None:
    desk.limits(max_position=15)
    desk.submit(order(1), sibling=order(2))
    assert desk.submit(order(2), sibling=order(1), kind="STOP", px=0, trigger=101) == ["DENY 18 OVER_POSITION"]


def test_oto_partial_fill_of_the_parent_grows_the_child(desk: Desk) -> None:
    bracket(desk)
    assert desk.fill(3, 1, PARENT) == ["FILL 16", "new_order 17", "new_order 18"]
    desk.is_in("PENDING", id=STOP, qty=3, full=10)
    desk.say("ack", STOP)
    assert desk.fill(2, 2, PARENT) == ["FILL 16", "replace 17", "replace 18"]
    desk.is_in("WORKING", id=STOP, qty=3, new_qty=5, pend_replace=True)
    assert desk.fill(5, 3, PARENT) == ["FILL 16"]
    desk.is_in("WORKING", id=STOP, new_qty=5, wish=10)
    assert desk.say("replace_ack", STOP, seq=1) == ["REPLACE_ACK 17", "replace 17"]
    desk.is_in("WORKING", id=STOP, qty=5, new_qty=10, pend_replace=True)
    assert desk.say("replace_ack", STOP, seq=2) == ["REPLACE_ACK 17"]
    desk.is_in("WORKING", id=STOP, qty=10, pend_replace=False)


def test_a_child_that_is_being_cancelled_does_not_grow(desk: Desk) -> None:
    bracket(desk)
    desk.fill(3, 1, PARENT)
    desk.cancel(STOP)
    assert desk.fill(2, 2, PARENT) == ["FILL 16", "replace 18"]


def test_a_child_grows_no_further_than_it_was_asked_for(desk: Desk) -> None:
    desk.submit(STOP, side="SELL", reduce_only=True, held=True, qty=4)
    desk.working(PARENT, child_a=STOP)
    assert desk.fill(7, 1, PARENT) == ["FILL 16", "new_order 17"]
    desk.is_in("PENDING", id=STOP, qty=4)


def test_a_child_that_the_gate_does_not_let_grow_stays_as_it_is(desk: Desk) -> None:
    bracket(desk)
    desk.fill(3, 1, PARENT)
    desk.limits(collar=0)
    assert desk.fill(2, 2, PARENT) == ["FILL 16", "replace 17", "REPLACE_REJECT 18 OFF_COLLAR"]


def test_a_child_refused_at_release_is_denied(desk: Desk) -> None:
    bracket(desk)
    desk.limits(collar=0)
    assert desk.fill(3, 1, PARENT) == ["FILL 16", "new_order 17", "DENY 18 OFF_COLLAR"]
    desk.is_in("PENDING", id=STOP, pend_cancel=False)


def test_a_child_that_expired_meanwhile_is_not_sent(desk: Desk) -> None:
    desk.submit(STOP, side="SELL", reduce_only=True, held=True, tif="GTD", expires=desk.now + 5)
    desk.working(PARENT, child_a=STOP)
    desk.now += 5
    assert desk.fill(3, 1, PARENT) == ["FILL 16", "CLOSE 17"]
    desk.is_in("CLOSED", id=STOP, reason="EXPIRED")


def test_bracket_with_parent_cancelled(desk: Desk) -> None:
    bracket(desk)
    desk.cancel(PARENT)
    assert desk.say("cancel_ack", PARENT) == ["CLOSE 16", "CLOSE 17", "CLOSE 18"]
    desk.is_in("CLOSED", id=STOP, reason="CANCELLED")


def test_bracket_with_parent_denied(desk: Desk) -> None:
    desk.submit(STOP, side="SELL", reduce_only=True, held=True)
    desk.limits(max_qty=9)
    assert desk.submit(PARENT, child_a=STOP) == ["DENY 16 TOO_LARGE", "CLOSE 17"]


def test_bracket_with_parent_cancelled_after_a_fill_keeps_the_children(desk: Desk) -> None:
    bracket(desk)
    desk.fill(3, 1, PARENT)
    assert desk.say("cancel_ack", PARENT) == ["CLOSE 16"]
    desk.is_in("PENDING", id=STOP, qty=3)


def test_late_fill_of_the_parent_grows_the_children(desk: Desk) -> None:
    bracket(desk)
    desk.fill(3, 1, PARENT)
    desk.say("cancel_ack", PARENT)
    assert desk.fill(2, 2, PARENT) == ["FILL 16 LATE_FILL", "replace 17", "replace 18"]


def test_a_held_order_is_cancelled_here(desk: Desk) -> None:
    bracket(desk)
    assert desk.cancel(STOP) == ["CLOSE 17", "CLOSE 18"]


def test_a_held_order_is_unknown_to_the_venue(desk: Desk) -> None:
    bracket(desk)
    assert desk.say("ack", STOP) == ["NOTICE 17 STALE_ORDER"]
    assert desk.replace(STOP) == ["REPLACE_REJECT 17 NOT_OPEN"]
    assert desk.fill(3, 1, STOP, side="SELL") == ["FILL 17 LATE_FILL"]
    desk.is_in("HELD", id=STOP, cum=0)
    assert desk.position == -3


def test_a_link_to_an_order_that_left_its_row_dies(desk: Desk) -> None:
    desk.hold(10)
    desk.working(STOP, side="SELL", reduce_only=True, sibling=order(2, 5))
    desk.working(TARGET, qty=1)
    assert desk.fill(10, 1, STOP, side="SELL") == ["FILL 17"]
    desk.is_in("WORKING", id=TARGET, pend_cancel=False)
