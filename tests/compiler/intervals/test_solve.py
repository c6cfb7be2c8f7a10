"""Intervals of whole programs: recurrences end, what is known of inputs arrives, and nothing is calculated again and again."""

from typing import Any

import pytest

from stratc.compiler.intervals import solve as module
from stratc.compiler.intervals.interval import HIGHEST_INTEGER, LARGEST, LOWEST_INTEGER, Interval
from stratc.compiler.intervals.solve import of_equations
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source

TEXT = """\
use ta {{ ema, rsi, sma, stdev, atr }};
{top}
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 10_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param n: count = 20 in 2 .. 30;
  param r: ratio = 0.5 in 0.25 .. 2.0;
  {signals}
  log x;
  risk {{ bound abs(position) <= 1 BTC else reject; }}
  order entry  {{ side = BUY;  kind = MARKET; qty = 0.1 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when bars.close > bars.open -> ENTERED do submit(entry); }}
    state ENTERED {{ on filled(entry) -> EXITED do submit(unwind); on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }}
    state EXITED {{ on flat -> IDLE; on closed(unwind) -> IDLE; on denied(unwind) -> IDLE; }}
  }}
}}
"""
KEPT = "node kept(x: ratio): ratio {{ state y: ratio = {first}; let now = {next}; next y = now; yield now; }}"


def compiled(signals: str, top: str = "") -> Program:
    found = compile_source(Source("s.strat", TEXT.format(signals=signals, top=top)))
    assert found.program is not None, [(d.code, d.title) for d in found.diagnostics.found]
    return found.program


def of_x(expression: str, top: str = "") -> Interval:
    program = compiled(f"signal x = {expression};", top)
    index = next(s.equation for s in program.signals if s.name == "x")
    return of_equations(program)[index]


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        ("bars.close / 1 USDT * 1 BTC", 0.01, 1e13),
        ("bars.volume / 1 BTC", 0.0, LARGEST),
        ("ema(bars.close, n) / 1 USDT * 1 BTC", 0.01, 1e13),
        ("rsi(bars.close, n)", 0.0, 100.0),
        ("atr(bars, n) / 1 USDT * 1 BTC", 0.0, 1e13),
        ("(bars.high - bars.low) / 1 USDT * 1 BTC", 0.0, 1e13),
        ("r * 2.0", 0.5, 4.0),
        ("1.0 / r", 0.5, 4.0),
        ("n * 1.0", 2.0, 30.0),
        ("bars.close[3] / bars.close", 1e-15, 1e15),
        ("if bars.close > bars.open then 1.0 else -1.0", -1.0, 1.0),
    ],
)
def test_what_is_known_of_inputs_arrives(expression: str, low: float, high: float) -> None:
    found = of_x(expression)
    assert found.low == pytest.approx(low, rel=1e-12)
    assert found.high == pytest.approx(high, rel=1e-9)
    assert (found.nan, found.na) == (False, False)


@pytest.mark.parametrize(
    ("first", "next_", "expected"),
    [
        ("0.0", "min(y + 1.0, 10.0)", Interval(1.0, 10.0)),
        ("0.0", "if x > 1.0 then y + 1.0 else 0.0", Interval(0.0, LARGEST)),
        ("1.0", "y * 0.5", Interval(0.0, 0.5)),
        ("0.5", "y * y", Interval(0.0, 0.25)),
        ("1.0", "-y", Interval(-1.0, 1.0)),
        ("1.0", "max(y, x)", Interval(1.0, 1e15)),
    ],
)
def test_a_recurrence_ends_where_it_should(first: str, next_: str, expected: Interval) -> None:
    found = of_x("kept(bars.close / bars.open)", KEPT.format(first=first, next=next_))
    assert (found.low, found.nan, found.na) == (expected.low, False, False)
    assert found.high == pytest.approx(expected.high, rel=1e-12)


def test_a_counter_may_be_any_whole_number_and_is_no_error() -> None:
    top = (
        "node ticks(c: bool): count { state k: count = 0; let now = if c then k + 1 else k; next k = now; yield now; }"
    )
    assert of_x("ticks(bars.close > bars.open)", top) == Interval(LOWEST_INTEGER, HIGHEST_INTEGER)


def test_a_signal_may_refer_to_its_own_past() -> None:
    program = compiled("signal x: ratio = (0.0 fby x) * 0.5 + 0.25;")
    found = of_equations(program)[program.signals[0].equation]
    assert found.low == 0.25
    assert found.high >= 0.5


def test_work_grows_with_the_program_and_not_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    grow = module._Solver._grow
    monkeypatch.setattr(module._Solver, "_grow", lambda solver, index: calls.append(index) or grow(solver, index))

    def work(count: int) -> float:
        chain = "".join(
            f"signal s{i} = ema(s{i - 1} / (1.0 + abs(s{i - 1})), n) + sma(s{i - 1}, n);" for i in range(1, count)
        )
        program = compiled(f"signal s0 = bars.close / bars.open; {chain} signal x = s{count - 1};")
        calls.clear()
        of_equations(program)
        return len(calls) / len(program.equations)

    assert work(120) < 1.5 * work(30)
    assert work(120) < 4
