"""CONTROL adopt: position and cost are set, the first rule that holds picks the state; what can't be taken over is refused."""

from typing import Any

import pytest

from stratc.compiler.interpreter import Bar, Bars, Control, Fault, Interpreter, Record, SendSubmit
from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source

HOUR = 3_600_000_000_000
TEXT = """\
use ta {{ sma }};
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC{allow});
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  signal average = sma(bars.close, 3);
  risk {{ bound abs(position) <= 5 BTC else reject; }}
  order entry {{ side = BUY; kind = MARKET; qty = 1 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when bars.close > average -> ENTERED do submit(entry); }}
    state ENTERED {{
      on denied -> LOOKING cooldown 1h;
      on closed when not flat -> MANAGING;
      on closed -> LOOKING cooldown 1h;
      after 1d do flatten;
    }}
    state MANAGING {{
      when bars.close < average -> LEAVING do submit(unwind);
      after 1d -> LEAVING do submit(unwind);
    }}
    state LEAVING {{ on closed -> IDLE; on denied -> IDLE do flatten; after 1d do flatten; }}
  }}
  {rules}
}}
"""
RULES = """\
on adopt when position >= 2 BTC -> LEAVING do submit(unwind);
  on adopt when bars.close < average -> IDLE cooldown 1h;
  on adopt when not flat -> MANAGING;"""
LOT = 100_000  # per BTC


def run(rules: str = RULES, closes: tuple[float, ...] = (100.0, 100.0, 100.0), allow: str = "") -> Interpreter:
    compilation = compile_source(Source("s.strat", TEXT.format(rules=rules, allow=allow)))
    assert compilation.program is not None, [d.title for d in compilation.diagnostics.in_order()]
    made = Interpreter(compilation.program, [], compilation.program.capital)
    for number, close in enumerate(closes):
        made.step(Bars((number + 1) * HOUR, (Bar(close, close, close, close, 1.0, round(close * 100)),)))
    return made


def adopt(made: Interpreter, btc: float, price: float = 90.0) -> list[Any]:
    lots = round(btc * LOT)
    cost = lots * round(price * 100) * made.program.instruments[0].money_per_unit
    out = made.step(Control(4 * HOUR, "adopt", ((lots, cost),)))
    return [*out.records, *out.frames]


def test_position_and_cost_are_the_account_s() -> None:
    made = run()
    adopt(made, 1.0)
    assert (made.position, made.flat, made.state) == (LOT, False, "MANAGING")
    assert made.equity - made.program.capital == made.account.holdings[0].notional(
        LOT, 1000
    )  # bought at 90, marked at 100


def test_the_record_says_adopt_and_which_rule() -> None:
    made = run()
    (record,) = adopt(made, 1.0)
    rule = made.program.machine.adopts[2]
    names = [state.name for state in made.program.machine.states]
    assert record == Record("transition", -1, rule.place.line, names.index("MANAGING"), (6, rule.index))


def test_the_first_rule_that_holds_is_taken_with_its_commands() -> None:
    made = run()
    (order,) = [frame for frame in adopt(made, 2.0) if isinstance(frame, SendSubmit)]
    assert (made.state, order.side, order.qty) == ("LEAVING", "SELL", 2 * LOT)


def test_the_timers_of_the_state_are_armed() -> None:
    made = run()
    adopt(made, 1.0)
    assert made.next_deadline() == (28 * HOUR, 1)


def test_rules_read_signals() -> None:
    made = run(closes=(100.0, 100.0, 70.0))
    adopt(made, 1.0)
    assert made.state == "IDLE"


@pytest.mark.parametrize(
    ("rules", "bars", "btc", "price"),
    [
        ("", 3, 1.0, 90.0),  # no rule
        (RULES, 3, 0.0, 90.0),  # none that holds
        (RULES, 2, 1.0, 90.0),  # not ready
        (RULES, 3, 1.0, 0.0),  # paid nothing for it
        (RULES, 3, 1.0, -90.0),
        (RULES, 3, -1.0, 90.0),  # spot is never short
        (RULES, 3, 50_000.0, 90.0),  # more than the order kernel holds
    ],
)
def test_what_can_t_be_taken_over_is_refused(rules: str, bars: int, btc: float, price: float) -> None:
    made = run(rules, (100.0,) * bars)
    with pytest.raises(Fault, match="ADOPT"):
        adopt(made, btc, price)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_program_that_has_been_started_takes_nothing_over(stopped: bool) -> None:
    made = run()
    made.step(Control(4 * HOUR, "start"))
    if stopped:
        made.step(Control(4 * HOUR, "stop"))
    with pytest.raises(Fault, match="ADOPT"):
        adopt(made, 1.0)


def test_a_position_too_small_to_order_is_flat() -> None:
    made = run("on adopt -> IDLE;", allow=", min_notional = 10 USDT")
    adopt(made, 0.01)
    assert (made.flat, made.state) == (True, "LOOKING")  # warm: on it goes at once
