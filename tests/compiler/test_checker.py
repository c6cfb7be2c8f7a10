"""The rules of names, types, units, stages and history, one line of program each; and no text crashes the compiler."""

import pytest
from hypothesis import given, settings, strategies as st

from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Constant, Let, Memory
from stratc.lang.source import Source
from tests.support.strategies import build, codes, errors, strategy

FINE = [
    "signal x = bars.close * 1.01 - 3ticks;",
    "signal x = bars.close > 40_000 USDT;",  # a constant amount of the quote is a price
    "const LEVEL = 40_000 USDT; signal x = bars.close - LEVEL;",
    "signal x: qty<BTC>? = 1_000 USDT / bars.close;",
    "signal x: notional<USDT> = bars.close * bars.volume;",
    "signal x: ratio = bars.close / bars.open ?? 1.0;",
    "signal x = if bars.close > bars.open then 0 else bars.close;",  # a bare 0 has any unit
    "signal x = bars.close in 1 USDT .. 2 USDT;",
    "signal x = bars.close ?? na;",
    "signal x: count? = if bars.close > bars.open then 1 else na;",
    "signal x = n * 1.5;",  # a count is a ratio
    "signal x = 90min / 1h ?? 0.0;",
    "signal x = 3 * 5min;",
    "signal x = 7 % 3;",
    "signal x = sqrt(bars.close * bars.close) ?? bars.close;",
    "signal x = ema(0, 3);",
    "signal x = ema(n = 3, x = bars.close);",
    "signal x = avg_px(entry) ?? bars.close;",
    "signal x = cum(entry);",
    "signal x = position * bars.close;",
    "signal x = fast * 2.0; signal fast = ema(bars.close, 3);",  # declared below
    "signal x: ratio = 1.0 fby x * 0.5;",
    "signal x: ratio = ema(x[1] ?? 1.0, 3);",
    "const N = 20; signal x = sma(bars.close, 10 * N);",
    "signal x = bars.close[m];",  # m may be 0
    "signal x = sma(bars.close, 3bars);",
    "param wait: duration = 5min in 1min .. 1h step 30s; signal x = wait;",
    "param edge: ratio = 1pct in 10bps .. 5pct step 10bps; signal x = edge;",
    "param level: price<USDT> = 40_000 USDT; signal x = level;",
    "param gap: price = 3ticks in 1ticks .. 10ticks step 1ticks; signal x = gap;",
    "const A = 1 USDT; const B = A / 1 BTC; signal x = bars.close - (B ?? 0);",
    "const TWICE = double(2.0); def double(x: ratio): ratio = x * 2.0; signal x = TWICE;",
]
WRONG = [
    ("signal x = bars.close + 0.5pct;", "E0212"),
    ("signal x = bars.close - 5 BTC;", "E0212"),
    ("signal x = bars.close > 2.0;", "E0213"),
    ("signal x = max(bars.close, 1.0);", "E0213"),
    ("signal x = bars.close / bars.open < 1.0 ?? false;", "E0211"),
    ("signal x = na ?? 1.0;", "E0215"),
    ("signal x = bars.close == na;", "E0215"),
    ("signal x = ema(na, 3);", "E0215"),
    ("signal x: ratio = bars.volume / bars.volume;", "E0215"),
    ("signal x = 1 and true;", "E0214"),
    ("signal x = if bars.close then 1 else 2;", "E0214"),
    ("signal x = true + 1;", "E0216"),
    ("signal x = true < false;", "E0216"),
    ("signal x = floor(bars.close);", "E0216"),
    ("signal x = sqrt(bars.close);", "E0216"),
    ("signal x = 1s % 1min;", "E0216"),
    ("signal x = mean(window(bars.close > bars.open, 3));", "E0216"),
    ("signal x = if true then 1 else bars.close;", "E0218"),
    ("signal x = 1.0 fby bars.close;", "E0218"),
    ("signal x: float = 1.0;", "E0217"),
    ("param p: ratio? = 1.0;", "E0217"),
    ("param p: bool = true in false .. true;", "E0217"),
    ("signal x = window(bars.close, 3);", "E0311"),
    ("signal x = mean(bars.close);", "E0311"),
    ("signal x = ema(window(bars.close, 2), 3);", "E0211"),
    ("signal x = ema(bars, 3);", "E0211"),
    ("signal x = atr(bars.close, 3);", "E0211"),
    ("signal x = bars;", "E0103"),
    ("signal x = mean(window(bars, 3));", "E0103"),
    ("signal x = ema;", "E0103"),
    ("signal x = entry;", "E0103"),
    ("signal x = warm;", "E0103"),
    ("signal x = bars.close(3);", "E0103"),
    ("signal mean = mean(window(bars.close, 3));", "E0103"),
    ("signal x = bars.close.open;", "E0107"),
    ("signal x = bars.vwap;", "E0107"),
    ("signal x = IDLE;", "E0101"),
    ("signal x = cum(exit);", "E0101"),
    ("log y;", "E0101"),
    ("const A = A;", "E0101"),
    ("const A = x; signal x = 1.0;", "E0108"),
    ("const A = bars.close;", "E0108"),
    ("const A = ema(1.0, 3);", "E0108"),
    ("param p: ratio = x; signal x = 1.0;", "E0108"),
    ("param p: ratio = ema(1.0, 3);", "E0108"),
    ("signal x = 3.5bars;", "E0108"),
    ("signal x = 400000000000d;", "E0108"),
    (f"signal x = 1{'0' * 320}.0;", "E0108"),
    ("signal x = 1; signal x = 2;", "E0102"),
    ("param entry: count = 3;", "E0102"),
    ("signal position = 1.0;", "E0102"),
    ("account { capital = 1 USDT; }", "E0102"),
    ("signal x = ema(bars.close);", "E0106"),
    ("signal x = ema(bars.close, 3, n = 4);", "E0106"),
    ("signal x = ema(length = 4);", "E0106"),
    ("signal x = pre(bars.close, 2);", "E0106"),
    ("signal x = mean();", "E0106"),
    ("signal x = bars.close[-1];", "E0304"),
    ("signal x = bars.close[m - 1];", "E0304"),
    ("signal x = bars.close[k];", "E0302"),
    ("signal x = bars.close[1.5];", "E0211"),
    ("signal x = sma(bars.close, m);", "E0303"),
    ("signal x = sma(bars.close, 1_000_001);", "E0313"),
    ("signal x = a; signal a = x;", "E0309"),
    ("param p: count = 3 in 5 .. 9;", "E0401"),
    ("param p: ratio = 0.25 in 0.0 .. 1.0 step 0.1;", "E0402"),
    ("param p: ratio = 0.3 step 0.1;", "E0402"),
    ("param p: ratio = 0.3 in 1.0 .. 0.0;", "E0403"),
    ("signal x = exp(1.0);", "E0901"),
    ('signal x = "text";', "E0901"),
]
NODES_FINE = [
    "node f<U>(x: number<U>, n: count): number<U> { yield mean(window(x, n - 1)); }",  # checked where n is known
    "node f<U>(x: number<U>, n: count): number<U> { yield x[n - 2]; }",
    "node f(position: ratio): ratio { yield position; }",
    "node f<Q>(x: price<Q>): ratio { yield x / x[1] ?? 1.0; }",
    "node f(x: price<USDT>, q: qty<BTC>): notional<USDT> { yield x * q; }",
    "node f(x: ratio, n: count = 3): ratio { yield mean(window(x, n)); }",
    "node f<A, B>(b: ohlcv<A/B>): price<A/B> { yield b.close; }",
    "node f(b: ohlcv<USDT>): price<USDT> { yield b.close; }",
    "node f(x: bool): bool { state y: bool? = na; next y = x; yield y ?? false; }",
    "def two: ratio = 2.0; def four: ratio = two() * two();",
]
NODES_WRONG = [
    ("node f(x: count, x: count): count { yield x; }", "E0102"),
    ("node f<Q>(b: ohlcv<Q>): count { state b: count = 0; yield 1; }", "E0102"),
    ("node f(): ratio { let y = 1.0; let y = 2.0; yield y; }", "E0102"),
    ("node f(): ratio { yield f(); }", "E0309"),
    ("node f(): ratio { yield g(); } node g(): ratio { yield f(); }", "E0309"),
    ("def f(x: ratio): ratio = f(x);", "E0309"),
    ("node f(): ratio { let y = 1.0; }", "E0310"),
    ("node f(): ratio { yield 1.0; yield 2.0; }", "E0310"),
    ("node f(): ratio { state y: ratio = 0; yield y; }", "E0310"),
    ("node f(): ratio { state y: ratio = 0; next y = 1; next y = 2; yield y; }", "E0310"),
    ("node f(): ratio { let y = 1.0; next y = 2.0; yield y; }", "E0101"),
    ("node f(): ratio { yield y; let y = 1.0; }", "E0101"),
    ("node f(): price<USDT> { yield 1.0; }", "E0211"),
    ("node f(n: count = true): ratio { yield 1.0; }", "E0211"),
    ("node f(x: ratio?): ratio { yield x; }", "E0215"),
    ("node f<Q>(): price<Q> { yield 0; }", "E0217"),
    ("node f(x: ratio<USDT>): ratio { yield 1.0; }", "E0217"),
    ("node f(x: qty<A/B>): ratio { yield 1.0; }", "E0217"),
    ("node f(x: time, y: time): duration { yield x + y; }", "E0212"),
    ("node f(x: ratio): ratio { yield position; }", "E0103"),
    ("node f(x: ratio, c: bool): ratio { yield if c then ema(x, 3) else x; }", "E0307"),
    ("node ema(x: ratio): ratio { yield x; }", "E0102"),
    ("use tb { foo };", "E0104"),
    ("use ta { emma };", "E0104"),
    ("schema s { x: ratio; }", "E0901"),
    ("node f(x: ratio, c: bool): ratio { yield x restart on c; }", "E0322"),
]


@pytest.mark.parametrize("members", FINE)
def test_it_is_allowed(members: str) -> None:
    assert errors(strategy(members)) == []


@pytest.mark.parametrize(("members", "code"), WRONG)
def test_it_is_refused_once(members: str, code: str) -> None:
    assert codes(strategy(members)) == [code]


@pytest.mark.parametrize("top", NODES_FINE)
def test_a_node_may(top: str) -> None:
    assert errors(strategy(top=top)) == []


@pytest.mark.parametrize(("top", "code"), NODES_WRONG)
def test_a_node_may_not(top: str, code: str) -> None:
    assert codes(strategy(top=top)) == [code]


def test_a_node_that_is_wrong_by_itself_is_reported_once_however_often_it_is_called() -> None:
    top = "node f(x: ratio): ratio { yield x + bars; } node g(x: ratio): ratio { yield f(x) + f(2.0); }"
    assert errors(strategy("signal a = f(r); signal b = g(r) + f(r);", top=top)) == [("E0101", "unknown name `bars`")]


def test_a_node_that_is_wrong_for_its_arguments_is_reported_with_the_call() -> None:
    top = "node f(x: ratio, n: count): ratio { yield mean(window(x, n - 1)); }"
    compilation = compile_source(Source("t.strat", strategy("signal a = f(r, 5) + f(r, 1);", top=top)))
    (found,) = compilation.diagnostics.errors
    text = found.source.text
    assert (found.code, text[found.primary.span.start : found.primary.span.end]) == ("E0303", "n - 1")
    assert [text[label.span.start : label.span.end] for label in found.secondary] == ["f(r, 1)"]


def test_a_node_of_the_strategy_sees_parameters_but_no_signals() -> None:
    node = "node f(x: ratio): ratio {{ yield x * {}; }} signal a = f(2.0);"
    assert codes(strategy(node.format("r"))) == []
    assert codes(strategy("signal s = 1.0; " + node.format("s"))) == ["E0103"]
    assert codes(strategy(node.format("bars"))) == ["E0103"]


def test_not_inverts() -> None:
    program = build(strategy("signal a = not (bars.close > bars.open); log a;"))
    let = program.equations[program.signals[0].equation]
    assert isinstance(let, Let)
    assert getattr(let.value, "operator", None) == "not"
    assert codes(strategy("signal a = not bars.close;")) == ["E0214"]


def test_arithmetic_on_constants_leaves_a_constant() -> None:
    program = build(strategy("const A = 2 * 50 USDT; signal a = A - 1 USDT; log a;"))
    let = program.equations[program.signals[0].equation]
    assert isinstance(let, Let)
    assert isinstance(let.value, Constant)
    assert let.value.value == 99.0


def test_every_call_of_a_node_has_its_own_memory() -> None:
    program = build(strategy("signal a = ema(bars.close, 5) - ema(bars.close, 5); log a;"))
    assert len([e for e in program.equations if isinstance(e, Memory)]) == 2


def test_checking_a_node_by_itself_leaves_no_trace() -> None:
    members = "signal now = ema(bars.close, 5); log now;"
    plain, with_node = (
        build(strategy(members, top=top))
        for top in ("", "node unused(x: ratio): ratio { let now = ema(x, 3); yield now; }")
    )
    assert [e.name for e in plain.equations] == [e.name for e in with_node.equations]
    assert plain.nodes == with_node.nodes


def test_a_parameter_is_used_only_where_it_is_meant() -> None:
    text = strategy("param x: count = 3 in 1 .. 5; signal a = ema(bars.close, n); log a;")
    found = compile_source(Source("t.strat", text)).diagnostics.in_order()
    assert [d.title for d in found if "`x`" in d.title] == ["parameter `x` is never used"]
    assert not [d.title for d in found if "`n`" in d.title]


INSTRUMENT = 'spot(venue = "v", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC)'


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("base = BTC, quote = USDT, tick = 1 USDT, lot = 1 BTC", "E0106"),
        ('venue = "v", base = BTC, quote = BTC, tick = 1 BTC, lot = 1 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 0.01, lot = 1 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 0.01 BTC, lot = 1 BTC', "E0211"),
        ('venue = "v", base = BTC, quote = USDT, tick = 0 USDT, lot = 1 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 0.000000001 USDT, lot = 0.00000001 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 900000000000 USDT, lot = 900000000000 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 1 USDT, lot = 1 BTC, max_qty = 0.5 BTC', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 1 USDT, lot = 1 BTC, data_tick = 0.3 USDT', "E0108"),
        ('venue = "v", base = BTC, quote = USDT, tick = 1 USDT, lot = 1 BTC, lot = 2 BTC', "E0106"),
        ('venue = "v", base = BTC, quote = USDT, tik = 1 USDT, lot = 1 BTC', "E0106"),
    ],
)
def test_an_instrument_that_cannot_be_traded_is_refused(arguments: str, code: str) -> None:
    assert codes(strategy().replace(INSTRUMENT, f"spot({arguments})")) == [code]


def test_the_smallest_size_is_rounded_up_to_whole_lots() -> None:
    text = strategy().replace("lot = 0.00001 BTC", "lot = 0.00001 BTC, min_qty = 0.000025 BTC")
    assert build(text).instruments[0].min_qty == 3


# ---- no text crashes the compiler

# fmt: off
ATOMS = st.sampled_from([
    "bars", "bars.close", "na", "1", "0", "2.5", "3ticks", "5min", "2pct", "true", "n", "k",
    "r", "position", "flat", "warm", "entry", "ema", "a", "IDLE", "cum(entry)", "avg_px(entry)", "1 BTC", "7 USDT",
])
# fmt: on
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "<", "==", "and", "or", "implies", "fby", "??", "in 0 .."])
CALLS = st.sampled_from(
    ["ema", "atr", "sma", "rsi", "mean", "window", "max", "sqrt", "pre", "abs", "f", "highest", "sum"]
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, OPERATORS, inner),
        st.builds("{}({})".format, CALLS, st.lists(inner, max_size=3).map(", ".join)),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, larger, max_leaves=8)
TYPES = st.sampled_from(["", ": ratio", ": price<USDT>", ": count", ": bool?", ": ratio?", ": duration"])


PRICES = st.recursive(
    st.sampled_from(["bars.close", "bars.open", "avg_px(entry)", "3ticks", "40_000 USDT", "a[1]", "0"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "??", "fby"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["ema", "sma", "rma"]), inner, st.sampled_from("3nmk")),
        st.builds("({})[{}]".format, inner, st.sampled_from(["0", "1", "n", "m", "max(n, m)", "min(n, m)", "n - 1"])),
        st.builds("mean(window({}, {}))".format, inner, st.sampled_from(["1", "n", "m + 1", "2 * n"])),
        st.builds("(if {} > {} then {} else na)".format, inner, inner, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(PRICES)
def test_any_history_of_prices_compiles_or_is_refused(expression: str) -> None:
    for type_ in ("price<USDT>", "price<USDT>?"):
        compilation = compile_source(Source("t.strat", strategy(f"signal a: {type_} = {expression}; log a;")))
        assert (compilation.program is None) == bool(compilation.diagnostics.errors)


@settings(max_examples=150)
@given(EXPRESSIONS, TYPES, EXPRESSIONS, EXPRESSIONS)
def test_any_expression_anywhere_compiles_or_is_refused(expression: str, type_: str, body: str, when: str) -> None:
    top = f"node f(x: ratio): ratio {{ state y: ratio = x; next y = {body}; yield {body}; }}"
    text = strategy(f"signal a{type_} = {expression}; log a;", top=top, when=when)
    compilation = compile_source(Source("t.strat", text))
    assert (compilation.program is None) == bool(compilation.diagnostics.errors)
    assert all(d.primary.span.end > d.primary.span.start for d in compilation.diagnostics.found)


@pytest.mark.parametrize("length", ["n", "2 * n", "n + 1", "n + 2 * m - 1 + 1", "max(n, m)"])
def test_a_length_made_of_params_keeps_its_range_through_a_node(length: str) -> None:
    assert errors(strategy(f"signal a = sma(bars.close, {length}) + highest(bars.high, {length}); log a;")) == []


def test_a_long_chain_of_doubled_parameters_is_no_explosion() -> None:
    lets = " ".join(f"let x{i + 1} = x{i} + x{i};" for i in range(50))
    top = f"node f(x0: count): count {{ {lets} yield x50; }}"
    assert errors(strategy("signal a = f(n); log a;", top=top)) == []
