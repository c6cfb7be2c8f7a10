"""The hard gate: every reason at its exact limit, where it binds and where it just does not; what is never refused."""

from typing import Any

import pytest

from tests.stdlib.order_kernel.desk import FIRST, LIMITS, SECOND, Desk, order

SENT = ["new_order 16"]
EXIT: dict[str, Any] = {"side": "SELL", "reduce_only": True}


@pytest.mark.parametrize(
    ("limits", "passes", "fails", "why"),
    [
        ({"max_qty": 5}, {"qty": 5}, {"qty": 6}, "TOO_LARGE"),
        ({"max_notional": 1_000}, {"qty": 10}, {"qty": 11}, "TOO_RICH"),
        ({"max_notional": 1_000}, {"qty": 10, "px": 90}, {"qty": 11, "px": 90}, "TOO_RICH"),
        ({"max_notional": 1_100}, {"px": 110}, {"px": 111}, "TOO_RICH"),
        ({"max_notional": 1_100}, {"kind": "STOP", "px": 0, "trigger": 110}, {"kind": "STOP", "px": 0, "trigger": 111}, "TOO_RICH"),
        ({"collar": 5}, {"px": 105}, {"px": 106}, "OFF_COLLAR"),
        ({"collar": 5}, {"px": 95}, {"px": 94}, "OFF_COLLAR"),
        ({"collar": 5}, {"kind": "STOP", "px": 0, "trigger": 150}, {"kind": "STOP_LIMIT", "px": 106, "trigger": 101}, "OFF_COLLAR"),
        ({"max_position": 10}, {"qty": 10}, {"qty": 11}, "OVER_POSITION"),
        ({"max_position": 10}, {"qty": 10, "side": "SELL"}, {"qty": 11, "side": "SELL"}, "OVER_POSITION"),
        ({"max_open": 1}, {}, None, "TOO_MANY_OPEN"),
    ],
)  # fmt: skip
def test_each_limit_binds_just_above_it(
    desk: Desk, limits: dict[str, int], passes: dict[str, Any], fails: dict[str, Any] | None, why: str
) -> None:
    desk.limits(**limits)
    if fails is not None:
        assert desk.submit(order(1), **fails) == [f"DENY 17 {why}"]
    assert desk.submit(**passes) == SENT
    if fails is None:
        assert desk.submit(order(2)) == [f"DENY 18 {why}"]


def test_worst_position_counts_position_and_leaves_of_the_side(desk: Desk) -> None:
    desk.limits(max_position=20)
    desk.hold(5)
    desk.working(qty=10)
    desk.fill(4, 1)
    assert desk.submit(order(1), qty=6) == ["DENY 17 OVER_POSITION"]
    assert desk.submit(order(2), qty=5) == ["new_order 18"]
    assert desk.submit(order(3), side="SELL", qty=30) == ["DENY 19 OVER_POSITION"]
    assert desk.submit(order(4), side="SELL", qty=29) == ["new_order 20"]


def test_open_orders_end_with_their_end(desk: Desk) -> None:
    desk.limits(max_open=1)
    desk.working()
    assert desk.submit(order(1)) == ["DENY 17 TOO_MANY_OPEN"]
    desk.say("cancel_ack")
    assert desk.submit(order(2)) == ["new_order 18"]


def test_no_reference_denies(desk: Desk) -> None:
    desk.send("reference", symbol=0, px=0)
    assert desk.submit(kind="MARKET", px=0) == ["DENY 16 NO_REFERENCE"]


@pytest.mark.parametrize("name", ["max_qty", "max_notional", "max_open", "max_position"])
def test_unset_limits_deny(desk: Desk, name: str) -> None:
    desk.send("limits", **{**LIMITS, name: 0})
    assert desk.submit()[0].startswith("DENY 16")


def test_rate_lets_a_full_bucket_through_and_then_one_per_pace(desk: Desk) -> None:
    desk.limits(pace=20 * SECOND, burst=60 * SECOND)
    for row in range(3):
        assert desk.submit(order(row), qty=1) == [f"new_order {order(row)}"]
    assert desk.submit(order(3), qty=1) == ["DENY 19 TOO_FAST"]
    desk.now += 20 * SECOND - 1
    assert desk.submit(order(4), qty=1)[0] == "query 16" and desk.said[-1][1]["why"] == "TOO_FAST"  # noqa: PT018
    desk.now += 1
    assert desk.submit(order(5), qty=1) == ["new_order 21"]


def test_exits_and_cancels_take_tokens_but_never_more_than_a_bucket(desk: Desk) -> None:
    desk.limits(pace=20 * SECOND, burst=60 * SECOND)
    desk.hold(10)
    for row in range(8):
        assert desk.submit(order(row), qty=1, **EXIT) == [f"new_order {order(row)}"]
    for row in range(8):
        assert desk.cancel(order(row)) == [f"cancel {order(row)}"]
        desk.say("cancel_ack", order(row))
    assert desk.submit(order(8), qty=1) == ["DENY 24 TOO_FAST"]
    desk.now += 60 * SECOND
    for row in range(9, 12):
        assert desk.submit(order(row), qty=1) == [f"new_order {order(row)}"]


def test_what_the_kernel_does_itself_takes_no_token(desk: Desk) -> None:
    desk.limits(pace=60 * SECOND, burst=60 * SECOND)
    desk.hold(10)
    desk.working(order(1), sibling=order(2), **EXIT)
    desk.working(order(2), sibling=order(1), **EXIT)
    desk.now += 60 * SECOND
    assert desk.fill(10, 1, order(1), side="SELL") == ["FILL 17", "cancel 18"]
    desk.say("cancel_ack", order(2))
    assert desk.submit(order(3)) == ["new_order 19"]


# ---- exits


def test_reduce_only_exits_are_never_blocked_by_limits(desk: Desk) -> None:
    desk.hold(10)
    desk.send("limits", **dict.fromkeys(LIMITS, 0))
    desk.working(FIRST, kind="MARKET", px=0, qty=5, **EXIT)
    desk.fill(9, 1, side="SELL")
    assert desk.market["locked"]
    desk.send("reference", symbol=0, px=0)
    assert desk.submit(order(1), kind="MARKET", px=0, qty=1, **EXIT) == ["new_order 17"]
    assert desk.cancel(order(1)) == ["cancel 17"]


@pytest.mark.parametrize(("position", "side"), [(10, "SELL"), (-10, "BUY")])
def test_reduce_only_fits_the_position_exactly(desk: Desk, position: int, side: str) -> None:
    desk.hold(position)
    exits = {"side": side, "reduce_only": True}
    assert desk.submit(order(1), qty=11, **exits) == ["DENY 17 REDUCE_ONLY"]
    assert desk.submit(order(2), qty=6, **exits) == ["new_order 18"]
    assert desk.submit(order(3), qty=5, **exits) == ["DENY 19 REDUCE_ONLY"]
    assert desk.submit(order(4), qty=4, **exits) == ["new_order 20"]
    other = {"side": "BUY" if side == "SELL" else "SELL", "reduce_only": True}
    assert desk.submit(order(5), qty=1, **other) == ["DENY 21 REDUCE_ONLY"]


def test_reduce_only_must_be_on_the_collar_if_there_is_a_reference(desk: Desk) -> None:
    desk.hold(10)
    desk.limits(collar=5)
    assert desk.submit(order(1), px=106, **EXIT) == ["DENY 17 OFF_COLLAR"]
    assert desk.submit(order(2), px=105, qty=1, **EXIT) == ["new_order 18"]
    desk.send("reference", symbol=0, px=0)
    assert desk.submit(order(3), px=106, qty=1, **EXIT) == ["new_order 19"]


# ---- replaces


@pytest.mark.parametrize(
    ("limits", "passes", "fails", "why"),
    [
        ({"max_qty": 5}, {"qty": 15}, {"qty": 16}, "TOO_LARGE"),
        ({"max_notional": 500}, {"qty": 15}, {"qty": 16}, "TOO_RICH"),
        ({"collar": 5}, {"px": 105}, {"px": 106}, "OFF_COLLAR"),
        ({"max_position": 15}, {"qty": 15}, {"qty": 16}, "OVER_POSITION"),
        ({"max_open": 0}, {"qty": 15}, {"qty": 15, "px": 0}, "BAD_FIELD"),
        ({}, {}, {"trigger": 5}, "BAD_FIELD"),
        ({}, {}, {"expires": 5}, "BAD_FIELD"),
    ],
)
def test_a_replace_is_checked_for_what_it_adds(
    desk: Desk, limits: dict[str, int], passes: dict[str, Any], fails: dict[str, Any], why: str
) -> None:
    desk.working()
    desk.limits(**limits)
    assert desk.replace(**fails) == [f"REPLACE_REJECT 16 {why}"]
    desk.is_in("WORKING", pend_replace=False, qty=10)
    assert desk.replace(**passes) == ["replace 16"]


def test_a_replace_that_adds_nothing_is_checked_for_its_price_alone(desk: Desk) -> None:
    desk.working()
    desk.limits(**dict.fromkeys(LIMITS, 0))
    desk.send("reference", symbol=0, px=101)
    assert desk.replace(qty=9, px=100) == ["REPLACE_REJECT 16 OFF_COLLAR"]
    assert desk.replace(qty=9, px=101) == ["replace 16"]


def test_a_reduce_only_replace_fits_the_position(desk: Desk) -> None:
    desk.hold(10)
    desk.working(qty=4, **EXIT)
    desk.working(order(1), qty=3, **EXIT)
    assert desk.replace(qty=8) == ["REPLACE_REJECT 16 REDUCE_ONLY"]
    assert desk.replace(qty=7) == ["replace 16"]


def test_a_larger_size_counts_while_it_is_asked_for(desk: Desk) -> None:
    desk.working()
    desk.replace(qty=14)
    assert desk.market["buying"] == 14
    desk.say("replace_reject", seq=1)
    assert desk.market["buying"] == 10


@pytest.mark.parametrize("pending", ["cancel", "replace"])
def test_one_request_at_a_time(desk: Desk, pending: str) -> None:
    desk.working()
    getattr(desk, pending)(FIRST)
    assert desk.replace(qty=9) == ["REPLACE_REJECT 16 BUSY"]


def test_gtd_expiry_moves_with_a_replace(desk: Desk) -> None:
    desk.working(tif="GTD", expires=desk.now + 10 * SECOND)
    assert desk.replace(expires=desk.now) == ["REPLACE_REJECT 16 BAD_FIELD"]
    desk.replace(expires=desk.now + 20 * SECOND)
    desk.say("replace_ack", seq=1)
    desk.is_in("WORKING", expires=desk.now + 20 * SECOND, expiry=desk.now + 22 * SECOND)


# ---- fields


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 3},
        {"qty": 0},
        {"px": 0},
        {"trigger": 5},
        {"kind": "MARKET"},
        {"kind": "STOP"},
        {"kind": "STOP", "px": 0},
        {"kind": "STOP_LIMIT"},
        {"kind": "TRAILING", "trigger": 5},
        {"expires": 5},
        {"tif": "GTD"},
        {"tif": "DAY", "expires": 5},
        {"post_only": True, "tif": "IOC"},
        {"post_only": True, "kind": "MARKET", "px": 0},
        {"sibling": 16},
        {"child_a": 16},
        {"child_b": 16},
        {"child_a": 17, "child_b": 17},
    ],
    ids=str,
)
def test_wrong_fields_are_denied_and_leave_no_trace(desk: Desk, wrong: dict[str, Any]) -> None:
    before = desk.kernel.state
    assert desk.submit(**wrong) == [f"DENY {wrong.get('id', 16)} BAD_FIELD"]
    assert desk.kernel.state == before


@pytest.mark.parametrize(
    "right",
    [
        {"kind": "MARKET", "px": 0},
        {"kind": "STOP_LIMIT", "trigger": 99},
        {"kind": "LIMIT_IF_TOUCHED", "trigger": 99, "post_only": True},
        {"kind": "MARKET_IF_TOUCHED", "px": 0, "trigger": 99},
        {"kind": "TRAILING", "px": 0, "trigger": 3},
        {"tif": "GTD", "expires": 10_000 * SECOND},
        {"tif": "DAY", "expires": 10_000 * SECOND},
        {"tif": "IOC"},
        {"tif": "AT_CLOSE"},
    ],
    ids=str,
)
def test_every_kind_and_time_in_force_is_sent_as_it_was_asked(desk: Desk, right: dict[str, Any]) -> None:
    assert desk.submit(**right) == SENT
    sent = desk.said[-1][1]
    assert {name: sent[name] for name in right} == right


# ---- fees in base


def test_base_fees_take_whole_lots_and_gather_dust(desk: Desk) -> None:
    desk.send("contract", symbol=0, lot_units=10)
    desk.working()
    desk.fill(5, 1, in_base=True, fee_lots=1, fee_rest=6)
    assert (desk.position, desk.market["dust"]) == (4, 6)
    desk.fill(5, 2, in_base=True, fee_lots=0, fee_rest=4)
    assert (desk.position, desk.market["dust"]) == (8, 0)
    assert desk.said[-1][1]["position_after"] == 8


def test_fees_in_quote_leave_the_position(desk: Desk) -> None:
    desk.send("contract", symbol=0, lot_units=10)
    desk.working()
    desk.fill(5, 1, fee_lots=1, fee_rest=6)
    assert (desk.position, desk.market["dust"]) == (5, 0)
