"""Exit liveness (E0508) and entries that may follow a stop at once (W0705): which programs they tell apart, one property at a time."""

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source

TEXT = """\
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  risk {{ bound abs(position) <= 5 BTC else reject; {rule} }}
  order entry {{ side = BUY; kind = MARKET; qty = 1 BTC; }}
  order unwind {{ side = SELL; {exit} qty = abs(position); reduce_only = true; }}
  machine {{
    initial state LOOKING {{ {pause} when bars.close > bars.open -> ENTERED do submit(entry); }}
    state ENTERED {{ {told} on denied(entry) -> LOOKING cooldown 1h; }}
    state MANAGING {{ when bars.close < bars.open {condition} -> EXITED {way}; {timer} }}
    state EXITED {{ {left} on flat -> LOOKING {cooldown}; }}
  }}
}}
"""
PARTS = {
    "rule": "",
    "exit": "kind = MARKET;",
    "pause": "",
    "told": "on closed(entry) when not flat -> MANAGING; on closed(entry) -> LOOKING cooldown 1h;",
    "condition": "",
    "way": "do submit(unwind)",
    "timer": "",
    "left": "on closed(unwind) -> MANAGING; on denied(unwind) -> MANAGING;",
    "cooldown": "",
}
LIMIT = "kind = LIMIT; price = 1.1 * bars.close;"
STOP = "kind = STOP; trigger = 0.9 * bars.close;"


def codes(**parts: str) -> list[str]:
    text = TEXT.format(**(PARTS | parts))
    return [d.code for d in compile_source(Source("s.strat", text)).diagnostics.in_order()]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"timer": 'after 1d do notify("held");'},
        {"rule": "bound drawdown <= 10pct over 1d else halt;"},
        {"rule": "guard age(bars) < 5h else cancel_all;"},
        {"told": "on filled(entry) -> MANAGING; on closed(entry) -> LOOKING;"},
        {"exit": LIMIT, "timer": "after 1d -> EXITED do submit(unwind);"},  # nobody ends the exit
        {"exit": f"{LIMIT} tif = GTC;", "timer": "after 1d do flatten;"},
    ],
)
def test_a_position_that_only_a_signal_ends_is_refused(parts: dict[str, str]) -> None:
    assert codes(**parts) == ["E0508"]


HALTED = {
    "told": "on filled(entry) -> MANAGING do halt; on closed(entry) -> LOOKING cooldown 1h;",
    "left": 'on closed(unwind) do notify("out"); on denied(unwind) do flatten;',
}


@pytest.mark.parametrize(
    "parts",
    [
        {"timer": "after 1d do flatten;"},
        {"timer": "after 1d -> EXITED do submit(unwind);"},
        {"rule": "bound drawdown <= 10pct over 1d else flatten;"},
        {"rule": "guard age(bars) < 5h else cancel_all, flatten;"},
        {"told": "on closed(entry) do flatten;"},
        HALTED,  # people look after it
        {"exit": f"{LIMIT} tif = GTD; expires = 1h;", "timer": "after 1d do flatten;"},
        {"exit": f"{LIMIT} tif = DAY;", "timer": "after 1d do flatten;"},
    ],
)
def test_a_timer_a_rule_or_an_exit_that_ends_leads_out(parts: dict[str, str]) -> None:
    assert [code for code in codes(**parts) if code == "E0508"] == []


GUARDED = {
    "exit": STOP,
    "told": "on filled(entry) -> EXITED do submit(unwind); on closed(entry) -> LOOKING cooldown 1h;",
    "left": "on closed(unwind) when not flat do flatten; on closed(unwind) do notify(\"out\"); on denied(unwind) do flatten;",
    "condition": "and flat",
    "way": "do notify(\"never\")",
}  # fmt: skip


def reentries(**parts: str) -> int:
    return codes(**(GUARDED | parts)).count("W0705")


def test_an_entry_after_a_stop_without_a_pause_is_told() -> None:
    assert reentries() == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"cooldown": "cooldown 1h"},
        {"pause": "cooldown 1h;"},
        {"exit": "kind = MARKET;"},  # no stop
        {"exit": LIMIT},
    ],
)
def test_a_pause_or_no_stop_is_silent(parts: dict[str, str]) -> None:
    assert reentries(**parts) == 0
