"""The layered layout, second half: where each item stands, and the points that each edge goes through.

Coordinates are (along, across): `along` leads from layer to layer, `across` along a layer. Inside a layer items keep their order
and a distance, and stand as near as that allows to the mean of their neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layers import Layered, layered

Point = tuple[float, float]
_ROUNDS, _STRAIGHTENINGS = 24, 12
_APART = 18.0  # between boxes of a layer
_LINES_APART = 12.0
_STRAIGHT = 4.0  # how much more a passing line wants its place than a box does


@dataclass(frozen=True, slots=True)
class Size:
    along: float
    across: float


@dataclass(frozen=True, slots=True)
class Box:
    """From its corner."""

    along: float
    across: float
    size: Size


@dataclass(frozen=True, slots=True)
class Layout:
    """nodes, labels (of edges; None: it has none) and lines, in the order in which they were given; size of the whole.

    A line is a list of points from its source to its target; between each two of them it runs in the gap of two layers or,
    straight, through a layer.
    """

    nodes: list[Box]
    labels: list[Box | None]
    lines: list[list[Point]]
    size: Size


def layout(
    sizes: Sequence[Size], edges: Sequence[tuple[int, int]], labels: Sequence[Size | None], gap: float
) -> Layout:
    """gap: between layers."""
    found = layered(len(sizes), edges, [label is not None for label in labels])
    box_sizes = [_size(found, index, sizes, labels) for index in range(len(found.items))]
    centres = _centres(found, box_sizes)
    starts, depth = _starts(found, box_sizes, gap)
    width = max((centres[i] + box_sizes[i].across / 2 for i in range(len(found.items))), default=0.0)
    boxes = [_box(found, index, box_sizes[index], centres[index], starts) for index in range(len(found.items))]
    of_label = {item.label: index for index, item in enumerate(found.items) if item.label is not None}
    return Layout(
        nodes=boxes[: len(sizes)],
        labels=[boxes[of_label[e]] if label is not None else None for e, label in enumerate(labels)],
        lines=_lines(found, boxes, centres, starts),
        size=Size(depth, width),
    )


def _size(found: Layered, index: int, sizes: Sequence[Size], labels: Sequence[Size | None]) -> Size:
    item = found.items[index]
    label = None if item.label is None else labels[item.label]
    return sizes[item.node] if item.node is not None else label or Size(0.0, 0.0)


# ---- across a layer


def _centres(found: Layered, sizes: Sequence[Size]) -> list[float]:
    centres = [0.0] * len(found.items)
    for layer in found.layers:
        _settle(layer, [0.0] * len(layer), found, sizes, centres)
    for round_ in range(_ROUNDS):
        down = round_ % 2 == 0
        for layer in found.layers if down else reversed(found.layers):
            wanted = [_mean(found, index, centres, down, both=round_ >= _ROUNDS // 2) for index in layer]
            _settle(layer, wanted, found, sizes, centres)
    for _ in range(_STRAIGHTENINGS):
        middles = _middles(found, centres)
        for layer in found.layers:
            _settle(layer, [middles.get(index, centres[index]) for index in layer], found, sizes, centres)
    least = min((centres[i] - sizes[i].across / 2 for i in range(len(centres))), default=0.0)
    return [centre - least for centre in centres]


def _mean(found: Layered, index: int, centres: list[float], down: bool, both: bool) -> float:
    item = found.items[index]
    near = [*item.before, *item.after] if both else item.before if down else item.after
    return sum(centres[n] for n in near) / len(near) if near else centres[index]


def _middles(found: Layered, centres: list[float]) -> dict[int, float]:
    """Where a line would have to pass through each layer to be straight."""
    middles: dict[int, float] = {}
    for chain in found.chains:
        inner = chain[1:-1]
        middles |= dict.fromkeys(inner, sum(centres[i] for i in inner) / len(inner) if inner else 0.0)
    return middles


def _settle(
    layer: Sequence[int], wanted: Sequence[float], found: Layered, sizes: Sequence[Size], centres: list[float]
) -> None:
    """The places nearest to those wanted, in least squares, that keep order and distance: neighbours in each other's way are
    joined into a block, which stands at the mean of what its members want of it."""
    blocks: list[tuple[float, float, int]] = []  # (place of its first, weight, members)
    offsets, offset = [], 0.0
    for at, index in enumerate(layer):
        if at:
            offset += _distance(found, layer[at - 1], index, sizes)
        offsets.append(offset)
        weight = 1.0 if found.items[index].node is not None else _STRAIGHT
        block = (wanted[at] - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            place, other, members = blocks.pop()
            total = other + block[1]
            block = ((place * other + block[0] * block[1]) / total, total, members + block[2])
        blocks.append(block)
    places = [place for place, _, members in blocks for _ in range(members)]
    for index, place, off in zip(layer, places, offsets, strict=True):
        centres[index] = place + off


def _distance(found: Layered, left: int, right: int, sizes: Sequence[Size]) -> float:
    lines = all(found.items[i].node is None and found.items[i].label is None for i in (left, right))
    return (sizes[left].across + sizes[right].across) / 2 + (_LINES_APART if lines else _APART)


# ---- along the layers


def _starts(found: Layered, sizes: Sequence[Size], gap: float) -> tuple[list[tuple[float, float]], float]:
    """Each layer's (start, thickness), and the sum."""
    starts, at = [], 0.0
    for layer in found.layers:
        thickness = max(sizes[index].along for index in layer) if layer else 0.0
        starts.append((at, thickness))
        at += thickness + gap
    return starts, max(0.0, at - gap)


def _box(found: Layered, index: int, size: Size, centre: float, starts: list[tuple[float, float]]) -> Box:
    start, thickness = starts[found.items[index].layer]
    return Box(start + (thickness - size.along) / 2, centre - size.across / 2, size)


# ---- lines


def _lines(
    found: Layered, boxes: list[Box], centres: list[float], starts: list[tuple[float, float]]
) -> list[list[Point]]:
    ports = _ports(found, boxes, centres)
    lines = []
    for edge, chain in enumerate(found.chains):
        first, last = chain[0], chain[-1]
        out, in_ = ports[edge, first], ports[edge, last]
        points = [(boxes[first].along + boxes[first].size.along, out), (_end(found, first, starts), out)]
        for index in chain[1:-1]:
            start, thickness = starts[found.items[index].layer]
            points += [(start, centres[index]), (start + thickness, centres[index])]
        points += [(starts[found.items[last].layer][0], in_), (boxes[last].along, in_)]
        points = [points[0], *(b for a, b in pairwise(points) if a != b)]
        lines.append(points[::-1] if found.reversed_[edge] else points)
    return lines


def _end(found: Layered, index: int, starts: list[tuple[float, float]]) -> float:
    return sum(starts[found.items[index].layer])


def _ports(found: Layered, boxes: list[Box], centres: list[float]) -> dict[tuple[int, int], float]:
    """By edge and node: where across it leaves or enters. Lines at one side share it evenly, in the order of where they lead."""
    sides: dict[tuple[int, bool], list[tuple[float, int]]] = {}
    for edge, chain in enumerate(found.chains):
        sides.setdefault((chain[0], True), []).append((centres[chain[1]], edge))
        sides.setdefault((chain[-1], False), []).append((centres[chain[-2]], edge))
    ports = {}
    for (node, _), lines in sides.items():
        box = boxes[node]
        for at, (_, edge) in enumerate(sorted(lines), start=1):
            ports[edge, node] = box.across + box.size.across * at / (len(lines) + 1)
    return ports
