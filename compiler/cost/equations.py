"""What each equation costs at a tick, for given lengths of its windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..program import Cross, Delay, Equation, Let, Memory, Param, Restart, Sample, Window
from ..warmup import linear
from .counts import Counts, of_expr
from .folds import fold_cost

TICK = Counts(arithmetic=1, comparisons=1, memory=2)  # of a clock that is counted: is it to tick? then one more
Lengths = Callable[[Window], int]


def largest(window: Window) -> int:
    """The length at the parameters' highest values, for which the ring has room."""
    return window.capacity


def default(params: Sequence[Param]) -> Lengths:
    """The length at the values with which the parameters are declared."""
    values = [param.value for param in params]
    return lambda window: min(max(linear(window.length, window.index).at(values), 1), window.capacity)


def at_worst(equation: Equation, lengths: Lengths) -> Counts:
    """In the instant that takes most."""
    return _cost(equation, lambda window: fold_cost(window.fold, lengths(window)).worst)


def amortised(equation: Equation, lengths: Lengths) -> Counts:
    """Per instant, over many."""
    return _cost(equation, lambda window: fold_cost(window.fold, lengths(window)).amortised)


def _cost(equation: Equation, of_fold: Callable[[Window], Counts]) -> Counts:
    match equation:
        case Let(value=value):
            return of_expr(value)
        case Memory(first=first, next=next_):
            return of_expr(first) + of_expr(next_) + Counts(selects=1, memory=2)  # stored ? it : first; the store
        case Delay(source=source):
            return of_expr(source) + Counts(memory=2)
        case Window(source=source):
            return of_expr(source) + of_fold(equation)
        case Cross(source=source):
            return of_expr(source) + TICK
        case Sample(condition=condition) | Restart(condition=condition):
            return of_expr(condition) + TICK
