"""Aggressive strategies, each with one rule: they send all they can at every bar, fill and timer, so that only the rule holds them back."""

from dataclasses import dataclass

SESSIONS = "sessions.csv"

TEXT = """strategy RISKY "{name}" {{
  instrument X_USD: perp(venue = "test", base = X, quote = USD, tick = 1 USD, lot = 0.1 X, settle = LINEAR, allow = BOTH,
                         calendar = {calendar}, maker_fee = 1bps, taker_fee = 5bps);
  account {{ capital = {capital} USD; leverage = {leverage}; }}
  feed bars: ohlcv(X_USD, every = 1min);
  param size: qty<X> = 5 X in 0.1 X .. 1_000 X;
  signal n: count = 0 fby n + 1;
  log n;
  risk {{
    bound abs(position) <= {position} X else {position_action};
    {rule}
  }}
{machine}
}}
"""

# Everything at once: ladders of limits that are replaced at every bar, stops on both sides, market orders on bars, fills and timers.
GREEDY = """
  order lift      { side = BUY;  kind = MARKET; qty = size; max_open = 4; }
  order hit       { side = SELL; kind = MARKET; qty = size; max_open = 4; }
  order bid       { side = BUY;  kind = LIMIT;  qty = 1.5 * size; price = bars.close * (1.0 - 0.004 * (n % 5)); max_open = 5; }
  order ask       { side = SELL; kind = LIMIT;  qty = 1.5 * size; price = bars.close * (1.0 + 0.004 * (n % 7)); max_open = 5; }
  order breakout  { side = BUY;  kind = STOP;   qty = size; trigger = bars.high + 1 USD; max_open = 3; }
  order breakdown { side = SELL; kind = STOP_LIMIT; qty = size; trigger = bars.low - 1 USD; price = bars.low - 9 USD; max_open = 3; }
  machine {
    initial state GREEDY {
      on filled(bid) do submit(hit);
      on filled(breakout) do submit(lift);
      on denied do notify("denied");
      on closed do notify("ended");
      when n % 9 == 8 -> AFTER do submit(lift), cancel_all, submit(bid), submit(hit);
      when bars.close > bars.open do submit(lift), submit(lift), submit(bid), submit(breakout), replace(ask), replace(bid), submit(hit);
      when bars.close < bars.open do submit(hit), submit(hit), submit(ask), submit(breakdown), submit(bid), replace(bid), submit(lift);
      when n % 2 == 0 do submit(bid), submit(ask), submit(bid), submit(ask);
      when n % 2 == 1 do submit(lift), submit(lift), submit(lift), cancel(bid);
      after 3650d do flatten;
    }
    state AFTER {
      after 90s -> GREEDY do submit(lift), submit(ask), submit(bid);
      on denied do notify("denied");
      on closed do notify("ended");
    }
  }"""

# In the market whenever it may be, in big size; a timer tries while nothing comes in.
HOLDING = """
  order lift { side = BUY;  kind = MARKET; qty = size; max_open = 4; }
  order hit  { side = SELL; kind = MARKET; qty = size; max_open = 4; }
  order bid  { side = BUY;  kind = LIMIT;  qty = size; price = bars.close - 5 USD; max_open = 4; }
  order ask  { side = SELL; kind = LIMIT;  qty = size; price = bars.close + 5 USD; max_open = 4; }
  machine {
    initial state TREND {
      on denied do notify("denied");
      on closed do notify("ended");
      when n % 12 == 11 -> AGAINST do submit(hit), submit(hit), submit(hit);
      when n % 3 == 0 do submit(lift), submit(bid);
      when n % 3 == 1 do submit(lift), replace(bid);
      after 70s -> AGAINST do submit(lift), submit(ask);
    }
    state AGAINST {
      on denied do notify("denied");
      on closed do notify("ended");
      when n % 10 == 9 -> TREND do submit(lift), submit(lift);
      when n % 3 == 0 do submit(hit), submit(ask), submit(bid);
      after 95s -> TREND do submit(hit), submit(bid);
    }
  }"""

# Round trips, one after the other, in and out at the market.
TRIPS = """
  order lift { side = BUY;  kind = MARKET; qty = size; }
  order hit  { side = SELL; kind = MARKET; qty = size; }
  order out  { side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }
  order back { side = BUY;  kind = MARKET; qty = abs(position); reduce_only = true; }
  machine {
    initial state FLAT {
      on denied do notify("denied");
      on closed do notify("ended");
      when n % 2 == 0 -> LONG do submit(lift);
      when n % 2 == 1 -> SHORT do submit(hit);
    }
    state LONG {
      on denied(lift) -> FLAT;
      on flat -> FLAT;
      on denied do notify("denied");
      on closed do notify("ended");
      when position > 0 X do submit(out);
      after 3650d do flatten;
    }
    state SHORT {
      on denied(hit) -> FLAT;
      on flat -> FLAT;
      on denied do notify("denied");
      on closed do notify("ended");
      when position < 0 X do submit(back);
      after 3650d do flatten;
    }
  }"""


@dataclass(frozen=True)
class Strategy:
    """machine: GREEDY, HOLDING or TRIPS."""

    name: str
    rule: str = ""
    machine: str = GREEDY
    capital: int = 100_000_000
    leverage: int = 100
    position: float = 1_000_000
    position_action: str = "reject"
    calendar: str = "ALWAYS"

    def text(self) -> str:
        calendar = f'file("{SESSIONS}")' if self.calendar == "FILE" else self.calendar
        return TEXT.format(**(vars(self) | {"calendar": calendar}))
