"""runtime/native/hold.c: the capital buys as many lots as it can pay with their fee, and no lot more."""

from fractions import Fraction
from math import ceil

from hypothesis import given, strategies as st

from tests.support.native import open_library

_, LIBRARY = open_library(["hold.c"], ["base.h", "hold.h"])
PARTS = 10**8


def fee_of(qty: int, px: int, money_per_unit: int, rate: int) -> int:
    return ceil(Fraction(qty * px * money_per_unit * rate, PARTS))


@given(st.integers(1, 1000), st.integers(0, PARTS // 10), st.integers(1, 10**15), st.integers(1, 10**9))
def test_it_buys_the_most_lots_that_the_capital_pays(unit: int, rate: int, capital: int, px: int) -> None:
    hold = LIBRARY.stratc_hold_buy(unit, rate, capital, px)
    fee = fee_of(hold.qty, px, unit, rate)
    if hold.qty > 0:
        assert (hold.fee, hold.px, hold.unit) == (fee, px, hold.qty * unit)
    assert hold.cash == capital - hold.qty * px * unit - fee >= 0
    more = hold.qty + 1
    assert more * px * unit + fee_of(more, px, unit, rate) > capital


def test_a_capital_below_one_lot_buys_nothing() -> None:
    hold = LIBRARY.stratc_hold_buy(10, 0, 999, 100)
    assert (hold.qty, hold.unit, hold.cash) == (0, 0, 999)
    assert LIBRARY.stratc_hold_buy(10, 0, 1000, 100).qty == 1
    assert LIBRARY.stratc_hold_buy(10, 1, 1000, 100).qty == 0


def test_without_a_price_nothing_is_bought() -> None:
    assert LIBRARY.stratc_hold_buy(10, 0, 1000, 0).qty == 0
