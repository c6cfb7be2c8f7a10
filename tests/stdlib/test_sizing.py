"""The sizes of `use sizing` are those of their formulas."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from stratc.compiler.interpreter import Bar, Bars, Interpreter
from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source

CAPITAL = 100_000.0
TEXT = """
use sizing {{ percent_of, risk_per_trade, volatility_target, kelly }};
strategy SIZES {{
  instrument BTC_USDT: spot(venue = "x", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param share: ratio = 0.1 in 0.0 .. 1.0;
  param win: ratio = 0.5 in 0.0 .. 1.0;
  param payoff: ratio = 1.0 in 0.0 .. 10.0;
  signal size = {size};
  log size;
  risk {{ bound abs(position) <= 1_000_000 BTC else reject; }}
  order entry {{ side = BUY; kind = MARKET; qty = 1 BTC; }}
  machine {{
    initial state IDLE {{ when bars.close < bars.low[1] ?? bars.low -> DONE do submit(entry); }}
    state DONE {{ on filled(entry) do flatten; on closed(entry) -> IDLE; on denied(entry) -> IDLE; }}
  }}
}}
"""


def size(text: str, close: float, low: float, **params: float) -> float | None:
    """The signal after one bar. The numbers of the text that are prices stand in the bar."""
    compilation = compile_source(Source("sizes.strat", TEXT.format(size=text)))
    assert compilation.program is not None, [d.title for d in compilation.diagnostics.errors]
    program = compilation.program
    interpreter = Interpreter(program, [params.get(p.name, p.value) for p in program.params], program.capital)
    interpreter.step(Bars(1, (Bar(close, close, low, close, 1.0, round(close * 100)),)))
    found = interpreter.signal_values()[0]
    assert found is None or isinstance(found, float)
    return found


prices = st.integers(1, 10**7).map(lambda units: units / 100)
shares = st.floats(0.0, 1.0)


@given(prices, shares)
@settings(max_examples=40, deadline=None)
def test_a_share_of_the_money_is_worth_that_share(close: float, share: float) -> None:
    assert size("percent_of(equity, share, bars.close)", close, close, share=share) == pytest.approx(
        CAPITAL * share / close
    )


@given(prices, prices, shares)
@settings(max_examples=40, deadline=None)
def test_the_risk_of_a_trade_is_lost_at_the_stop(close: float, stop: float, share: float) -> None:
    found = size("risk_per_trade(equity, share, bars.close, bars.low)", close, stop, share=share)
    if close == stop:
        assert found is None
    else:
        assert found is not None
        assert found * abs(close - stop) == pytest.approx(CAPITAL * share)


@given(prices, prices, shares)
@settings(max_examples=40, deadline=None)
def test_a_volatility_target_moves_the_value_by_its_share(close: float, deviation: float, share: float) -> None:
    found = size("volatility_target(equity, share, bars.low)", close, deviation, share=share)
    assert found is not None
    assert found * deviation == pytest.approx(CAPITAL * share)


@given(shares, st.floats(0.0, 10.0))
@settings(max_examples=40, deadline=None)
def test_kelly_is_its_formula_between_nothing_and_the_cap(win: float, payoff: float) -> None:
    found = size("kelly(win, payoff, 0.25)", 100.0, 100.0, win=win, payoff=payoff)
    quotient = (1.0 - win) / payoff if payoff else math.inf
    if not math.isfinite(quotient):
        assert found is None
    else:
        assert found == pytest.approx(max(0.0, min(0.25, win - quotient)))


@pytest.mark.parametrize(
    ("win", "payoff", "share"),
    [(0.5, 1.0, 0.0), (0.6, 1.0, 0.2), (0.55, 1.5, 0.25), (0.3, 1.0, 0.0), (0.4, 3.0, 0.2)],
)
def test_kelly_at_known_points(win: float, payoff: float, share: float) -> None:
    assert size("kelly(win, payoff, 0.25)", 100.0, 100.0, win=win, payoff=payoff) == pytest.approx(share)
