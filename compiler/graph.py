"""The graphs of a program: who needs whom in an instant, and which machine state leads where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import networkx as nx

from .program import Equation, Machine
from .walk import later, now, references

Graph: TypeAlias = "nx.DiGraph[int]"


def dataflow(equations: Sequence[Equation]) -> Graph:
    """Edge a → b: b needs the value of a in the same instant. Nodes are equation indices."""
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(range(len(equations)))
    for equation in equations:
        for expr in now(equation):
            graph.add_edges_from((source, equation.index) for source in references(expr))
    return graph


def lifetime(equations: Sequence[Equation]) -> Graph:
    """Like `dataflow`, but history counts too: who needs whom at all."""
    graph = dataflow(equations)
    for equation in equations:
        for expr in later(equation):
            graph.add_edges_from((source, equation.index) for source in references(expr))
    return graph


def cycles(graph: Graph) -> list[list[int]]:
    """One shortest cycle of every strongly connected component that has one, each starting at its lowest index, sorted."""
    found = []
    for component in nx.strongly_connected_components(graph):
        inner = graph.subgraph(sorted(component))
        start = min(component)
        if len(component) > 1 or graph.has_edge(start, start):
            found.append(_shortest_through(inner, start))
    return sorted(found)


def _shortest_through(graph: Graph, start: int) -> list[int]:
    if graph.has_edge(start, start):
        return [start]
    paths = [nx.shortest_path(graph, after, start) for after in sorted(graph.successors(start))]
    best: list[int] = min(paths, key=lambda path: (len(path), path))
    return [start, *best[:-1]]


def reachable_states(machine: Machine) -> set[int]:
    """States that some sequence of transitions reaches from the initial one."""
    graph = transitions(machine)
    return {machine.initial} | set(nx.descendants(graph, machine.initial))


def transitions(machine: Machine) -> Graph:
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(range(len(machine.states)))
    for index, state in enumerate(machine.states):
        graph.add_edges_from((index, t.target) for t in state.transitions if t.target is not None)
    return graph
