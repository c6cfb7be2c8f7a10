"""Whole programs that use every construct of orders, risk and account compile without a word, into what they say."""

from functools import cache
from pathlib import Path

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Constant, Kind, Latched, Program, Standing, Template, Verb, Wake
from stratc.compiler.walk import subexpressions
from stratc.lang.source import Source

FOLDER = Path(__file__).parent / "right"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.strat"))
HOUR = 3600 * 10**9
DAY = 24 * HOUR


@cache
def program(name: str) -> Program:
    path = FOLDER / f"{name}.strat"
    compilation = compile_source(Source(str(path), path.read_text(encoding="utf-8")))
    assert [d.title for d in compilation.diagnostics.found] == []
    assert compilation.program is not None
    return compilation.program


def order(name: str, of: str) -> Template:
    return next(t for t in program(name).templates if t.name == of)


def rule(name: str, text: str) -> Standing:
    return next(s for s in program(name).standing if text in s.text)


def test_there_are_some() -> None:
    assert PROGRAMS == ["breakout", "pullback", "sessions"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_last_order_is_the_one_that_flattens(name: str) -> None:
    templates = program(name).templates
    last = templates[-1]
    assert (last.name, last.kind, last.reduce_only, last.reserved) == ("flatten", "MARKET", True, True)
    assert [t.reserved for t in templates[:-1]] == [False] * (len(templates) - 1)
    assert program(name).slot_count == sum(t.max_open for t in templates) == last.first_slot + 1


@pytest.mark.parametrize(("name", "leverage"), [("breakout", 2.5), ("pullback", 1.0), ("sessions", 4.0)])
def test_the_last_bound_is_the_accounts_leverage(name: str, leverage: float) -> None:
    bound = program(name).bounds[-1]
    assert (bound.measure, bound.limit, bound.ceiling) == ("leverage", Constant(Kind.NUMBER, leverage), leverage)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_last_note_is_about_a_late_fill(name: str) -> None:
    assert program(name).late_note == len(program(name).notes) - 1


def test_a_perpetual_has_its_terms() -> None:
    i = program("breakout").instruments[0]
    assert (i.kind, i.allow, i.maker_fee, i.taker_fee) == ("perp", "BOTH", -10_000, 50_000)
    assert (i.money_decimals, i.money_per_unit) == (8, 5 * 10**3)  # 0.1 USDT * 0.001 BTC * 0.5 in 10^-8 USDT
    assert (i.calendar, i.all_days, i.sessions) == ("ALWAYS", True, ())


def test_a_fee_in_the_base_asset_is_counted_in_its_smallest_unit() -> None:
    i = program("pullback").instruments[0]
    assert (i.fee_in_base, i.base_decimals, i.lot_units) == (True, 8, 1000)
    assert not program("breakout").instruments[0].fee_in_base


def test_the_sessions_of_a_file_are_instants() -> None:
    i = program("sessions").instruments[0]
    first = 1_704_205_800 * 10**9  # 2024-01-02T14:30:00Z
    assert i.sessions[0] == (first, first + 6 * HOUR + HOUR // 2)
    assert i.sessions[1] == (first + DAY, first + DAY + 6 * HOUR + HOUR // 2)
    assert i.sessions[2][1] % 10**9 == 500_000_000
    assert (i.calendar, i.all_days, i.allow) == ("sessions.csv", False, "SHORT")


def test_orders_keep_their_fields() -> None:
    entry, unwind = order("pullback", "entry"), order("pullback", "unwind")
    assert (entry.kind, entry.tif, entry.post_only) == ("LIMIT", "GTD", True)
    assert entry.expires == Constant(Kind.INTEGER, 10 * 60 * 10**9)
    assert entry.price is not None
    assert entry.trigger is None
    assert (unwind.reduce_only, unwind.expires) == (True, None)
    assert (order("sessions", "entry").tif, order("sessions", "entry").max_open) == ("DAY", 2)
    stop = order("sessions", "unwind")
    assert stop.kind == "STOP_LIMIT"
    assert None not in (stop.price, stop.trigger)


def test_links_are_indices() -> None:
    names = [t.name for t in program("breakout").templates]
    up, down = order("breakout", "up"), order("breakout", "down")
    assert (up.sibling, down.sibling) == (names.index("down"), names.index("up"))
    assert up.children == (names.index("take_up"), names.index("stop_up"))
    assert order("breakout", "take_up").sibling == names.index("stop_up")
    assert order("breakout", "take_up").children == ()


def test_bounds_know_their_measure_window_and_largest_limit() -> None:
    found = {b.measure: b for b in program("pullback").bounds}
    assert list(found) == ["gross", "notional", "collar", "order_rate", "leverage"]
    assert [b.clamp for b in found.values()] == [True, False, False, False, False]
    assert (found["collar"].relative, found["collar"].ceiling) == (True, 0.02)
    assert (found["order_rate"].window, found["order_rate"].limit) == (10**9, Constant(Kind.NUMBER, 10.0))
    position = program("breakout").bounds[0]
    assert (position.measure, position.clamp, position.ceiling) == ("position", True, 1.0)  # 2.0 * the largest size


def test_the_gate_is_compiled_from_the_largest_limits() -> None:
    gate = program("breakout").gates[0]
    assert (gate.max_position, gate.max_open, gate.collar) == (1000, 4, 2**31 - 1)
    assert (gate.pace, gate.burst, gate.max_notional) == (0, 0, 2**61 - 1)
    gate = program("pullback").gates[0]
    assert (gate.pace, gate.burst) == (10**8, 10**9)
    assert gate.max_notional == 6_000 * 10**8 // program("pullback").instruments[0].money_per_unit
    assert program("sessions").gates[0].collar == 500


def test_standing_rules_know_what_they_measure_and_do() -> None:
    drawdown = rule("breakout", "drawdown")
    assert (drawdown.kind, drawdown.relative, drawdown.window, drawdown.confirm) == ("drawdown", True, 7 * DAY, 2)
    assert [c.verb for c in drawdown.actions] == [Verb.FLATTEN, Verb.HALT]
    assert drawdown.actions[1].duration == Constant(Kind.INTEGER, DAY)
    assert drawdown.condition is None
    absolute = rule("sessions", "1_500 USD")
    assert (absolute.kind, absolute.relative, absolute.confirm) == ("loss", False, 2)
    assert absolute.until is not None
    streak = rule("pullback", "loss_streak")
    assert (streak.confirm, streak.limit) == (1, Constant(Kind.NUMBER, 5.0))
    assume = rule("pullback", "assume")
    assert (assume.kind, assume.actions) == ("assume", ())


def test_actions_are_in_the_order_in_which_they_are_done() -> None:
    assert [c.verb for c in rule("sessions", "drawdown").actions] == [Verb.FLATTEN, Verb.HALT, Verb.NOTIFY]


def test_an_age_sets_a_timer() -> None:
    assert rule("breakout", "age").wakes == (Wake(Constant(Kind.INTEGER, 3 * HOUR), False),)
    assert rule("sessions", "until age").wakes == (Wake(Constant(Kind.INTEGER, HOUR // 60), True),)
    assert rule("sessions", "session").wakes == ()


def test_a_guard_waits_for_what_it_reads() -> None:
    volume = rule("sessions", "volume").ready
    assert [form.constant for form in volume.forms] == [1]
    assert [form.constant for form in rule("breakout", "age").ready.forms] == [0]


def test_states_have_cooldowns_and_the_run_an_end() -> None:
    states = {s.name: s for s in program("breakout").machine.states}
    assert states["LOOKING"].cooldown == Constant(Kind.INTEGER, HOUR)
    assert states["IDLE"].cooldown is None
    assert [c.verb for c in program("breakout").on_stop] == [Verb.CANCEL_ALL, Verb.FLATTEN]
    assert [c.verb for c in program("pullback").on_stop] == [Verb.CANCEL, Verb.FLATTEN, Verb.NOTIFY]
    assert program("sessions").on_stop == ()


def test_the_machine_gives_every_verb() -> None:
    verbs = {c.verb for n in PROGRAMS for s in program(n).machine.states for t in s.transitions for c in t.commands}
    assert verbs == set(Verb)


def test_what_happened_to_an_order_can_be_read_in_a_signal() -> None:
    done = next(e for e in program("pullback").equations if e.name == "done")
    read = {e.name for e in subexpressions(done.value) if isinstance(e, Latched)}  # type: ignore[union-attr]
    assert read == {"filled", "closed"}
