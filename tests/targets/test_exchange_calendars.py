"""Programs in the sessions of exchanges: the C does what the interpreter says, and both do it at the exchange's own times."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache

import pytest

from stratc.compiler.interpreter import Control, Fault, SendSubmit
from stratc.compiler.program import Program
from tests.support.random_inputs import RandomInputs
from tests.support.side_by_side import BothRun
from tests.support.strategies import build

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
INSTANTS = 500

TEXT = """strategy HOURS "Everything that knows sessions" {
  instrument X_USD: equity(venue = "v", base = X, quote = USD, tick = 0.01 USD, lot = 1 X, allow = BOTH, calendar = CALENDAR);
  account { capital = 100_000 USD; leverage = 4; }
  feed bars: ohlcv(X_USD, every = 1min);
  signal rising = bars.close > bars.open;
  signal trades = session(X_USD);
  log trades;
  risk {
    bound abs(position) <= 1_000 X         else clamp;
    bound loss <= 1pct per day             else flatten, halt for 2h;
    guard session(X_USD)                   else cancel_all;
    guard age(bars) < 20min                else cancel_all, notify("quiet");
    guard age(bars) < 300min               else halt for 1h;
  }
  order entry  { side = BUY;  kind = LIMIT;  qty = 10 X; price = bars.close; tif = DAY; max_open = 3; }
  order unwind { side = SELL; kind = MARKET; qty = abs(position); tif = DAY; reduce_only = true; }
  machine {
    initial state IDLE {
      when bars.close > 0 and session(X_USD) do submit(entry);
      when position > 20 X -> HELD;
      on closed do notify("ended");
      on denied do notify("denied");
    }
    state HELD {
      when rising and session(X_USD) -> OUT do submit(unwind);
      on closed do notify("ended");
      on denied do notify("denied");
    }
    state OUT { on flat -> IDLE; on closed -> IDLE; on denied -> HELD; }
  }
}
"""


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@cache
def program(calendar: str) -> Program:
    return build(TEXT.replace("CALENDAR", calendar))


WEEKS = [
    ("XNYS", "2013-11-27T12:00"),  # a holiday, then a half day
    ("XNYS", "2013-07-02T19:00"),
    ("XNYS", "2013-03-08T14:00"),  # to summer time
    ("XNYS", "2013-11-01T12:00"),  # and back
    ("XNYS", "1990-01-01T00:00"),  # the first day
    ("XNYS", "2030-12-30T12:00"),  # the last ones
    ("XHKG", "2024-02-07T00:00"),  # breaks, and a morning without an afternoon
    ("CMES", "2024-03-07T20:00"),  # days that open the evening before, over the change to summer time
]


@pytest.mark.parametrize(("calendar", "start"), WEEKS)
def test_c_does_what_the_interpreter_says(calendar: str, start: str) -> None:
    """A difference raises in the step."""
    seen: Counter[str] = Counter()
    for seed in range(4):
        run, inputs = BothRun(program(calendar), start=False), RandomInputs(seed, program(calendar))
        inputs.now = at(start)
        for _ in range(INSTANTS):
            try:
                out = run.step(inputs.next(run.interpreter.next_deadline()))
            except Fault:
                break
            inputs.saw(out)
            seen.update(type(frame).__name__ for frame in out.frames)
            seen["open" if run.interpreter.latch.calendars[0].is_open(inputs.now) else "closed"] += 1
            seen[f"day {run.interpreter.day}"] += 1
    assert seen["open"] > 20
    assert seen["closed"] > 20
    assert seen["SendSubmit"] >= 3
    assert sum(key.startswith("day") for key in seen) >= 3


def started(calendar: str, start: str) -> BothRun:
    run = BothRun(program(calendar), start=False)
    run.now = at(start)
    run.step(Control(run.now, "start"))
    return run


def order_at(calendar: str, now: str) -> SendSubmit:
    run = started(calendar, now)
    run.bar(100, at(now) + 1)
    (order,) = run.of(SendSubmit)
    assert isinstance(order, SendSubmit)
    return order


@pytest.mark.parametrize(
    ("calendar", "now", "closes"),
    [
        ("XNYS", "2013-11-29T15:00", "2013-11-29T18:00"),
        ("XNYS", "2013-07-03T16:59", "2013-07-03T17:00"),
        ("XNYS", "2013-03-08T20:00", "2013-03-08T21:00"),
        ("XNYS", "2013-03-11T19:00", "2013-03-11T20:00"),
        ("XHKG", "2024-01-03T02:00", "2024-01-03T08:00"),  # over the break
        ("XHKG", "2024-02-09T02:00", "2024-02-09T04:00"),
        ("CMES", "2024-01-03T23:30", "2024-01-04T23:00"),  # since the evening before
    ],
)
def test_a_day_order_lives_until_the_trading_day_closes(calendar: str, now: str, closes: str) -> None:
    assert order_at(calendar, now).expires == at(closes)


def test_a_session_ends_where_the_exchange_closes_early() -> None:
    run = started("XNYS", "2013-11-29T17:00")
    closed = []
    while run.now < at("2013-11-29T18:00"):
        armed = run.interpreter.next_deadline()
        assert armed is not None
        if armed[0] < run.now + 10 * MINUTE:
            run.due()
        else:
            run.bar(100, run.now + 10 * MINUTE)
        closed.append((run.now, [r.line for r in run.of("risk")]))
    line = next(number for number, text in enumerate(TEXT.splitlines(), 1) if "guard session" in text)
    assert [now for now, lines in closed if line in lines] == [at("2013-11-29T18:00")]


def test_the_lunch_break_is_no_new_day() -> None:
    run, days = started("XHKG", "2024-01-03T01:00"), []
    for hour in ("2024-01-03T02:00", "2024-01-03T04:30", "2024-01-03T05:30", "2024-01-03T09:00", "2024-01-04T02:00"):
        run.bar(100, at(hour))
        days.append(run.interpreter.day - run.interpreter.latch.calendars[0].day(at("2024-01-03T01:00")))
    assert days == [1, 1, 1, 1, 2]


def test_age_counts_what_the_market_was_open() -> None:
    """From ten minutes before an early close to the next open but one is ten minutes and a whole day."""
    run = started("XNYS", "2013-11-29T17:00")
    run.bar(100, at("2013-11-29T17:50"))
    armed = run.interpreter.latch.calendars[0]
    assert armed.elapsed(run.now, at("2013-12-02T14:30")) == 10 * MINUTE
    assert armed.reached(run.now, 20 * MINUTE) == at("2013-12-02T14:40")
    deadlines = []
    while run.now < at("2013-12-02T14:40"):
        run.due()
        deadlines.append(run.now)
    assert at("2013-12-02T14:40") in deadlines
    assert [n.id for n in run.of("note")] == [0]
