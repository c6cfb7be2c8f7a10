"""The SVG is well-formed, stands alone, shows every box and word of the picture, and no box lies on another."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from stratc.compiler.drawing.machine import machine_picture
from stratc.compiler.drawing.picture import Edge, Node, Picture, columns
from stratc.compiler.drawing.signals import signal_picture
from stratc.compiler.drawing.svg import to_svg
from stratc.compiler.program import Program
from tests.compiler.drawing.test_signals import compiled
from tests.conftest import Golden
from tests.support.browser import Browser
from tests.support.programs import cross, everything, smallest
from tests.support.random_programs import random_program

NAMES = ["breakout", "ema_cross", "pullback", "rsi_reversion"]
SVG = "{http://www.w3.org/2000/svg}"
Rectangle = tuple[float, float, float, float]


def both(made: Program) -> list[Picture]:
    return [signal_picture(made), machine_picture(made)]


def rectangle(element: ET.Element) -> Rectangle:
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return all(min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i]) > 0.11 for i in (0, 1))  # two roundings


def figures(root: ET.Element) -> list[ET.Element]:
    """One group per picture, moved to its place; inside it one that holds the drawing."""
    return [group for group in root.findall(f"{SVG}g") if group.get("transform")]


def check(pictures: Sequence[Picture]) -> ET.Element:
    root = ET.fromstring(to_svg("NAME", pictures))
    assert len(figures(root)) == len(pictures)
    for picture, figure in zip(pictures, figures(root), strict=True):
        [drawing] = figure.findall(f"{SVG}g")
        groups = {group.attrib["id"]: group for group in drawing.findall(f"{SVG}g[@id]")}
        assert list(groups) == [node.id for node in picture.nodes]
        for node in picture.nodes:
            assert [t.text or "" for t in groups[node.id].findall(f"{SVG}text")] == [
                line.lstrip(" ") for line in node.text
            ]
            assert groups[node.id].findtext(f"{SVG}title") == node.title
        assert len(drawing.findall(f"{SVG}path")) == len(picture.edges)
        framed = [group.find(f"{SVG}rect") for group in drawing.findall(f"{SVG}g")]
        boxes = [rectangle(box) for box in framed if box is not None]
        assert len(boxes) == len(picture.nodes) + sum(bool(edge.label) for edge in picture.edges)
        assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
        assert all(min(box[:2]) >= 0 for box in boxes)
        assert all(box[0] + box[2] + 24 <= float(root.attrib["width"]) for box in boxes)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_strategies(name: str) -> None:
    made = compiled(name)
    check(both(made))
    check([signal_picture(made)])
    check([machine_picture(made)])


@pytest.mark.parametrize("make", [cross, everything, smallest])
def test_programs_of_every_construct(make: object) -> None:
    check(both(make()))  # type: ignore[operator]


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_random_programs(seed: int) -> None:
    made = random_program(seed)
    check(both(made))


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_any_text_is_well_formed(lines: list[str]) -> None:
    nodes = (Node("a", "state", "A<&>", tuple(lines), "".join(lines)), Node("b", "state", "B"))
    ET.fromstring(
        to_svg("<A & B>", [Picture("p", "t", nodes, (Edge("a", "b", tuple(lines), title="<&>"),), across=False)])
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_alone(name: str) -> None:
    text = to_svg("NAME", both(compiled(name)))
    assert re.findall(r"(?:href|src)\s*=|<script|<image|<foreignObject|@import|\bon\w+\s*=\s*\"", text) == []
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#arrow"}


def test_those_who_hear_it_are_told_what_it_is() -> None:
    root = ET.fromstring(to_svg("EMA_CROSS", both(compiled("ema_cross"))))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title"
    assert root.findtext(f"{SVG}title") == "EMA_CROSS: signals and machine"


def test_the_picture_does_not_change_unseen(golden: Golden) -> None:
    assert to_svg("EMA_CROSS", both(compiled("ema_cross"))) == golden("ema_cross.svg")


def test_wide_characters_count_twice() -> None:
    assert (columns("abc"), columns("価格")) == (3, 4)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_browser_shows_every_word_inside_its_box(name: str, tmp_path: Path) -> None:
    page = tmp_path / "picture.svg"
    page.write_text(to_svg("NAME", both(compiled(name))), encoding="utf-8")
    outside = """[...document.querySelectorAll("g.node, g.label")].flatMap(group => {
        const box = group.querySelector("rect").getBoundingClientRect();
        return [...group.querySelectorAll("text")].filter(text => {
            const words = text.getBoundingClientRect();
            return words.left < box.left || words.right > box.right || words.top < box.top - 1 || words.bottom > box.bottom + 1;
        }).map(text => text.textContent);
    })"""
    with Browser() as browser:
        browser.open(page)
        assert browser.evaluate("document.querySelectorAll('g.node').length") == sum(
            len(picture.nodes) for picture in both(compiled(name))
        )
        assert browser.evaluate(outside) == []
        assert browser.errors == []
