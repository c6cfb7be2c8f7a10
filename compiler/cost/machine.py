"""How many transitions one instant can test at most, and how many operations their conditions take.

An instant runs the machine to completion and enters each state at most once (semantics.md 5d). A BARS instant tests `when`; a
REPORT `on`, and a TIMER its one `after`, each with those `when` that read no feed. The number is exact where the transitions
that such an instant can take form no cycle; on a cycle all of its states are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..digraph import Digraph
from ..program import Machine, State, Transition
from .counts import of_expr

Tested = Callable[[State], list[Transition]]
Weight = Callable[[Transition], int]


@dataclass(frozen=True, slots=True)
class MachineCost:
    """tested: transitions, in the instant that tests most. operations: of conditions, in the instant that takes most."""

    states: int
    transitions: int
    timers: int
    tested: int
    operations: int


def machine_cost(machine: Machine) -> MachineCost:
    return MachineCost(
        states=len(machine.states),
        transitions=sum(len(state.transitions) for state in machine.states),
        timers=machine.timer_count,
        tested=_most(machine, lambda transition: 1),
        operations=_most(machine, lambda transition: of_expr(transition.condition).total),
    )


def _most(machine: Machine, weight: Weight) -> int:
    """Over every state to begin in and every kind of instant."""
    return max([*_chains(machine, _at_bars, weight), *_chains(machine, _at_report, weight), _at_timer(machine, weight)])


def _at_bars(state: State) -> list[Transition]:
    return [t for t in state.transitions if t.kind == "when"]


def _at_report(state: State) -> list[Transition]:
    return [t for t in state.transitions if t.kind == "on" or _always(t)]


def _quietly(state: State) -> list[Transition]:
    return [t for t in state.transitions if _always(t)]


def _always(transition: Transition) -> bool:
    return transition.kind == "when" and not transition.feeds


def _at_timer(machine: Machine, weight: Weight) -> int:
    """One timer comes due in the state the instant begins in; after it nothing but `when` can be taken."""
    onward = _chains(machine, _quietly, weight)
    found = list(onward)
    for index, state in enumerate(machine.states):
        for timer in (t for t in state.transitions if t.kind == "after"):
            tested = [t for t in state.transitions if t is timer or _always(t)]
            found.append(_from(index, tested, onward, weight))
    return max(found)


def _from(index: int, tested: list[Transition], onward: list[int], weight: Weight) -> int:
    """Stay, having tested all; or take one, having tested those before it and itself, and go on."""
    most = so_far = 0
    for transition in tested:
        so_far += weight(transition)
        goes_on = transition.target is not None and transition.target != index
        most = max(most, so_far + (onward[transition.target] if goes_on and transition.target is not None else 0))
    return most


def _chains(machine: Machine, tested: Tested, weight: Weight) -> list[int]:
    """By state: the most that an instant which begins there can test."""
    graph = Digraph(len(machine.states))
    for index, state in enumerate(machine.states):
        for transition in tested(state):
            if transition.target is not None:
                graph.add(index, transition.target)
    most = [0] * len(machine.states)
    for component in graph.components_from_the_end():
        if len(component) == 1:
            [index] = component
            most[index] = _from(index, tested(machine.states[index]), most, weight)
            continue
        inside = sum(weight(t) for index in component for t in tested(machine.states[index]))
        beyond = max(
            (most[after] for index in component for after in graph.successors(index) if after not in component),
            default=0,
        )
        for index in component:
            most[index] = inside + beyond
    return most
