"""Several clocks: what ticks when, what is held between ticks, and when it is ready. Judged by plain loops over the same bars."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from stratc.compiler.interpreter import Bar, Bars, Control, Interpreter
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source

MINUTE = 60 * 10**9
TEXT = """
use ta {{ ema, sma }};
enum way {{ UP, DOWN }}

node total(x: price<USDT/BTC>): price<USDT/BTC> {{
  state sum: price<USDT/BTC> = 0 USDT;
  let now = sum + x;
  next sum = now;
  yield now;
}}

strategy CLOCKS "Two clocks" {{
  instrument BTC_USDT: spot(venue = "x", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1min);
  feed slow: ohlcv(BTC_USDT, every = 5min);
  param n: count = 3 in 1 .. 9;
{signals}
  risk {{ bound abs(position) <= 2 BTC else reject; bound drawdown <= 99pct over 1d else flatten; }}
  order entry {{ side = BUY; kind = MARKET; qty = 0.1 BTC; }}
  machine {{
    initial state IDLE {{ when warm -> READY; on denied do notify("no"); on closed do notify("end"); }}
    state READY {{ when {when} do submit(entry), notify("seen"); on denied do notify("no"); on closed do notify("end"); after 1d -> IDLE; }}
  }}
}}
"""
Step = tuple[float | None, float | None]  # closes of the minute and of the slow bar, where they closed


def program(signals: str, when: str = "bars.close > 0 USDT") -> Program:
    compilation = compile_source(Source("clocks.strat", TEXT.format(signals=signals, when=when)))
    assert [d.title for d in compilation.diagnostics.errors] == []
    assert compilation.program is not None
    return compilation.program


def bar(feed: int, close: float) -> Bar:
    return Bar(close - 1, close + 1, close - 2, close, 1.0, round(close * 100), feed)


def run(made: Program, steps: list[Step]) -> Iterator[dict[str, object]]:
    """The signals by name after each set of bars."""
    interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
    interpreter.step(Control(0, "start"))
    for number, closes in enumerate(steps, 1):
        some = tuple(bar(feed, close) for feed, close in enumerate(closes) if close is not None)
        interpreter.step(Bars(number * MINUTE, some))
        yield dict(zip((s.name for s in made.signals), interpreter.signal_values(), strict=True))


closes = st.integers(10, 60).map(float)
steps = st.lists(st.tuples(st.none() | closes, st.none() | closes).filter(any), max_size=40)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_held_value_is_the_last_closed_one_and_is_not_ready_before_it(given: list[Step]) -> None:
    made = program("  signal gap = bars.close - hold(slow.close);  signal far = bars.close - hold(sma(slow.close, n));")
    last, seen, gap, far = None, [], None, None
    for (minute, slow), found in zip(given, run(made, given), strict=True):
        if slow is not None:
            last = slow
            seen.append(slow)
        if minute is not None and last is not None:
            gap = minute - last
        if minute is not None and len(seen) >= 3:
            far = minute - sum(seen[-3:]) / 3
        assert found["gap"] == gap
        assert found["far"] == (None if far is None else pytest.approx(far))


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_window_over_what_is_held_counts_from_its_readiness_on(given: list[Step]) -> None:
    made = program("  signal level = mean(window(hold(slow.close), n)); signal past = hold(slow.close)[2];")
    last, held, level, past = None, [], None, None
    for (minute, slow), found in zip(given, run(made, given), strict=True):
        last = slow if slow is not None else last
        if minute is not None and last is not None:
            held.append(last)
            level = sum(held[-3:]) / 3 if len(held) >= 3 else None
            past = held[-3] if len(held) >= 3 else None
        assert found["level"] == (None if level is None else pytest.approx(level))
        assert found["past"] == past


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_sampled_value_ticks_only_while_its_condition_holds(given: list[Step]) -> None:
    signals = (
        "  signal high = bars.close > 30 USDT; signal some = bars.close when high; signal delta = some - pre(some);"
    )
    seen: list[float] = []
    for (minute, _), found in zip(given, run(program(signals), given), strict=True):
        if minute is not None and minute > 30:
            seen.append(minute)
        assert found["some"] == (seen[-1] if seen else None)
        assert found["delta"] == (seen[-1] - seen[-2] if len(seen) > 1 else None)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_condition_of_its_own_value_is_sampled_alike(given: list[Step]) -> None:
    """Two signals sampled by one condition tick together and may be combined."""
    made = program("  signal up = bars.close > 30 USDT; signal d = (bars.close when up) - (bars.open when up);")
    ticked = False
    for (minute, _), found in zip(given, run(made, given), strict=True):
        ticked = ticked or (minute is not None and minute > 30)
        assert found["d"] == (1.0 if ticked else None)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_restart_forgets_what_the_call_remembered_and_warms_up_anew(given: list[Step]) -> None:
    made = program(
        "  signal low = bars.close < 20 USDT; signal sum = total(bars.close) restart on low;"
        "  signal avg = sma(bars.close, n) restart on low;"
        "  signal far = mean(window(bars.close, 2)) restart on (bars.close < 20 USDT);"
    )
    since: list[float] = []
    for (minute, _), found in zip(given, run(made, given), strict=True):
        if minute is not None:
            since = [minute] if minute < 20 else [*since, minute]
        assert found["sum"] == (sum(since) if since else None)
        assert found["avg"] == (pytest.approx(sum(since[-3:]) / 3) if len(since) >= 3 else None)
        assert found["far"] == (sum(since[-2:]) / 2 if len(since) >= 2 else None)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_regime_is_its_first_case_that_has_held_long_enough(given: list[Step]) -> None:
    made = program(
        "  regime mood at slow { HIGH when slow.close > 40 USDT for 2bars; LOW when slow.close < 20 USDT; MID otherwise; }"
    )
    run_of_high, mood = 0, None
    for (_, slow), found in zip(given, run(made, given), strict=True):
        if slow is not None:
            run_of_high = run_of_high + 1 if slow > 40 else 0
            mood = 0 if run_of_high >= 2 else 1 if slow < 20 else 2
        assert found["mood"] == mood


@given(steps)
@settings(max_examples=60, deadline=None)
def test_an_enumeration_is_one_of_its_members(given: list[Step]) -> None:
    made = program(
        "  signal sense: way = if bars.close > 30 USDT then UP else DOWN;"
        "  signal same = sense is UP; signal other = sense is not UP; signal any = sense in { UP, DOWN };"
        "  signal changed = sense != pre(sense);"
    )
    before, minute_before = None, None
    for (minute, _), found in zip(given, run(made, given), strict=True):
        if minute is not None:
            before, minute_before = minute_before, minute
        if minute_before is None:
            continue
        up = minute_before > 30
        assert (found["sense"], found["same"], found["other"], found["any"]) == (int(not up), up, not up, True)
        assert found["changed"] == (None if before is None else (before > 30) != up)


@pytest.mark.parametrize(
    ("when", "ticks"),
    [
        ("bars.close > 0 USDT", [1, 0, 1]),
        ("slow.close > 0 USDT", [0, 1, 1]),
        ("bars.close > slow.close or bars.close <= slow.close", [1, 1, 1]),
        ("held", [1, 1, 1]),
    ],
)
def test_a_when_is_tested_only_if_a_feed_that_it_reads_ticked(when: str, ticks: list[int]) -> None:
    """Held values included."""
    signals = "  signal held = bars.close > hold(slow.close) or bars.close <= hold(slow.close);"
    made = program(signals if when == "held" else "", when)
    interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
    interpreter.step(Control(0, "start"))
    interpreter.step(Bars(MINUTE, (bar(0, 30.0), bar(1, 30.0))))
    found = []
    for number, feeds in enumerate(((0,), (1,), (0, 1)), 2):
        out = interpreter.step(Bars(number * MINUTE, tuple(bar(feed, 30.0 + number) for feed in feeds)))
        found.append(sum(record.kind == "note" for record in out.records))
    assert found == ticks


def test_only_the_finest_feed_marks_the_instrument() -> None:
    made = program("")
    interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
    interpreter.step(Bars(MINUTE, (bar(0, 30.0), bar(1, 50.0))))
    assert interpreter.account.holdings[0].mark == 3000
    interpreter.step(Bars(2 * MINUTE, (bar(1, 70.0),)))
    assert interpreter.account.holdings[0].mark == 3000


def test_warm_waits_for_every_feed_and_signal() -> None:
    made = program("  signal avg = sma(slow.close, 2);")
    interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
    interpreter.step(Control(0, "start"))
    for number, (minute, slow) in enumerate(((30.0, None), (None, 30.0), (None, 30.0)), 1):
        assert interpreter.state == "IDLE"
        some = [bar(feed, close) for feed, close in ((0, minute), (1, slow)) if close is not None]
        interpreter.step(Bars(number * MINUTE, tuple(some)))
    assert interpreter.state == "READY"
