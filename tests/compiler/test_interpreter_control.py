"""Flatten, halt, pause, kill, stop and late fills in the interpreter (semantics.md: Risk rules, The run 11)."""

from dataclasses import replace
from typing import Any

import pytest

from stratc.compiler.interpreter import Deny, SendCancel, Timer
from stratc.compiler.program import Bound, Constant, Latched, Na, Verb
from tests.support.instants import PLAIN, Run, buyer, driver, machine, submit
from tests.support.programs import (
    BOOL,
    CLOSE,
    FLAT,
    HOUR,
    NUMBER,
    WARM,
    DataflowBuilder,
    MachineBuilder,
    after,
    apply,
    at,
    command,
    integer,
    number,
    state,
    template,
)

SECOND = HOUR // 3600
FLATTEN = command(Verb.FLATTEN, line=7)
BUY, STOP = template("buy", "BUY", number(10.0), 0), template("stop", "SELL", number(10.0), 1, trigger=number(90.0))
RESERVED = 2


def long(**more: Any) -> Run:
    """Ten are held and a stop order is open; at 102 flatten, at 103 a halt for an hour, at 104 one more buy."""
    commands = {
        101: [submit(), submit(1)],
        102: [FLATTEN],
        103: [command(Verb.HALT, duration=integer(HOUR))],
        104: [submit()],
    }
    run = Run(driver(commands, templates=(BUY, STOP), **more))
    run.bar(101)
    run.fill(1, 10, 101)
    return run


def closed(run: Run) -> Run:
    """Flattened; the stop order's end was reported and the closing order sent."""
    run.bar(102)
    run.report("CLOSE", 2)
    return run


# ---- flatten


def test_flatten_first_cancels_what_is_open() -> None:
    run = long()
    run.bar(102)
    assert run.last.frames == [SendCancel(run.sent[1].order, 1)]
    first = run.of("command")[0]
    assert (first.id, first.aux, first.line, first.payload) == (0xFFFF, 128, 7, (0, 0, 0, 10))
    assert run.interpreter.next_deadline() == (run.now + SECOND, 0)


def test_flatten_closes_the_position_when_nothing_is_open() -> None:
    run = closed(long())
    sent = run.sent[-1]
    assert (sent.template, sent.side, sent.kind, sent.qty, sent.reduce_only) == (RESERVED, "SELL", "MARKET", 10, True)


def test_flatten_waits_a_second_for_the_cancels_and_no_longer() -> None:
    run = long()
    run.bar(102)
    run.due()
    assert (run.sent[-1].template, run.sent[-1].qty) == (RESERVED, 10)


def test_flatten_ends_in_the_initial_state_and_its_transitions_are_tested() -> None:
    m = MachineBuilder()
    begin = state("BEGIN", m.when(apply("eq", CLOSE, number(101.0)), 1, submit(), feeds=(0,)))
    later = state("LATER", m.when(apply("eq", CLOSE, number(102.0)), None, FLATTEN, feeds=(0,)))
    run = Run(machine(begin, later, templates=(BUY,)))
    run.bar(101)
    run.fill(1, 10, 101)
    run.bar(102)
    run.fill(2, 10, 102)
    assert run.moves() == [(1, 0)]
    assert run.of("transition")[0].payload == (5, 0)
    assert run.state == "BEGIN"


def test_of_a_flatten_that_has_nothing_to_do_the_end_comes_at_once() -> None:
    run = Run(driver({102: [FLATTEN]}, templates=(BUY,)))
    run.bar(102)
    assert [r.kind for r in run.last.records] == ["transition", "command", "transition"]
    assert run.interpreter.next_deadline() is None


def test_while_flattening_the_machine_is_not_tested_and_its_timers_are_disarmed() -> None:
    m = MachineBuilder()
    wait = m.after(integer(5 * HOUR), None, command(Verb.NOTIFY, None, 0))
    run = Run(driver({101: [submit()], 102: [FLATTEN], 103: [submit()]}, wait, templates=(BUY,), timers=1))
    run.bar(101)
    run.fill(1, 10)
    run.bar(102)
    run.bar(103)
    assert (run.moves(), run.last.frames) == ([], [])
    assert run.interpreter.next_deadline() == (2 * HOUR + SECOND, 1)


def test_flatten_asks_again_every_second_for_what_is_left() -> None:
    run = closed(long())
    run.fill(3, 4)
    run.report("CLOSE", 3)
    run.due()
    assert [frame.qty for frame in run.sent if frame.template == RESERVED] == [10, 6]


def test_flatten_does_not_ask_twice_while_its_order_is_open() -> None:
    run = closed(long())
    run.due()
    assert run.last.frames == []
    assert run.interpreter.next_deadline() == (run.now + SECOND, 0)


def test_flatten_closes_no_more_than_one_order_may_be() -> None:
    run = closed(long(instrument=replace(PLAIN, max_qty=10)))
    assert run.sent[-1].qty == 10
    run.interpreter.account.holdings[0].position = run.position = 25
    run.report("CLOSE", 3)
    run.due()
    assert run.sent[-1].qty == 10


def test_flatten_buys_back_what_was_sold() -> None:
    run = Run(driver({101: [submit()], 102: [FLATTEN]}, templates=(template("sell", "SELL", number(3.0), 0),)))
    run.bar(101)
    run.fill(1, 3)
    run.bar(102)
    assert (run.sent[-1].side, run.sent[-1].qty) == ("BUY", 3)


def test_flatten_is_not_bound() -> None:
    run = long(bounds=(Bound("order_rate", number(2.0), at(3), "order_rate", window=100 * HOUR),))
    assert closed(run).sent[-1].template == RESERVED


def test_a_flatten_that_runs_is_not_started_again() -> None:
    run = long()
    run.bar(102)
    run.control("flatten")
    assert (run.last.frames, run.last.records) == ([], [])


def test_no_bracket_is_released_while_flattening() -> None:
    parent = template("buy", "BUY", number(10.0), 0, children=(1,))
    run = Run(driver({101: [submit()]}, templates=(parent, STOP)))
    run.bar(101)
    run.control("flatten")
    run.fill(1, 4)
    assert [frame.template for frame in run.sent] == [0]


# ---- halt, pause and kill


def refused(run: Run, close: int = 104) -> bool:
    run.bar(close, now=run.now)
    return [frame.why for frame in run.of(Deny)] == ["RISK"]


def test_a_halt_refuses_until_its_time_and_the_timer_ends_it() -> None:
    run = long()
    run.bar(103)
    assert run.of("command")[0].payload == (run.now + HOUR,)
    assert run.interpreter.next_deadline() == (run.now + HOUR, 1)
    run.now += HOUR - 1
    assert refused(run)
    run.due()
    assert not refused(run)


@pytest.mark.parametrize("duration", [None, Na(NUMBER)])
def test_a_halt_without_an_end_lasts_until_resume(duration: Any) -> None:
    run = Run(driver({103: [command(Verb.HALT, duration=duration)], 104: [submit()]}, templates=(BUY,)))
    run.bar(103)
    assert run.interpreter.next_deadline() is None
    run.now += 10**6 * HOUR
    assert refused(run)
    run.control("resume")
    assert not refused(run)


def test_a_longer_halt_is_not_cut_short_by_a_shorter_one() -> None:
    halts = {close: [command(Verb.HALT, duration=integer(hours * HOUR))] for close, hours in ((101, 3), (102, 1))}
    run = Run(driver(halts, templates=(BUY,)))
    run.bar(101)
    until = run.now + 3 * HOUR
    run.bar(102)
    assert (run.of("command")[0].payload, run.interpreter.next_deadline()) == ((until,), (until, 1))


def test_pause_refuses_what_adds_risk_and_resume_ends_it() -> None:
    run = Run(driver({104: [submit()]}, templates=(BUY,)))
    run.control("pause")
    assert refused(run)
    run.control("resume")
    assert not refused(run)


def test_kill_cancels_everything_and_pauses() -> None:
    run = long()
    run.control("kill")
    assert [type(frame) for frame in run.last.frames] == [SendCancel]
    assert refused(run)


# ---- stop


def test_stop_does_what_on_stop_says_instead_of_cancelling() -> None:
    run = long(on_stop=(command(Verb.NOTIFY, None, 0), submit()))
    run.control("stop")
    assert [r.kind for r in run.last.records] == ["note", "command"]
    run.bar(102)
    assert run.last.records == []  # nothing is tested any more


def test_a_flatten_of_on_stop_goes_on_to_its_end_and_enters_no_state() -> None:
    run = long(on_stop=(FLATTEN,))
    run.control("stop")
    assert run.interpreter.running
    run.report("CLOSE", 2)
    run.fill(3, 10)
    assert (run.moves(), run.interpreter.running, run.interpreter.next_deadline()) == ([], False, None)


def test_stop_during_a_flatten_lets_it_go_on() -> None:
    run = closed(long())
    run.control("stop")
    assert (run.last.frames, run.interpreter.running) == ([], True)
    run.fill(3, 10)
    assert not run.interpreter.running


def test_stop_disarms_every_timer_but_that_of_flatten() -> None:
    run = long()
    run.bar(103)
    run.control("stop")
    assert run.interpreter.next_deadline() is None


# ---- late


def test_a_late_fill_that_no_state_handles_is_noted_and_flattened() -> None:
    run = long(notes=("x", "late"), late_note=1)
    run.report("CLOSE", 2)
    run.fill(1, 1)
    assert [r.id for r in run.of("note")] == [1]
    assert (run.sent[-1].template, run.sent[-1].qty) == (RESERVED, 11)


def test_a_late_fill_that_a_state_handles_is_its_own() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.on("late", 0, None, command(Verb.NOTIFY, None, 0)))))
    run.bar()
    run.fill(1, 10)
    run.fill(1, 1)
    assert (len(run.of("note")), run.last.frames) == (1, [])


def test_a_flatten_that_began_in_the_instant_of_a_late_fill_is_answer_enough() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.when(apply("gt", Latched(NUMBER, "position"), number(10.0)), None, FLATTEN))))
    run.bar()
    run.fill(1, 10)
    run.fill(1, 1)
    assert (run.of("note"), run.sent[-1].qty) == ([], 11)


def test_a_wish_that_is_answered_after_stop_is_forgotten() -> None:
    growing = template("buy", "BUY", CLOSE, 0)
    replaces = dict.fromkeys((102, 103), (command(Verb.REPLACE, 0),))
    run = Run(driver({101: [submit()], **replaces}, templates=(growing,), on_stop=(command(Verb.NOTIFY, None, 0),)))
    for close in (101, 102, 103):
        run.bar(close)
    run.control("stop")
    run.report("REPLACE_ACK", 1, qty=102)
    run.control("start")
    run.report("REPLACE_REJECT", 1)
    assert run.last.frames == []


# ---- a state's own cooldown


def test_a_states_cooldown_runs_from_each_entry() -> None:
    m = MachineBuilder()
    a = state("A", m.when(Constant(BOOL, True), 1), cooldown=integer(2 * HOUR))
    run = Run(machine(a, state("B", m.when(FLAT, 0)), templates=(BUY,)))
    assert run.state == "A"
    run.bar(now=2 * HOUR - 1)
    assert run.state == "A"
    run.bar(now=2 * HOUR)
    assert run.state == "B"
    run.bar(now=2 * HOUR)
    run.bar(now=2 * HOUR)
    assert run.state == "A"


# ---- what happened since the last tick


def test_filled_is_seen_by_the_machine_at_once_and_by_the_signals_at_their_next_tick() -> None:
    d, m = DataflowBuilder(), MachineBuilder()
    d.let("seen", Latched(BOOL, "filled", 0))
    wait = state("WAIT", m.when(Latched(BOOL, "filled", 0), 2))
    made = buyer(wait, state("NEXT", m.when(Latched(BOOL, "closed", 0), 1)), dataflow=d)
    run = Run(made)
    run.bar()
    run.fill(1, 10)
    assert (run.state, run.interpreter.signal_values()) == ("NEXT", [False])
    run.bar()
    assert run.interpreter.signal_values() == [True]
    assert run.state == "NEXT"  # done with: the machine does not see it any more
    run.bar()
    assert run.interpreter.signal_values() == [False]


def test_a_timer_that_was_armed_anew_since_does_not_push_flatten() -> None:
    run = long()
    run.bar(102)
    run.step(Timer(run.now, 0, run.now + 1))
    assert run.last.frames == []


def test_warm_is_told_by_the_ticks() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.when(WARM, 2)), state("DONE"), warm_up=after(1)))
    run.bar()
    assert run.state == "WAIT"
    run.bar()
    assert run.state == "DONE"
