"""The most transitions that one instant tests, against every run of a machine to completion."""

from collections.abc import Callable, Iterator

from hypothesis import given, strategies as st

from stratc.compiler.cost.machine import machine_cost
from stratc.compiler.program import Machine, State, Transition
from tests.support.programs import BOOL, CLOSE, FLAT, HOUR, MachineBuilder, apply, cross, integer, number, state

RISES = apply("gt", CLOSE, number(1.0))


Tested = Callable[[State], list[Transition]]


def walks(machine: Machine, at: int, entered: frozenset[int], first: Tested, onward: Tested) -> Iterator[int]:
    """How many transitions are looked at on every way that an instant can go from here. first: tested here, onward: later."""
    found = first(machine.states[at])
    yield len(found)
    for count, transition in enumerate(found, start=1):
        target = transition.target
        if target is not None and target not in entered:
            for rest in walks(machine, target, entered | {target}, onward, onward):
                yield count + rest


def at_bars(where: State) -> list[Transition]:
    return [t for t in where.transitions if t.kind == "when"]


def quietly(where: State) -> list[Transition]:
    return [t for t in where.transitions if t.kind == "when" and not t.feeds]


def at_report(where: State) -> list[Transition]:
    quiet = quietly(where)
    return [t for t in where.transitions if t.kind == "on" or t in quiet]


def at_timer(timer: Transition) -> Tested:
    return lambda where: [t for t in where.transitions if t is timer or t in quietly(where)]


def brute(machine: Machine) -> int:
    found = []
    for start, where in enumerate(machine.states):
        entered = frozenset({start})
        for tested in (at_bars, at_report, quietly):
            found += walks(machine, start, entered, tested, tested)
        for timer in (t for t in where.transitions if t.kind == "after"):
            found += walks(machine, start, entered, at_timer(timer), quietly)
    return max(found)


@st.composite
def machines(draw: st.DrawFn, acyclic: bool) -> Machine:
    builder, size = MachineBuilder(), draw(st.integers(1, 5))
    states = []
    for index in range(size):
        targets = range(index + 1, size) if acyclic else range(size)
        found = []
        for _ in range(draw(st.integers(0, 4))):
            target = draw(st.sampled_from([None, *targets]))
            kind = draw(st.sampled_from(["bars", "always", "on", "after"]))
            if kind == "on":
                found.append(builder.on("closed", None, target))
            elif kind == "after":
                found.append(builder.after(integer(HOUR), target))
            else:
                found.append(
                    builder.when(RISES if kind == "bars" else FLAT, target, feeds=(0,) if kind == "bars" else ())
                )
        states.append(state(f"S{index}", *found))
    return Machine(tuple(states), 0, builder.timers)


@given(machines(acyclic=True))
def test_without_cycles_it_is_exact(machine: Machine) -> None:
    assert machine_cost(machine).tested == brute(machine)


@given(machines(acyclic=False))
def test_no_instant_tests_more(machine: Machine) -> None:
    found = machine_cost(machine).tested
    assert brute(machine) <= found <= sum(len(s.transitions) for s in machine.states)


def test_the_timers_are_the_machines_own() -> None:
    found = machine_cost(cross().machine)
    assert (found.states, found.transitions, found.timers) == (5, 10, 1)


def test_operations_are_those_of_the_conditions_on_the_way() -> None:
    m = MachineBuilder()
    both = apply("and", RISES, FLAT)
    chain = Machine((state("A", m.when(RISES, 1, feeds=(0,))), state("B", m.when(both, None, feeds=(0,)))), 0, 0)
    assert (machine_cost(chain).tested, machine_cost(chain).operations) == (2, 1 + 2)
    assert FLAT.kind is BOOL
