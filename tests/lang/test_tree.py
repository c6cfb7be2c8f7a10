"""Every construct of the grammar becomes its node, and every node knows exactly where it stands."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from stratc.lang import tree as t
from stratc.lang.parser import parse
from stratc.lang.source import Source

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.strat"))
SHIPPED = sorted(p for d in ("stdlib", "strategies") for p in (Path(__file__).parents[2] / d).glob("*.strat"))


def parsed(text: str) -> t.File:
    file, errors = parse(Source("test.strat", text))
    assert errors == ()
    assert file is not None
    return file


def value(expression: str) -> t.Expr:
    (item,) = parsed(f"const A = {expression};").items
    assert isinstance(item, t.Const)
    return item.value


def nodes(item: object) -> Iterator[t.Node]:
    if isinstance(item, tuple):
        for part in item:
            yield from nodes(part)
    elif isinstance(item, t.Node):
        yield item
        for field in fields(item):
            yield from nodes(getattr(item, field.name))


def member(text: str) -> t.StrategyMember:
    (strategy,) = parsed(f"strategy S {{ {text} }}").items
    assert isinstance(strategy, t.Strategy)
    return strategy.members[0]


def name(text: str) -> t.Name:
    return t.Name(text)


A, B, C = name("a"), name("b"), name("c")


@pytest.mark.parametrize("path", [*SAMPLES, *SHIPPED], ids=lambda p: p.name)
def test_whole_files_parse(path: Path) -> None:
    assert parsed(path.read_text(encoding="utf-8")).items


def test_there_are_samples() -> None:
    assert len(SAMPLES) == 3
    assert len(SHIPPED) >= 5


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_every_node_lies_within_its_parent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for parent in nodes(parsed(text)):
        assert 0 <= parent.span.start < parent.span.end <= len(text)
        assert text[parent.span.start : parent.span.end] == text[parent.span.start : parent.span.end].strip()
        for child in nodes(tuple(getattr(parent, f.name) for f in fields(parent))):
            assert parent.span.start <= child.span.start <= child.span.end <= parent.span.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1_000.5", t.Number("1_000.5")),
        ("100_000 USDT", t.Amount("100_000", "USDT")),
        ("5min", t.Quantity("5", "min")),
        ("0.5pct", t.Quantity("0.5", "pct")),
        ('"a # b"', t.Text("a # b")),
        ("true", t.Bool(True)),
        ("false", t.Bool(False)),
        ("na", t.Na()),
        ("a", A),
        ("BTC", t.Upper("BTC")),
        ("(a)", A),
        ("a.b", t.Member(A, "b")),
        ("a[1]", t.Index(A, t.Number("1"))),
        ("a()", t.Apply(A, ())),
        ("a(b, k = c)", t.Apply(A, (t.Argument(None, B), t.Argument("k", C)))),
        ("-a", t.Unary("-", A)),
        ("not a", t.Unary("not", A)),
        ("not not a", t.Unary("not", t.Unary("not", A))),
        ("next a", t.Unary("next", A)),
        ("a is BULL", t.Is(A, "BULL", False)),
        ("a is not submit", t.Is(A, "submit", True)),
        ("a in 1 .. 2", t.In(A, t.Range(t.Number("1"), t.Number("2")))),
        ("a in 1 ..", t.In(A, t.Range(t.Number("1"), None))),
        ("a in { b, c }", t.In(A, t.Members((B, C)))),
        ("a in b", t.In(A, B)),
        ("if a then b else c", t.Choose(A, B, C)),
        ("a when b", t.Sampled(A, B)),
        ("a restart on b", t.Restart(A, B)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_an_expression_becomes(text: str, expected: t.Expr) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("op", "+ - * / % < <= > >= == != and or implies fby ??".split())
def test_every_binary_operator_keeps_its_name(op: str) -> None:
    assert value(f"a {op} b") == t.Binary(op, A, B)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("a - b - c", "(a - b) - c"),
        ("a + b * c", "a + (b * c)"),
        ("-a.b[c]", "-(a.b[c])"),
        ("a + b < c", "(a + b) < c"),
        ("not a == b", "not (a == b)"),
        ("not a and b", "(not a) and b"),
        ("a or b and c", "a or (b and c)"),
        ("a or b implies c", "(a or b) implies c"),
        ("a implies b implies c", "a implies (b implies c)"),
        ("a fby b ?? c", "a fby (b ?? c)"),
        ("a ?? b + c", "a ?? (b + c)"),
        ("a and b when c", "(a and b) when c"),
        ("next a.b + c", "(next a.b) + c"),
        ("if a then b else if b then c else a", "if a then b else (if b then c else a)"),
    ],
)
def test_operators_bind_as_the_grammar_says(text: str, grouped: str) -> None:
    assert value(text) == value(grouped)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price<USDT/BTC>", t.TypeRef("price", (t.UnitRef("USDT", "BTC"),))),
        ("price<Q>?", t.TypeRef("price", (t.UnitRef("Q", None),), optional=True)),
        ("qty[10]", t.TypeRef("qty", size=t.Number("10"))),
        ("list<price<Q>>", t.TypeRef("list", (t.TypeRef("price", (t.UnitRef("Q", None),)),))),
    ],
)
def test_a_type_becomes(text: str, expected: t.TypeRef) -> None:
    (item,) = parsed(f"def f(): {text} = 1;").items
    assert isinstance(item, t.Define)
    assert item.type == expected


def test_declarations_keep_their_parts() -> None:
    file = parsed(
        "use a::b { c, d }; type lots = 0 .. 9; enum side { BUY, SELL }"
        " schema s(depth = 1) { x: price? in 1 .. 2 = 3; y: qty; }"
        " node n<Q>(x: price<Q>, k: count = 2): ratio { state p: ratio = 0; let q = x; next p = q; yield p; }"
    )
    use, lots, side, schema, node = file.items
    assert use == t.Use(("a", "b"), (t.Ident("c"), t.Ident("d")))
    assert lots == t.TypeDecl(t.Ident("lots"), t.Range(t.Number("0"), t.Number("9")))
    assert side == t.EnumDecl(t.Ident("side"), (t.Ident("BUY"), t.Ident("SELL")))
    assert isinstance(schema, t.Schema)
    assert schema.arguments == (t.Argument("depth", t.Number("1")),)
    assert schema.columns == (
        t.Column(t.Ident("x"), t.TypeRef("price", optional=True), t.Range(t.Number("1"), t.Number("2")), t.Number("3")),
        t.Column(t.Ident("y"), t.TypeRef("qty"), None, None),
    )
    assert isinstance(node, t.NodeDecl)
    assert [type(s) for s in node.body] == [t.Register, t.Let, t.Next, t.Yield]
    assert node.generics == (t.Ident("Q"),)
    assert node.formals[1] == t.Formal(t.Ident("k"), t.TypeRef("count"), t.Number("2"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("instrument A: spot(x = 1);", t.Instrument),
        ("account { a = 1; }", t.Account),
        ("feed f: ohlcv(A);", t.Feed),
        ("param p: count = 1 in 1 .. 3 step 1;", t.Param),
        ("signal s: ratio = 1;", t.Signal),
        ('extern signal s: ratio from python("a:B");', t.Extern),
        ("log a, b;", t.Log),
        ("regime r at f { A when a for 3bars; B otherwise; }", t.Regime),
        ("risk { bound a <= b per day else halt; guard a else halt for 1h; assume a; prove b; }", t.Risk),
        ("risk { bound a <= b over 1d else halt until c; guard a else halt, flat until c > 1; }", t.Risk),
        ("order o on A { qty = a on b; after 1s do halt; on x do halt; schedule t(); oco p; bracket p, q; }", t.Order),
        ("machine { initial state A { when a -> B do halt cooldown 1h; on e(o) when a do halt; } }", t.Machine),
        ("on stop when a -> IDLE;", t.OnRun),
    ],
)
def test_a_member_becomes(text: str, kind: type[t.Node]) -> None:
    assert isinstance(member(text), kind)


def test_a_risk_rule_keeps_what_ends_it() -> None:
    risk = member("risk { bound a <= b else halt until a; bound a <= b else halt; guard a else halt for 1h until a; }")
    assert isinstance(risk, t.Risk)
    assert [rule.until for rule in risk.rules if not isinstance(rule, t.Assume | t.Prove)] == [A, None, A]


def test_a_transition_keeps_target_actions_and_wait() -> None:
    machine = member(
        "machine { initial state A { when a -> B do halt for 1h, flat(b) cooldown 5min; after 2d do x; } }"
    )
    assert isinstance(machine, t.Machine)
    (state,) = machine.states
    assert state.initial
    when, after = state.transitions
    halt = t.Action(t.Ident("halt"), None, t.Quantity("1", "h"))
    flat = t.Action(t.Ident("flat"), (t.Argument(None, B),), None)
    assert when == t.When(A, t.Target(t.Ident("B"), (halt, flat), t.Quantity("5", "min")))
    assert after == t.After(t.Quantity("2", "d"), t.Target(None, (t.Action(t.Ident("x"), None, None),), None))


def test_both_branches_of_a_kernel_if_are_kept() -> None:
    (kernel,) = parsed(
        "kernel K { on e { if a { do x; } else if b { emit m(c); } else { arm q at now; disarm q; } } }"
    ).items
    assert isinstance(kernel, t.Kernel)
    (handler,) = kernel.items
    assert isinstance(handler, t.Handler)
    (first,) = handler.body
    assert isinstance(first, t.If)
    assert first.other is not None
    (second,) = first.other
    assert isinstance(second, t.If)
    assert [type(s) for s in second.other or ()] == [t.Arm, t.Disarm]


@pytest.mark.parametrize(
    ("text", "kind", "spelled"),
    [
        ("const A =  a + b*2 ; # c", t.Binary, "a + b*2"),
        ("const A = (a + (b));", t.Binary, "a + (b)"),
        ("const A = not  a;", t.Unary, "not  a"),
        ("const A = f( x = 1 );", t.Apply, "f( x = 1 )"),
        ("const A = f( x = 1 );", t.Argument, "x = 1"),
        ("const A = 100 USDT;", t.Amount, "100 USDT"),
        ("# é\nconst A = a;", t.Const, "const A = a;"),
    ],
)
def test_a_span_is_the_text_from_the_first_to_the_last_token(text: str, kind: type[t.Node], spelled: str) -> None:
    node = next(n for n in nodes(parsed(text)) if isinstance(n, kind))
    assert text[node.span.start : node.span.end] == spelled


def test_equality_ignores_places() -> None:
    assert parsed("const A = 1;") == parsed("\n\nconst  A=1 ; # x")
