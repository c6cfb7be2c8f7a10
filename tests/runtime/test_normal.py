"""runtime/native/normal.c against Python's error function and quantiles."""

import math
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given, strategies as st

from tests.support.native import open_library

_, LIBRARY = open_library(["power.c", "normal.c"], ["normal.h"])


def expected(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


@given(st.floats(-37, 40))
def test_the_normal_distribution_is_exact_to_its_bounds(x: float) -> None:
    seen = LIBRARY.stratc_normal_cdf(x)
    assert abs(seen - expected(x)) < 1e-14
    assert math.isclose(seen, expected(x), rel_tol=1e-12)


def test_a_grid_from_tail_to_tail_keeps_the_bounds_and_never_falls() -> None:
    grid = [i / 1000 for i in range(-9000, 9001)]
    seen = [LIBRARY.stratc_normal_cdf(x) for x in grid]
    assert max(abs(a - expected(x)) for a, x in zip(seen, grid, strict=True)) < 1e-14
    assert all(b >= a - 1e-16 for a, b in pairwise(seen))


def test_middle_and_ends() -> None:
    assert LIBRARY.stratc_normal_cdf(0.0) == 0.5
    assert (LIBRARY.stratc_normal_cdf(-50.0), LIBRARY.stratc_normal_cdf(50.0)) == (0.0, 1.0)


@given(st.floats(1e-300, 0.999999))
def test_the_quantile_is_the_inverse(tail: float) -> None:
    z = LIBRARY.stratc_normal_upper_quantile(tail)
    assert math.isclose(expected(-z), tail, rel_tol=1e-10)


@pytest.mark.parametrize("tail", [0.5, 0.05, 0.01, 1e-6])
def test_the_quantile_is_the_known_one(tail: float) -> None:
    assert LIBRARY.stratc_normal_upper_quantile(tail) == pytest.approx(NormalDist().inv_cdf(1 - tail), abs=1e-9)
