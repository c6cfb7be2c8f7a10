"""The gate's constants are never below a bound, whatever the parameters; extents hold what an expression can be."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.extents import EVERYTHING, extent
from stratc.compiler.gate import gate
from stratc.compiler.interpreter.rounding import limit_steps
from stratc.compiler.program import (
    NO_GATE,
    Bound,
    Constant,
    Expr,
    Instrument,
    Kind,
    Measure,
    Operation,
    ParamRef,
    Place,
    Scale,
    Select,
)
from tests.support.strategies import build, strategy

AT = Place("t.strat", 1)
INSTRUMENT: Instrument = build(strategy()).instruments[0]


def bound(measure: Measure, ceiling: float, *, relative: bool = False, window: int = 0) -> Bound:
    limit = Constant(Kind.NUMBER, ceiling)
    return Bound("", limit, AT, measure=measure, relative=relative, window=window, ceiling=ceiling)


def test_without_bounds_only_the_slots_and_the_instrument_limit() -> None:
    found = gate(INSTRUMENT, (), 7)
    assert found.max_qty == INSTRUMENT.max_qty
    assert found.max_open == 7
    assert (found.max_notional, found.collar, found.max_position) == (
        NO_GATE.max_notional,
        NO_GATE.collar,
        NO_GATE.max_position,
    )
    assert (found.pace, found.burst) == (0, 0)


def test_of_several_bounds_the_tightest_counts() -> None:
    found = gate(INSTRUMENT, (bound("position", 2.0), bound("position", 1.0), bound("open_orders", 3.0)), 7)
    assert (found.max_position, found.max_open) == (100_000, 3)
    assert gate(INSTRUMENT, (bound("open_orders", 9.0),), 7).max_open == 7


def test_a_share_of_the_price_is_no_constant() -> None:
    assert gate(INSTRUMENT, (bound("collar", 0.05, relative=True),), 3).collar == NO_GATE.collar
    assert gate(INSTRUMENT, (bound("collar", 5.0),), 3).collar == 500


def test_a_limit_without_an_end_is_none() -> None:
    bounds = [bound(m, math.inf) for m in ("position", "notional", "collar", "open_orders")]  # type: ignore[arg-type]
    assert gate(INSTRUMENT, bounds, 3) == gate(INSTRUMENT, (), 3)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([(10.0, 10**9)], (10**8, 10**9)),
        ([(3.0, 10**9)], (333_333_333, 10**9)),  # rounded down: faster than the bound, never slower
        ([(10.0, 10**9), (60.0, 60 * 10**9)], (10**9, 60 * 10**9)),
        ([], (0, 0)),
    ],
)
def test_a_rate_becomes_a_bucket(rates: list[tuple[float, int]], expected: tuple[int, int]) -> None:
    found = gate(INSTRUMENT, [bound("order_rate", n, window=w) for n, w in rates], 3)
    assert (found.pace, found.burst) == expected


@given(st.floats(1e-9, 1e12))
def test_the_gate_is_never_stricter_than_the_bound(limit: float) -> None:
    found = gate(INSTRUMENT, [bound(m, limit) for m in ("position", "notional", "collar")], 3)  # type: ignore[arg-type]
    money = limit_steps(limit, Scale(1, INSTRUMENT.money_decimals))
    assert found.max_position >= min(limit_steps(limit, INSTRUMENT.lot), NO_GATE.max_position)
    assert (found.max_notional + 1) * INSTRUMENT.money_per_unit > min(money, NO_GATE.max_notional)
    assert found.collar >= min(limit_steps(limit, INSTRUMENT.price), NO_GATE.collar)


# ---- extents

RANGES = {0: (1.0, 5.0), 1: (-2.0, 3.0), 2: (-math.inf, math.inf)}
NUMBER = Kind.NUMBER


def operation(operator: str, operands: Sequence[Expr]) -> Expr:
    return Operation(NUMBER, NUMBER, operator, tuple(operands))  # type: ignore[arg-type]


EXPRESSIONS = st.recursive(
    st.one_of(
        st.sampled_from([ParamRef(NUMBER, 0), ParamRef(NUMBER, 1)]), st.floats(-9, 9).map(lambda x: Constant(NUMBER, x))
    ),
    lambda inner: st.one_of(
        st.builds(operation, st.sampled_from(["add", "sub", "mul", "min", "max"]), st.tuples(inner, inner)),
        st.builds(operation, st.sampled_from(["neg", "abs"]), st.tuples(inner)),
        st.builds(lambda a, b: Select(NUMBER, Constant(Kind.BOOL, True), a, b), inner, inner),
    ),
    max_leaves=8,
)


def value(expr: Expr, params: tuple[float, float]) -> float:
    match expr:
        case Constant(value=x):
            return float(x)
        case ParamRef(index=index):
            return params[index]
        case Select(then=then):
            return value(then, params)
        case Operation(operator=operator, operands=operands):
            parts = [value(o, params) for o in operands]
            a, b = parts[0], parts[-1]
            table = {
                "add": a + b,
                "sub": a - b,
                "mul": a * b,
                "min": min(a, b),
                "max": max(a, b),
                "neg": -a,
                "abs": abs(a),
            }
            return table[operator]
    raise AssertionError(expr)


@given(EXPRESSIONS, st.floats(1, 5), st.floats(-2, 3))
def test_an_extent_holds_every_value(expr: Expr, first: float, second: float) -> None:
    low, high = extent(expr, RANGES)
    assert low <= value(expr, (first, second)) <= high


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (operation("div", (Constant(NUMBER, 6.0), ParamRef(NUMBER, 0))), (1.2, 6.0)),
        (operation("div", (Constant(NUMBER, 6.0), ParamRef(NUMBER, 1))), EVERYTHING),
        (operation("mul", (Constant(NUMBER, 0.0), ParamRef(NUMBER, 2))), (0.0, 0.0)),
        (operation("abs", (ParamRef(NUMBER, 1),)), (0.0, 3.0)),
        (operation("floor", (operation("div", (ParamRef(NUMBER, 0), Constant(NUMBER, 2.0))),)), (0.0, 2.0)),
        (operation("to_number", (ParamRef(NUMBER, 0),)), (1.0, 5.0)),
        (operation("sqrt", (Constant(NUMBER, 9.0),)), (3.0, 3.0)),
        (ParamRef(NUMBER, 9), EVERYTHING),
        (operation("mod", (ParamRef(NUMBER, 0), ParamRef(NUMBER, 0))), EVERYTHING),
    ],
)
def test_an_extent_is(expr: Expr, expected: tuple[float, float]) -> None:
    assert extent(expr, RANGES) == expected
