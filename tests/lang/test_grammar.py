"""One grammar feeds the parser, the highlighters and the decoding grammar, so it keeps to what all of them can read."""

import re

import lark
import pytest

from stratc.lang.keywords import KEYWORDS, UNITS
from stratc.lang.tables import grammar, literals, tables

CODE = re.sub(r"//[^\n]*", "", grammar())
WORDS = {text for text in literals() if text.isalpha()}


def test_strict_mode_finds_no_conflict() -> None:
    lark.Lark(grammar(), parser="lalr", lexer="basic", strict=True)


def test_the_contextual_lexer_reads_it_too() -> None:
    assert lark.Lark(grammar(), parser="lalr", lexer="contextual").parse("const A = 1;").data == "start"


def test_keywords_are_those_of_the_grammar() -> None:
    assert WORDS == KEYWORDS
    assert len(KEYWORDS) == 72


def test_units_are_those_of_the_grammar() -> None:
    found = re.search(r"^QUANTITY: .*\(([a-z|]+)\)/$", grammar(), re.MULTILINE)
    assert found is not None
    assert tuple(found[1].split("|")) == UNITS


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("priorities", r"^[\w?!]+\.-?\d+\s*:"),
        ("look-around", r"\(\?<?[=!]"),
        ("templates", r"^[\w?!]+\{"),
        ("%declare", r"%declare"),
        ("%import", r"%import"),
        ("lazy or greedy flags", r"/[a-z]*[imslux]+$"),
    ],
)
def test_there_are_none_of(what: str, pattern: str) -> None:
    assert re.findall(pattern, CODE, re.MULTILINE) == []


def test_operators_stand_inline() -> None:
    """The only named terminals are classes of spelling."""
    named = set(re.findall(r"^([A-Z_]+):", CODE, re.MULTILINE))
    assert named == {"QUANTITY", "NUMBER", "UPPER", "NAME", "STRING", "COMMENT", "WS"}


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_a_keyword_is_never_a_name(word: str) -> None:
    (token,) = tables().lex(word)
    assert token.type == literals()[word]


def test_no_operator_vanishes_by_inlining() -> None:
    """A `?rule` with one child is replaced by the child: an operator written without `->` would be lost."""
    lost = []
    for rule in tables().rules:
        operands = [s for s in rule.expansion if not getattr(s, "filter_out", False)]
        dropped = {s.name for s in rule.expansion} - {s.name for s in operands}
        inlined = rule.options.expand1 and rule.alias is None and len(operands) == 1
        if inlined and dropped:
            lost.append(f"{rule.origin.name}: {sorted(dropped)}")
    assert sorted(set(lost)) == ["atom: ['LPAR', 'RPAR']", "else_: ['ELSE']", "kernel_stmt: ['SEMICOLON']"]
