"""The DOT text, read by a parser that is not ours, holds exactly the boxes and arrows of the picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pydot
import pytest
from hypothesis import given, settings, strategies as st

from stratc.compiler.drawing.dot import to_dot
from stratc.compiler.drawing.machine import machine_picture
from stratc.compiler.drawing.picture import Edge, Node, Picture
from stratc.compiler.drawing.signals import signal_picture
from tests.compiler.drawing.test_signals import compiled
from tests.conftest import Golden
from tests.support.programs import cross, everything, smallest
from tests.support.random_programs import random_program

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")  # it calls its parser by old names
NAMES = ["breakout", "ema_cross", "pullback", "rsi_reversion"]


def parsed(text: str) -> pydot.Dot:
    graphs = pydot.graph_from_dot_data(text)
    assert graphs is not None
    [graph] = graphs
    return graph


def parts(graph: pydot.Graph) -> tuple[dict[str, str], Counter[tuple[str, str]]]:
    """Boxes by id with their labels, and arrows, with those of clusters."""
    nodes = {n.get_name(): n.get("label") for n in graph.get_nodes() if n.get_name() not in ("node", "edge", "graph")}
    edges = Counter((e.get_source(), e.get_destination()) for e in graph.get_edges())
    for inner in graph.get_subgraphs():
        more = parts(inner)
        nodes |= more[0]
        edges += more[1]
    return nodes, edges


def check(name: str, pictures: Sequence[Picture]) -> None:
    nodes, edges = parts(parsed(to_dot(name, pictures)))
    assert list(nodes) == [node.id for picture in pictures for node in picture.nodes]
    assert edges == Counter((edge.source, edge.target) for picture in pictures for edge in picture.edges)
    for node in (node for picture in pictures for node in picture.nodes):
        assert unquoted(nodes[node.id]) == [*node.text]


def unquoted(label: str) -> list[str]:
    """The lines of a label, as Graphviz reads its escapes."""
    lines, line, rest = [], "", iter(label[1:-1])
    for character in rest:
        if character != "\\":
            line += character
            continue
        escaped = next(rest)
        if escaped == "l":
            lines.append(line)
            line = ""
        else:
            line += escaped
    return lines


@pytest.mark.parametrize("name", NAMES)
def test_strategies(name: str) -> None:
    made = compiled(name)
    for pictures in ([signal_picture(made)], [machine_picture(made)], [signal_picture(made), machine_picture(made)]):
        check(made.name, pictures)


@pytest.mark.parametrize("make", [cross, everything, smallest])
def test_programs_with_odd_names(make: object) -> None:
    made = make()  # type: ignore[operator]
    check(made.name, [signal_picture(made), machine_picture(made)])


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_random_programs(seed: int) -> None:
    made = random_program(seed)
    check("RANDOM", [signal_picture(made), machine_picture(made)])


@settings(max_examples=50)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_any_text_survives_but_for_what_cannot_be_printed(lines: list[str]) -> None:
    plain = ["".join(c if c.isprintable() else " " for c in line) for line in lines]
    nodes = (Node("a", "state", "A", tuple(lines)), Node("b", "state", "B"))
    picture = Picture("p", 'a "title" \\', nodes, (Edge("a", "b", tuple(lines)),), across=True)
    graph = parsed(to_dot('"odd" \\name', [picture]))
    assert unquoted(parts(graph)[0]["a"]) == ["A", *plain]
    assert unquoted(graph.get_edges()[0].get("label")) == plain


def test_the_text_does_not_change_unseen(golden: Golden) -> None:
    made = compiled("ema_cross")
    assert to_dot(made.name, [signal_picture(made), machine_picture(made)]) == golden("ema_cross.dot")


def test_arrows_of_the_past_are_dashed() -> None:
    picture = signal_picture(compiled("ema_cross"))
    picture = replace(picture, edges=tuple(replace(edge, delayed=True) for edge in picture.edges))
    edges = parsed(to_dot("X", [picture])).get_edges()
    assert {edge.get("style") for edge in edges} == {"dashed"}
