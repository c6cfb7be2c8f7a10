"""The cost of a fold equals what the interpreter's own algorithms do, counted while they run, and grows with the length."""

from typing import ClassVar, get_args

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.cost.counts import Counts
from stratc.compiler.cost.folds import STRIDED_UP_TO, fold_cost
from stratc.compiler.interpreter import dataflow
from stratc.compiler.program import Fold

FOLDS: tuple[Fold, ...] = get_args(Fold)
LENGTHS = st.integers(1, 3000)


class Counted(float):
    """A number that counts what is done with it, and knows how long the chain of operations is that made it."""

    done: ClassVar[list[int]] = [0, 0]  # arithmetic, comparisons
    depth = 0

    @classmethod
    def made(cls, value: float, *parts: object) -> "Counted":
        cls.done[0] += 1
        found = cls(value)
        found.depth = 1 + max(getattr(part, "depth", 0) for part in parts)
        return found

    def __add__(self, other: float) -> "Counted":
        return self.made(float(self) + float(other), self, other)

    __radd__ = __add__

    def __sub__(self, other: float) -> "Counted":
        return self.made(float(self) - float(other), self, other)

    def __rsub__(self, other: float) -> "Counted":
        return self.made(float(other) - float(self), self, other)

    def __mul__(self, other: float) -> "Counted":
        return self.made(float(self) * float(other), self, other)

    def __truediv__(self, other: float) -> "Counted":
        return self.made(float(self) / float(other), self, other)

    def __neg__(self) -> "Counted":
        return self.made(-float(self), self)

    def __abs__(self) -> "Counted":
        return self.made(abs(float(self)), self)

    def __ge__(self, other: float) -> bool:
        self.done[1] += 1
        return float(self) >= float(other)


def run(fold: Fold, length: int, ticks: int) -> list[tuple[int, int, int]]:
    """Of the last `ticks` instants: arithmetic, comparisons, depth of the result beyond what was pushed."""
    held, seen = dataflow.Held(length, running=dataflow.Neumaier()), []
    for i in range(length + ticks):
        Counted.done = [0, 0]
        held.push(Counted((i * 7919) % 1009 / 7.0))
        if length <= STRIDED_UP_TO:  # it pushes into the running sum too, which only a longer one reads
            Counted.done = [0, 0]
        result = held.fold(fold)
        seen.append((*Counted.done, getattr(result, "depth", 0)))
    return seen[length:]


@pytest.mark.parametrize("fold", ["sum", "mean", "variance"])
@pytest.mark.parametrize("length", [3, 5, 20, 32, 33, 40, 61])
def test_arithmetic_is_what_the_interpreter_does(fold: Fold, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that squares `(v - m) * (v - m)` subtracts twice; a square does it once."""
    plain = dataflow.Neumaier
    monkeypatch.setattr(dataflow, "Neumaier", lambda: plain(Counted(0.0), Counted(0.0)))
    seen = run(fold, length, 2 * length)
    cost = fold_cost(fold, length)
    twice = length if fold == "variance" else 0
    assert max(arithmetic for arithmetic, _, _ in seen) - twice == cost.worst.arithmetic
    assert max(comparisons for _, comparisons, _ in seen) == cost.worst.comparisons
    mean = sum(arithmetic - twice for arithmetic, _, _ in seen) / len(seen)
    assert cost.amortised.arithmetic - 1 < mean <= cost.amortised.arithmetic


@pytest.mark.parametrize("fold", ["sum", "mean", "variance"])
@pytest.mark.parametrize("length", [3, 4, 7, 32])
def test_the_chain_of_a_short_fold_is_as_long_as_the_interpreters(fold: Fold, length: int) -> None:
    """One load comes before it."""
    assert {1 + depth for _, _, depth in run(fold, length, length)} == {fold_cost(fold, length).from_memory}


@pytest.mark.parametrize("fold", ["min", "max"])
def test_an_extreme_compares_every_value_twice_at_worst(fold: Fold) -> None:
    assert fold_cost(fold, 9) == fold_cost(fold, 9)
    assert fold_cost(fold, 9).worst == fold_cost(fold, 9).amortised == Counts(comparisons=18, memory=10)


@given(st.sampled_from(FOLDS), LENGTHS, LENGTHS)
def test_a_longer_window_never_costs_less_at_worst(fold: Fold, a: int, b: int) -> None:
    short, long = fold_cost(fold, min(a, b)), fold_cost(fold, max(a, b))
    for kind in ("arithmetic", "comparisons", "selects", "memory", "total"):
        assert getattr(short.worst, kind) <= getattr(long.worst, kind)
    assert short.from_memory <= long.from_memory
    assert short.from_source <= long.from_source


@given(st.sampled_from(FOLDS), LENGTHS, LENGTHS)
def test_amortised_it_grows_on_either_side_of_the_change_of_algorithm(fold: Fold, a: int, b: int) -> None:
    if (a <= STRIDED_UP_TO) == (b <= STRIDED_UP_TO):
        assert fold_cost(fold, min(a, b)).amortised.total <= fold_cost(fold, max(a, b)).amortised.total


@given(st.sampled_from(FOLDS), LENGTHS)
def test_amortised_is_at_most_worst_and_no_chain_is_longer_than_all(fold: Fold, length: int) -> None:
    cost = fold_cost(fold, length)
    assert cost.amortised.total <= cost.worst.total
    assert max(cost.from_memory, cost.from_source) <= cost.worst.total


def test_the_limit_between_the_algorithms_is_the_interpreters() -> None:
    assert STRIDED_UP_TO == dataflow.STRIDED_UP_TO
