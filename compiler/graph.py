"""The graphs of a program: who needs whom in an instant, and which machine state leads where."""

from __future__ import annotations

from collections.abc import Sequence

from .digraph import Digraph
from .program import Clock, Equation, Machine
from .walk import now, references


def dataflow(equations: Sequence[Equation], clocks: Sequence[Clock] = ()) -> Digraph:
    """Edge a → b: b needs the value of a in the same instant, or a says whether b is evaluated or forgets. Nodes are equation indices."""
    graph = Digraph(len(equations))
    for equation in equations:
        for expr in now(equation):
            for source in references(expr):
                graph.add(source, equation.index)
        for index in deciding(equation, clocks):
            graph.add(index, equation.index)
    return graph


def deciding(equation: Equation, clocks: Sequence[Clock]) -> list[int]:
    """The equations that say whether this one is evaluated, and whether its past still counts."""
    samples = [clocks[equation.clock].equation] if equation.clock < len(clocks) else []
    return [index for index in (*samples, *equation.restarts) if index >= 0]


def cycles(graph: Digraph) -> list[list[int]]:
    """One shortest cycle of every strongly connected component that has one, each starting at its lowest index, sorted."""
    found = []
    for component in graph.components():
        start = component[0]
        if len(component) > 1 or graph.has_edge(start, start):
            found.append(_shortest_through(graph, component, start))
    return sorted(found)


def _shortest_through(graph: Digraph, component: Sequence[int], start: int) -> list[int]:
    if graph.has_edge(start, start):
        return [start]
    paths = [graph.path(after, start, component) for after in graph.successors(start) if after in component]
    best = min((path for path in paths if path is not None), key=lambda path: (len(path), path))
    return [start, *best[:-1]]


def reachable_states(machine: Machine) -> set[int]:
    """States that some sequence of transitions reaches from the initial one, or from those in which a position is taken over."""
    graph = transitions(machine)
    beginnings = {machine.initial, *(t.target for t in machine.adopts if t.target is not None)}
    return set().union(*(graph.reached(state) for state in beginnings))


def transitions(machine: Machine) -> Digraph:
    graph = Digraph(len(machine.states))
    for index, state in enumerate(machine.states):
        for transition in state.transitions:
            if transition.target is not None:
                graph.add(index, transition.target)
    return graph
