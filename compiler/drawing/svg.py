"""Pictures as one SVG that needs nothing else: light background, the system's fonts, no script; the same bytes every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from xml.sax.saxutils import escape

from .palette import COLOURS, LINE, TEXT
from .picture import Edge, Node, Picture, columns
from .places import Box, Layout, Point, Size, layout

_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
_CHARACTER = 7.3  # of 12 px; a monospaced character is 0.6 em wide, and a little is spare
_LINE_HEIGHT, _PAD, _LABEL_PAD = 16.0, 10.0, 3.0
_MARGIN, _HEADING, _NOTE, _BETWEEN = 24.0, 34.0, 18.0, 40.0
_PORT = 26.0  # between lines that leave or enter a box at one side
_START = 14.0
_STYLE = f"""\
text {{ font: 12px {_FONT}; fill: {TEXT}; }}
.heading {{ font-size: 16px; font-weight: 600; }}
.note {{ fill: {LINE}; }}
.name {{ font-weight: 600; }}
.line {{ fill: none; stroke: {LINE}; stroke-width: 1.3; }}
.delayed {{ stroke-dasharray: 5 4; }}
.behind {{ fill: #ffffff; }}"""


def to_svg(name: str, pictures: Sequence[Picture]) -> str:
    """The pictures below one another."""
    laid = [(picture, _layout(picture)) for picture in pictures]
    width = max((max(_extent(p, plan)[0], _heading_width(p)) for p, plan in laid), default=0.0) + 2 * _MARGIN
    body: list[str] = []
    top = _MARGIN
    for picture, plan in laid:
        body += _figure(picture, plan, top)
        top += _heading_height(picture) + _extent(picture, plan)[1] + _BETWEEN
    height = top - _BETWEEN + _MARGIN
    what = " and ".join(picture.id for picture in pictures)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-labelledby="title">',
            f'<title id="title">{_text(name)}: {what}</title>',
            f"<style>\n{_STYLE}\n</style>",
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0.6 L7.6 4 L0 7.4 z" fill="{LINE}"/></marker></defs>',
            f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


# ---- sizes and places


def _node_size(node: Node) -> tuple[float, float]:
    """Width and height."""
    if node.kind == "start":
        return _START, _START
    widest = max(map(columns, node.text), default=0)
    return widest * _CHARACTER + 2 * _PAD, len(node.text) * _LINE_HEIGHT + 2 * _PAD - 4


def _label_size(edge: Edge) -> tuple[float, float]:
    widest = max(map(columns, edge.label), default=0)
    return widest * _CHARACTER + 2 * _LABEL_PAD, len(edge.label) * _LINE_HEIGHT + 2 * _LABEL_PAD


def _layout(picture: Picture) -> Layout:
    def turned(size: tuple[float, float]) -> Size:
        return Size(*size) if picture.across else Size(size[1], size[0])

    index = {node.id: at for at, node in enumerate(picture.nodes)}
    ports = Counter(end for edge in picture.edges for end in ((edge.source, "out"), (edge.target, "in")))
    sizes = []
    for node in picture.nodes:
        size, lines = turned(_node_size(node)), max(ports[node.id, "out"], ports[node.id, "in"])
        sizes.append(
            size
            if picture.across or node.kind == "start"
            else replace(size, across=max(size.across, (lines + 1) * _PORT))
        )
    return layout(
        sizes,
        [(index[edge.source], index[edge.target]) for edge in picture.edges],
        [turned(_label_size(edge)) if edge.label else None for edge in picture.edges],
        gap=64.0 if picture.across else 30.0,
    )


def _extent(picture: Picture, plan: Layout) -> tuple[float, float]:
    size = plan.size
    return (size.along, size.across) if picture.across else (size.across, size.along)


def _heading_width(picture: Picture) -> float:
    return max(columns(picture.title) * _CHARACTER * 16 / 12, columns(_note(picture)) * _CHARACTER)


def _heading_height(picture: Picture) -> float:
    return _HEADING + (_NOTE if _note(picture) else 0.0)


def _note(picture: Picture) -> str:
    return picture.note if any(edge.delayed for edge in picture.edges) else ""


# ---- drawing


def _figure(picture: Picture, plan: Layout, top: float) -> Iterator[str]:
    yield f'<g transform="translate({_n(_MARGIN)} {_n(top)})">'
    yield f'<text class="heading" x="0" y="14">{_text(picture.title)}</text>'
    if _note(picture):
        yield f'<text class="note" x="0" y="32">{_text(_note(picture))}</text>'
    yield f'<g transform="translate(0 {_n(_heading_height(picture))})">'
    for edge, line in zip(picture.edges, plan.lines, strict=True):
        yield _line(edge, line, picture.across)
    for edge, box in zip(picture.edges, plan.labels, strict=True):
        if box is not None:
            yield from _label(edge, _Rectangle.of(box, picture.across))
    for node, box in zip(picture.nodes, plan.nodes, strict=True):
        yield from _node(node, _Rectangle.of(box, picture.across))
    yield "</g>"
    yield "</g>"


class _Rectangle:
    def __init__(self, x: float, y: float, width: float, height: float) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height

    @classmethod
    def of(cls, box: Box, across: bool) -> _Rectangle:
        if across:
            return cls(box.along, box.across, box.size.along, box.size.across)
        return cls(box.across, box.along, box.size.across, box.size.along)

    def attributes(self) -> str:
        return f'x="{_n(self.x)}" y="{_n(self.y)}" width="{_n(self.width)}" height="{_n(self.height)}"'


def _node(node: Node, place: _Rectangle) -> Iterator[str]:
    fill, border = COLOURS[node.kind]
    yield f'<g id="{node.id}" class="node {node.kind}"><title>{_text(node.title)}</title>'
    radius = place.width / 2 if node.kind == "start" else 6
    stroke = 2.4 if node.strong else 1.2
    yield f'<rect {place.attributes()} rx="{_n(radius)}" fill="{fill}" stroke="{border}" stroke-width="{stroke}"/>'
    left = place.x + (place.width - max(map(columns, node.text), default=0) * _CHARACTER) / 2
    for at, line in enumerate(node.text):
        name = ' class="name"' if node.name and at == 0 else ""
        y = place.y + _PAD + at * _LINE_HEIGHT + 10
        yield _words(line, left, y, name)
    yield "</g>"


def _label(edge: Edge, place: _Rectangle) -> Iterator[str]:
    """On white, so that its own line passes behind it."""
    yield f'<g class="label"><title>{_text(edge.title)}</title>'
    yield f'<rect class="behind" {place.attributes()}/>'
    for at, line in enumerate(edge.label):
        yield _words(line, place.x + _LABEL_PAD, place.y + _LABEL_PAD + at * _LINE_HEIGHT + 12)
    yield "</g>"


def _words(line: str, x: float, y: float, attributes: str = "") -> str:
    """Spaces at the beginning are drawn as a shift: XML would drop them."""
    bare = line.lstrip(" ")
    return f'<text{attributes} x="{_n(x + (len(line) - len(bare)) * _CHARACTER)}" y="{_n(y)}">{_text(bare)}</text>'


def _line(edge: Edge, points: Sequence[Point], across: bool) -> str:
    """Straight through layers; between them a curve that leaves and arrives at right angles to them."""

    def pair(along: float, sideways: float) -> str:
        return f"{_n(along)} {_n(sideways)}" if across else f"{_n(sideways)} {_n(along)}"

    path = "M" + pair(*points[0])
    for (a, b), (c, d) in pairwise(points):
        if b == d:
            path += " L" + pair(c, d)
        else:
            path += f" C{pair((a + c) / 2, b)} {pair((a + c) / 2, d)} {pair(c, d)}"
    style = "line delayed" if edge.delayed else "line"
    title = f"<title>{_text(edge.title)}</title>" if edge.title else ""
    return f'<path class="{style}" d="{path}" marker-end="url(#arrow)">{title}</path>'


def _n(value: float) -> str:
    """One decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    """What XML has no place for becomes a question mark."""
    return escape("".join(character if character.isprintable() else "?" for character in text))
