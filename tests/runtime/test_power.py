"""runtime/native/power.c against Python's own power."""

import math

from hypothesis import given, strategies as st

from tests.support.native import open_library

_, LIBRARY = open_library(["power.c"], ["power.h"])


@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
def test_power_is_accurate(x: float, y: float) -> None:
    expected = x**y
    assert math.isclose(LIBRARY.stratc_power(x, y), expected, rel_tol=2e-13)


def test_edges() -> None:
    assert LIBRARY.stratc_power(0.0, 2.0) == 0.0
    assert LIBRARY.stratc_power(1.0, 1e9) == 1.0
    assert LIBRARY.stratc_power(10.0, 400.0) == math.inf
    assert LIBRARY.stratc_power(10.0, -400.0) == 0.0
