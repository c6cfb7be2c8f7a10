"""A suggestion is near, unique for its input, and absent when nothing is near."""

import pytest
from hypothesis import given, strategies as st

from stratc.lang.suggest import did_you_mean, distance

WORDS = st.text("abcde", max_size=7)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("", "", 0), ("a", "", 1), ("else", "esle", 1), ("state", "sttae", 1), ("kitten", "sitting", 3), ("ab", "ba", 1)],
)
def test_distance(a: str, b: str, expected: int) -> None:
    assert distance(a, b) == expected


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert abs(len(a) - len(b)) <= distance(a, b) <= max(len(a), len(b))
    assert (distance(a, b) == 0) == (a == b)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("siganl", "signal"), ("signals", "signal"), ("Signal", "signal"), ("stat", "state"), ("zzz", None), ("", None)],
)
def test_the_nearest_word(word: str, expected: str | None) -> None:
    assert did_you_mean(word, ["state", "signal", "order"]) == expected


def test_ties_go_to_the_first_in_the_alphabet_whatever_the_order() -> None:
    assert did_you_mean("bat", ["rat", "cat", "hat"]) == did_you_mean("bat", ["hat", "cat", "rat"]) == "cat"


def test_a_word_is_not_proposed_for_itself() -> None:
    assert did_you_mean("state", ["state"]) is None
