"""A single mistake gives a single error with its code at its line; several mistakes give one each; fixes mend."""

import pytest

from stratc.lang.diagnostics import Diagnostic
from stratc.lang.parser import parse
from stratc.lang.source import Source

NODE = "node f(x: count): count {{\n  {}\n  yield x;\n}}\nconst LAST = 1;\n"
STATE = "strategy S {{\n  machine {{\n    state A {{\n      {}\n    }}\n  }}\n}}\n"
MEMBER = "strategy S {{\n  {}\n  log a;\n}}\n"
RULE = "strategy S {{\n  risk {{\n    {}\n    assume a;\n  }}\n}}\n"

# code, line, text
MISTAKES = [
    ("E0001", 2, NODE.format("let y = x +;")),
    ("E0001", 2, NODE.format("let y = x x;")),
    ("E0001", 2, NODE.format("let y = (x;);")),
    ("E0001", 2, NODE.format("let = x;")),
    ("E0001", 2, NODE.format("let y = x y z;")),
    ("E0001", 2, NODE.format("let y = * x;")),
    ("E0001", 2, NODE.format("let y = if x then 1;")),
    ("E0001", 2, NODE.format("let y = f(x,, 1);")),
    ("E0001", 2, NODE.format("let y = x;;")),
    ("E0001", 1, "def g(x: count) count = x;\n"),
    ("E0001", 2, "use ta { ema };\n}\nconst A = 1;\n"),
    ("E0001", 3, RULE.format("bound a <= 5;")),
    ("E0001", 2, MEMBER.format("signal = 1;")),
    ("E0001", 2, NODE.format("let y = x ? 1 : 2;")),
    ("E0001", 2, NODE.format("let y = .5;")),
    ("E0001", 1, "signal x = 1;\nconst A = 1;\n"),
    ("E0001", 8, STATE.format("when a -> B;") + "}\nconst A = 1;\n"),
    ("E0002", 2, NODE.format("let y = x @ 1;")),
    ("E0002", 1, "\ufeffconst A = 1;\n"),
    ("E0002", 2, NODE.format("let y = x \u2013 1;")),
    ("E0002", 2, NODE.format("let y = x $;")),
    ("E0003", 2, NODE.format('let y = "abc;')),
    ("E0004", 2, NODE.format("let y = x")),
    ("E0004", 2, NODE.format("let y = x  # no end")),
    ("E0004", 2, "node f(x: count): count {\n  yield x\n}\n"),
    ("E0004", 1, "use ta { ema }\nconst A = 1;\n"),
    ("E0004", 1, "const A = 1"),
    ("E0004", 4, STATE.format("when a -> B do halt")),
    ("E0005", 2, NODE.format("let y = (x + 1;")),
    ("E0005", 2, NODE.format("let y = x[1;")),
    ("E0005", 3, "node f(x: count): count {\n  let y = x;\n  yield y;\n"),
    ("E0006", 2, NODE.format("lett y = x;")),
    ("E0006", 2, NODE.format("let y = if x then 1 esle 2;")),
    ("E0006", 2, MEMBER.format("siganl b = 1;")),
    ("E0006", 1, "stratgey S { }\nconst A = 1;\n"),
    ("E0006", 4, STATE.format("wehn a -> B;")),
    ("E0007", 2, NODE.format("let step = x;")),
    ("E0007", 1, "node f(order: count): count { yield 1; }\n"),
    ("E0007", 2, MEMBER.format("signal state = 1;")),
    ("E0008", 2, NODE.format("let y = 5m;")),
    ("E0008", 2, NODE.format("let y = 5 pct;")),
    ("E0008", 2, NODE.format("let y = 1e5;")),
    ("E0008", 2, NODE.format("let y = 5%;")),
    ("E0008", 2, NODE.format("let y = f(5%, 1);")),
    ("E0009", 1, "strategy mine { }\nconst A = 1;\n"),
    ("E0009", 1, "const a = 1;\n"),
    ("E0009", 2, NODE.format("let Y = x;")),
    ("E0009", 2, NODE.format("let y = fastEma;")),
    ("E0009", 4, STATE.format("when a -> Idle;")),
    ("E0010", 1, "const A = " + "(" * 150 + "1" + ")" * 150 + ";\n"),
    ("E0010", 1, "const A = " + "not " * 5000 + "true;\n"),
    ("E0010", 1, "const A = " + "1 + " * 5000 + "1;\n"),
    ("E0010", 1, "const A = " + "if true then 1 else " * 5000 + "1;\n"),
    ("E0011", 2, NODE.format("let y = x && x;")),
    ("E0011", 2, NODE.format("let y = x || not x;")),
    ("E0011", 2, NODE.format("let y = !x;")),
    ("E0011", 2, NODE.format("// a comment { (")),
    ("E0011", 2, NODE.format("/* a comment\n; */")),
    ("E0011", 2, NODE.format("let y = 'text';")),
    ("E0011", 2, NODE.format("let y := x;")),
    ("E0011", 1, "const A := 1;\n"),
    ("E0011", 2, NODE.format("let y == x;")),
    ("E0011", 2, NODE.format("let y = if x = 1 then 1 else 2;")),
    ("E0011", 2, NODE.format("next y += 1;")),
    ("E0011", 2, NODE.format("next y = x++;")),
    ("E0011", 2, NODE.format("next y = x--;")),
    ("E0011", 2, NODE.format("let y = x ** 2;")),
    ("E0011", 2, NODE.format("var y = x;")),
    ("E0011", 2, NODE.format("return x;")),
    ("E0011", 4, STATE.format("when a => B;")),
    ("E0011", 4, STATE.format("when a -> B submit(o);")),
    ("E0011", 4, STATE.format("on filled(o) halt;")),
    ("E0011", 4, STATE.format("after 5min halt;")),
    ("E0011", 3, RULE.format("guard a else do halt;")),
]


def errors(text: str) -> tuple[Diagnostic, ...]:
    return parse(Source("test.strat", text))[1]


def shown(found: tuple[Diagnostic, ...]) -> list[tuple[str, int, str]]:
    return [(d.code, d.source.position(d.primary.span.start)[0], d.title) for d in found]


@pytest.mark.parametrize(("code", "line", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_one_mistake_gives_one_error(code: str, line: int, text: str) -> None:
    found = errors(text)
    assert [(c, n) for c, n, _ in shown(found)] == [(code, line)], shown(found)


@pytest.mark.parametrize(("code", "line", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_every_error_says_something_useful(code: str, line: int, text: str) -> None:
    for found in errors(text):
        assert found.title
        assert found.primary.text or found.secondary
        assert found.help or "expected" in found.primary.text or found.code == "E0002"
        for label in (found.primary, *found.secondary):
            assert 0 <= label.span.start < label.span.end <= len(text)


def test_no_name_of_a_terminal_reaches_people() -> None:
    for _, _, text in MISTAKES:
        for found in errors(text):
            said = " ".join([found.title, found.primary.text, found.help or "", *found.notes])
            for name in ("NAME", "NUMBER", "LBRACE", "SEMICOLON", "QUANTITY", "STRING", "$END", "__ANON"):
                assert name not in said


def mended(text: str, found: tuple[Diagnostic, ...]) -> str:
    fixes = sorted((d.fixes[0] for d in found), key=lambda f: f.span, reverse=True)
    for fix in fixes:
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    return text


@pytest.mark.parametrize(("code", "line", "text"), MISTAKES, ids=range(len(MISTAKES)))
def test_the_proposed_fix_mends_the_text(code: str, line: int, text: str) -> None:
    found = errors(text)
    if all(d.fixes for d in found):
        assert shown(errors(mended(text, found))) == []


def test_most_kinds_of_mistakes_have_a_fix() -> None:
    assert {d.code for _, _, text in MISTAKES for d in errors(text) if d.fixes} >= {
        "E0004",
        "E0005",
        "E0006",
        "E0008",
        "E0009",
        "E0011",
    }


PLANTED = """use ta { ema }
const FEE = 5%;

node f(x: count): count {
  let y = x +;
  yield y;
}

strategy S {
  siganl a = 1;
  signal b = f(a;
  signal order = 2;
  machine {
    initial state A {
      when a && b -> B;
    }
  }
}
"""


def test_planted_mistakes_are_all_found_and_nothing_else() -> None:
    assert [(code, line) for code, line, _ in shown(errors(PLANTED))] == [
        ("E0004", 1),
        ("E0008", 2),
        ("E0001", 5),
        ("E0006", 10),
        ("E0005", 11),
        ("E0007", 12),
        ("E0011", 15),
    ]


def test_an_error_leaves_no_tree() -> None:
    assert parse(Source("test.strat", "const A = ;"))[0] is None


def test_at_most_twenty_errors_are_reported() -> None:
    assert len(errors("const a = 5m;\n" * 100)) == 20


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "# no end of line\n\n"])
def test_a_text_without_declarations_is_a_file(text: str) -> None:
    file, found = parse(Source("test.strat", text))
    assert found == ()
    assert file is not None
    assert file.items == ()
