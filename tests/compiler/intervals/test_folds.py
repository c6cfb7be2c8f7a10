"""Folds of windows and blends of averages, where intervals lean on error bounds: tried against the run's own arithmetic."""

import math
import sys
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.interpreter.dataflow import Held
from stratc.compiler.intervals import blend, folds
from stratc.compiler.intervals.interval import ANY_NUMBER, Interval, exactly, hull
from stratc.compiler.program import Fold, ValueRef
from tests.support.programs import CLOSE, NUMBER, apply, number

LARGEST = sys.float_info.max
WORDS = get_args(Fold)
VALUES = st.one_of(
    st.sampled_from((0.0, -0.0, 1.0, 0.1, 1e16, -1e16, 1e-300, 5e-324, 1e300, 3.0)),
    st.floats(-1e6, 1e6), st.floats(0.01, 1e13), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
LENGTHS = st.one_of(st.integers(1, 8), st.integers(30, 36), st.integers(60, 70))


def of(values: list[float]) -> Interval:
    found = exactly(values[0])
    for value in values[1:]:
        found = hull(found, exactly(value))
    return found


@given(st.lists(VALUES, min_size=1, max_size=150), LENGTHS, st.sampled_from(WORDS))
def test_every_full_window_lies_inside(values: list[float], length: int, word: Any) -> None:
    window, found = Held(length), folds.fold(word, of(values), length, length)
    for value in values:
        window.push(value)
        if window.pushes >= length:
            assert found.holds(window.fold(word)), (word, window.fold(word), found)


@given(st.lists(VALUES, min_size=1, max_size=80), LENGTHS, st.sampled_from(WORDS))
def test_every_window_that_fills_lies_inside(values: list[float], length: int, word: Any) -> None:
    window, found = Held(length), folds.before_the_first(folds.fold(word, of(values), 1, length))
    assert found.holds(window.fold(word))
    for value in values:
        window.push(value)
        assert found.holds(window.fold(word)), (word, window.fold(word), found)


@given(
    st.lists(st.sampled_from((math.inf, -math.inf, math.nan, 1.0, -1e308, 1e308)), min_size=1, max_size=60),
    st.sampled_from(WORDS),
)
def test_what_is_not_finite_is_never_promised_to_be(values: list[float], word: Any) -> None:
    for length in (2, 40):
        window, found = Held(length), folds.fold(word, of(values), 1, length)
        for value in values:
            window.push(value)
            assert found.holds(window.fold(word))


@pytest.mark.parametrize(
    ("word", "source", "low", "high", "expected"),
    [
        ("sum", Interval(1.0, 2.0), 3, 5, Interval(3.0, 10.0)),
        ("sum", Interval(-1.0, 2.0), 1, 4, Interval(-4.0, 8.0)),
        ("mean", Interval(1.0, 2.0), 3, 8, Interval(1.0, 2.0)),
        ("min", Interval(1.0, 2.0), 3, 500, Interval(1.0, 2.0)),
        ("sum", Interval(0.0, LARGEST), 2, 2, ANY_NUMBER),
    ],
)
def test_it_is_no_wider_than_need_be(word: Any, source: Interval, low: int, high: int, expected: Interval) -> None:
    assert folds.fold(word, source, low, high) == expected


def test_a_long_mean_of_prices_is_a_price() -> None:
    """The rounding of a running sum of the largest prices is less than the smallest price."""
    mean = folds.fold("mean", Interval(0.01, 1e13), 2, 500)
    assert mean.low > 0.009
    assert mean.high < 1e13 * (1 + 1e-12)


@pytest.mark.parametrize("length", [2, 32, 33, 10_000, 1_000_000])
def test_a_variance_is_never_negative(length: int) -> None:
    assert folds.fold("variance", Interval(-5.0, 1e6), 2, length).low == 0.0


# ---- the step of an average

Y, A = ValueRef(NUMBER, 0), number(0.5)
STEP = apply("add", Y, apply("mul", A, apply("sub", CLOSE, Y)))
SHARES = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0, 0.5, 1 - 2.0**-50, 1 - 2.0**-53, 2 / 3, 5e-324)))


@given(VALUES, VALUES, SHARES)
def test_a_blend_lies_between_what_it_blends(y: float, x: float, a: float) -> None:
    found = blend.blend(exactly(y), exactly(a), exactly(x))
    result = y + a * (x - y)
    assert found is None or found.holds(result)
    assert found is not None or not math.isfinite(x - y)


def test_only_an_average_is_a_blend() -> None:
    assert blend.parts(STEP) == (Y, A, CLOSE)
    assert blend.parts(apply("add", Y, apply("mul", A, apply("sub", Y, CLOSE)))) is None
    assert blend.parts(apply("add", CLOSE, apply("mul", A, apply("sub", CLOSE, Y)))) is None
    assert blend.blend(exactly(1.0), Interval(0.5, 1.5), exactly(2.0)) is None
