"""The rules of instrument, account, orders, risk rules and commands, one line of program each."""

from fractions import Fraction

import pytest

from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program
from stratc.lang.source import Source
from tests.support.strategies import build, codes

TEXT = """strategy TEST "a test" {{
  instrument BTC_USDT: {kind}(venue = "v", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC{terms});
  account {{ capital = 10_000 USDT; {account} }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param p: price<USDT> = 5 USDT in 1 USDT .. 9 USDT;
  param many: count = 5;
  param few: count = 5 in 1 .. 20;
  param q: qty<BTC> = 1 BTC in 1 BTC .. 2 BTC;
  signal average = mean(window(bars.close, 20));
  risk {{ {bound} {rule} }}
  order entry {{ side = BUY; {entry} }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  {order}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when bars.close > average -> ENTERED do submit(entry){also}; }}
    state ENTERED {{
      on flat -> LOOKING;
      on closed do {action};
      on denied do submit(unwind);
      {transition}
    }}
  }}
  {member}
}}
"""
DEFAULTS = {
    "kind": "perp", "terms": ", allow = BOTH", "account": "leverage = 2;",
    "bound": "bound abs(position) <= 5 BTC else reject;", "rule": "", "entry": "kind = MARKET; qty = 1 BTC;", "order": "",
    "also": "", "action": "submit(unwind)", "transition": "", "member": "",
}  # fmt: skip
SPOT = {"kind": "spot", "terms": "", "account": ""}


def strategy(**parts: str) -> str:
    return TEXT.format(**{**DEFAULTS, **parts})


def warnings(text: str) -> list[str]:
    found = compile_source(Source("test.strat", text)).diagnostics.in_order()
    return [d.code for d in found if d.code in ("W0702", "W0703")]  # not all params are used


def test_the_whole_is_right() -> None:
    program = build(strategy())
    assert warnings(strategy()) == []
    assert [t.name for t in program.templates] == ["entry", "unwind", "flatten"]


# ---- instrument and account


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("spot", ", allow = LONG, maker_fee = -1bps"),
        ("spot", ", fee_in = BASE"),
        ("spot", ", fee_in = QUOTE"),
        ("equity", ", allow = BOTH, calendar = XNYS"),
        ("equity", ", multiplier = 100"),
        ("perp", ", settle = LINEAR, multiplier = 0.001"),
    ],
)
def test_terms_may_be(kind: str, terms: str) -> None:
    assert codes(strategy(kind=kind, terms=terms, account="")) == []


@pytest.mark.parametrize(
    ("kind", "terms", "code"),
    [
        ("spot", ", allow = SHORT", "E0608"),
        ("spot", ", allow = BOTH", "E0608"),
        ("spot", ", multiplier = 2", "E0608"),
        ("spot", ", settle = LINEAR", "E0608"),
        ("equity", ", settle = LINEAR", "E0608"),
        ("equity", ", fee_in = BASE", "E0608"),
        ("perp", ", fee_in = BASE", "E0608"),
        ("spot", ", fee_in = BASE, maker_fee = -1bps", "E0608"),
        ("perp", ", settle = INVERSE", "E0901"),
        ("perp", ", settle = QUANTO", "E0901"),
        ("perp", ", settle = DAILY", "E0101"),
        ("perp", ", allow = NONE", "E0101"),
        ("perp", ", allow = 1", "E0101"),
        ("perp", ", multiplier = 0", "E0108"),
        ("perp", ", multiplier = 0.0000001", "E0108"),
        ("perp", ", multiplier = 1 BTC", "E0108"),
        ("perp", ", taker_fee = -1bps", "E0108"),
        ("perp", ", maker_fee = 1", "E0108"),
        ("perp", ", maker_fee = -100pct", "E0108"),
        ("perp", ", calendar = WEEKDAYS", "E0112"),
        ("perp", ", calendar = xnys", "E0108"),
        ("perp", ", calendar = file(sessions)", "E0108"),
        ("perp", ', calendar = file("nothing.csv")', "E0111"),
        ("future", "", "E0901"),
        ("bond", "", "E0101"),
    ],
)
def test_terms_may_not_be(kind: str, terms: str, code: str) -> None:
    assert codes(strategy(kind=kind, terms=terms, account="")) == [code]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("leverage = 0.5;", "E0108"),
        ("leverage = 1_001;", "E0108"),
        ("leverage = 2pct;", "E0108"),
        ("leverage = 2; leverage = 2;", "E0102"),
        ("mark = MID;", "E0901"),
        ("mark = OPEN;", "E0101"),
        ("margin = 2;", "E0107"),
    ],
)
def test_the_account_may_not_say(account: str, code: str) -> None:
    assert codes(strategy(account=account)) == [code]


def test_a_spot_account_has_no_leverage() -> None:
    assert codes(strategy(kind="spot", terms="", account="leverage = 1;")) == []
    assert codes(strategy(kind="spot", terms="", account="leverage = 1.5;")) == ["E0608"]


def test_the_multiplier_is_part_of_what_a_unit_is_worth() -> None:
    def worth(terms: str) -> Fraction:
        i = build(strategy(terms=terms)).instruments[0]
        return Fraction(i.money_per_unit, 10**i.money_decimals)

    assert worth(", multiplier = 50") == 50 * worth("")
    assert worth(", multiplier = 0.25") == Fraction(1, 4) * worth("")


# ---- orders

ENTRIES = [
    "kind = LIMIT; qty = q; price = bars.close - 1ticks;",
    "kind = LIMIT; qty = q; price = p; tif = IOC;",
    "kind = LIMIT; qty = q; price = p; tif = FOK;",
    "kind = LIMIT; qty = q; price = p; tif = DAY; post_only = true;",
    "kind = LIMIT; qty = q; price = p; tif = GTD; expires = 3 * 5min;",
    "kind = LIMIT; qty = q; price = 10_000 USDT / (1 BTC); post_only = false;",
    "kind = STOP; qty = q; trigger = bars.high + 1ticks; tif = DAY;",
    "kind = STOP_LIMIT; qty = q; trigger = bars.high; price = bars.high + 5ticks;",
    "kind = MARKET; qty = 3lots; tif = IOC;",
    "kind = MARKET; qty = 100 USDT / bars.close; max_open = 64;",
]
WRONG_ENTRIES = [
    ("kind = LIMIT; qty = q;", "E0604"),
    ("kind = STOP; qty = q;", "E0604"),
    ("kind = STOP_LIMIT; qty = q; price = p;", "E0604"),
    ("kind = STOP_LIMIT; qty = q; trigger = p;", "E0604"),
    ("kind = MARKET;", "E0604"),
    ("qty = q;", "E0604"),
    ("kind = MARKET; qty = q; price = p;", "E0606"),
    ("kind = MARKET; qty = q; trigger = p;", "E0606"),
    ("kind = LIMIT; qty = q; price = p; trigger = p;", "E0606"),
    ("kind = STOP; qty = q; price = p; trigger = p;", "E0606"),
    ("kind = MARKET; qty = q; tif = GTD;", "E0604"),
    ("kind = MARKET; qty = q; expires = 1h;", "E0606"),
    ("kind = MARKET; qty = q; tif = DAY; expires = 1h;", "E0606"),
    ("kind = MARKET; qty = q; tif = GTD; expires = 3bars;", "E0211"),
    ("kind = MARKET; qty = q; tif = GTD; expires = 0s;", "E0108"),
    ("kind = MARKET; qty = q; post_only = true;", "E0606"),
    ("kind = LIMIT; qty = q; price = p; tif = IOC; post_only = true;", "E0606"),
    ("kind = LIMIT; qty = q; price = p; post_only = maybe;", "E0108"),
    ("kind = LIMIT; qty = q; price = 0 USDT;", "E0108"),
    ("kind = LIMIT; qty = q; price = q;", "E0211"),
    ("kind = LIMIT; qty = q; price = 1.5;", "E0211"),
    ("kind = MARKET; qty = p;", "E0211"),
    ("kind = MARKET; qty = 0 BTC;", "E0108"),
    ("kind = MARKET; qty = q; qty = q;", "E0102"),
    ("kind = MARKET; qty = q; max_open = 0;", "E0108"),
    ("kind = MARKET; qty = q; max_open = 65;", "E0108"),
    ("kind = TRAILING; qty = q;", "E0604"),
    ("kind = PEGGED; qty = q;", "E0101"),
    ("kind = MARKET; qty = q; tif = GTX;", "E0101"),
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_order_may_be(entry: str) -> None:
    assert codes(strategy(entry=entry)) == []


@pytest.mark.parametrize(("entry", "code"), WRONG_ENTRIES)
def test_an_order_may_not_be(entry: str, code: str) -> None:
    assert codes(strategy(entry=entry)) == [code]


@pytest.mark.parametrize(
    ("allow", "side", "reduce_only", "code"),
    [
        ("LONG", "BUY", False, None),
        ("LONG", "BUY", True, "E0606"),
        ("LONG", "SELL", False, "E0603"),
        ("LONG", "SELL", True, None),
        ("SHORT", "SELL", False, None),
        ("SHORT", "SELL", True, "E0606"),
        ("SHORT", "BUY", False, "E0603"),
        ("SHORT", "BUY", True, None),
        ("BOTH", "BUY", False, None),
        ("BOTH", "BUY", True, None),
        ("BOTH", "SELL", False, None),
        ("BOTH", "SELL", True, None),
    ],
)
def test_on_a_market_of_one_direction_one_side_opens_and_the_other_reduces(
    allow: str, side: str, reduce_only: bool, code: str | None
) -> None:
    fields = f"side = {side}; kind = MARKET; qty = q; reduce_only = {str(reduce_only).lower()};"
    text = strategy(terms=f", allow = {allow}", order=f"order third {{ {fields} }}", also=", submit(third)")
    if allow == "SHORT":  # the entry and the exit of the template change sides
        text = text.replace("order entry { side = BUY", "order entry { side = SELL")
        text = text.replace("order unwind { side = SELL", "order unwind { side = BUY")
    assert codes(text) == ([code] if code else [])


SELL = "side = SELL; reduce_only = true; qty = q;"
TAKE = f"order take {{ {SELL} kind = LIMIT; price = p;"
STOP = f"order stop {{ {SELL} kind = STOP; trigger = p;"
MARKET = "kind = MARKET; qty = q;"


@pytest.mark.parametrize(
    ("entry", "orders", "expected"),
    [
        ("bracket take;", TAKE + "}", []),
        ("bracket take, stop;", TAKE + "oco stop; }" + STOP + "oco take; }", []),
        ("bracket take, stop;", TAKE + "}" + STOP + "}", ["E0607"]),
        ("bracket take, stop;", TAKE + "oco stop; }" + STOP + "}", ["E0607"]),
        ("bracket take, take;", TAKE + "}", ["E0607"]),
        ("bracket gone;", "", ["E0505"]),
        ("bracket entry;", "", ["E0607"]),
        ("bracket take;", f"order take {{ side = SELL; {MARKET} }}", ["E0607"]),
        ("bracket take;", f"order take {{ side = BUY; {MARKET} reduce_only = true; }}", ["E0607"]),
        ("bracket take;", TAKE + "max_open = 2; }", ["E0607"]),
        ("bracket take; max_open = 2;", TAKE + "}", ["E0607"]),
        ("bracket take; bracket take;", TAKE + "}", ["E0102"]),
        ("oco other;", f"order other {{ side = SELL; {MARKET} oco entry; }}", []),
        ("oco other;", f"order other {{ side = SELL; {MARKET} }}", ["E0607"]),
        ("oco other; max_open = 2;", f"order other {{ side = SELL; {MARKET} oco entry; }}", ["E0607"]),
        ("oco entry;", "", ["E0607"]),
        ("oco other, unwind;", f"order other {{ side = SELL; {MARKET} }}", ["E0607"]),
        ("oco other;", f"order other {{ side = SELL; {MARKET} reduce_only = true; oco entry; }}", ["E0607"] * 2),
        ("reduce_only = true; bracket take;", TAKE + "}", ["E0607"]),
    ],
)
def test_links(entry: str, orders: str, expected: list[str]) -> None:
    assert codes(strategy(entry=f"{MARKET} {entry}", order=orders)) == expected


def test_more_orders_than_the_order_kernel_holds() -> None:
    orders = "".join(f"order o{n} {{ side = BUY; {MARKET} max_open = 64; }}" for n in range(4))
    assert codes(strategy(order=orders)) == ["E0613"]
    assert codes(strategy(order=orders.replace("max_open = 64", "max_open = 63"))) == []


# ---- risk

RULES = [
    "bound abs(position(BTC_USDT)) <= q else clamp;",
    "bound exposure <= 5_000 USDT else clamp;",
    "bound exposure(BTC_USDT) <= 5_000 USDT else reject;",
    "bound net <= 5_000 USDT else clamp;",
    "bound notional <= 5_000 USDT else clamp;",
    "bound collar <= 5pct else reject;",
    "bound collar <= p else reject;",
    "bound collar <= 100ticks else reject;",
    "bound open_orders <= 1 else reject;",
    "bound order_rate <= 10 over 1s else reject;",
    "bound order_rate <= few over 500ms else reject;",
    "bound drawdown <= 5pct over 1d else flatten, halt;",
    "bound drawdown <= 500 USDT over 1min else halt for 1h;",
    "bound loss <= 2pct per day else cancel_all;",
    'bound loss <= 200 USDT per day else notify("loss"), notify("much");',
    "bound loss_streak <= few else halt until bars.close > 1 USDT;",
    "guard age(bars) < 5min else cancel_all;",
    "guard 5min > age(bars) and bars.close > average else flatten until age(bars) < 1min;",
    "guard bars.close / bars.open > 0.5 else cancel_all;",  # na counts as broken
    "guard position > -1 BTC or net < 0 USDT else flatten;",
    "assume bars.close in 1 USDT .. 1_000_000 USDT;",
    "assume filled(entry) implies cum(entry) > 0;",
]
WRONG_RULES = [
    ("bound position <= q else reject;", "E0610"),
    ("bound abs(equity) <= q else reject;", "E0610"),
    ("bound equity <= 5 USDT else reject;", "E0610"),
    ("bound exposure(ETH_USDT) <= 5 USDT else reject;", "E0101"),
    ("bound exposure <= q else reject;", "E0211"),
    ("bound exposure <= 5pct else reject;", "E0211"),
    ("bound notional <= 5 else reject;", "E0211"),
    ("bound collar <= q else reject;", "E0211"),
    ("bound open_orders <= 1.5 else reject;", "E0211"),
    ("bound loss <= q per day else halt;", "E0211"),
    ("bound exposure <= bars.close * 1 BTC else reject;", "E0301"),
    ("bound exposure <= 0 USDT else reject;", "E0108"),
    ("bound exposure <= -1 USDT else reject;", "E0108"),
    ("bound loss_streak <= 0 else halt;", "E0108"),
    ("bound order_rate <= 10 else reject;", "E0609"),
    ("bound order_rate <= 10 over 2d else reject;", "E0609"),
    ("bound order_rate <= 10 over 1us else reject;", "E0609"),
    ("bound order_rate <= 10 over q else reject;", "E0609"),
    ("bound order_rate <= 10 per day else reject;", "E0609"),
    ("bound order_rate <= 10_001 over 1s else reject;", "E0108"),
    ("bound order_rate <= many over 1s else reject;", "E0303"),
    ("bound exposure <= 5 USDT over 1d else reject;", "E0609"),
    ("bound drawdown <= 5pct else halt;", "E0609"),
    ("bound drawdown <= 5pct over 59s else halt;", "E0609"),
    ("bound drawdown <= 5pct over 31d else halt;", "E0609"),
    ("bound loss <= 5pct else halt;", "E0609"),
    ("bound loss <= 5pct per week else halt;", "E0609"),
    ("bound loss <= 5pct over 1d else halt;", "E0609"),
    ("bound loss_streak <= 5 per day else halt;", "E0609"),
    ("bound exposure <= 5 USDT else halt;", "E0611"),
    ("bound exposure <= 5 USDT else flatten;", "E0611"),
    ("bound exposure <= 5 USDT else reject, clamp;", "E0611"),
    ("bound exposure <= 5 USDT else reject for 1h;", "E0611"),
    ("bound exposure <= 5 USDT else reject until flat;", "E0611"),
    ("bound exposure <= 5 USDT else shout;", "E0101"),
    ("bound open_orders <= 1 else clamp;", "E0611"),
    ("bound collar <= 5pct else clamp;", "E0611"),
    ("bound order_rate <= 5 over 1s else clamp;", "E0611"),
    ("bound drawdown <= 5pct over 1d else reject;", "E0611"),
    ("bound loss <= 5pct per day else clamp;", "E0611"),
    ("guard bars.close > p else reject;", "E0611"),
    ("guard bars.close > p else submit(entry);", "E0611"),
    ("guard bars.close > p else cancel(entry);", "E0611"),
    ("guard bars.close > p else halt, halt for 1h;", "E0102"),
    ("guard bars.close > p else halt for 0s;", "E0108"),
    ("guard bars.close > p else halt for 3bars;", "E0211"),
    ("guard bars.close > p else flatten for 1h;", "E0106"),
    ("guard bars.close > p else flatten(entry);", "E0106"),
    ("guard bars.close > p else notify;", "E0106"),
    ("guard bars.close > p else sleep;", "E0505"),
    ("guard bars.close else halt;", "E0214"),
    ("guard q > 1 BTC else halt;", "E0610"),
    ("guard bars.close > p else halt until q;", "E0214"),
    ("guard 2 * age(bars) < 1h else halt;", "E0610"),
    ("guard age(bars) < 1h * floor(bars.close / p ?? 0.0) else halt;", "E0216"),
    ("guard age(average) < 1h else halt;", "E0106"),
    ("guard warm else halt;", "E0103"),
    ("guard session(BTC_USDT) else halt;", "E0614"),
    ("guard drawdown < 5pct else halt;", "E0103"),
    ("assume bars.close;", "E0214"),
    ("prove abs(position);", "E0214"),
    ("bound loss <= 5pct per day else halt until bars.close > average;", "E0305"),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_may_be(rule: str) -> None:
    assert codes(strategy(rule=rule)) == []


@pytest.mark.parametrize(("rule", "code"), WRONG_RULES)
def test_a_rule_may_not_be(rule: str, code: str) -> None:
    assert codes(strategy(rule=rule)) == [code]


def test_the_sessions_of_an_exchange_may_be_read() -> None:
    assert codes(strategy(terms=", calendar = XNYS", rule="guard session(BTC_USDT) else halt;")) == []


@pytest.mark.parametrize(
    "measure", ["abs(position) <= 5 BTC", "exposure <= 9 USDT", "gross <= 9 USDT", "net <= 9 USDT"]
)
def test_one_rule_bounds_the_position(measure: str) -> None:
    assert codes(strategy(bound=f"bound {measure} else reject;")) == []


@pytest.mark.parametrize("rule", ["bound notional <= 9 USDT else reject;", "guard position < 5 BTC else flatten;"])
def test_other_rules_do_not_bound_the_position(rule: str) -> None:
    assert codes(strategy(bound="", rule=rule)) == ["E0602"]


@pytest.mark.parametrize(
    ("parts", "warned"),
    [
        ({"rule": "bound abs(position) <= 6 BTC else reject;"}, True),
        ({"rule": "bound abs(position) <= 5 BTC else clamp;"}, True),  # the first of equals decides
        ({"rule": "bound abs(position) <= 4 BTC else reject;"}, True),  # then the first never does
        ({"rule": "bound abs(position) <= 4 BTC else clamp;"}, False),  # the first rejects what this would clamp
        ({"rule": "bound abs(position) <= 4.0 * q else clamp;"}, False),  # 4 to 8
        ({"rule": "bound collar <= 5pct else reject;"}, True),  # no limit prices
        ({"rule": "bound collar <= 5pct else reject;", "entry": ENTRIES[0]}, False),
        ({"rule": "bound open_orders <= 2 else reject;"}, True),
        ({"rule": "bound open_orders <= few else reject;"}, False),
        ({"rule": "bound drawdown <= 100pct over 1d else halt;"}, False),  # on borrowed money
        ({"rule": "bound drawdown <= 100pct over 1d else halt;", **SPOT}, True),
        ({"rule": "bound drawdown <= 99pct over 1d else halt;", **SPOT}, False),
    ],
)
def test_a_bound_that_can_never_bind_is_pointed_out(parts: dict[str, str], warned: bool) -> None:
    assert warnings(strategy(**parts)) == ["W0703"] * warned


LIMIT_EXIT = "order leave {{ side = SELL; kind = LIMIT; qty = q; reduce_only = true; price = {price}; }}"


@pytest.mark.parametrize(
    ("collar", "price", "safe"),
    [
        ("1pct", "bars.close", True),
        ("1pct", "bars.close * (1 + 0.5pct)", True),
        ("1pct", "bars.close * (1 + 1pct)", False),
        ("1pct", "bars.close + 1ticks", False),  # a share of an unknown price
        ("1pct", "avg_px(entry)", False),
        ("1pct", "near", True),
        ("1 USDT", "bars.close + 99ticks", True),
        ("1 USDT", "bars.close - 100ticks", False),  # rounding may add a tick
        ("1 USDT", "bars.close * (1 + 1bps)", False),
        ("p", "bars.close + 0.9 * 1 USDT / (1 BTC)", True),
        ("p", "bars.close + p", False),
        ("1pct", "bars.open", False),
    ],
)
def test_an_exit_within_the_collar_can_not_be_blocked(collar: str, price: str, safe: bool) -> None:
    text = strategy(
        rule=f"bound collar <= {collar} else reject;",
        order=LIMIT_EXIT.format(price=price),
        action="submit(leave)",
        transition="after 1d do flatten;",
        member="signal near = bars.close * 0.999;",
    ).replace("on denied do submit(unwind)", 'on denied do notify("denied")')
    assert codes(text.replace(", submit(unwind)", "")) == ([] if safe else ["E0612"])


@pytest.mark.parametrize(
    ("answer", "safe"),
    [
        ("flatten", True),
        ("submit(unwind)", True),
        ('notify("x"), flatten', True),
        ("submit(leave)", False),
        ("submit(entry)", False),
        ("cancel_all", False),
    ],
)
def test_an_exit_whose_denial_is_answered_can_not_be_blocked_for_long(answer: str, safe: bool) -> None:
    text = strategy(
        rule="bound collar <= 1pct else reject;",
        order=LIMIT_EXIT.format(price="avg_px(entry)"),
        action="submit(leave)",
        transition="after 1h do submit(unwind);",
    ).replace("on denied do submit(unwind)", f"on denied do {answer}")
    assert codes(text) == ([] if safe else ["E0612"])


# ---- commands, readings, the end of the run


@pytest.mark.parametrize(
    "transition",
    [
        "after 1h do replace(entry);",
        "after 1h do flatten;",
        "after 1h do halt;",
        "after 1h do halt for 30min;",
        "after 1h do cancel_all, flatten, halt for 1d, notify(\"out\");",
        "cooldown 1h;",
        "on late do flatten;",
        "on late(entry) do notify(\"late\");",
        "when exposure > 5 USDT and net > 0 USDT and open_orders < 3 do flatten;",
        "when filled(entry) or closed(entry) do notify(\"done\");",
        "when position(BTC_USDT) > 0 and exposure(BTC_USDT) > 5 USDT do flatten;",
    ],
)  # fmt: skip
def test_the_machine_may(transition: str) -> None:
    assert codes(strategy(transition=transition)) == []


@pytest.mark.parametrize(
    ("transition", "code"),
    [
        ("after 1h do reprice(entry);", "E0505"),
        ("after 1h do replace;", "E0106"),
        ("after 1h do halt(entry);", "E0106"),
        ("after 1h do cancel(entry) for 1h;", "E0106"),
        ("after 1h do submit(flatten);", "E0505"),
        ("on filled(flatten) do halt;", "E0505"),
        ("cooldown 3bars;", "E0211"),
        ("cooldown 1h; cooldown 2h;", "E0102"),
        ("when age(bars) > 1h do flatten;", "E0103"),
        ("when loss > 5 USDT do flatten;", "E0103"),
        ("when filled(gone) do flatten;", "E0101"),
        ("when filled do flatten;", "E0101"),
        ("when position(ETH_USDT) > 0 do flatten;", "E0101"),
        ("when session do flatten;", "E0101"),
    ],
)
def test_the_machine_may_not(transition: str, code: str) -> None:
    assert codes(strategy(transition=transition)) == [code]


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("on stop do cancel_all;", []),
        ('on stop do cancel(entry), flatten, halt, notify("end");', []),
        ("on stop do submit(unwind);", ["E0505"]),
        ("on stop do replace(entry);", ["E0505"]),
        ("on stop -> IDLE;", ["E0502"]),
        ("on stop when flat do cancel_all;", ["E0502"]),
        ("on stop(entry) do cancel_all;", ["E0502"]),
        ("on stop do cancel_all; on stop do flatten;", ["E0102"]),
        ("on adopt -> IDLE;", []),
        ("on adopt when flat -> IDLE; on adopt when position > 0 BTC -> ENTERED do submit(unwind) cooldown 1h;", []),
        ("on adopt when bars.close > average -> LOOKING;", []),
        ("on adopt do flatten;", ["E0502"]),
        ("on adopt(entry) -> IDLE;", ["E0502"]),
        ("on adopt -> GONE;", ["E0504"]),
        ("on adopt when average -> IDLE;", ["E0214"]),
        ("on adopt -> IDLE do sell;", ["E0505"]),
        ("on start do cancel_all;", ["E0101"]),
        ("signal flatten = 1.0;", ["E0102"]),
        ("signal exposure = 1.0;", ["E0102"]),
        (f"order flatten {{ side = BUY; {MARKET} }}", ["E0102"]),
    ],
)
def test_at_the_end_of_the_run(member: str, expected: list[str]) -> None:
    assert codes(strategy(member=member)) == expected


def test_a_bracket_is_not_sent_before_its_fields_are_ready() -> None:
    order = f"order take {{ {SELL} kind = LIMIT; price = average; }}"
    text = strategy(entry=f"{MARKET} bracket take;", order=order)
    early = text.replace("when warm -> LOOKING", "when bars.close > p -> LOOKING").replace(
        "bars.close > average", "flat"
    )
    assert codes(text) == []
    assert codes(early) == ["E0305"]


def test_a_program_that_only_reduces_needs_no_leverage() -> None:
    def measures(program: Program) -> list[str]:
        return [b.measure for b in program.bounds]

    assert measures(build(strategy())) == ["position", "leverage"]
    assert measures(build(strategy(entry=f"{MARKET} reduce_only = true;"))) == ["position"]
