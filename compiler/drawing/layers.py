"""The layered layout of Sugiyama, first half: cycles are broken, nodes get layers, and the order inside each avoids crossings.

Every edge becomes a chain of items, one for each layer between its ends; where it has a label, one of them is the label's box. So
boxes, labels and lines that pass through a layer are all items of it, and none can lie on another.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_SWEEPS = 24


@dataclass(slots=True)
class Item:
    """node or label: index of the node or of the edge whose label it is; neither: a line passes."""

    layer: int
    node: int | None = None
    label: int | None = None
    before: list[int] = field(default_factory=list)  # items of the layer before that a line leads from
    after: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Layered:
    """items: the nodes first. layers: items in their order. chains: per edge, from the lower layer on; reversed_: it runs back."""

    items: list[Item]
    layers: list[list[int]]
    chains: list[list[int]]
    reversed_: list[bool]


def layered(count: int, edges: Sequence[tuple[int, int]], labelled: Sequence[bool]) -> Layered:
    """Of nodes 0 … count - 1; no edge leads from a node to itself. Nodes that come first in order tend to stand first."""
    backward = _backward(count, edges)
    forward = [(b, a) if back else (a, b) for (a, b), back in zip(edges, backward, strict=True)]
    span = 2 if any(labelled) else 1  # room for a layer of labels
    levels = _levels(count, forward, span)
    items = [Item(levels[node], node=node) for node in range(count)]
    chains = [
        _chain(items, *ends, edge if has else None)
        for edge, (ends, has) in enumerate(zip(forward, labelled, strict=True))
    ]
    layers: list[list[int]] = [[] for _ in range(max((item.layer for item in items), default=-1) + 1)]
    for index, item in enumerate(items):
        layers[item.layer].append(index)
    found = Layered(items, layers, chains, backward)
    _order(found)
    return found


def _backward(count: int, edges: Sequence[tuple[int, int]]) -> list[bool]:
    """By edge: does it lead back to a node that a walk in depth has not left yet? Without those there is no cycle."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    for index, (a, _) in enumerate(edges):
        leaving[a].append(index)
    entered, open_ = [False] * count, [False] * count
    back = [False] * len(edges)
    for root in range(count):
        if entered[root]:
            continue
        entered[root] = open_[root] = True
        stack = [(root, iter(leaving[root]))]
        while stack:
            node, rest = stack[-1]
            edge = next(rest, None)
            if edge is None:
                open_[node] = False
                stack.pop()
                continue
            target = edges[edge][1]
            back[edge] = open_[target]
            if not entered[target]:
                entered[target] = open_[target] = True
                stack.append((target, iter(leaving[target])))
    return back


def _levels(count: int, edges: Sequence[tuple[int, int]], span: int) -> list[int]:
    """By node: the length of the longest way to it. One that nothing leads to stands just before what it leads to."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    levels, missing = [0] * count, [len(nodes) for nodes in before]
    ready = [node for node in range(count) if not before[node]]
    for node in ready:
        for target in after[node]:
            levels[target] = max(levels[target], levels[node] + span)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for node in range(count):
        if after[node] and not before[node]:
            levels[node] = min(levels[target] for target in after[node]) - span
    return levels


def _chain(items: list[Item], a: int, b: int, label: int | None) -> list[int]:
    """From node a to node b, which stands in a later layer."""
    first, last = items[a].layer, items[b].layer
    middle = (first + last) // 2
    chain = [a]
    for layer in range(first + 1, last):
        items.append(Item(layer, label=label if layer == middle else None))
        chain.append(len(items) - 1)
    chain.append(b)
    for left, right in pairwise(chain):
        items[left].after.append(right)
        items[right].before.append(left)
    return chain


# ---- the order inside each layer


def _order(found: Layered) -> None:
    """Sweeps down and up, each item to the mean place of its neighbours in the layer before; the best order seen stays."""
    best, fewest = [list(layer) for layer in found.layers], _crossings(found)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        _sweep(found, down)
        crossings = _crossings(found)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in found.layers], crossings
    found.layers[:] = best


def _sweep(found: Layered, down: bool) -> None:
    order = range(1, len(found.layers)) if down else range(len(found.layers) - 2, -1, -1)
    for level in order:
        layer = found.layers[level]
        place = {item: at for at, item in enumerate(found.layers[level - 1 if down else level + 1])}
        means: dict[int, float] = {}
        for at, index in enumerate(layer):
            near = [place[n] for n in (found.items[index].before if down else found.items[index].after)]
            means[index] = sum(near) / len(near) if near else at
        layer.sort(key=lambda index: means[index])


def _crossings(found: Layered) -> int:
    count = 0
    for upper, lower in pairwise(found.layers):
        place = {item: at for at, item in enumerate(lower)}
        passed: list[int] = []  # ends of the lines to the left, sorted
        for index in upper:
            ends = sorted(place[n] for n in found.items[index].after)
            count += sum(len(passed) - bisect_left(passed, end + 1) for end in ends)
            for end in ends:
                insort(passed, end)
    return count
