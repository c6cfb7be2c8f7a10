"""Warm-up: the inferred number of bars before a value is ready is what the library's comments and the rules of the language say."""

import pytest

from stratc.compiler.manifest import warm_up_text
from stratc.compiler.program import Linear, WarmUp, Window
from stratc.compiler.warmup import READY, simplified
from tests.support.strategies import build, codes, strategy


def warm_up(expression: str) -> str:
    """The warm-up of a signal as the manifest shows it: ready when more bars than that have been seen."""
    program = build(strategy(f"signal x = {expression}; log x;"))
    return warm_up_text(program.equations[program.signals[0].equation].warm_up, program)


@pytest.mark.parametrize(
    ("expression", "bars"),
    [
        ("bars.close", "0"),
        ("bars.close[3]", "3"),
        ("pre(bars.close)", "1"),
        ("bars.close[n]", "n"),
        ("bars.close[1][2]", "3"),
        ("mean(window(bars.close, 20))", "19"),
        ("mean(window(bars.close, n))", "n - 1"),
        ("mean(window(bars.close, 2 * n + 1))", "2*n"),
        ("mean(window(bars.close, n)) - mean(window(bars.close, m + 1))", "max(n - 1, m)"),
        ("mean(window(bars.close, n)) - mean(window(bars.close, n + m + 1))", "n + m"),
        ("mean(window(mean(window(bars.close, 10)), 5))", "13"),
        ("bars.close fby bars.open", "0"),
        ("mean(window(bars.close, 20)) ?? bars.close", "0"),
        ("bars.close[5] ?? bars.close[2]", "2"),
    ],
)
def test_history_adds_and_joins_take_the_maximum(expression: str, bars: str) -> None:
    assert warm_up(expression) == bars


@pytest.mark.parametrize(
    ("expression", "bars"),
    [
        ("sma(bars.close, n)", "n - 1"),  # ready after n values
        ("ema(bars.close, n)", "0"),  # at the first value
        ("rma(bars.close, n)", "n - 1"),  # after n values
        ("stdev(bars.close, n)", "n - 1"),
        ("rsi(bars.close, n)", "n"),  # after n + 1 values
        ("true_range(bars)", "1"),  # after 2 bars
        ("atr(bars, n)", "n"),  # after n + 1 bars
        ("highest(bars.high, n)", "n - 1"),
        ("lowest(bars.low, n)", "n - 1"),
        ("cross_above(bars.close, bars.open)", "1"),  # after 2 values
        ("cross_below(bars.close, bars.open)", "1"),
    ],
)
def test_library_nodes_are_ready_when_their_comments_say(expression: str, bars: str) -> None:
    assert warm_up(expression) == bars


@pytest.mark.parametrize(
    ("expression", "bars"),
    [
        ("ema(ema(ema(bars.close, 5), 5), 5)", "0"),
        ("sma(ema(bars.close, 50), 20)", "19"),
        ("ema(sma(bars.close, 20), 50)", "19"),
        ("sma(sma(bars.close, n), 10)", "n + 8"),
        ("cross_above(sma(bars.close, 10), sma(bars.close, n))", "max(n, 10)"),
        ("rsi(sma(bars.close, 10), 14)", "23"),
    ],
)
def test_chains_add(expression: str, bars: str) -> None:
    assert warm_up(expression) == bars


def test_a_memory_waits_for_the_arguments_of_its_node() -> None:
    program = build(strategy("signal x = ema(sma(bars.close, 20), 5); log x;"))
    memory = next(e for e in program.equations if e.name.endswith("__y"))
    assert memory.warm_up == WarmUp((Linear(19),))


def test_a_window_takes_its_first_value_when_its_source_is_ready() -> None:
    program = build(strategy("signal x = mean(window(bars.close[4], 3)); log x;"))
    window = next(e for e in program.equations if isinstance(e, Window))
    assert (window.push_after, window.warm_up) == (WarmUp((Linear(4),)), WarmUp((Linear(6),)))


def test_warm_is_the_maximum_over_all_signals() -> None:
    program = build(strategy("signal x = sma(bars.close, 30); signal y = sma(bars.close, n); log x, y;"))
    assert warm_up_text(program.warm_up, program) == "max(n - 1, 29)"
    assert program.warm_up.at([14, 5, 3, 0.5]) == 29
    assert program.warm_up.at([50, 5, 3, 0.5]) == 49


def test_a_dominated_form_is_dropped() -> None:
    n, ten = Linear(0, ((0, 1),)), Linear(10)
    assert simplified(WarmUp((n, Linear(10, ((0, 1),)), ten)), {0: 0}).forms == (Linear(10, ((0, 1),)),)
    assert simplified(WarmUp((n, ten)), {0: 0}).forms == (n, ten)
    assert simplified(WarmUp((n, ten)), {0: 10}).forms == (n,)


def test_a_parameter_that_may_be_negative_does_not_hide_what_is_later() -> None:
    members = "param back: count = 0 in -5 .. 5; signal x = bars.close[back + 5] - bars.close[3]; log x;"
    program = build(strategy(members))
    assert warm_up_text(program.equations[program.signals[0].equation].warm_up, program) == "max(3, back + 5)"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("signal x: ratio = x[1];", "E0308"),
        ("signal x: ratio = x[1] + 1.0;", "E0308"),
        ("signal x: ratio = sma(x[1], 3);", "E0308"),
        ("signal x = bars.close[min(n, m)];", "E0312"),
        ("signal x = bars.close[n - m + 20];", "E0312"),
        ("signal x = bars.close[k];", "E0302"),
    ],
)
def test_what_has_no_warm_up_is_refused(member: str, code: str) -> None:
    assert codes(strategy(member)) == [code]


def test_own_past_with_a_first_value_is_ready_at_once() -> None:
    assert warm_up("1.0") == "0"
    program = build(strategy("signal x: ratio = (x[1] ?? 0.0) + 1.0; log x;"))
    assert program.equations[program.signals[0].equation].warm_up == READY


def test_a_state_reached_without_warm_may_not_read_what_is_not_ready() -> None:
    text = strategy("signal x = sma(bars.close, 5);", when="bars.close > x")
    assert codes(text) == []
    assert codes(text.replace("when warm ->", "when flat ->")) == ["E0305"]
    assert codes(text.replace("when warm ->", "when flat and warm ->")) == []
    assert codes(text.replace("when warm ->", "when flat or warm ->")) == ["E0305"]
    assert (
        codes(text.replace("when warm ->", "when flat ->").replace("bars.close > x", "warm and bars.close > x")) == []
    )
    assert codes(text.replace("when warm ->", "when flat ->").replace("> x", "> (x ?? 0)")) == []
