"""State size: bytes that the dataflow remembers between ticks, known before the program runs."""

from __future__ import annotations

from collections.abc import Sequence

from .program import Cross, Delay, Equation, Kind, Let, Memory, Restart, Sample, Window


def of(equation: Equation) -> int:
    """Bytes of one equation: values, `ok` and `stored` flags, ring positions; a window keeps its running fold too."""
    value = 1 if equation.kind is Kind.BOOL else 8
    slot = value + (1 if equation.optional else 0)
    match equation:
        case Let():
            return 0
        case Cross() | Sample() | Restart():  # a clock
            return 8
        case Memory():
            return slot + 1
        case Delay(capacity=capacity):
            return slot * capacity + 8
        case Window(capacity=capacity):
            return 8 * capacity + 32


def total(equations: Sequence[Equation]) -> int:
    return sum(of(e) for e in equations)
