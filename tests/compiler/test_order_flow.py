"""Which orders may be open in which state: the walk over the machine, state by state."""

import pytest

from stratc.compiler.interpreter import Control, Fault, Interpreter
from stratc.compiler.order_flow import Flow, explore
from stratc.compiler.program import Program
from tests.support.random_inputs import RandomInputs
from tests.support.random_programs import random_program
from tests.support.strategies import build, errors

TEXT = """strategy TEST "a test" {{
  instrument BTC_PERP: perp(venue = "v", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC, allow = BOTH);
  account {{ capital = 10_000 USDT; }}
  feed bars: ohlcv(BTC_PERP, every = 1h);
  risk {{ bound abs(position) <= 5 BTC else reject; bound drawdown <= 99pct over 1d else flatten; }}
  order entry  {{ side = BUY; kind = LIMIT; price = bars.close; qty = 1 BTC; {entry} }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ {idle} }}
    state HELD {{ {held} }}
    state LEFT {{ {left} }}
  }}
}}
"""
ENDS = "on closed do notify(\"ended\"); on denied do notify(\"denied\");"  # fmt: skip
UP = "bars.close > bars.open"


def strategy(idle: str, held: str, left: str, entry: str = "") -> str:
    """Every state answers all ends last, so that only what is followed matters."""
    return TEXT.format(idle=f"{idle} {ENDS}", held=f"{held} {ENDS}", left=f"{left} {ENDS}", entry=entry)


def flow(idle: str, held: str, left: str, entry: str = "") -> tuple[Flow, Program]:
    program = build(strategy(idle, held, left, entry))
    return explore(program.machine, program.templates), program


def open_in(idle: str, held: str, left: str, entry: str = "") -> list[set[str]]:
    """Per state, the names of the orders that may be open."""
    found, program = flow(idle, held, left, entry)
    return [{program.templates[t].name for t in found.open_in.get(s, ())} for s in range(3)]


SEND = f"when {UP} -> HELD do submit(entry);"


@pytest.mark.parametrize(
    ("idle", "held", "left", "expected"),
    [
        # an order stays open until its end is reported, whatever the machine does meanwhile
        (SEND, "after 1h -> LEFT;", "on closed(entry) -> IDLE;", [set(), {"entry"}, {"entry"}]),
        (SEND, "after 1h -> LEFT do cancel(entry);", "after 1h -> IDLE;", [{"entry"}, {"entry"}, {"entry"}]),
        (SEND, "on closed(entry) -> LEFT;", "after 1h -> IDLE;", [set(), {"entry"}, set()]),
        (SEND, "on filled(entry) -> LEFT;", "after 1h -> IDLE;", [set(), {"entry"}, set()]),
        (SEND, "on denied(entry) -> LEFT;", "after 1h -> IDLE;", [set(), {"entry"}, set()]),
        (SEND, "on partial(entry) -> LEFT;", "on closed(entry) -> IDLE;", [set(), {"entry"}, {"entry"}]),
        # `flat` and `open_orders` were latched before the submit, and `flat` holds until the order's first report
        (SEND, "when flat -> LEFT;", "after 1h -> IDLE;", [{"entry"}, {"entry"}, {"entry"}]),
        (SEND, f"when flat and {UP} -> LEFT;", "after 1h -> IDLE;", [{"entry"}, {"entry"}, {"entry"}]),
        (SEND, f"when not flat and {UP} -> LEFT;", "after 1h -> IDLE;", [{"entry"}, {"entry"}, {"entry"}]),
        (SEND, "when open_orders == 0 -> LEFT;", "after 1h -> IDLE;", [{"entry"}, {"entry"}, {"entry"}]),
        # nothing is open where `flat` holds later, nor after `flatten`
        (SEND, "on partial(entry) -> LEFT;", "when flat -> IDLE;", [set(), {"entry"}, {"entry"}]),
        (SEND, "on flat -> LEFT;", "after 1h -> IDLE;", [set(), {"entry"}, set()]),
        (SEND, "after 1h -> LEFT do flatten;", "after 1h -> IDLE;", [set(), {"entry"}]),
        # the event that was taken is consumed, the other one is seen by the next state
        (
            SEND,
            "on filled(entry) -> LEFT do submit(unwind);",
            "on closed(entry) -> IDLE;",
            [{"unwind"}, {"entry", "unwind"}, set()],
        ),
    ],
)
def test_what_may_be_open(idle: str, held: str, left: str, expected: list[set[str]]) -> None:
    assert open_in(idle, held, left)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("held", "idle_denies"),
    [
        # `flat` holds after an end if and only if `on flat` was raised with it: who comes to LEFT holds something
        ("on closed(entry) when flat -> IDLE; on closed(entry) -> LEFT do submit(unwind);", set()),
        ("on closed(entry) when flat and open_orders == 0 -> IDLE; on closed(entry) -> LEFT do submit(unwind);", set()),
        # any other condition may fail although it is flat, and LEFT finds `on flat` still raised: there is nothing to unwind
        (f"on closed(entry) when {UP} -> IDLE; on closed(entry) -> LEFT do submit(unwind);", {"unwind"}),
        (f"on closed(entry) when flat and {UP} -> IDLE; on closed(entry) -> LEFT do submit(unwind);", {"unwind"}),
    ],
)
def test_flat_holds_after_an_end_if_it_was_raised_with_it(held: str, idle_denies: set[str]) -> None:
    found, program = flow(SEND, held, "on flat -> IDLE;")
    places = (found.open_in[0], found.refused_in[0], found.open_in[2])
    named = [{program.templates[t].name for t in place} for place in places]
    assert named == [set(), idle_denies, {"unwind"}]


def test_a_bracket_is_open_from_the_first_fill_on() -> None:
    found = open_in(SEND, "on filled(entry) -> LEFT;", "when flat -> IDLE;", entry="bracket unwind;")
    assert found == [set(), {"entry", "unwind"}, {"unwind"}]


def test_several_orders_of_a_template_are_counted() -> None:
    found, program = flow(SEND, f"when {UP} do submit(entry); when flat -> LEFT;", "after 1h -> IDLE;", "max_open = 2;")
    again = next(t for t in program.machine.states[1].transitions if t.commands)
    assert found.full[(again.index, 0)] == {False, True}
    held = open_in(SEND, "on closed(entry) -> LEFT;", f"when {UP} -> IDLE;", "max_open = 2;")
    assert held == [set(), {"entry"}, set()]


def test_an_order_that_was_filled_in_part_is_not_denied_any_more() -> None:
    found, _ = flow(SEND, "on partial(entry) -> LEFT;", "when flat -> IDLE;")
    assert (found.deniable_in[1], found.open_in[2], found.deniable_in[2]) == ({0}, {0}, set())


def test_a_late_fill_may_come_at_any_time() -> None:
    assert open_in(SEND, "on late -> LEFT;", "when flat -> IDLE;") == [set(), {"entry"}, {"entry"}]


@pytest.mark.parametrize(
    ("idle", "certain"),
    [
        (f"when {UP} -> HELD do submit(entry), submit(entry);", True),
        (f"when {UP} -> HELD do submit(entry), cancel(entry), submit(entry);", True),
        (f"when {UP} -> HELD do submit(entry), submit(unwind);", False),
        (f"when {UP} -> HELD do flatten, submit(entry);", False),
        (f"when {UP} do submit(entry); after 1h -> HELD;", False),  # the first time there is a slot
    ],
)
def test_a_submit_that_never_finds_a_slot_is_an_error(idle: str, certain: bool) -> None:
    text = strategy(idle, "after 1h -> LEFT;", "after 1h -> IDLE;")
    assert [code for code, _ in errors(text)] == ["E0507"] * certain


def test_what_is_denied_for_want_of_a_slot_leaves_the_open_order_open() -> None:
    found = open_in(f"when {UP} do submit(entry); on denied(entry) -> HELD;", "after 1h -> LEFT;", "after 1h -> IDLE;")
    assert found == [{"entry"}, {"entry"}, {"entry"}]


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ("on closed(entry) -> IDLE; on denied(entry) -> IDLE;", None),
        ("on closed -> IDLE; on denied do notify(\"x\");", None),
        ("on closed(entry) when flat -> IDLE; on denied -> IDLE;", "`closed(entry)`"),
        ("on closed(unwind) -> IDLE; on denied -> IDLE;", "`closed(entry)`"),
        ("on filled(entry) -> IDLE; on denied -> IDLE;", "`closed(entry)`"),
        ("on closed -> IDLE;", "`denied(entry)`"),
    ],
)  # fmt: skip
def test_every_end_is_answered_where_it_may_come(answers: str, missing: str | None) -> None:
    text = TEXT.format(idle=SEND, held=answers + " after 1d -> LEFT do flatten;", left="after 1h -> IDLE;", entry="")
    title = f"state `HELD` does not handle {missing}"
    assert errors(text) == ([("E0506", title)] if missing else [])


def test_who_leaves_while_it_is_still_flat_leaves_an_order_open() -> None:
    text = TEXT.format(
        idle=SEND, held="when flat -> IDLE; after 1d -> LEFT do flatten;", left="after 1h -> IDLE;", entry=""
    )
    assert errors(text) == [("E0506", "state `IDLE` does not handle `closed(entry)` and `denied(entry)`")]


RANDOM = range(400)


def test_no_order_is_open_in_a_state_in_which_the_flow_has_none() -> None:
    met = sum(_open_orders_met(seed) for seed in RANDOM)
    assert met > 5_000


def _open_orders_met(seed: int) -> int:
    """Runs a random program in the interpreter; `stop` ends what the flow describes, a flatten interrupts it."""
    program = random_program(seed)
    found, met = explore(program.machine, program.templates), 0
    inputs = RandomInputs(seed, program)
    it = Interpreter(program, [p.value for p in program.params], program.capital)
    names = [state.name for state in program.machine.states]
    for instant in range(100):
        given = inputs.next(it.next_deadline())
        try:
            out = it.step(given)
        except Fault:
            break
        if isinstance(given, Control) and given.verb == "stop":
            break
        state, open_ = (
            names.index(it.state),
            {slot.template for slot in it.slots.open()} if not it.flatten.runs else set(),
        )
        open_ -= {i for i in open_ if program.templates[i].reserved}
        assert not found.complete or open_ <= found.open_in[state], f"seed {seed}, instant {instant}, {it.state}"
        met += len(open_)
        inputs.saw(out)
    return met


def test_a_state_entered_only_with_halt_needs_no_way_out() -> None:
    held = 'on closed -> LEFT do halt; on denied -> LEFT do halt, notify("x");'
    assert errors(TEXT.format(idle=SEND, held=held, left="", entry="")) == []
    other = held + " after 1h -> LEFT;"
    assert [code for code, _ in errors(TEXT.format(idle=SEND, held=other, left=ENDS, entry=""))] == ["E0503"]
