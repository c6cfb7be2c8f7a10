"""The races of docs/order-kernel.md, one test each."""

import pytest

from tests.stdlib.order_kernel.desk import FIRST, SECOND, Desk, order, told

STATUS = {"open": True, "reason": "NONE", "cum": 0}


def test_fill_during_cancel(desk: Desk) -> None:
    desk.working()
    assert desk.cancel() == ["cancel 16"]
    assert desk.fill(4, 1) == ["FILL 16"]
    desk.is_in("WORKING", pend_cancel=True, cum=4)
    assert desk.say("cancel_reject", unknown_order=False) == ["CANCEL_REJECT 16"]
    desk.is_in("WORKING", pend_cancel=False, cum=4)


def test_fill_during_cancel_may_fill_it_all(desk: Desk) -> None:
    desk.working()
    desk.cancel()
    assert desk.fill(10, 1) == ["FILL 16"]
    desk.is_in("CLOSED", reason="FILLED", pend_cancel=False)
    assert desk.say("cancel_ack") == []
    desk.is_in("CLOSED", reason="FILLED")


@pytest.mark.parametrize(
    ("message", "fields", "reason"),
    [
        ("cancel_ack", {}, "CANCELLED"),
        ("venue_closed", {"reason": "EXPIRED"}, "EXPIRED"),
        ("reject", {}, "REJECTED"),
    ],
)
def test_fill_after_cancel_after_expiry_and_after_reject(
    desk: Desk, message: str, fields: dict[str, str], reason: str
) -> None:
    desk.working()
    assert desk.say(message, **fields) == ["CLOSE 16"]
    assert desk.fill(4, 1) == ["FILL 16 LATE_FILL"]
    desk.is_in("CLOSED", reason=reason, cum=4)
    assert desk.position == 4
    assert desk.fill(6, 2) == ["FILL 16 LATE_FILL"]
    desk.is_in("CLOSED", reason="FILLED", cum=10)
    assert desk.position == 10
    assert not desk.market["locked"]


def test_fill_before_ack(desk: Desk) -> None:
    desk.submit()
    assert desk.fill(4, 1) == ["FILL 16"]
    desk.is_in("SUBMITTED", cum=4)
    assert desk.say("ack") == ["ACK 16"]
    desk.is_in("WORKING", cum=4)


def test_cancel_during_replace(desk: Desk) -> None:
    desk.working()
    assert desk.replace(qty=12) == ["replace 16"]
    assert desk.cancel() == ["cancel 16"]
    desk.is_in("WORKING", pend_cancel=True, pend_replace=True)
    assert desk.say("replace_ack", seq=1) == ["REPLACE_ACK 16"]
    desk.is_in("WORKING", pend_cancel=True, pend_replace=False, qty=12)
    assert desk.say("cancel_ack") == ["CLOSE 16"]


def test_cancel_during_replace_may_end_it_first(desk: Desk) -> None:
    desk.working()
    desk.replace(qty=12)
    desk.cancel()
    assert desk.say("cancel_ack") == ["CLOSE 16"]
    assert desk.say("replace_reject", seq=1) == []
    desk.is_in("CLOSED", reason="CANCELLED", qty=10, pend_replace=False)


def test_replace_reject_after_a_partial_fill(desk: Desk) -> None:
    desk.working()
    desk.replace(qty=12)
    desk.fill(4, 1)
    assert desk.say("replace_reject", seq=1) == ["REPLACE_REJECT 16"]
    desk.is_in("WORKING", pend_replace=False, qty=10, cum=4)


def test_replace_to_less_than_is_filled_by_then(desk: Desk) -> None:
    desk.working()
    desk.replace(qty=5)
    desk.fill(7, 1)
    assert desk.say("replace_ack", seq=1) == ["REPLACE_ACK 16", "CLOSE 16"]
    desk.is_in("CLOSED", reason="FILLED", qty=7, cum=7)
    assert not desk.market["locked"]


def test_answer_to_an_older_replace_is_nothing(desk: Desk) -> None:
    desk.working()
    desk.replace(qty=12)
    desk.say("replace_reject", seq=1)
    desk.replace(qty=14)
    assert desk.say("replace_ack", seq=1) == []
    desk.is_in("WORKING", pend_replace=True, qty=10, new_qty=14)


def test_replace_to_what_is_filled_cancels_the_rest(desk: Desk) -> None:
    desk.working()
    desk.fill(4, 1)
    assert desk.replace(qty=4) == ["cancel 16"]
    desk.is_in("WORKING", pend_cancel=True, pend_replace=False)


def test_expired_straight_from_submitted(desk: Desk) -> None:
    desk.submit()
    assert desk.say("venue_closed", reason="EXPIRED") == ["CLOSE 16"]
    desk.is_in("CLOSED", reason="EXPIRED")


def test_triggered_straight_from_submitted(desk: Desk) -> None:
    desk.submit(kind="STOP", px=0, trigger=101)
    assert desk.say("triggered") == ["TRIGGERED 16"]
    desk.is_in("SUBMITTED", was_triggered=True)
    assert desk.say("ack") == ["ACK 16"]
    assert desk.fill(4, 1) == ["FILL 16"]
    desk.is_in("WORKING", was_triggered=True)
    assert desk.said[-1][1]["was_triggered"] is True


def test_partial_then_reject(desk: Desk) -> None:
    desk.working()
    desk.fill(4, 1)
    assert desk.say("reject") == ["CLOSE 16"]
    desk.is_in("CLOSED", reason="REJECTED", cum=4)
    assert desk.position == 4


def test_duplicate_execution(desk: Desk) -> None:
    desk.working()
    desk.fill(4, 1)
    assert desk.fill(4, 1) == ["NOTICE 16 DUPLICATE"]
    desk.is_in("WORKING", cum=4)
    assert desk.position == 4


def test_execution_whose_quantity_is_known_already(desk: Desk) -> None:
    desk.send("contract", symbol=0, lot_units=10)
    desk.working()
    desk.say("status_report", open=True, reason="NONE", cum=4)
    assert desk.fill(4, 1, has_cum=True, cum=4, in_base=True, fee_lots=1) == ["FILL 16 STALE_FILL"]
    desk.is_in("WORKING", cum=4)
    assert desk.position == 3


def test_overfill(desk: Desk) -> None:
    desk.working()
    assert desk.fill(13, 1) == ["FILL 16", "NOTICE 16 OVERFILL"]
    desk.is_in("CLOSED", reason="FILLED", cum=13)
    assert desk.position == 13
    assert desk.submit(order(1)) == ["DENY 17 LOCKED"]
    desk.send("unlock", symbol=0)
    assert desk.submit(order(2)) == ["new_order 18"]


def test_duplicate_ack(desk: Desk) -> None:
    desk.working()
    assert desk.say("ack") == []
    desk.is_in("WORKING")


def test_cancel_reject_without_a_request(desk: Desk) -> None:
    desk.working()
    assert desk.say("cancel_reject", unknown_order=False) == []
    desk.is_in("WORKING", unknown=False)


def test_cancel_reject_of_an_order_the_venue_does_not_know(desk: Desk) -> None:
    desk.working()
    desk.cancel()
    assert desk.say("cancel_reject", unknown_order=True) == ["query 16", "CANCEL_REJECT 16", "UNKNOWN 16"]
    desk.is_in("WORKING", unknown=True, pend_cancel=False)


def test_terminal_then_late_new(desk: Desk) -> None:
    desk.working()
    desk.fill(10, 1)
    assert desk.say("ack") == []
    assert desk.say("status_report", open=True, reason="NONE", cum=3) == ["NOTICE 16 LATE_STATUS"]
    desk.is_in("CLOSED", reason="FILLED", cum=10)


def test_fill_of_an_order_that_left_its_row(desk: Desk) -> None:
    desk.working()
    desk.say("cancel_ack")
    desk.working(order(0, 2))
    assert desk.fill(4, 3) == ["FILL 16 LATE_FILL"]
    assert desk.said[-1][1]["phase"] == "CLOSED"
    desk.is_in("WORKING", id=order(0, 2), cum=0)
    assert desk.position == 4
    assert desk.fill(4, 3) == ["NOTICE 16 DUPLICATE"]
    assert desk.position == 4


def test_fill_of_a_closed_row_that_waits_for_a_new_order(desk: Desk) -> None:
    assert desk.submit() == ["new_order 16"]
    assert desk.submit() == ["DENY 16 DUPLICATE_INTENT"]
    assert desk.submit(order(0, 2)) == ["DENY 32 ROW_IN_USE"]
    desk.is_in("PENDING")


def test_what_the_venue_says_of_strangers_is_noted(desk: Desk) -> None:
    desk.working()
    for name, fields in [("ack", {}), ("cancel_ack", {}), ("triggered", {}), ("status_report", STATUS)]:
        assert desk.say(name, order(0, 2), **fields) == ["NOTICE 32 STALE_ORDER"]
    assert desk.cancel(order(0, 2)) == ["CANCEL_REJECT 32 STALE_ORDER"]
    assert desk.replace(order(0, 2)) == ["REPLACE_REJECT 32 STALE_ORDER"]


# ---- silence


def test_silence_is_asked_about_and_then_locks(desk: Desk) -> None:
    desk.submit()
    assert desk.pass_time(2 * SECOND - 1) == []
    assert desk.pass_time(1) == ["query 16", "UNKNOWN 16"]
    assert desk.pass_time(2 * SECOND) == ["query 16"]
    assert desk.pass_time(2 * SECOND) == ["query 16"]
    assert desk.pass_time(2 * SECOND) == ["NOTICE 16 LOCKED"]
    assert desk.pass_time(100 * SECOND) == []
    desk.is_in("PENDING", unknown=True)
    assert desk.submit(order(1)) == ["DENY 17 LOCKED"]
    assert desk.say("status_report", open=True, reason="NONE", cum=2) == ["FILL 16 LATE_STATUS", "ACK 16"]
    desk.is_in("WORKING", unknown=False, cum=2)


def test_lost_cancel_is_sent_again_when_the_order_is_found_open(desk: Desk) -> None:
    desk.working()
    desk.cancel()
    assert desk.pass_time(2 * SECOND) == ["query 16", "UNKNOWN 16"]
    assert desk.say("status_report", **STATUS) == ["cancel 16"]
    desk.is_in("WORKING", pend_cancel=True, unknown=False)


def test_venue_that_never_answers_a_cancel_is_given_up_and_may_be_asked_anew(desk: Desk) -> None:
    desk.working()
    desk.cancel()
    for _ in range(3):
        assert "query 16" in desk.pass_time(2 * SECOND)
    assert desk.cancel() == ["NOTICE 16 BUSY"]
    assert desk.pass_time(2 * SECOND) == ["NOTICE 16 LOCKED"]
    assert desk.cancel() == ["cancel 16"]


def test_disconnect_asks_about_every_order_until_reconciled(desk: Desk) -> None:
    desk.working()
    desk.submit(order(3))
    desk.submit(order(4), held=True)
    asked = ["query 16", "UNKNOWN 16", "query 19", "UNKNOWN 19"]
    assert told(desk.send("disconnect")) == asked
    assert desk.say("status_report", **STATUS) == []
    desk.is_in("WORKING", unknown=False)
    gone = {"open": False, "reason": "CANCELLED", "cum": 4}
    assert desk.say("status_report", order(3), **gone) == ["FILL 19 LATE_STATUS", "CLOSE 19"]
    desk.is_in("CLOSED", id=order(3), reason="CANCELLED", cum=4)
    assert desk.position == 4


def test_kill_cancels_everything_and_denies_everything(desk: Desk) -> None:
    desk.working()
    desk.submit(order(1), held=True)
    assert told(desk.send("kill", engaged=True)) == ["cancel 16", "CLOSE 17"]
    assert desk.submit(order(2)) == ["DENY 18 KILLED"]
    desk.hold(5)
    assert desk.submit(order(3), side="SELL", reduce_only=True, qty=1) == ["DENY 19 KILLED"]
    desk.say("cancel_reject", unknown_order=False)
    assert desk.replace(qty=3) == ["REPLACE_REJECT 16 KILLED"]
    assert desk.cancel(FIRST) == ["cancel 16"]
    desk.send("kill", engaged=False)
    assert desk.submit(order(4)) == ["new_order 20"]


def test_order_that_outlives_its_expiry_is_cancelled(desk: Desk) -> None:
    desk.working(tif="GTD", expires=desk.now + 10 * SECOND)
    assert desk.pass_time(12 * SECOND - 1) == []
    assert desk.pass_time(1) == ["cancel 16"]
    assert desk.pass_time(1) == []
