"""The law of the analysis: whatever a program does, every value of every equation lies in its interval.

Programs without sense, whose warm-ups are made up: so of every value from the first tick on, ready or not.
"""

from collections import Counter

import pytest

from stratc.compiler.interpreter import Fault, Interpreter
from stratc.compiler.interpreter.messages import Bars
from stratc.compiler.intervals.interval import anything
from stratc.compiler.intervals.solve import of_equations
from stratc.compiler.program import Program
from tests.support.random_inputs import RandomInputs
from tests.support.random_programs import random_program

SEEDS, BARS = 320, 100


def values_lie_inside(program: Program, seed: int) -> int:
    """How many values were compared."""
    intervals = of_equations(program, ready=False)
    inputs = RandomInputs(seed, program)
    run = Interpreter(program, [p.value for p in program.params], program.capital)
    compared = bars = 0
    for _ in range(4 * BARS):  # some inputs are no bars
        given = inputs.next(run.next_deadline())
        try:
            inputs.saw(run.step(given))
        except Fault:
            break
        if not (isinstance(given, Bars) and given.bars):
            continue
        bars += 1
        if bars > BARS:
            break
        for equation, value in zip(program.equations, run.dataflow.values, strict=True):
            if run.dataflow.ticks[equation.clock] > 0:
                assert intervals[equation.index].holds(value), (seed, equation, value, intervals[equation.index])
                compared += 1
    return compared


@pytest.mark.parametrize("first", range(0, SEEDS, 40))
def test_every_value_lies_in_its_interval(first: int) -> None:
    compared = sum(values_lie_inside(random_program(seed), seed) for seed in range(first, first + 40))
    assert compared > 10_000


def test_the_intervals_say_something() -> None:
    """An analysis that always answers `anything` would be sound as well."""
    found: Counter[bool] = Counter()
    for seed in range(100):
        program = random_program(seed)
        for index, interval in of_equations(program, ready=False).items():
            equation = program.equations[index]
            found[interval == anything(equation.kind, equation.optional)] += 1
    assert found[False] > found[True]
