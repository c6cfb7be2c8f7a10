"""Laws of every program's cost: parts add up, longer windows cost no less, no chain is longer than all operations together."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, strategies as st

from stratc.compiler import state_size
from stratc.compiler.cost.counts import NOTHING, summed
from stratc.compiler.cost.report import Cost, cost
from stratc.compiler.program import Delay, Program, Window
from stratc.compiler.walk import later, now, references
from tests.support.random_programs import random_program

SEEDS = st.integers(0, 10_000)  # of random programs


def longer(program: Program, by: int) -> Program:
    """With every window and every delay `by` values longer."""
    equations = tuple(
        replace(e, capacity=e.capacity + by) if isinstance(e, Window | Delay) else e for e in program.equations
    )
    return replace(program, equations=equations)


@given(SEEDS)
def test_the_total_is_the_sum_of_its_parts(seed: int) -> None:
    program = random_program(seed)
    found = cost(program)
    assert found.bytes == sum(part.bytes for part in found.parts) == state_size.total(program.equations)
    for measure in ("most", "usual", "amortised"):
        whole = getattr(found, measure)
        assert whole == summed([getattr(part, measure) for part in found.parts])
        assert whole.total == whole.arithmetic + whole.comparisons + whole.selects + whole.memory


@given(SEEDS, st.integers(1, 100))
def test_longer_windows_never_cost_less(seed: int, by: int) -> None:
    program = random_program(seed)
    short, long = cost(program), cost(longer(program, by))
    assert short.bytes <= long.bytes
    assert short.most.total <= long.most.total
    assert short.path.operations <= long.path.operations


@given(SEEDS)
def test_the_longest_chain_is_part_of_all_operations(seed: int) -> None:
    program = random_program(seed)
    found = cost(program)
    assert found.path.operations <= found.most.total
    assert found.usual_path <= found.usual.total
    assert found.amortised.total <= found.usual.total <= found.most.total


@given(SEEDS)
def test_the_path_leads_through_equations_that_need_each_other(seed: int) -> None:
    program = random_program(seed)
    named = {e.name: e for e in program.equations}
    steps = cost(program).path.steps
    for before, after in pairwise(steps):
        equation = named[after.name]
        read = later(equation) if after.stored else now(equation)
        assert named[before.name].index in {i for expr in read for i in references(expr)}
    assert not any(step.stored for step in steps[:-1])


def test_a_cost_can_be_compared() -> None:
    program = random_program(1)
    assert isinstance(cost(program), Cost)
    assert cost(program) == cost(program)
    assert cost(program).most != NOTHING
