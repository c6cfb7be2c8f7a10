"""The picture of the dataflow: every signal is in it, and every arrow is a read."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.drawing.picture import Picture
from stratc.compiler.drawing.signals import duration, signal_picture
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import FieldRef, Program, ValueRef
from stratc.compiler.walk import later, now, subexpressions
from stratc.lang.source import Source
from tests.support.programs import CLOSE, HOUR, DataflowBuilder, apply, cross, everything, program, ref, smallest
from tests.support.random_programs import random_program

STRATEGIES = Path(__file__).resolve().parents[3] / "strategies"


def compiled(name: str) -> Program:
    path = STRATEGIES / f"{name}.strat"
    found = compile_source(Source(path.name, path.read_text(encoding="utf-8"))).program
    assert found is not None
    return found


def arrows(picture: Picture) -> set[str]:
    return {f"{edge.source} {'..' if edge.delayed else '->'} {edge.target}" for edge in picture.edges}


def test_the_arrows_of_a_strategy_are_its_reads() -> None:
    assert arrows(signal_picture(compiled("breakout"))) == {
        *(f"feed_bars -> signal_{name}" for name in ("upper", "lower", "range", "size")),
        *("signal_upper -> signal_moved", "signal_lower -> signal_moved"),
        *("signal_upper -> order_buy", "signal_lower -> order_sell"),
        *("signal_size -> order_buy", "signal_size -> order_sell"),
        *(f"signal_range -> order_{side}_{what}" for side in ("buy", "sell") for what in ("target", "stop")),
        *("signal_range -> transition_0", "signal_moved -> transition_6"),
    }


def test_a_transition_and_a_rule_may_read_the_feed_itself() -> None:
    found = arrows(signal_picture(compiled("pullback")))
    assert {"feed_bars -> transition_6", "signal_stop -> transition_6"} <= found
    right = Path(__file__).resolve().parents[1] / "right" / "sessions.strat"
    sessions = compile_source(Source(str(right), right.read_text(encoding="utf-8"))).program
    assert sessions is not None
    rules = {node.id: node.lines for node in signal_picture(sessions).nodes if node.kind == "risk"}
    [(id_, text)] = rules.items()
    assert "".join(text).startswith("guard bars.volume / bars.volume[1]")
    assert f"feed_bars -> {id_}" in arrows(signal_picture(sessions))


def test_boxes_say_type_and_warm_up() -> None:
    nodes = {node.id: node for node in signal_picture(compiled("breakout")).nodes}
    assert nodes["signal_size"].text == ("size", "qty<BTC>", "warm-up 0")
    assert nodes["signal_upper"].text == ("upper", "price<USDT>", "warm-up n - 1")
    assert nodes["feed_bars"].text == ("bars", "ohlcv(BTC_USDT)", "every 1h")
    assert nodes["order_buy"].text == ("buy", "order: BUY STOP")
    assert nodes["transition_0"].text == ("IDLE -> WAITING", "when warm and range > 0")
    assert nodes["signal_upper"].title == "signal upper, line 18"


def test_who_reads_neither_signal_nor_feed_is_left_out() -> None:
    ids = {node.id for node in signal_picture(compiled("ema_cross")).nodes}
    assert "order_entry" in ids
    assert ids.isdisjoint({"order_unwind", "order_flatten", "bound_0", "transition_0"})


def test_what_is_read_of_before_alone_is_dashed() -> None:
    d = DataflowBuilder()
    d.signal = "now"
    shown = d.let("now", apply("neg", CLOSE))
    d.signal = "before"
    past = d.delay("before", ref(shown), apply("to_number", CLOSE), 1)
    d.signal = "both"
    d.let("both", apply("sub", ref(shown), ref(past)))
    found = arrows(signal_picture(program(d.equations, ["now", "before", "both"], smallest().machine)))
    assert {"feed_bars -> signal_now", "signal_now .. signal_before", "signal_now -> signal_both"} <= found


def reads(made: Program, name: str) -> set[str]:
    """What a signal's own equations name, the way the manifest's graph has it: by group."""
    found = set()
    for equation in made.equations:
        if equation.signal != name:
            continue
        for expr in (*now(equation), *later(equation)):
            for part in subexpressions(expr):
                if isinstance(part, FieldRef):
                    found.add("feed_bars")
                elif isinstance(part, ValueRef) and made.equations[part.index].signal != name:
                    found.add(f"signal_{made.equations[part.index].signal}")
    return found


@pytest.mark.parametrize("name", ["breakout", "ema_cross", "pullback", "rsi_reversion"])
def test_every_signal_is_there_with_all_that_it_reads(name: str) -> None:
    made = compiled(name)
    picture = signal_picture(made)
    for signal in made.signals:
        assert f"signal_{signal.name}" in {node.id for node in picture.nodes}
        into = {edge.source for edge in picture.edges if edge.target == f"signal_{signal.name}"}
        assert into == reads(made, signal.name)


@given(st.integers(0, 10_000))
def test_every_arrow_joins_two_boxes_once(seed: int) -> None:
    made = random_program(seed)
    picture = signal_picture(made)
    ids = [node.id for node in picture.nodes]
    assert len(ids) == len(set(ids))
    assert {f"signal_{s.name}" for s in made.signals} <= set(ids)
    pairs = [(edge.source, edge.target) for edge in picture.edges]
    assert len(pairs) == len(set(pairs))
    assert {end for pair in pairs for end in pair} <= set(ids)
    assert all(a != b for a, b in pairs)


@pytest.mark.parametrize("made", [cross, everything, smallest])
def test_readers_have_something_to_read(made: object) -> None:
    picture = signal_picture(made())  # type: ignore[operator]
    targets = {edge.target for edge in picture.edges}
    assert {node.id for node in picture.nodes if node.kind not in ("feed", "signal")} <= targets


@pytest.mark.parametrize(("ns", "text"), [(HOUR, "1h"), (90 * HOUR // 60, "90min"), (1, "1ns"), (24 * HOUR, "1d")])
def test_durations_are_written_in_the_largest_unit_that_divides_them(ns: int, text: str) -> None:
    assert duration(ns) == text
