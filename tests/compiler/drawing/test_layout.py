"""The layout of any graph: no two boxes or labels touch, lines go round them, and most edges lead one way."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.drawing.layers import layered
from stratc.compiler.drawing.places import Box, Layout, Size, layout

NEARLY = 1e-6
SIZES = st.builds(Size, st.integers(10, 90), st.integers(10, 200))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[tuple[int, int]], list[Size | None]]:
    sizes = draw(st.lists(SIZES, min_size=1, max_size=9))
    ends = st.integers(0, len(sizes) - 1)
    edges = draw(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=18))
    labels = draw(st.lists(st.none() | SIZES, min_size=len(edges), max_size=len(edges)))
    return sizes, edges, labels


def boxes(found: Layout) -> list[Box]:
    return [*found.nodes, *(label for label in found.labels if label is not None)]


def overlap(a: Box, b: Box) -> bool:
    along = min(a.along + a.size.along, b.along + b.size.along) - max(a.along, b.along)
    across = min(a.across + a.size.across, b.across + b.size.across) - max(a.across, b.across)
    return along > NEARLY and across > NEARLY


@given(graphs())
def test_no_two_boxes_overlap_and_all_are_inside(
    graph: tuple[list[Size], list[tuple[int, int]], list[Size | None]],
) -> None:
    found = layout(*graph, gap=20.0)
    assert not any(overlap(a, b) for a, b in combinations(boxes(found), 2))
    for box in boxes(found):
        assert box.along >= -NEARLY
        assert box.across >= -NEARLY
        assert box.along + box.size.along <= found.size.along + NEARLY
        assert box.across + box.size.across <= found.size.across + NEARLY


@given(graphs())
def test_boxes_keep_their_sizes_and_labels_belong_to_their_edges(
    graph: tuple[list[Size], list[tuple[int, int]], list[Size | None]],
) -> None:
    found = layout(*graph, gap=20.0)
    assert [box.size for box in found.nodes] == graph[0]
    assert [label and label.size for label in found.labels] == graph[2]
    for label, line in zip(found.labels, found.lines, strict=True):
        if label is not None:
            middle = label.across + label.size.across / 2
            passing = [(a, b) for (a, b), (_, d) in pairwise(line) if abs(b - middle) < NEARLY and abs(d - b) < NEARLY]
            assert passing


@given(graphs())
def test_lines_lead_from_box_to_box_and_cross_no_other(
    graph: tuple[list[Size], list[tuple[int, int]], list[Size | None]],
) -> None:
    found = layout(*graph, gap=20.0)
    for index, ((a, b), line) in enumerate(zip(graph[1], found.lines, strict=True)):
        for end, node in ((line[0], a), (line[-1], b)):
            box = found.nodes[node]
            assert min(abs(end[0] - box.along), abs(end[0] - box.along - box.size.along)) < NEARLY
            assert box.across < end[1] < box.across + box.size.across
        own = found.labels[index]
        others = [box for box in boxes(found) if box is not own]
        for (x1, y1), (x2, y2) in pairwise(line):
            hull = Box(min(x1, x2), min(y1, y2), Size(abs(x2 - x1), max(abs(y2 - y1), 0.01)))
            assert not any(overlap(hull, box) for box in others)


@given(graphs())
def test_without_cycles_every_line_leads_on(graph: tuple[list[Size], list[tuple[int, int]], list[Size | None]]) -> None:
    sizes, edges, labels = graph
    onward = [(min(pair), max(pair)) for pair in edges]
    found = layout(sizes, onward, labels, gap=20.0)
    for a, b in onward:
        assert found.nodes[a].along + found.nodes[a].size.along < found.nodes[b].along


def test_only_what_closes_a_cycle_runs_back() -> None:
    found = layered(3, [(0, 1), (1, 2), (2, 0), (0, 2)], [False] * 4)
    assert found.reversed_ == [False, False, True, False]
    assert [item.layer for item in found.items[:3]] == [0, 1, 2]


def test_the_order_avoids_crossings() -> None:
    found = layered(6, [(0, 5), (1, 4), (2, 3)], [False] * 3)
    first, second = found.layers
    assert [(a, b) for a, b in ((0, 5), (1, 4), (2, 3)) if first.index(a) != second.index(b)] == []


def test_a_line_past_several_layers_is_straight_where_it_can_be() -> None:
    square = Size(20, 40)
    found = layout([square] * 5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)], [None] * 5, gap=20.0)
    inner = {round(across, 3) for _, across in found.lines[-1][2:-2]}
    assert len(inner) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing_has_a_layout_too(count: int) -> None:
    found = layout([Size(5, 7)] * count, [], [], gap=20.0)
    assert found.size == (Size(5, 7) if count else Size(0, 0))
