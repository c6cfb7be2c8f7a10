"""The graph's answers are those of the definitions, on random graphs."""

import random
from itertools import pairwise, product

import pytest

from stratc.compiler.digraph import Digraph


def random_graph(seed: int) -> tuple[Digraph, set[tuple[int, int]], int]:
    choose = random.Random(seed)
    size = choose.randint(1, 9)
    edges = {e for e in product(range(size), repeat=2) if choose.random() < choose.choice((0.1, 0.2, 0.4))}
    graph = Digraph(size)
    for edge in edges:
        graph.add(*edge)
    return graph, edges, size


def closure(edges: set[tuple[int, int]], size: int) -> set[tuple[int, int]]:
    """Which node leads to which, in no step or more."""
    reach = edges | {(n, n) for n in range(size)}
    for middle, start, end in product(range(size), repeat=3):
        if (start, middle) in reach and (middle, end) in reach:
            reach.add((start, end))
    return reach


@pytest.mark.parametrize("seed", range(60))
def test_components_paths_and_what_is_reached(seed: int) -> None:
    graph, edges, size = random_graph(seed)
    reach = closure(edges, size)
    mutual = {tuple(b for b in range(size) if (a, b) in reach and (b, a) in reach) for a in range(size)}
    assert graph.components() == sorted(map(list, mutual))
    for start in range(size):
        assert graph.reached(start) == {end for end in range(size) if (start, end) in reach}
        assert graph.successors(start) == sorted(b for a, b in edges if a == start)
        assert graph.predecessors(start) == sorted(a for a, b in edges if b == start)
    for start, end in product(range(size), repeat=2):
        path = graph.path(start, end, range(size))
        assert (path is not None) == ((start, end) in reach)
        if path is not None:
            assert (path[0], path[-1]) == (start, end)
            assert all(step in edges for step in pairwise(path))
            assert len(path) == len(set(path))


def test_a_path_stays_within_what_is_allowed() -> None:
    graph = Digraph(4)
    for edge in ((0, 1), (1, 3), (0, 2), (2, 3)):
        graph.add(*edge)
    assert graph.path(0, 3, {0, 2, 3}) == [0, 2, 3]
    assert graph.path(0, 3, {0, 3}) is None
