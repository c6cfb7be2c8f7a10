"""Strategy texts for tests of the compiler: a small whole strategy around the members a test is about."""

from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source

STRATEGY = """use ta {{ {use} }};
{top}
strategy TEST "a test" {{
  instrument BTC_USDT: spot(venue = "v", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 10_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param n: count = 14 in 1 .. 50;
  param m: count = 5 in 0 .. 20;
  param k: count = 3;
  param r: ratio = 0.5 in 0.0 .. 1.0;
  {members}
  risk {{ bound abs(position) <= 5 BTC else reject; }}
  order entry {{ side = BUY; kind = MARKET; qty = 1 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when {when} -> ENTERED do submit(entry); }}
    state ENTERED {{ on filled(entry) -> EXITED do submit(unwind); on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }}
    state EXITED {{ on closed(unwind) -> IDLE; on denied(unwind) -> IDLE; }}
  }}
}}
"""
LIBRARY = "ema, sma, rma, stdev, rsi, true_range, atr, highest, lowest, cross_above, cross_below"


def strategy(members: str = "", *, top: str = "", when: str = "bars.close > bars.open") -> str:
    """The text of a strategy with parameters n (1 .. 50), m (0 .. 20), k (no range) and r, and the given members."""
    return STRATEGY.format(use=LIBRARY, top=top, members=members, when=when)


def build(text: str) -> Program:
    """The program of a text that has no errors."""
    compilation = compile_source(Source("test.strat", text))
    assert compilation.program is not None, [d.title for d in compilation.diagnostics.in_order()]
    return compilation.program


def errors(text: str) -> list[tuple[str, str]]:
    """Code and title of every error, in the order of the text."""
    diagnostics = compile_source(Source("test.strat", text)).diagnostics
    return [(d.code, d.title) for d in diagnostics.in_order() if d.code.startswith("E")]


def codes(text: str) -> list[str]:
    return [code for code, _ in errors(text)]
