"""How a formatted program looks: the golden file shows most of it, the tests below state the rules."""

import re
import time
from pathlib import Path

import pytest

from stratc.lang.format import ChangedError, format_source
from stratc.lang.format.comments import MismatchError, attach
from stratc.lang.format.file import parts
from stratc.lang.lexing import lex
from stratc.lang.parser import parse
from stratc.lang.source import Source
from tests.conftest import Golden

ROOT = Path(__file__).resolve().parents[2]
MESSY = Path(__file__).parent / "samples" / "messy"
SOURCES = sorted(path for folder in ("strategies", "stdlib") for path in (ROOT / folder).glob("*.strat"))
# Still as they were set by hand: tables and golden files name their lines.
BY_HAND = {"messages", "order_kernel", "schemas"}


def formatted(text: str) -> str:
    made, errors = format_source(Source("test.strat", text))
    assert errors == ()
    assert made is not None
    return made


def const(expression: str) -> str:
    """An expression as it is formatted."""
    return formatted(f"const A={expression};").removeprefix("const A = ").removesuffix(";\n")


def member(text: str) -> str:
    """A member of a strategy as it is formatted, without indentation."""
    lines = formatted(f"strategy S {{\n{text}\n}}").splitlines()[1:-1]
    return "\n".join(line[2:] for line in lines)


@pytest.mark.parametrize("path", sorted(MESSY.glob("*.strat")), ids=lambda path: path.stem)
def test_a_messy_program_becomes_a_tidy_one(path: Path, golden: Golden) -> None:
    assert formatted(path.read_text(encoding="utf-8")) == golden


def test_the_example_of_its_page() -> None:
    before, after = re.findall(r"```strat\n(.*?)```", (ROOT / "docs" / "fmt.md").read_text(encoding="utf-8"), re.DOTALL)
    assert formatted(before) == after


def test_which_sources_of_ours_are_formatted() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SOURCES}
    assert {name for name, text in texts.items() if formatted(text) != text} == BY_HAND


def test_a_text_with_errors_gives_its_errors_and_no_text() -> None:
    made, errors = format_source(Source("test.strat", "strategy S { feed x }"))
    assert made is None
    assert errors != ()


def test_an_empty_text_stays_empty_and_a_comment_alone_stays() -> None:
    assert formatted("") == ""
    assert formatted(" \n\n\t") == ""
    assert formatted("\n\n  # alone\n\n\n# and another") == "# alone\n\n# and another\n"


def test_a_strategy_of_80_lines_is_formatted_in_a_blink() -> None:
    text = (Path(__file__).parent / "samples" / "mean_revert.strat").read_text(encoding="utf-8")
    assert text.count("\n") >= 80
    formatted(text)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        formatted(text)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.4


# ---- parentheses


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("((a+b))*(c)", "(a + b) * c"),
        ("(a-b)-c", "a - b - c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a/(b*c)%d", "a / (b * c) % d"),
        ("(a fby b)fby c", "(a fby b) fby c"),
        ("a??(b??c)", "a ?? b ?? c"),
        ("(a??b)+1", "(a ?? b) + 1"),
        ("(a implies b)implies(c implies d)", "(a implies b) implies c implies d"),
        ("(a==b)==c", "(a == b) == c"),
        ("not(a==b)", "not a == b"),
        ("(not a)==b", "(not a) == b"),
        ("a and(b or c)or(d and e)", "a and (b or c) or d and e"),
        ("-(-x)", "- -x"),
        ("-(a*b)", "-(a * b)"),
        ("(-a)*b", "-a * b"),
        ("(next a).b[1]", "(next a).b[1]"),
        ("next(a.b)", "next a.b"),
        ("(next a)(b)", "(next a)(b)"),
        ("(f(x)restart on c)+1", "f(x) restart on c + 1"),
        ("f(x)restart on(c and d)", "f(x) restart on (c and d)"),
        ("(if a then b else c)when d", "(if a then b else c) when d"),
        ("if a then(b when c)else(if d then e else f)", "if a then b when c else if d then e else f"),
        ("1+(if a then b else c)", "1 + (if a then b else c)"),
        ("(a is B)is not C", "(a is B) is not C"),
        ("a in((b))", "a in b"),
        ("a in{(B),C}", "a in { B, C }"),
        ("(a+1)in 1..(2+x)", "a + 1 in 1 .. 2 + x"),
        ("a in(1 ?? 2)..", "a in (1 ?? 2) .."),
        ("f((a),b=(c+d))[(i+1)]", "f(a, b = c + d)[i + 1]"),
    ],
)  # fmt: skip
def test_parentheses_stand_where_the_tree_needs_them(written: str, made: str) -> None:
    assert const(written) == made
    assert const(made) == made


def test_numbers_units_and_texts_keep_their_spelling() -> None:
    written = '1_000.50 + 5min + 2.0pct + 0.10 USDT + f("a  # b")'
    assert const(written) == written


# ---- comments


def test_a_comment_at_the_end_of_a_line_stays_there() -> None:
    assert formatted("const A=1; # why\n") == "const A = 1;" + " " * 41 + "# why\n"


def test_comments_of_neighbours_are_aligned_behind_the_longest_of_them() -> None:
    made = formatted(f"const A = 1; # a\nconst B = f({'x' * 60}); # b\n\nconst C = 1; # c\n")
    assert [line.find("#") for line in made.splitlines()] == [76, 76, -1, 53]


def test_a_comment_where_no_line_can_end_goes_to_the_next_place() -> None:
    assert formatted("const # name\nA # equals\n= 1 # value\n;\n") == (
        "const A = 1;" + " " * 41 + "# name\n# equals\n# value\n"
    )


def test_comments_stand_as_deep_as_what_follows_or_as_the_block_they_end() -> None:
    made = formatted("strategy S {\n# a\nlog x;\n      # b\n}\n# c\n")
    assert made == "strategy S {\n  # a\n  log x;\n  # b\n}\n# c\n"


# ---- lines


def test_at_most_one_empty_line_stays_and_none_at_the_ends_of_a_block() -> None:
    assert member("\n\nlog a;\n\n\n\nlog b;\nlog c;\n\n") == "log a;\n\nlog b;\nlog c;"


def test_a_short_block_stays_on_its_line_and_a_long_one_does_not() -> None:
    assert member("machine{state A{when b->B;}}") == "machine { state A { when b -> B; } }"
    assert member("machine{state A{\nwhen b->B;}}").count("\n") == 4
    long = ", ".join(f"cancel(order_{i})" for i in range(7))
    assert member(f"machine {{ state A {{ when b do {long}; }} }}").splitlines()[:2] == ["machine {", "  state A {"]


def test_order_fields_share_a_line_only_where_they_did() -> None:
    assert member("order a {\nside=BUY;qty=x;\noco b; }") == "order a {\n  side = BUY; qty = x;\n  oco b;\n}"


def test_neighbours_of_one_kind_are_aligned_and_others_are_not() -> None:
    assert member("param n: count = 1 in 1..2;\nparam width: ratio = 2.0 in 1.0..9.0;\nsignal s = a;") == (
        "param n:     count = 1   in 1 .. 2;\nparam width: ratio = 2.0 in 1.0 .. 9.0;\nsignal s = a;"
    )
    assert member("signal s = a;\n\nsignal long_name = b;") == "signal s = a;\n\nsignal long_name = b;"


def test_alignment_makes_no_line_too_wide() -> None:
    """A line that fits alone, and would not with the blanks of its longer neighbour."""
    short, long = f"signal a = f({'x' * 100});", "signal a_much_longer_name = b;"
    assert member(f"{short}\n{long}") == f"{short}\n{long}"


def test_very_unequal_neighbours_are_not_aligned() -> None:
    lines = [f"signal {'x' * length} = b;" for length in (1, 41, 42)]
    assert member(f"{lines[0]}\n{lines[1]}").splitlines()[0] == f"signal x{' ' * 40} = b;"
    assert member(f"{lines[0]}\n{lines[2]}").splitlines() == [lines[0], lines[2]]


def test_limits_and_answers_of_risk_rules_stand_below_each_other() -> None:
    made = member(
        "risk {\nbound abs(position)<=5 BTC else reject;\nbound net<=1 USDT over 1d else halt;\nguard a else halt;\n}"
    )
    assert made.splitlines()[1:4] == [
        "  bound abs(position) <= 5 BTC          else reject;",
        "  bound net           <= 1 USDT over 1d else halt;",
        "  guard a                               else halt;",
    ]


# ---- a defect of the formatter is no damage


def test_a_text_that_would_say_something_else_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stratc.lang.format.align.text", lambda lines: "const A = 2;\n")
    with pytest.raises(ChangedError, match="another program"):
        format_source(Source("test.strat", "const A = 1;"))
    monkeypatch.setattr("stratc.lang.format.align.text", lambda lines: "const A = 1;\n")
    with pytest.raises(ChangedError, match="other comments"):
        format_source(Source("test.strat", "const A = 1; # lost"))


@pytest.mark.parametrize("other", ["const A = 2;", "const A = 1"])
def test_printed_tokens_must_be_those_of_the_source(other: str) -> None:
    tree = parse(Source("test.strat", "const A = 1;"))[0]
    assert tree is not None
    with pytest.raises(MismatchError):
        attach(parts(tree), other, lex(Source("other.strat", other))[0])
