"""Transitions that are never taken: one before them is whenever they could be, or they lead to the state they are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..lang import tree
from .digraph import Digraph
from .program import Machine, Transition
from .readiness import transitions_of
from .reporter import Reporter


def check(reporter: Reporter, machine: Machine, nodes: Sequence[tree.State]) -> None:
    """nodes: the syntax of the states, in the same order."""
    at_report, at_bars = _graph(machine, _in_reports), _graph(machine, lambda t: t.kind == "when")
    for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True)):
        spans = [item.span for item in transitions_of(node)]
        for place, transition in enumerate(state.transitions):
            if transition.target == index:
                reporter.report(
                    "W0704",
                    spans[place],
                    "this transition is never taken",
                    f"leads to `{state.name}`, which counts as entered already",
                    help="leave out `-> STATE` to stay and only do something",
                )
                continue
            graph = at_report if transition.kind == "on" else at_bars
            earlier = next((i for i in range(place) if _hides(state.transitions[i], transition, index, graph)), None)
            if earlier is not None:
                reporter.report(
                    "W0704",
                    spans[place],
                    "this transition is never taken",
                    "comes too late",
                    also=((spans[earlier], "is taken whenever it could be"),),
                    help="textual order decides: put the narrower transition first, or remove one of them",
                )


def _hides(first: Transition, then: Transition, state: int, graph: Digraph) -> bool:
    """Is `first`, which stands before it, taken whenever `then` could be? Not where its target was entered earlier in the instant."""
    if first.kind != then.kind or first.kind == "after":
        return False
    if first.kind == "on" and (first.event != then.event or first.template not in (None, then.template)):
        return False
    if first.condition != then.condition and not (first.kind == "on" and first.condition is None):
        return False
    return first.target is None or state not in graph.reached(first.target)


def _in_reports(transition: Transition) -> bool:
    """Can it be taken in an instant that a report brings?"""
    return transition.kind == "on" or (transition.kind == "when" and not transition.feeds)


def _graph(machine: Machine, taken: Callable[[Transition], bool]) -> Digraph:
    """Which state leads to which within one such instant."""
    graph = Digraph(len(machine.states))
    for index, state in enumerate(machine.states):
        for transition in state.transitions:
            if transition.target is not None and taken(transition):
                graph.add(index, transition.target)
    return graph
