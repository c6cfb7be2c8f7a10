"""Pre-trade bounds in the interpreter, measure by measure: where each binds and where it just does not (semantics.md 5f)."""

import math
from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Deny
from stratc.compiler.program import Bound, Expr, Na, Verb
from tests.support.instants import PLAIN, Run, driver, machine, submit
from tests.support.programs import (
    CLOSE,
    HOUR,
    NUMBER,
    WARM,
    MachineBuilder,
    after,
    apply,
    at,
    command,
    number,
    state,
    template,
)

LARGEST = 2**63 - 1
PASS, REJECT, CLAMP = 0, 1, 2


def bound(measure: Any, limit: float | Expr, **more: Any) -> Bound:
    made = number(limit) if isinstance(limit, float | int) else limit
    return Bound(f"{measure}", made, at(9), measure, **more)


def order(slot: int = 0, side: Any = "BUY", lots: float = 10.0, **more: Any) -> Any:
    return template(f"t{slot}", side, number(lots), slot, **more)


def verdict(rule: Bound, *templates: Any, **more: Any) -> tuple[Any, Any]:
    """(aux, payload) for the last of the orders that are sent together at a mark of 100."""
    run = Run(driver({100: [submit(i) for i in range(len(templates))]}, templates=templates, bounds=(rule,), **more))
    run.bar(100)
    record = run.of("risk")[-1]
    return record.aux, record.payload


# ---- what each measures


@pytest.mark.parametrize(("limit", "aux"), [(30.0, PASS), (29.0, REJECT)])
def test_position_is_the_worst_case_of_one_side(limit: float, aux: int) -> None:
    three = (order(0), order(1, "SELL"), order(2, lots=20.0))
    assert verdict(bound("position", limit), *three) == (aux, (30, int(limit), 2, 20 if aux == PASS else 0))


@pytest.mark.parametrize(("limit", "aux"), [(3000.0, PASS), (2999.0, REJECT)])
def test_net_is_that_in_the_quote_currency(limit: float, aux: int) -> None:
    three = (order(0), order(1, "SELL"), order(2, lots=20.0))
    assert verdict(bound("net", limit), *three)[0] == aux


@pytest.mark.parametrize(("mark", "aux", "worst"), [(100, PASS, 2500), (101, REJECT, 2525)])
def test_gross_is_the_worse_of_both_sides(mark: int, aux: int, worst: int) -> None:
    made = driver(
        {99: [submit(0)], 100: [submit(1)], 101: [submit(1)]},
        templates=(order(0, "SELL", 25.0), order(1)),
        bounds=(bound("gross", 2500.0),),
    )
    run = Run(made)
    run.bar(99)
    run.bar(mark)
    assert (run.of("risk")[0].aux, run.of("risk")[0].payload[0]) == (aux, worst)


@pytest.mark.parametrize(("limit", "aux"), [(1000.0, PASS), (999.0, REJECT)])
def test_notional_is_of_the_order_alone(limit: float, aux: int) -> None:
    assert verdict(bound("notional", limit), order(0), order(1))[0] == aux


@pytest.mark.parametrize(
    ("fields", "worst"),
    [({"price": number(150.0)}, 1500), ({"trigger": number(130.0)}, 1300), ({"price": number(50.0)}, 1000)],
)
def test_money_is_measured_at_the_highest_of_mark_price_and_trigger(fields: Any, worst: int) -> None:
    assert verdict(bound("notional", 1e6), order(**fields))[1][0] == worst


@pytest.mark.parametrize(
    ("limit", "relative", "aux"), [(5.0, False, PASS), (4.0, False, REJECT), (0.05, True, PASS), (0.049, True, REJECT)]
)
def test_collar_is_how_far_a_price_is_from_the_mark(limit: float, relative: bool, aux: int) -> None:
    rule = bound("collar", limit, relative=relative)
    assert verdict(rule, order(price=number(95.0)))[0] == aux
    assert verdict(rule, order(side="SELL", price=number(105.0)))[0] == aux


def test_collar_says_nothing_of_an_order_without_a_price() -> None:
    run = Run(driver({100: [submit()]}, templates=(order(trigger=number(500.0)),), bounds=(bound("collar", 1.0),)))
    run.bar(100)
    assert (run.of("risk"), len(run.sent)) == ([], 1)


def test_open_orders_counts_this_one() -> None:
    run = Run(driver({100: [submit()] * 3}, templates=(order(max_open=3),), bounds=(bound("open_orders", 2.9),)))
    run.bar(100)
    assert [(r.aux, *r.payload[:2]) for r in run.of("risk")] == [(PASS, 1, 2), (PASS, 2, 2), (REJECT, 3, 2)]


def test_order_rate_counts_every_command_of_the_window() -> None:
    rule = bound("order_rate", 3.0, window=2 * HOUR)
    go, stop = [submit()], [command(Verb.CANCEL, 0)]
    run = Run(driver({100: go, 101: stop}, templates=(order(max_open=9),), bounds=(rule,)))
    run.bar(100)  # 1 h
    run.bar(101)  # 2 h: a cancel
    run.bar(100, now=3 * HOUR - 1)  # the third one
    assert run.of("risk")[0].payload[:2] == (3, 3)
    run.bar(100, now=3 * HOUR - 1)
    assert (run.of("risk")[0].aux, run.of("risk")[0].payload[:2]) == (REJECT, (4, 3))
    run.bar(100, now=3 * HOUR)  # the first one is out of the window
    assert run.of("risk")[0].aux == PASS


@pytest.mark.parametrize(("limit", "aux"), [(2.0, PASS), (1.99, REJECT)])
def test_leverage_is_gross_over_equity(limit: float, aux: int) -> None:
    assert verdict(bound("leverage", limit), order(lots=20.0), capital=1000)[0] == aux


# ---- no price, no limit


@pytest.mark.parametrize("measure", ["gross", "net", "notional", "leverage"])
def test_without_any_price_money_is_over_every_limit(measure: Any) -> None:
    run = started_order(bound(measure, 1e300))
    assert run.of("risk")[0].payload[0] == LARGEST
    assert run.of(Deny)[0].why == "RISK"


def started_order(rule: Bound, **fields: Any) -> Run:
    """An order that is sent at the start, before the first bar."""
    m = MachineBuilder()
    return Run(
        machine(
            state("A", m.when(apply("not", WARM), None, submit())),
            templates=(order(**fields),),
            bounds=(rule,),
            warm_up=after(5),
        )
    )


@pytest.mark.parametrize("relative", [True, False])
def test_without_a_mark_every_price_is_off_the_collar(relative: bool) -> None:
    run = started_order(bound("collar", 1e300, relative=relative), price=number(100.0))
    assert (run.of("risk")[0].aux, run.of("risk")[0].payload[0]) == (REJECT, LARGEST)


@pytest.mark.parametrize("limit", [-1.0, 0.0, math.nan, Na(NUMBER)])
@pytest.mark.parametrize("measure", ["position", "gross", "notional", "open_orders", "order_rate", "leverage"])
def test_a_limit_that_is_missing_or_not_positive_lets_nothing_pass(measure: Any, limit: Any) -> None:
    assert verdict(bound(measure, limit, window=1), order())[0] == REJECT


# ---- clamp


@pytest.mark.parametrize(
    ("measure", "limit", "left"),
    [("position", 17.9, 7), ("net", 1799.0, 7), ("gross", 1700.0, 7), ("notional", 950.0, 9)],
)
def test_clamp_sends_the_largest_lot_that_fits(measure: Any, limit: float, left: int) -> None:
    two = (order(0), order(1))
    run = Run(driver({100: [submit(0), submit(1)]}, templates=two, bounds=(bound(measure, limit, clamp=True),)))
    run.bar(100)
    assert run.of("risk")[-1].aux == CLAMP
    assert run.of("risk")[-1].payload[3] == left
    assert run.sent[-1].qty == left


@pytest.mark.parametrize(("limit", "aux"), [(11.0, CLAMP), (10.0, REJECT)])
def test_clamp_to_nothing_rejects(limit: float, aux: int) -> None:
    assert verdict(bound("position", limit, clamp=True), order(0), order(1))[0] == aux


@pytest.mark.parametrize(("limit", "aux"), [(15.0, CLAMP), (14.0, REJECT)])
def test_clamp_below_the_venues_minimum_rejects(limit: float, aux: int) -> None:
    least = replace(PLAIN, min_qty=5)
    assert verdict(bound("position", limit, clamp=True), order(0), order(1), instrument=least)[0] == aux


def test_clamp_finds_nothing_where_the_other_side_breaks_the_limit() -> None:
    two = (order(0, "SELL", 30.0), order(1))
    run = Run(driver({100: [submit(0)], 101: [submit(1)]}, templates=two, bounds=(bound("gross", 3020.0, clamp=True),)))
    run.bar(100)
    run.bar(101)  # 30 sold at 101 are 3030
    assert run.of("risk")[0].aux == REJECT


# ---- several, and whom they spare


def test_bounds_are_tried_in_their_order_and_the_first_rejection_ends_it() -> None:
    rules = (bound("position", 8.0, clamp=True), bound("notional", 700.0), bound("open_orders", 9.0))
    run = Run(driver({100: [submit()]}, templates=(order(),), bounds=rules))
    run.bar(100)
    assert [(r.id, r.aux, r.payload[0], r.payload[3]) for r in run.of("risk")] == [
        (0, CLAMP, 10, 8),
        (1, REJECT, 800, 0),
    ]
    assert run.of("command")[0].payload[:2] == (0, 8)


def test_of_a_reduce_only_order_only_the_price_is_looked_at() -> None:
    rules = (bound("notional", 1.0), bound("open_orders", 0.0), bound("collar", 2.0))
    made = driver({100: [submit()]}, templates=(order(0, "SELL", reduce_only=True, price=number(102.0)),), bounds=rules)
    run = Run(made)
    run.interpreter.account.holdings[0].position = 10
    run.bar(100)
    assert [(r.id, r.aux) for r in run.of("risk")] == [(2, PASS)]
    assert len(run.sent) == 1


def test_a_replace_is_measured_by_what_it_adds() -> None:
    growing = replace(order(), qty=apply("sub", CLOSE, number(90.0)))
    rules = (bound("notional", 1011.0), bound("open_orders", 1.0))
    run = Run(
        driver(
            {100: [submit()], 110: [command(Verb.REPLACE, 0)], 111: [command(Verb.REPLACE, 0)]},
            templates=(growing,),
            bounds=rules,
        )
    )
    run.bar(100)
    run.bar(110)  # ten more: 1100
    assert [(r.id, r.aux, r.payload) for r in run.of("risk")] == [(0, REJECT, (1100, 1011, 0, 0))]
