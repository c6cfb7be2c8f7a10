"""A small directed graph over 0 .. n-1: what the compiler asks of one, without a library that takes longer to load than a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Digraph:
    """Edges are added once; neighbours come sorted, so that every answer is the same in every run."""

    def __init__(self, size: int) -> None:
        self._after: list[set[int]] = [set() for _ in range(size)]
        self._before: list[set[int]] = [set() for _ in range(size)]

    def add(self, source: int, target: int) -> None:
        self._after[source].add(target)
        self._before[target].add(source)

    def successors(self, node: int) -> list[int]:
        return sorted(self._after[node])

    def predecessors(self, node: int) -> list[int]:
        return sorted(self._before[node])

    def has_edge(self, source: int, target: int) -> bool:
        return target in self._after[source]

    def reached(self, start: int) -> set[int]:
        """`start` and all that some path from it leads to."""
        return set(self._breadth_first(start, range(len(self._after))))

    def path(self, start: int, end: int, within: Iterable[int]) -> list[int] | None:
        """A shortest path over nodes of `within`; None if there is none."""
        came_from = self._breadth_first(start, within)
        if end not in came_from:
            return None
        path = [end]
        while path[-1] != start:
            path.append(came_from[path[-1]])
        return path[::-1]

    def _breadth_first(self, start: int, within: Iterable[int]) -> dict[int, int]:
        """Each node that is reached, with the one before it."""
        allowed = set(within)
        came_from = {start: start}
        queue = [start]
        for node in queue:  # grows while it is walked
            for after in self.successors(node):
                if after in allowed and after not in came_from:
                    came_from[after] = node
                    queue.append(after)
        return came_from

    def components(self) -> list[list[int]]:
        """The strongly connected components, each sorted, by their lowest node."""
        return sorted(self.components_from_the_end())

    def components_from_the_end(self) -> list[list[int]]:
        """The same, what a component leads to before it: Tarjan's algorithm, without recursion."""
        number: dict[int, int] = {}
        lowest: dict[int, int] = {}
        on_stack: dict[int, None] = {}
        found: list[list[int]] = []
        for root in range(len(self._after)):
            if root in number:
                continue
            walk: list[tuple[int, Iterator[int]]] = [(root, iter(self.successors(root)))]
            number[root] = lowest[root] = len(number)
            on_stack[root] = None
            while walk:
                node, remaining = walk[-1]
                after = next(remaining, None)
                if after is None:
                    walk.pop()
                    if walk:
                        lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[node])
                    if lowest[node] == number[node]:
                        found.append(_popped(on_stack, node))
                elif after not in number:
                    number[after] = lowest[after] = len(number)
                    on_stack[after] = None
                    walk.append((after, iter(self.successors(after))))
                elif after in on_stack:
                    lowest[node] = min(lowest[node], number[after])
        return found


def _popped(stack: dict[int, None], node: int) -> list[int]:
    """The component of `node`: all that lies on the stack from it up."""
    members: list[int] = []
    while not members or members[-1] != node:
        members.append(stack.popitem()[0])
    return sorted(members)
