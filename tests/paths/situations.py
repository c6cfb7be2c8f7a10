"""The situations that golden files show. Bars are (open, high, low, close, volume); whatever is sent on bar 0 meets bar 1."""

from tests.paths.scenario import Row, Scenario

QUIET: Row = (100, 101, 99, 100, 1000)
LONG = """
  order entry  { side = BUY;  kind = MARKET; qty = 10 X; }
  order stop   { side = SELL; kind = STOP;   qty = abs(position); trigger = 95 USD; reduce_only = true; oco target; }
  order target { side = SELL; kind = LIMIT;  qty = abs(position); price = 105 USD; reduce_only = true; oco stop; }
"""
BRACKETED = LONG.replace("qty = 10 X; }", "qty = 10 X; bracket stop, target; }")
HOLD = """
    initial state IDLE { when n == 0 -> HOLDING do submit(entry); }
    state HOLDING {
      on flat -> DONE;
      on denied do flatten;
      on closed do notify("ended");
    }
    state DONE { when n < 0 -> IDLE; }
"""
ALONE = """
    initial state IDLE { when n == 0 -> WAITING do submit(entry); }
    state WAITING {
      on closed -> DONE;
      on denied -> DONE;
    }
    state DONE { when n < 0 -> IDLE; on closed do notify("late"); on denied do notify("late"); }
"""


def one_order(title: str, order: str, *bars: Row | None, options: tuple[str, ...] = ()) -> Scenario:
    return Scenario(title, f"  order entry {{ {order} }}", ALONE, (QUIET, *bars), options)


SITUATIONS = {
    "gap_through_stop": one_order(
        "a stop that the open is already beyond fills at the open",
        "side = BUY; kind = STOP; qty = 10 X; trigger = 105 USD;",
        (110, 112, 108, 111, 1000),
    ),
    "stop_inside_bar": one_order(
        "a stop inside the bar fills at its trigger and pays slippage",
        "side = BUY; kind = STOP; qty = 10 X; trigger = 105 USD;",
        (100, 112, 98, 111, 1000),
        options=("--slippage=2ticks", "--spread=2"),
    ),
    "stop_and_target_in_one_bar": Scenario(
        "stop and target lie in one bar: the path decides",
        BRACKETED,
        HOLD,
        (QUIET, QUIET, (100, 108, 92, 101, 1000), QUIET),
    ),
    "entry_and_exit_in_one_bar": Scenario(
        "the bracket goes out in the bar of the entry and sees only what is left of it",
        BRACKETED.replace("kind = MARKET; qty = 10 X;", "kind = STOP; qty = 10 X; trigger = 103 USD;"),
        HOLD,
        (QUIET, (100, 104, 94, 98, 1000), QUIET),
    ),
    "touch_only_limit": one_order(
        "a limit that is only touched does not fill; a tick beyond does",
        "side = BUY; kind = LIMIT; qty = 10 X; price = 97 USD;",
        (100, 101, 97, 100, 1000),
        (100, 101, 96, 100, 1000),
    ),
    "limit_beyond_open": one_order(
        "a resting limit that the open is beyond gets the open",
        "side = BUY; kind = LIMIT; qty = 10 X; price = 97 USD;",
        QUIET,
        (94, 96, 93, 95, 1000),
    ),
    "capped_volume": one_order(
        "a tenth of each bar's volume, the rest keeps working",
        "side = BUY; kind = MARKET; qty = 100 X;",
        (100, 101, 99, 100, 500),
        (101, 102, 100, 101, 0),
        (102, 103, 101, 102, 600),
    ),
    "post_only_crossing": one_order(
        "post-only that would trade on arrival is rejected",
        "side = BUY; kind = LIMIT; qty = 10 X; price = 101 USD; post_only = true;",
        QUIET,
    ),
    "ioc_and_volume": one_order(
        "IOC takes what is there and the rest is cancelled",
        "side = BUY; kind = LIMIT; qty = 100 X; price = 101 USD; tif = IOC;",
        (100, 101, 99, 100, 500),
    ),
    "fok_too_large": one_order(
        "FOK takes nothing if it can't have all",
        "side = BUY; kind = LIMIT; qty = 100 X; price = 101 USD; tif = FOK;",
        (100, 101, 99, 100, 500),
    ),
    "gtd_expires": one_order(
        "a GTD order ends at its time, also where no bar is",
        "side = BUY; kind = LIMIT; qty = 10 X; price = 90 USD; tif = GTD; expires = 1800ms;",
        QUIET,
        None,
        QUIET,
    ),
    "stop_limit": one_order(
        "a stop-limit triggers, then waits for its limit on the path that remains",
        "side = BUY; kind = STOP_LIMIT; qty = 10 X; trigger = 105 USD; price = 105 USD;",
        (107, 109, 103, 108, 1000),
    ),
    "replace_in_flight_while_filled": Scenario(
        "a replace is on its way while the order fills: refused, the fill stands",
        "  order entry { side = BUY; kind = LIMIT; qty = 10 X; price = level; }\n"
        "  signal level: price<USD> = if n < 1 then 97ticks else 96ticks;",
        """
    initial state IDLE { when n == 0 -> WAITING do submit(entry); }
    state WAITING {
      on closed -> DONE;
      on denied -> DONE;
      after 1220ms do replace(entry);
    }
    state DONE { when n < 0 -> IDLE; on closed do notify("late"); on denied do notify("late"); }
""",
        (QUIET, QUIET, (100, 101, 90, 95, 1000)),
        ("--latency=replace=600ms",),
    ),
    "cancel_races_fill": Scenario(
        "a cancel on its way meets an order that has filled",
        "  order entry { side = BUY; kind = LIMIT; qty = 10 X; price = 97 USD; }",
        """
    initial state IDLE { when n == 0 -> WAITING do submit(entry); }
    state WAITING {
      on closed -> DONE;
      on denied -> DONE;
      after 1220ms do cancel(entry);
    }
    state DONE { when n < 0 -> IDLE; on closed do notify("late"); on denied do notify("late"); }
""",
        (QUIET, QUIET, (100, 101, 90, 95, 1000)),
        ("--latency=cancel=600ms",),
    ),
    "oco_race": Scenario(
        "the sibling's cancel is on its way when the sibling trades: the venue trims what would turn the position",
        BRACKETED,
        HOLD,
        (QUIET, QUIET, (100, 108, 92, 101, 1000), QUIET),
        ("--latency=cancel=1000ms",),
    ),
    "trailing_within_a_bar": Scenario(
        "a timer moves the stop inside a bar; the new one sees only what is left",
        LONG.replace("trigger = 95 USD;", "trigger = avg_px(entry) - level;")
        + "  signal level: price<USD> = if n < 2 then 8ticks else 1ticks;",
        """
    initial state IDLE { when n == 0 -> ENTERED do submit(entry); }
    state ENTERED {
      on filled(entry) -> HOLDING do submit(stop);
      on closed(entry) -> DONE;
      on denied(entry) -> DONE;
    }
    state HOLDING {
      on flat -> DONE;
      on denied do flatten;
      on closed do notify("ended");
      after 3000ms do replace(stop);
    }
    state DONE { when n < 0 -> IDLE; on closed do notify("late"); on denied do notify("late"); }
""",
        (QUIET, QUIET, QUIET, (100, 108, 97, 104, 1000), QUIET),
    ),
    "intrabar_timer": Scenario(
        "a timer fires inside a bar and its market order gets the line's price there",
        "  order entry { side = BUY; kind = MARKET; qty = 10 X; }\n"
        "  order leave { side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }",
        """
    initial state IDLE { when n == 0 -> ENTERED do submit(entry); }
    state ENTERED {
      on filled(entry) -> HOLDING;
      on closed(entry) -> DONE;
      on denied(entry) -> DONE;
    }
    state HOLDING { after 1800ms -> LEAVING do submit(leave); }
    state LEAVING {
      on flat -> DONE;
      on closed do notify("ended");
      on denied do notify("refused");
    }
    state DONE { when n < 0 -> IDLE; }
""",
        (QUIET, QUIET, (100, 112, 88, 104, 1000)),
    ),
    "slow_venue": Scenario(
        "the order arrives later than the order kernel waits for an answer: it asks, the answer comes after the order",
        "  order entry { side = BUY; kind = LIMIT; qty = 10 X; price = 97 USD; }",
        """
    initial state IDLE { when n == 0 -> WAITING do submit(entry); }
    state WAITING {
      on filled(entry) -> DONE;
      on closed -> DONE;
      on denied -> DONE;
    }
    state DONE { when n < 0 -> IDLE; on closed do notify("late"); on denied do notify("late"); }
""",
        (QUIET, QUIET, QUIET, QUIET, (100, 101, 90, 95, 1000)),
        ("--latency=new=3s",),
    ),
    "reduce_only_never_turns": Scenario(
        "two exits for the whole position in one bar: the second is cut by the venue",
        LONG,
        """
    initial state IDLE { when n == 0 -> ENTERED do submit(entry); }
    state ENTERED {
      on filled(entry) -> HOLDING do submit(stop), submit(target);
      on closed(entry) -> DONE;
      on denied(entry) -> DONE;
    }
    state HOLDING {
      on flat -> DONE;
      on denied do flatten;
      on closed do notify("ended");
    }
    state DONE { when n < 0 -> IDLE; }
""",
        (QUIET, QUIET, (100, 108, 92, 101, 1000), QUIET),
        ("--latency=all=500ms",),
    ),
}
