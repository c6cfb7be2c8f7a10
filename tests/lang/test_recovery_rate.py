"""One slip of the hand gives one error or two, where the hand slipped: measured over every token of the shipped strategies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stratc.lang.parser import parse
from stratc.lang.source import Source
from stratc.lang.tables import tables

STRATEGIES = sorted((Path(__file__).parents[2] / "strategies").glob("*.strat"))
LEAST = 0.95


def without_one_token(text: str) -> Iterator[tuple[str, int]]:
    """The text without one of its tokens, and the offset where it stood."""
    for token in tables().lex(text):
        start, end = token.start_pos or 0, token.end_pos or 0
        yield text[:start] + text[end:], start


def with_one_token_twice(text: str) -> Iterator[tuple[str, int]]:
    for token in tables().lex(text):
        end = token.end_pos or 0
        yield f"{text[:end]} {token}{text[end:]}", token.start_pos or 0


def reported_well(text: str, offset: int) -> bool | None:
    """At most two errors, the first on the line of the slip or the next; None: the text is still correct."""
    source = Source("test.strat", text)
    errors = parse(source)[1]
    if not errors:
        return None
    lines = source.position(errors[0].primary.span.start)[0] - source.position(offset)[0]
    return len(errors) <= 2 and lines in (0, 1)


@pytest.mark.parametrize("slip", [without_one_token, with_one_token_twice], ids=lambda slip: slip.__name__)
@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_a_slip_is_reported_where_it_is(path: Path, slip: Callable[[str], Iterator[tuple[str, int]]]) -> None:
    seen = [reported_well(*mutant) for mutant in slip(path.read_text(encoding="utf-8"))]
    wrong = [found for found in seen if found is not None]
    rate = sum(wrong) / len(wrong)
    print(f"{path.name}, {slip.__name__}: {sum(wrong)} of {len(wrong)} = {rate:.1%}")
    assert len(wrong) > 200
    assert rate >= LEAST
