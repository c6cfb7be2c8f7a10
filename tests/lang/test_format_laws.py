"""Formatting keeps the tree and every comment, ends at a fixed point, and needs no parentheses that it writes in vain."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from stratc.lang import tree as t
from stratc.lang.format import format_source
from stratc.lang.parser import parse
from stratc.lang.source import Source
from stratc.lang.tables import tables
from tests.support.random_texts import Derivation, comments_of, grammar, random_text, spaced

ROOT = Path(__file__).resolve().parents[2]
DESIGN = ROOT.parent / "shared" / "design"
FOLDERS = ("strategies", "stdlib", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.strat"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def tree_of(text: str) -> t.File | None:
    return parse(Source("test.strat", text))[0]


def formatted(text: str) -> str:
    made, errors = format_source(Source("test.strat", text))
    assert errors == ()
    assert made is not None
    return made


def check(text: str) -> str:
    """All laws; trees are compared without their spans."""
    made = formatted(text)
    assert tree_of(made) == tree_of(text)
    assert comments_of(made) == comments_of(text)
    assert formatted(made) == made
    assert all(line == line.rstrip() for line in made.split("\n"))
    assert "\n\n\n" not in made
    assert made == "" or (made.endswith("\n") and not made.startswith("\n") and not made.endswith("\n\n"))
    return made


# ---- what people wrote


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_source_of_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if tree_of(text) is not None:
        check(text)
    else:
        assert format_source(Source("test.strat", text))[0] is None


def blocks() -> Iterator[str]:
    for page in PAGES:
        yield from re.findall(r"```strat\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_every_program_of_the_documentation() -> None:
    whole = [text for text in blocks() if tree_of(text) is not None]
    assert len(whole) > 100
    for text in whole:
        check(text)


@pytest.mark.shared
def test_every_program_of_the_design() -> None:
    found = sorted(DESIGN.glob("*.strat"))
    assert found != []
    for path in found:
        check(path.read_text(encoding="utf-8"))


# ---- what nobody would write


@settings(max_examples=500)
@given(st.integers(0, 2**64))
def test_texts_derived_from_the_grammar_at_random(seed: int) -> None:
    check(random_text(seed)[0])


@settings(max_examples=150)
@given(st.sampled_from(FILES), st.integers(0, 2**64))
def test_real_sources_with_other_white_space_and_more_comments(path: Path, seed: int) -> None:
    choose = random.Random(seed)
    text = path.read_text(encoding="utf-8")
    tokens = [token.value for token in tables().lex(text)] if tree_of(text) else []
    start = choose.randrange(1 + len(tokens) // 400) * 400  # long sources in pieces
    messy = spaced(choose, tokens[start : start + 400], choose.choice([0.0, 0.02, 0.2]))
    if tree_of(messy) is not None:
        check(messy)


def test_the_random_texts_use_every_rule_of_the_grammar() -> None:
    used: set[int] = set()
    for seed in range(1_000):
        used |= random_text(seed)[1]
    missing = [str(rule) for rules in grammar().values() for rule in rules if id(rule) not in used]
    assert missing == []


# ---- the layout does not depend on white space within lines


@settings(max_examples=100)
@given(st.integers(0, 2**64))
def test_blanks_within_lines_mean_nothing(seed: int) -> None:
    made = formatted(random_text(seed)[0])
    tight = re.sub(r'("[^"\n]*"|#[^\n]*)|[ \t]+', lambda found: found[1] or " ", made)
    assert formatted(tight) == made


# ---- parentheses


def pairs(tokens: list[str]) -> Iterator[tuple[int, int]]:
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token == "(":
            opened.append(index)
        elif token == ")":
            yield opened.pop(), index


@settings(max_examples=150)
@given(st.integers(0, 2**64))
def test_no_parentheses_are_in_vain(seed: int) -> None:
    expression = " ".join(Derivation(random.Random(seed), "expr").tokens[:400])
    text = formatted(f"const A = {expression};")
    tokens = [token.value for token in tables().lex(text)]
    same = tree_of(text)
    for start, end in pairs(tokens):
        without = [token for index, token in enumerate(tokens) if index not in (start, end)]
        assert tree_of(" ".join(without)) != same, f"{tokens[start : end + 1]} in {text}"
