"""Every operator's interval holds what the interpreter calculates on values of the operands' intervals, at the awkward ones first."""

import math
import sys
from typing import Any, get_args

import pytest
from hypothesis import example, given, strategies as st

from stratc.compiler.interpreter.dataflow import _apply
from stratc.compiler.intervals.evaluate import apply
from stratc.compiler.intervals.interval import ANY_NUMBER, Interval, exactly, hull, widened
from stratc.compiler.program import Constant, Kind, Operation, Operator

LARGEST, SMALLEST, NAN, INF = sys.float_info.max, math.ulp(0.0), math.nan, math.inf
AWKWARD = (
    0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 0.1, -7.25, 2.0**53, 2.0**53 + 2, LARGEST, -LARGEST, SMALLEST, -SMALLEST, INF, -INF, NAN,
    sys.float_info.min, -sys.float_info.min, 1.5 * SMALLEST, 1e-300, 1e300, -1e300, 1 + sys.float_info.epsilon,
)  # fmt: skip
WHOLE = (0, 1, -1, 2, 3, 7, -5, 2**31, -(2**62), 2**62, 2**63 - 1, -(2**63), 3_037_000_500, -(2**63) + 1)
UNARY = ("neg", "abs", "sqrt", "floor", "ceil")
BINARY = ("add", "sub", "mul", "div", "mod", "min", "max", "lt", "le", "gt", "ge", "eq", "ne")
TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
OF_INTEGERS = ("add", "sub", "mul", "mod", "neg", "abs", "min", "max", "lt", "le", "gt", "ge", "eq", "ne", "to_number")
OF_BOOLS = ("and", "or", "not", "eq", "ne")

NUMBERS = st.one_of(st.sampled_from(AWKWARD), st.floats(), st.floats(-10, 10))
INTEGERS = st.one_of(st.sampled_from(WHOLE), st.integers(-(2**63), 2**63 - 1), st.integers(-9, 9))
VALUES = {Kind.NUMBER: NUMBERS, Kind.INTEGER: INTEGERS, Kind.BOOL: st.booleans()}


def operation(word: Any, kind: Kind, optional: bool) -> Operation:
    arity = 1 if word in (*UNARY, "not", "to_number") else 2
    result = Kind.BOOL if word in TRUTHS else Kind.NUMBER if word == "to_number" else kind
    return Operation(result, kind, word, (Constant(kind, 0),) * arity, optional)


def words(kind: Kind) -> tuple[Any, ...]:
    return {Kind.NUMBER: (*UNARY, *BINARY), Kind.INTEGER: OF_INTEGERS, Kind.BOOL: OF_BOOLS}[kind]


def of(values: Any) -> Interval:
    """The interval of some values."""
    found = exactly(values[0])
    for value in values[1:]:
        found = hull(found, exactly(value))
    return found


def held(expr: Operation, sides: list[list[Any]]) -> None:
    """Each side: values whose interval the operator gets; it must hold the result on all their pairs."""
    found = apply(expr, [of(values) for values in sides])
    pairs = [(a,) for a in sides[0]] if len(sides) == 1 else [(a, b) for a in sides[0] for b in sides[1]]
    for operands in pairs:
        result = _apply(expr, list(operands))
        assert found.holds(result), (expr.operator, operands, result, found)


def test_every_operator_is_tried() -> None:
    tried = {word for kind in Kind for word in words(kind)}
    assert tried == set(get_args(Operator))


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("word", words(Kind.NUMBER))
def test_it_holds_the_awkward_pairs(word: Any, optional: bool) -> None:
    expr = operation(word, Kind.NUMBER, optional)
    for low in AWKWARD:
        for high in AWKWARD:
            for other in AWKWARD if len(expr.operands) == 2 else (0.0,):
                held(expr, [[low, high], [other]][: len(expr.operands)])
                held(expr, [[other], [low, high]][: len(expr.operands)])


@pytest.mark.parametrize("word", words(Kind.INTEGER))
def test_it_holds_the_awkward_whole_numbers(word: Any) -> None:
    expr = operation(word, Kind.INTEGER, word == "mod")
    for low in WHOLE:
        for high in WHOLE:
            for other in WHOLE:
                held(expr, [[low, high], [other]][: len(expr.operands)])


def cases() -> Any:
    def of_kind(kind: Kind) -> Any:
        side = st.lists(VALUES[kind], min_size=1, max_size=5)
        return st.tuples(st.just(kind), st.sampled_from(words(kind)), st.booleans(), side, side)

    return st.sampled_from(tuple(Kind)).flatmap(of_kind)


@given(cases())
@example((Kind.NUMBER, "mul", False, [0.0, INF], [-INF, 0.0]))
@example((Kind.NUMBER, "div", False, [INF, 1.0], [INF, 7.0]))
@example((Kind.NUMBER, "div", True, [LARGEST], [0.5, SMALLEST, -0.0]))
def test_it_holds_every_result(case: Any) -> None:
    kind, word, optional, *sides = case
    expr = operation(word, kind, optional)
    held(expr, sides[: len(expr.operands)])


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.floats(0, 1), st.floats(0, 1), st.sampled_from(BINARY))
def test_it_holds_what_lies_between(a: float, b: float, c: float, d: float, s: float, t: float, word: Any) -> None:
    """The operands between the ends, not only the ends themselves."""

    def between(low: float, high: float, share: float) -> float:
        found = low + share * (high - low)
        return found if min(low, high) <= found <= max(low, high) else low

    expr = operation(word, Kind.NUMBER, True)
    found = apply(expr, [of([a, b]), of([c, d])])
    assert found.holds(_apply(expr, [between(a, b, s), between(c, d, t)]))


@pytest.mark.parametrize(
    ("word", "operands", "expected"),
    [
        ("add", [(1.0, 2.0), (10.0, 20.0)], Interval(11.0, 22.0)),
        ("sub", [(1.0, 2.0), (10.0, 20.0)], Interval(-19.0, -8.0)),
        ("mul", [(-1.0, 2.0), (10.0, 20.0)], Interval(-20.0, 40.0)),
        ("div", [(1.0, 2.0), (4.0, 8.0)], Interval(0.125, 0.5)),
        ("div", [(1.0, 2.0), (-8.0, -4.0)], Interval(-0.5, -0.125)),
        ("mod", [(0.0, 100.0), (1.0, 7.0)], Interval(0.0, 7.0)),
        ("min", [(0.0, 5.0), (2.0, 3.0)], Interval(0.0, 3.0)),
        ("max", [(0.0, 5.0), (2.0, 3.0)], Interval(2.0, 5.0)),
        ("abs", [(-3.0, 2.0)], Interval(0.0, 3.0)),
        ("sqrt", [(4.0, 9.0)], Interval(2.0, 3.0)),
        ("floor", [(-1.5, 1.5)], Interval(-2.0, 1.0)),
        ("ceil", [(-1.5, 1.5)], Interval(-1.0, 2.0)),
        ("neg", [(-1.5, 2.0)], Interval(-2.0, 1.5)),
        ("lt", [(0.0, 1.0), (2.0, 3.0)], Interval(1, 1)),
        ("lt", [(0.0, 2.0), (2.0, 3.0)], Interval(0, 1)),
        ("ge", [(0.0, 1.0), (2.0, 3.0)], Interval(0, 0)),
        ("eq", [(0.0, 1.0), (2.0, 3.0)], Interval(0, 0)),
        ("ne", [(2.0, 2.0), (2.0, 2.0)], Interval(0, 0)),
    ],
)
def test_it_is_no_wider_than_need_be(word: Any, operands: list[tuple[float, float]], expected: Interval) -> None:
    """A division that proves its domain is not missing: soundness alone would allow everything always."""
    assert apply(operation(word, Kind.NUMBER, True), [Interval(*pair) for pair in operands]) == expected


def test_a_division_that_may_be_by_zero_may_be_missing() -> None:
    divided = apply(operation("div", Kind.NUMBER, True), [Interval(1.0, 2.0), Interval(0.0, 8.0)])
    assert (divided.na, divided.nan, divided.low) == (True, False, 0.125)


def test_a_quotient_that_may_overflow_may_be_missing() -> None:
    assert apply(operation("div", Kind.NUMBER, True), [Interval(1.0, LARGEST), Interval(0.5, 1.0)]).na


@given(st.lists(NUMBERS, min_size=1, max_size=4), st.lists(NUMBERS, min_size=1, max_size=4))
def test_widening_never_takes_away_and_ends(first: list[float], more: list[float]) -> None:
    old, new = of(first), of([*first, *more])
    for _ in range(20):
        wider = widened(old, new, Kind.NUMBER)
        assert hull(wider, new) == wider
        old, new = wider, hull(wider, of(more))
    assert new == old
    assert hull(ANY_NUMBER, new) == ANY_NUMBER
