"""Standing risk in the interpreter: guards, drawdown, loss, streaks; where each fires and where it just does not (semantics.md 5c)."""

from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Deny, SendCancel
from stratc.compiler.program import Constant, Latched, Na, Verb, Wake
from tests.support.instants import PLAIN, Run, driver, submit
from tests.support.programs import (
    BOOL,
    CLOSE,
    HOUR,
    INTEGER,
    NUMBER,
    after,
    apply,
    command,
    integer,
    number,
    standing,
    template,
)

MINUTE = HOUR // 60
NOTE, CANCEL, FLATTEN = command(Verb.NOTIFY, None, 0), command(Verb.CANCEL_ALL), command(Verb.FLATTEN)
BUY, SELL = template("buy", "BUY", number(10.0), 0, max_open=2), template("sell", "SELL", number(20.0), 2)
AGE = Latched(INTEGER, "age")


def below(price: float, **more: Any) -> Any:
    return standing("guard", condition=apply("lt", CLOSE, number(price)), **more)


def watched(*rules: Any, **more: Any) -> Run:
    """At 101 ten are bought and filled at 101; at 102 ten more are ordered, at 103 twenty sold."""
    made = driver(
        {101: [submit()], 102: [submit()], 103: [submit(1)]},
        templates=(BUY, SELL),
        standing=rules,
        capital=1000,
        **more,
    )
    return Run(made)


def holding(*rules: Any, **more: Any) -> Run:
    run = watched(*rules, **more)
    run.bar(101)
    run.fill(1, 10, 101)
    return run


def verdicts(run: Run) -> list[tuple[int, int, tuple[Any, ...]]]:
    return [(r.id, r.aux, r.payload) for r in run.of("risk")]


# ---- guard and assume


def test_a_guard_fires_once_when_its_condition_breaks_and_ends_when_it_holds_again() -> None:
    run = watched(below(105.0, actions=(NOTE,)))
    seen = []
    for close in (100, 105, 106, 104):
        run.bar(close)
        seen.append((verdicts(run), len(run.of("note"))))
    assert seen == [([], 0), ([(0, 1, (0, 0))], 1), ([], 0), ([(0, 0, (0, 0))], 0)]


def test_while_a_rule_fires_what_adds_risk_is_refused() -> None:
    run = watched(below(101.0))
    run.bar(101)
    assert [frame.why for frame in run.of(Deny)] == ["RISK"]
    assert run.sent == []


def test_what_reduces_still_goes_but_no_more_of_it_than_there_is() -> None:
    run = holding(below(103.0))
    run.bar(103)  # twenty are sold, ten are held
    assert [(frame.qty, frame.reduce_only) for frame in run.sent[1:]] == [(10, True)]


def test_what_reduces_leaves_room_for_the_other_orders_that_do() -> None:
    exit_order = template("exit", "SELL", number(4.0), 2, reduce_only=True)
    more = template("more", "SELL", number(20.0), 3)
    run = Run(
        driver(
            {101: [submit()], 103: [submit(1), submit(2)]}, templates=(BUY, exit_order, more), standing=(below(103.0),)
        )
    )
    run.bar(101)
    run.fill(1, 10)
    run.bar(103)
    assert [frame.qty for frame in run.sent[1:]] == [4, 6]


def test_a_missing_condition_is_a_broken_one() -> None:
    run = watched(standing("guard", condition=Na(BOOL), actions=(NOTE,)))
    assert len(run.of("note")) == 1  # at the start


def test_a_rule_that_cannot_be_told_yet_refuses_but_does_not_fire() -> None:
    run = watched(standing("assume", condition=Constant(BOOL, False), ready=after(1), actions=(NOTE,)))
    run.bar(101)
    assert (verdicts(run), [frame.why for frame in run.of(Deny)]) == ([], ["RISK"])
    run.bar(100)
    assert verdicts(run) == [(0, 1, (0, 0))]


def test_until_holds_a_rule_until_its_condition() -> None:
    calm = apply("lt", CLOSE, number(100.0))
    run = watched(below(105.0, until=calm))
    seen = []
    for close in (105, 104, 99):
        run.bar(close)
        seen.append([aux for _, aux, _ in verdicts(run)])
    assert seen == [[1], [], [0]]


def test_until_does_not_end_what_is_still_broken() -> None:
    run = watched(below(105.0, until=Constant(BOOL, True)))
    run.bar(105)
    run.bar(106)
    assert verdicts(run) == []


# ---- age and sessions


@pytest.mark.parametrize(("after_it", "due"), [(False, 3 * HOUR), (True, 3 * HOUR + 1)])
def test_an_age_is_woken_for_when_it_reaches_its_limit(after_it: bool, due: int) -> None:
    word = "le" if after_it else "lt"
    fresh = apply(word, AGE, integer(2 * HOUR))
    run = watched(standing("guard", condition=fresh, wakes=(Wake(integer(2 * HOUR), after_it),)))
    run.bar(100)
    assert run.interpreter.next_deadline() == (due, 2)
    run.due()
    assert [aux for _, aux, _ in verdicts(run)] == [1]
    assert run.interpreter.next_deadline() is None
    run.bar(100)
    assert [aux for _, aux, _ in verdicts(run)] == [0]


def test_before_the_first_bar_the_age_counts_from_the_start() -> None:
    run = watched(standing("guard", condition=apply("lt", AGE, integer(5)), wakes=(Wake(integer(5), False),)))
    assert run.interpreter.next_deadline() == (5, 2)
    run.due()
    assert [aux for _, aux, _ in verdicts(run)] == [1]


@pytest.mark.parametrize(
    ("sessions", "now", "fires"),
    [
        (((0, 2 * HOUR),), 2 * HOUR - 1, []),
        (((0, 2 * HOUR),), 2 * HOUR, [1]),  # a session ends before its close
        (((0, HOUR), (2 * HOUR, 3 * HOUR)), 2 * HOUR - 1, [1]),
        (((0, HOUR), (2 * HOUR, 3 * HOUR)), 2 * HOUR, [1, 0]),  # and begins with its open
    ],
)
def test_a_guard_of_session_hours_fires_at_the_close_and_ends_at_the_open(
    sessions: Any, now: int, fires: list[int]
) -> None:
    rule = standing("guard", condition=Latched(BOOL, "in_session"))
    run = watched(rule, instrument=replace(PLAIN, sessions=sessions))
    seen = []
    while (armed := run.interpreter.next_deadline()) is not None and armed[0] <= now:
        run.due()
        seen += [aux for _, aux, _ in verdicts(run)]
    run.bar(100, now=now)
    assert seen + [aux for _, aux, _ in verdicts(run)] == fires


# ---- drawdown


def fall(*closes: int, **fields: Any) -> list[list[int]]:
    """A drawdown rule's verdicts at each close after ten were bought at 101; the mark was 101 before."""
    rule = standing("drawdown", **({"limit": number(50.0), "window": 24 * HOUR} | fields))
    run = holding(rule)
    seen = []
    for close in closes:
        run.bar(close)
        seen.append([aux for _, aux, _ in verdicts(run)])
    return seen


@pytest.mark.parametrize(("low", "fires"), [(105, []), (104, [1])])
def test_drawdown_is_the_fall_from_the_highest_equity(low: int, fires: list[int]) -> None:
    assert fall(100, 110, low, confirm=1)[-1] == fires  # ten are held: five a lot are fifty


def test_drawdown_needs_as_many_breaches_in_a_row_as_confirm_it() -> None:
    assert fall(95, 101, 95, 94) == [[], [], [], [1]]


def test_an_instant_in_which_the_mark_did_not_change_confirms_nothing() -> None:
    assert fall(95, 95, 95, 94) == [[], [], [], [1]]


def test_drawdown_forgets_what_is_older_than_its_window() -> None:
    assert fall(95, window=HOUR + MINUTE, confirm=1) == [[1]]
    assert fall(95, window=HOUR, confirm=1) == [[]]  # the peak was an hour ago


@pytest.mark.parametrize(("share", "fires"), [(0.06, []), (0.059, [1])])
def test_a_relative_drawdown_is_a_share_of_the_peak(share: float, fires: list[int]) -> None:
    assert fall(95, limit=number(share), relative=True, confirm=1) == [fires]  # 60 of 1000


def test_drawdown_logs_what_it_measured_and_the_limit() -> None:
    run = holding(standing("drawdown", limit=number(0.05), relative=True, window=24 * HOUR, confirm=1))
    run.bar(95)
    assert verdicts(run) == [(0, 1, (60, 50))]


@pytest.mark.parametrize("limit", [Na(NUMBER), number(float("nan")), number(-1.0)])
def test_a_limit_that_is_missing_or_not_positive_allows_no_fall(limit: Any) -> None:
    assert fall(100, limit=limit, confirm=1) == [[1]]


# ---- loss per day


@pytest.mark.parametrize(("close", "fires"), [(96, []), (95, [1])])
def test_loss_is_what_the_day_lost(close: int, fires: list[int]) -> None:
    run = holding(standing("loss", limit=number(50.0), confirm=1))
    run.bar(close)
    assert [aux for _, aux, _ in verdicts(run)] == fires


@pytest.mark.parametrize(("now", "fires"), [(24 * HOUR, [1]), (24 * HOUR + 1, [])])
def test_a_day_ends_with_its_last_instant(now: int, fires: list[int]) -> None:
    run = holding(standing("loss", limit=number(50.0), confirm=1))
    run.bar(97)  # 40 are lost
    run.bar(95, now=now)  # 20 more
    assert [aux for _, aux, _ in verdicts(run)] == fires


@pytest.mark.parametrize(("now", "fires"), [(10 * HOUR, [1]), (10 * HOUR + 1, [])])
def test_with_sessions_a_day_begins_when_one_opens(now: int, fires: list[int]) -> None:
    instrument = replace(PLAIN, sessions=((0, 5 * HOUR), (10 * HOUR, 15 * HOUR)))
    run = holding(standing("loss", limit=number(50.0), confirm=1), instrument=instrument)
    run.bar(97)
    run.bar(95, now=now)
    assert [aux for _, aux, _ in verdicts(run)] == fires


# ---- losing streaks


def trips(run: Run, *prices: int) -> None:
    """Round trips of one lot: bought at 100, sold at each price."""
    for price in prices:
        for close, px in ((101, 100), (104, price)):
            run.bar(close)
            run.fill(len(run.sent), 1, px)


def streaking(**more: Any) -> Run:
    one_in = template("in", "BUY", number(1.0), 0)
    one_out = template("out", "SELL", number(1.0), 1, reduce_only=True)
    rule = standing("loss_streak", limit=number(1.0), **more)
    return Run(driver({101: [submit()], 104: [submit(1)]}, templates=(one_in, one_out), standing=(rule,)))


@pytest.mark.parametrize(("prices", "streak"), [((99, 98), 2), ((99, 100), 0), ((99, 101, 99), 1)])
def test_a_streak_counts_losing_round_trips_in_a_row(prices: tuple[int, ...], streak: int) -> None:
    run = streaking()
    trips(run, *prices)
    assert run.interpreter.account.streak == streak
    assert run.interpreter.standing.refuses() == (streak > 1)


def test_fees_make_a_trip_a_losing_one() -> None:
    run = streaking()
    run.bar(101)
    run.fill(1, 1, 100, fee=1)
    run.bar(104)
    run.fill(2, 1, 100)
    assert run.interpreter.account.streak == 1


def test_a_streak_fires_until_resumed() -> None:
    run = streaking()
    trips(run, 99, 98)
    assert verdicts(run) == [(0, 1, (2, 1))]
    run.bar(100)
    assert run.interpreter.standing.refuses()
    run.control("resume")
    assert [aux for _, aux, _ in verdicts(run)] == [0]
    assert (run.interpreter.account.streak, run.interpreter.standing.refuses()) == (0, False)


def test_a_streak_with_until_begins_anew_when_that_holds() -> None:
    run = streaking(until=apply("gt", CLOSE, number(150.0)))
    trips(run, 99, 98)
    run.bar(100)
    assert run.interpreter.standing.refuses()
    run.bar(151)
    assert (run.interpreter.account.streak, run.interpreter.standing.refuses()) == (0, False)


def test_a_reversal_ends_one_trip_and_begins_another() -> None:
    run = holding(standing("loss_streak", limit=number(0.0)))
    run.bar(103)  # twenty are sold
    run.fill(2, 20, 100)
    account = run.interpreter.account
    assert (account.holdings[0].position, account.streak, account.holdings[0].trip_is_open) == (-10, 1, True)


# ---- actions


def test_several_rules_do_each_action_once_in_their_order() -> None:
    halts = [command(Verb.HALT, duration=integer(hours * HOUR), line=hours) for hours in (1, 3, 2)]
    first = below(102.0, actions=(CANCEL, FLATTEN, halts[0], NOTE))
    second = below(102.0, actions=(CANCEL, halts[1], NOTE))
    third = below(102.0, actions=(FLATTEN, halts[2]))
    run = holding(first, second, third)
    run.bar(102)
    verbs = [(r.kind, r.aux) for r in run.last.records if r.kind in ("command", "note")]
    assert verbs == [("command", 128), ("command", 16), ("command", 129), ("note", 0), ("note", 0)]
    halt = next(r for r in run.of("command") if r.aux == 129)
    assert (halt.line, halt.payload) == (3, (run.now + 3 * HOUR,))


def test_a_rule_cancels_what_is_open_before_the_machine_is_tested() -> None:
    run = watched(below(102.0, actions=(CANCEL,)))
    run.bar(101)
    run.bar(102)
    assert run.last.frames[0] == SendCancel(run.sent[0].order, 0)
    assert run.of(Deny)[0].why == "RISK"


def test_an_action_is_not_repeated_while_its_rule_fires() -> None:
    run = watched(below(102.0, actions=(CANCEL,)))
    run.bar(101)
    run.bar(105)
    run.bar(106)
    assert run.last.frames == []
