"""What one push and fold of a window of `length` values costs, by the algorithms that program.py's Window lays down.

worst: in the instant that takes most (a long sum is then added up anew; the extreme leaves the window). amortised: per instant,
over many, whatever the values are. Of min and max it equals the worst: of falling values the largest leaves at every tick.

from_source, from_memory: operations on the longest chain from the pushed value, and from the held ones, to the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Fold
from .counts import Counts

STRIDED_UP_TO = 32  # longer sums run, compensated
_COMPENSATED = Counts(arithmetic=6, comparisons=1, selects=1)  # s + v; |s|, |v|; >=; ?:; (s - t) + v; c + it
_COMPENSATED_CHAIN = 5  # s + v, s - t, + v, ?:, c + it


@dataclass(frozen=True, slots=True)
class FoldCost:
    worst: Counts
    amortised: Counts
    from_source: int
    from_memory: int

    def then(self, more: Counts, chain: int) -> FoldCost:
        """Followed by operations that work on the result."""
        return FoldCost(
            self.worst + more, self.amortised + more, self.from_source + chain, self.from_memory + chain
        )  # fmt: skip


def fold_cost(fold: Fold, length: int) -> FoldCost:
    match fold:
        case "sum":
            return _sum(length)
        case "mean":
            return _mean(length)
        case "variance":
            return _variance(length)
        case "min" | "max":
            return _extreme(length)


def _sum(length: int) -> FoldCost:
    return _strided_sum(length) if length <= STRIDED_UP_TO else _running_sum(length)


def _lane(length: int) -> int:
    """Additions one after another in the longest of the four partial sums, then two that join them."""
    return -(-length // 4) + 2


def _strided_sum(length: int) -> FoldCost:
    counts = Counts(arithmetic=length + 3, memory=length + 1)
    return FoldCost(counts, counts, 3, 1 + _lane(length))  # the newest value is the last of its partial sum


def _running_sum(length: int) -> FoldCost:
    """Anew at every `length`-th push, else the new value is added and the leaving one, negated."""
    result = Counts(arithmetic=1)
    anew = _COMPENSATED.times(length) + Counts(memory=length + 3) + result  # the ring; the value, sum and compensation
    step = _COMPENSATED.times(2) + Counts(arithmetic=1, memory=6) + result  # the same and the leaving value
    amortised = (anew + step.times(length - 1)).shared_by(length)
    return FoldCost(anew, amortised, _COMPENSATED_CHAIN + 1, 1 + (length - 1) + _COMPENSATED_CHAIN + 1)


def _mean(length: int) -> FoldCost:
    return _sum(length).then(Counts(arithmetic=1), 1)


def _variance(length: int) -> FoldCost:
    """The mean; then of each value its difference, the square, and the strided sum of those; a division."""
    second = Counts(arithmetic=3 * length + 3 + 1, memory=length)
    return _mean(length).then(second, 2 + _lane(length) + 1)


def _extreme(length: int) -> FoldCost:
    """The new value against the best; if that one leaves, every held value. Against a NaN too, so two comparisons each."""
    counts = Counts(comparisons=2 * length, memory=length + 1)
    return FoldCost(counts, counts, length, 1 + length)
