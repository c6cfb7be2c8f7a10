"""Hints, schedules, repricing and the later kinds: what the checks accept, what build then refuses, and what is wrong at once."""

import pytest

from stratc.compiler.interpreter import Interpreter, SendReplace, SendSubmit
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source

TEXT = """\
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC{calendar});
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param q: qty<BTC> = 0.5 BTC in 0.1 BTC .. 1 BTC;
  signal p = bars.close * (1 - 1pct);
  log p;
  risk {{ bound abs(position) <= 5 BTC else reject; {rule} }}
  order entry {{ side = BUY; qty = q; {entry} }}
  machine {{
    initial state LOOKING {{ when bars.close > bars.open -> ENTERED do submit(entry); }}
    state ENTERED {{
      after 4h do replace(entry);
      on denied -> LOOKING cooldown 1h;
      on closed when flat -> LOOKING cooldown 1h;
      on closed do notify("held");
      after 1d do flatten;
    }}
  }}
}}
"""
LIMIT = "kind = LIMIT; price = p;"


def compiled(entry: str, rule: str = "", calendar: str = "") -> tuple[Program | None, list[str], list[str]]:
    """The program, the codes of `check` and those of `build` alone."""
    found = compile_source(Source("s.strat", TEXT.format(entry=entry, rule=rule, calendar=calendar)))
    return found.program, [d.code for d in found.diagnostics.in_order()], [d.code for d in found.refused.in_order()]


@pytest.mark.parametrize(
    "entry",
    [
        f"{LIMIT} urgency = CROSS;",
        f'{LIMIT} route = "SMART";',
        'kind = STOP_LIMIT; price = p; trigger = bars.high; urgency = PASSIVE; route = "A B";',
    ],
)
def test_hints_are_run(entry: str) -> None:
    assert compiled(entry)[1:] == ([], [])


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (f"{LIMIT} display = q / 10;", 1),
        (f"{LIMIT} after 5min do reprice(to = bars.close, max = 1);", 1),
        (f"{LIMIT} tif = GTD; expires = 1h; schedule twap(during = 1h, slices = 15, leftover = KEEP);", 1),
        ("kind = MARKET; schedule vwap(during = 10min, slices = 1, leftover = CROSS);", 1),
        ("kind = TRAILING; trigger = p;", 1),
        ("kind = MARKET_IF_TOUCHED; trigger = p;", 1),
        ("kind = LIMIT_IF_TOUCHED; trigger = p; price = p;", 1),
        ("kind = STOP; trigger = bars.high on bars.close;", 1),
        ("kind = MARKET; on partial when bars.close < p do cancel(entry); on denied do notify(\"no\"), halt for 1h;", 2),
        ("kind = MARKET; on filled(entry) do flatten;", 1),
        (f"{LIMIT} display = q / 10; schedule twap(during = 1d, slices = 2); after 1min do reprice(to = p, max = 9);", 3),
    ],
)  # fmt: skip
def test_what_no_target_runs_is_checked_and_refused_by_build(entry: str, refused: int) -> None:
    assert compiled(entry)[1:] == ([], ["E0902"] * refused)


@pytest.mark.parametrize("tif", ["AT_OPEN", "AT_CLOSE"])
def test_an_auction_order_needs_a_market_that_closes(tif: str) -> None:
    entry = f"kind = MARKET; tif = {tif};"
    assert compiled(entry)[1:] == (["E0606"], [])
    assert compiled(entry, calendar=', calendar = "XNYS"')[1] != ["E0606"]


def test_a_proof_is_checked_and_refused_by_build() -> None:
    program, found, refused = compiled("kind = MARKET;", rule="prove q <= 5 BTC;")
    assert program is not None
    assert [p.text for p in program.proofs] == ["prove q <= 5 BTC"]
    assert (found, refused) == ([], ["E0902"])


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (f"{LIMIT} urgency = FAST;", "E0101"),
        ("kind = MARKET; urgency = CROSS;", "E0606"),
        (f"{LIMIT} post_only = true; urgency = CROSS;", "E0606"),
        (f"{LIMIT} route = SMART;", "E0108"),
        (f'{LIMIT} route = "";', "E0108"),
        (f'{LIMIT} route = "{"x" * 33}";', "E0108"),
        (f"{LIMIT} display = p;", "E0211"),
        (f"{LIMIT} display = 0 BTC;", "E0108"),
        (f"{LIMIT} display = 2 BTC;", "E0606"),
        (f"{LIMIT} display = 0.1 BTC; tif = IOC;", "E0606"),
        ("kind = MARKET; display = 0.1 BTC;", "E0606"),
        ("kind = MARKET; after 5min do reprice(to = p, max = 1);", "E0606"),
        ("kind = TRAILING; trigger = p; after 5min do reprice(to = p, max = 1);", "E0606"),
        (f"{LIMIT} tif = FOK; after 5min do reprice(to = p, max = 1);", "E0606"),
        (f"{LIMIT} after 5min do reprice(to = q, max = 1);", "E0211"),
        (f"{LIMIT} after 5min do reprice(to = 0 USDT, max = 1);", "E0108"),
        (f"{LIMIT} after 5min do reprice(to = p, max = 0);", "E0108"),
        (f"{LIMIT} after 5min do reprice(to = p, max = 1.5);", "E0108"),
        (f"{LIMIT} after 5min do reprice(to = p);", "E0106"),
        (f"{LIMIT} after 5min do reprice(p, 1);", "E0106"),
        (f"{LIMIT} after 5min do reprice(to = p, most = 1);", "E0106"),
        (f"{LIMIT} after 0s do reprice(to = p, max = 1);", "E0108"),
        (f"{LIMIT} after p do reprice(to = p, max = 1);", "E0211"),
        (f"{LIMIT} after 1min do cancel(entry);", "E0505"),
        (f"{LIMIT} after 1min do reprice(to = p, max = 1), cancel(entry);", "E0505"),
        (f"{LIMIT} after 1min do reprice(to = p, max = 1); after 2min do reprice(to = p, max = 1);", "E0102"),
        (f"{LIMIT} schedule pov(during = 1h, slices = 3);", "E0605"),
        (f"{LIMIT} schedule twap(during = 1h, slices = 0);", "E0108"),
        (f"{LIMIT} schedule twap(during = 1h, slices = 16);", "E0108"),
        (f"{LIMIT} schedule twap(during = 3d, slices = 2);", "E0108"),
        (f"{LIMIT} schedule twap(during = 3bars, slices = 2);", "E0211"),
        (f"{LIMIT} schedule twap(slices = 2);", "E0106"),
        (f"{LIMIT} schedule twap(during = 1h, slices = 2, leftover = SELL);", "E0101"),
        (f"{LIMIT} schedule twap(during = 1h, slices = 2); schedule vwap(during = 1h, slices = 2);", "E0102"),
        (f"{LIMIT} tif = FOK; schedule twap(during = 1h, slices = 2);", "E0606"),
        (f"{LIMIT} tif = GTD; expires = 30min; schedule twap(during = 1h, slices = 2);", "E0606"),
        (f"{LIMIT} post_only = true; schedule twap(during = 1h, slices = 2, leftover = CROSS);", "E0606"),
        ("kind = MARKET; schedule twap(during = 1h, slices = 2, leftover = KEEP);", "E0606"),
        ("kind = TRAILING; trigger = p; price = p;", "E0606"),
        ("kind = LIMIT_IF_TOUCHED; trigger = p;", "E0604"),
        ("kind = MARKET_IF_TOUCHED; trigger = p; price = p;", "E0606"),
        ("kind = STOP; trigger = p on bars.high;", "E0606"),
        ("kind = STOP; trigger = p on p;", "E0606"),
        (f"{LIMIT} expires = 1h on bars.close; tif = GTD;", "E0606"),
        ("kind = MARKET; on rejected do cancel(entry);", "E0505"),
        ("kind = MARKET; on flat do cancel(entry);", "E0505"),
        ("kind = MARKET; on filled(other) do cancel(entry);", "E0505"),
        ("kind = MARKET; on filled do submit(entry);", "E0505"),
        ("kind = MARKET; on filled when p do cancel(entry);", "E0214"),
        ("kind = MARKET; on filled do sell;", "E0505"),
    ],
)
def test_an_order_may_not_be_worked_so(entry: str, code: str) -> None:
    assert compiled(entry)[1:] == ([code], [])


def test_urgency_without_a_new_price_is_idle() -> None:
    text = TEXT.format(entry=f"{LIMIT} urgency = MID;", rule="", calendar="")
    idle = compile_source(Source("s.strat", text.replace("after 4h do replace(entry);", "")))
    assert [d.code for d in idle.diagnostics.in_order()] == ["W0706"]


def test_routes_are_numbered_in_the_order_of_the_text() -> None:
    second = 'order other { side = BUY; kind = MARKET; qty = q; route = "DARK"; }\n  machine {'
    text = TEXT.format(entry=f'{LIMIT} route = "SMART"; urgency = MID;', rule="", calendar="").replace(
        "machine {", second
    )
    program = compile_source(Source("s.strat", text)).program
    assert program is not None
    assert program.routes == ("SMART", "DARK")
    assert [t.route for t in program.templates] == [1, 2, 0]
    run = Interpreter(program, [p.value for p in program.params], program.capital)
    frames = _frames_of_a_day(run)
    sent = [f for f in frames if isinstance(f, SendSubmit)]
    moved = [f for f in frames if isinstance(f, SendReplace)]
    assert [(f.route, f.urgency) for f in sent] == [(1, "MID")]
    assert [f.urgency for f in moved] == ["MID"]


def _frames_of_a_day(run: Interpreter) -> list[object]:
    from stratc.compiler.interpreter import Bar, Bars, Control, Timer

    hour = 3_600_000_000_000
    found: list[object] = []
    found += run.step(Control(hour, "start")).frames
    found += run.step(Bars(2 * hour, (Bar(100.0, 102.0, 99.0, 101.0, 1.0, 10_100),))).frames
    found += run.step(Bars(3 * hour, (Bar(101.0, 111.0, 100.0, 110.0, 1.0, 11_000),))).frames
    due = run.next_deadline()
    assert due is not None
    found += run.step(Timer(due[0], due[1], due[0])).frames
    return found
