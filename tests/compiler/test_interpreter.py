"""The rules of an instant and of the machine in it (semantics.md 5a-5d), one by one."""

from stratc.compiler.interpreter import Bars, Control, SendCancel, Timer
from stratc.compiler.program import Constant, Latched, Na, Verb
from tests.support.instants import Run, buyer, machine
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
    command,
    integer,
    number,
    state,
    template,
)

ALWAYS, NEVER = Constant(BOOL, True), Constant(BOOL, False)
NOTE = command(Verb.NOTIFY, None, 0)


# ---- start and stop


def test_the_machine_is_tested_only_after_start() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.when(ALWAYS, 1)), state("B")), start=False)
    run.bar()
    assert run.state == "A"
    run.step(Control(HOUR, "start"))
    assert (run.state, run.moves()) == ("B", [(-1, 0), (0, 1)])


def test_start_arms_the_timers_of_the_initial_state() -> None:
    m = MachineBuilder()
    made = machine(state("A", m.after(integer(5), 1)), state("B"), timers=1)
    run = Run(made, start=False)
    assert run.interpreter.next_deadline() is None
    run.step(Control(7, "start"))
    assert run.interpreter.next_deadline() == (12, 0)


def test_bars_before_start_warm_the_signals() -> None:
    d, m = DataflowBuilder(), MachineBuilder()
    d.delay("before", CLOSE, integer(2), 2, warm_up=after(2))
    made = machine(state("A", m.when(WARM, 1)), state("B"), dataflow=d, warm_up=after(2))
    run = Run(made, start=False)
    for close in (1, 2, 3):
        run.bar(close)
    assert run.interpreter.signal_values() == [1.0]
    run.step(Control(run.now, "start"))
    assert run.state == "B"


def test_stop_cancels_everything_and_tests_nothing() -> None:
    m = MachineBuilder()
    waiting = state("WAIT", m.after(integer(HOUR), 0), m.when(FLAT, 0), m.on("closed", None, 0))
    run = Run(buyer(waiting, timers=1))
    run.bar()
    stopped = run.step(Control(run.now, "stop"))
    assert stopped.frames == [SendCancel(run.sent[0].order, 0)]
    assert run.interpreter.next_deadline() is None
    run.report("CLOSE", 1)
    assert (run.state, run.moves()) == ("WAIT", [])


# ---- on


def test_an_event_is_tested_only_in_the_instant_of_its_report() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.on("filled", 0, 2, condition=FLAT)), state("DONE")))
    run.bar()
    run.fill(1, 10)  # not flat: the event passes by
    run.bar()
    assert run.state == "WAIT"


def test_an_event_of_another_template_is_not_this_ones() -> None:
    m = MachineBuilder()
    two = (template("buy", "BUY", number(1.0), 0), template("more", "BUY", number(1.0), 1))
    wait = state("WAIT", m.on("filled", 1, 0), m.on("filled", None, 2))
    run = Run(buyer(wait, state("DONE"), templates=two))
    run.bar()
    run.fill(1, 1)
    assert run.state == "DONE"


def test_an_event_that_was_taken_is_not_seen_by_the_next_state() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.on("filled", 0, 2)), state("NEXT", m.on("filled", 0, 3)), state("WRONG")))
    run.bar()
    run.fill(1, 10)
    assert (run.state, run.moves()) == ("NEXT", [(1, 2)])


def test_another_event_of_the_same_report_is_seen_by_the_next_state() -> None:
    m = MachineBuilder()
    run = Run(buyer(state("WAIT", m.on("filled", 0, 2)), state("NEXT", m.on("closed", 0, 3)), state("DONE")))
    run.bar()
    run.fill(1, 10)
    assert run.moves() == [(1, 2), (2, 3)]


def test_a_part_of_the_quantity_is_partial_and_the_whole_is_filled_and_closed() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    run.fill(1, 4)
    assert run.interpreter.raised == {"partial"}
    run.fill(1, 6)
    assert run.interpreter.raised == {"filled", "closed"}


def test_a_fill_after_the_end_is_late_and_nothing_else() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    run.report("CLOSE", 1)
    assert run.interpreter.raised == {"closed"}
    run.fill(1, 4)
    assert run.interpreter.raised == {"late"}


def test_flat_is_raised_by_the_report_that_makes_it_true_and_held_between_reports() -> None:
    m = MachineBuilder()
    two = (template("buy", "BUY", number(10.0), 0), template("sell", "SELL", number(10.0), 1))
    wait = state("WAIT", m.on("filled", 0, None, command(Verb.SUBMIT, 1)), m.on("flat", None, 2))
    run = Run(buyer(wait, state("DONE"), templates=two))
    run.bar()
    assert run.interpreter.flat  # a submit alone does not change it
    run.report("ACK", 1)
    assert not run.interpreter.flat
    run.fill(1, 10)
    run.fill(2, 10)
    assert (run.state, run.interpreter.raised) == ("DONE", {"filled", "closed", "flat"})


# ---- the order of tests, and how often


def test_the_first_transition_in_the_text_decides() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.when(ALWAYS, 2), m.when(ALWAYS, 1)), state("B"), state("C")))
    assert run.state == "C"


def test_each_state_is_entered_at_most_once_in_an_instant() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.when(ALWAYS, 1)), state("B", m.when(ALWAYS, 0))))
    assert run.moves() == [(-1, 0), (0, 1)]
    run.bar()
    assert run.moves() == [(1, 0)]  # the state the instant began in counts as entered


def test_a_transition_to_an_entered_state_is_not_taken_and_the_next_one_is_tested() -> None:
    m = MachineBuilder()
    back = state("B", m.when(ALWAYS, 0, NOTE), m.when(ALWAYS, 1, NOTE), m.when(ALWAYS, 2))
    run = Run(machine(state("A", m.when(ALWAYS, 1)), back, state("C")))
    assert (run.state, run.moves()) == ("C", [(-1, 0), (0, 1), (1, 2)])
    assert all(record.kind != "note" for record in run.last.records)


def test_an_action_without_target_ends_the_testing_of_its_state() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.when(ALWAYS, None, NOTE), m.when(ALWAYS, 1)), state("B")))
    assert (run.state, run.moves()) == ("A", [(-1, 0), (0, 0)])
    assert [record.kind for record in run.last.records] == ["transition", "transition", "note"]


def test_an_action_without_target_keeps_the_timers() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.when(ALWAYS, None), m.after(integer(5 * HOUR), 1)), state("B"), timers=1))
    run.bar()
    assert run.interpreter.next_deadline() == (5 * HOUR, 0)


# ---- when


def test_when_that_reads_no_feed_is_tested_in_every_instant() -> None:
    m = MachineBuilder()
    made = buyer(state("WAIT", m.when(apply("gt", Latched(NUMBER, "position"), number(0.0)), 2)), state("DONE"))
    run = Run(made)
    run.bar()
    run.fill(1, 3)
    assert run.state == "DONE"


def test_when_that_reads_a_feed_is_tested_only_when_it_ticked() -> None:
    m = MachineBuilder()
    held = apply("gt", Latched(NUMBER, "position"), number(0.0))
    condition = apply("and", held, apply("gt", CLOSE, number(0.0)))
    run = Run(buyer(state("WAIT", m.when(condition, 2, feeds=(0,))), state("DONE")))
    run.bar()
    run.fill(1, 3)
    assert run.state == "WAIT"
    run.step(Bars(run.now, ()))  # a set without a bar of the feed is no tick
    assert run.state == "WAIT"
    run.bar()
    assert run.state == "DONE"


def test_a_condition_that_is_na_does_not_hold() -> None:
    m = MachineBuilder()
    missing = apply("eq", Na(NUMBER), number(1.0))
    run = Run(machine(state("A", m.when(missing, 1), m.when(apply("not", missing), 1)), state("B")))
    assert run.state == "A"


def test_a_cooldown_keeps_the_when_transitions_of_its_target_untested_until_it_ends() -> None:
    m = MachineBuilder()
    a = state("A", m.when(ALWAYS, 1, cooldown=integer(2 * HOUR)))
    b = state("B", m.when(ALWAYS, 2), m.after(integer(HOUR), None, NOTE))
    run = Run(machine(a, b, state("C"), timers=1))
    assert run.state == "B"
    run.timer(0, HOUR)  # only `when` is not tested
    assert run.last.records[-1].kind == "note"
    run.bar(now=2 * HOUR - 1)
    assert run.state == "B"
    run.bar(now=2 * HOUR)
    assert run.state == "C"


def test_a_cooldown_is_never_cut_short_by_another() -> None:
    m = MachineBuilder()
    high, low = (apply("gt", CLOSE, number(price)) for price in (5.0, 0.0))
    long = m.when(high, 1, cooldown=integer(9 * HOUR), feeds=(0,))
    a = state("A", long, m.when(low, 1, cooldown=integer(HOUR), feeds=(0,)))
    b = state("B", m.when(FLAT, 2), m.after(integer(HOUR // 2), 0))
    run = Run(machine(a, b, state("C"), timers=1))
    run.bar(10)
    run.timer(0, HOUR + HOUR // 2)
    run.bar(1, now=2 * HOUR)
    run.bar(now=9 * HOUR)
    assert run.state == "B"
    run.bar(now=10 * HOUR)
    assert run.state == "C"


# ---- after


def test_after_fires_once_in_a_stay() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.after(integer(HOUR), None, NOTE)), timers=1))
    run.timer(0, HOUR)
    assert run.moves() == [(0, 0)]
    assert run.interpreter.next_deadline() is None
    run.timer(0, HOUR)
    assert run.moves() == []


def test_after_is_disarmed_at_exit_and_armed_anew_at_entry() -> None:
    m = MachineBuilder()
    a = state("A", m.after(integer(3 * HOUR), 1), m.when(apply("gt", CLOSE, number(0.0)), 1, feeds=(0,)))
    run = Run(machine(a, state("B", m.when(apply("lt", CLOSE, number(5.0)), 0, feeds=(0,))), timers=1))
    run.bar(100)
    assert (run.state, run.interpreter.next_deadline()) == ("B", None)
    run.bar(1)
    assert (run.state, run.interpreter.next_deadline()) == ("A", (2 * HOUR + 3 * HOUR, 0))


def test_a_timer_that_waited_in_the_log_while_it_was_armed_anew_is_no_timer_any_more() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.after(integer(HOUR), 1)), state("B"), timers=1))
    run.step(Timer(HOUR, 0, HOUR - 1))
    assert (run.state, run.interpreter.next_deadline()) == ("A", (HOUR, 0))


def test_after_is_tested_only_in_the_instant_of_its_timer() -> None:
    m = MachineBuilder()
    a = state("A", m.after(integer(HOUR), 1, condition=NEVER), m.when(apply("gt", CLOSE, number(5.0)), None))
    run = Run(machine(a, state("B"), timers=1))
    run.timer(0, HOUR)
    run.bar(now=2 * HOUR)
    assert run.state == "A"


def test_of_equal_deadlines_the_lower_timer_comes_first() -> None:
    m = MachineBuilder()
    run = Run(machine(state("A", m.after(integer(HOUR), None), m.after(integer(HOUR), None)), timers=2))
    assert run.interpreter.next_deadline() == (HOUR, 0)
