"""The rules of an instant (semantics.md 5), one by one, on small machines in the interpreter."""

from typing import Any

import pytest

from stratc.compiler.interpreter import (
    Bar,
    Bars,
    Control,
    Deny,
    Fault,
    Interpreter,
    Output,
    Report,
    SendCancel,
    SendSubmit,
    Timer,
)
from stratc.compiler.program import (
    Bound,
    Command,
    Constant,
    Default,
    Expr,
    FieldRef,
    Instrument,
    Latched,
    Machine,
    Na,
    Place,
    Program,
    Scale,
    State,
    ValueRef,
    Verb,
    WarmUp,
)
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
    cross,
    integer,
    number,
    program,
    ref,
    state,
    template,
)

ALWAYS, NEVER = Constant(BOOL, True), Constant(BOOL, False)
NOTE = command(Verb.NOTIFY, None, 0)
BUY = command(Verb.SUBMIT, 0)
CAPITAL = 10_000_000_000_000
# One lot at one price unit is one money unit, so every sum can be done in the head.
PLAIN = Instrument(
    name="X_Y", kind="spot", venue="", base="X", quote="Y", price=Scale(1, 0), tick=1, lot=Scale(1, 0),
    money_per_unit=1, money_decimals=0, min_qty=1, min_notional=0, max_qty=1000, maker_fee=0, taker_fee=0,
    all_days=True, place=Place("x.strat", 1),
)  # fmt: skip


class Run:
    """An interpreter, its clock, and the answers of an order kernel."""

    def __init__(self, made: Program, *, start: bool = True) -> None:
        self.interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
        self.now, self.position = 0, 0
        self.last = Output()
        if start:
            self.step(Control(0, "start"))

    def step(self, given: Any) -> Output:
        self.last = self.interpreter.step(given)
        return self.last

    def bar(self, close: int = 100, now: int | None = None) -> Output:
        self.now = self.now + HOUR if now is None else now
        price = float(close)
        return self.step(Bars(self.now, Bar(price, price, price, price, 1.0, close)))

    def timer(self, timer: int, due: int) -> Output:
        self.now = due
        return self.step(Timer(due, timer, due))

    def fill(self, order: int, lots: int, price: int = 100, of: int = 0, side: Any = "BUY", fee: int = 0) -> Output:
        self.position += lots if side == "BUY" else -lots
        return self.step(Report(self.now, "FILL", order, of, side, lots, price, fee, self.position))

    def report(self, event: Any, order: int, of: int = 0) -> Output:
        return self.step(Report(self.now, event, order, of, position_after=self.position))

    def moves(self) -> list[tuple[int, int]]:
        """(from, to) of the transitions of the last instant."""
        return [(r.id, r.aux) for r in self.last.records if r.kind == "transition"]

    @property
    def state(self) -> str:
        return self.interpreter.state


def machine(*states: State, timers: int = 0, dataflow: DataflowBuilder | None = None, **more: Any) -> Program:
    equations = dataflow.equations if dataflow else []
    fields: dict[str, Any] = {"instrument": PLAIN, "notes": ("note",), "templates": (), "capital": CAPITAL}
    templates = more.get("templates", ())
    fields["slot_count"] = sum(t.max_open for t in templates)
    return program(equations, [e.name for e in equations], Machine(states, 0, timers), **(fields | more))


def buyer(*later: State, first: tuple[Command, ...] = (BUY,), **more: Any) -> Program:
    """Sends its commands at the first bar and goes to the state after."""
    m = MachineBuilder()
    begin = state("BEGIN", m.when(apply("gt", CLOSE, number(0.0)), 1, *first, reads_feed=True))
    return machine(begin, *later, **({"templates": (template("buy", "BUY", number(10.0), 0),)} | more))


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
    assert stopped.frames == [SendCancel(1, 0)]
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
    assert run.interpreter.orders.flat  # a submit alone does not change it
    run.report("ACK", 1)
    assert not run.interpreter.orders.flat
    run.fill(1, 10)
    run.fill(2, 10, of=1, side="SELL")
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
    run = Run(buyer(state("WAIT", m.when(condition, 2, reads_feed=True)), state("DONE")))
    run.bar()
    run.fill(1, 3)
    assert run.state == "WAIT"
    run.step(Bars(run.now, None))  # a set without a bar of the feed is no tick
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
    long = m.when(high, 1, cooldown=integer(9 * HOUR), reads_feed=True)
    a = state("A", long, m.when(low, 1, cooldown=integer(HOUR), reads_feed=True))
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
    a = state("A", m.after(integer(3 * HOUR), 1), m.when(apply("gt", CLOSE, number(0.0)), 1, reads_feed=True))
    run = Run(machine(a, state("B", m.when(apply("lt", CLOSE, number(5.0)), 0, reads_feed=True)), timers=1))
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


# ---- order fields, denials and bounds


def test_a_denied_submit_comes_back_as_a_report_that_raises_denied() -> None:
    m = MachineBuilder()
    made = buyer(
        state("WAIT", m.on("denied", 0, 2)), state("REFUSED"), templates=(template("buy", "BUY", Na(NUMBER), 0),)
    )
    run = Run(made)
    sent = run.bar()
    assert sent.frames == [Deny(1, 0, "BUY", 0, 0, "NA")]
    assert run.state == "WAIT"  # a denial is the next input, not this instant
    run.report("DENY", 1)
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
    run.fill(2, 2, price=110, of=1, side="SELL")
    account = run.interpreter.account
    assert (account.realised, account.cost, account.fees) == (220 - 201, 101, 7)
    assert account.equity == CAPITAL + 19 + (100 - 101) - 7
    run.fill(2, 3, price=90, of=1, side="SELL")  # through zero: what is left opens
    assert (account.position, account.cost, account.realised) == (-2, -180, 19 + 90 - 101)


def test_a_position_that_is_not_that_of_the_order_kernel_is_a_fault() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    run.position = 1
    with pytest.raises(Fault, match="POSITION"):
        run.fill(1, 10)


def test_money_beyond_62_bits_is_a_fault() -> None:
    run = Run(buyer(state("WAIT")))
    run.bar()
    with pytest.raises(Fault, match="MONEY"):
        run.fill(1, 10, price=2**62)


def test_a_report_on_no_template_is_a_fault() -> None:
    run = Run(buyer(state("WAIT")))
    with pytest.raises(Fault, match="REPORT"):
        run.report("ACK", 1, of=7)


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
    run = Run(cross(), start=False)
    run.interpreter = Interpreter(cross(), [3], CAPITAL)
    run.step(Control(0, "start"))
    for close in (5_000_000, 5_000_000, 5_000_000, 4_900_000):
        run.now += HOUR
        price = close / 100
        run.step(Bars(run.now, Bar(price, price, price, price, 1.0, close)))
    entry = run.last.frames[0]
    assert isinstance(entry, SendSubmit)
    run.fill(entry.order, entry.qty, 4_900_000)
    stop = run.last.frames[0]
    assert isinstance(stop, SendSubmit)
    assert (stop.trigger, stop.qty, run.state) == (4_410_000, entry.qty, "MANAGING")
    run.fill(stop.order, stop.qty, 4_410_000, of=2, side="SELL")
    assert (run.state, run.interpreter.account.position) == ("IDLE", 0)
