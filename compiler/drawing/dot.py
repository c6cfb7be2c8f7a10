"""Pictures as DOT, the language of Graphviz: one digraph, a cluster for each picture where there are several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .palette import COLOURS, LINE, TEXT
from .picture import Edge, Node, Picture

_FONT = 'fontname="monospace", fontsize=10'


def to_dot(name: str, pictures: Sequence[Picture]) -> str:
    lines = [f"digraph {quoted(name)} {{"]
    lines.append(f"  rankdir={'LR' if all(p.across for p in pictures) else 'TB'};")
    lines.append(f'  bgcolor="white"; fontcolor="{TEXT}"; fontname="monospace";')
    lines.append(f'  node [shape=box, style="rounded,filled", fontcolor="{TEXT}", {_FONT}];')
    lines.append(f'  edge [color="{LINE}", fontcolor="{TEXT}", {_FONT}];')
    for picture in pictures:
        if len(pictures) == 1:
            lines += _picture(picture, "  ")
            continue
        lines.append(f"  subgraph cluster_{picture.id} {{")
        lines.append(f"    label={quoted(picture.title)};")
        lines += _picture(picture, "    ")
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


def _picture(picture: Picture, indent: str) -> Iterator[str]:
    yield from (indent + _node(node) for node in picture.nodes)
    yield from (indent + _edge(edge) for edge in picture.edges)


def _node(node: Node) -> str:
    fill, border = COLOURS[node.kind]
    if node.kind == "start":
        return f'{node.id} [label="", shape=circle, width=0.15, style=filled, fillcolor="{fill}"];'
    width = ", penwidth=2" if node.strong else ""
    return f'{node.id} [label={_label(node.text)}, tooltip={quoted(node.title)}, fillcolor="{fill}", color="{border}"{width}];'


def _edge(edge: Edge) -> str:
    attributes = [f"label={_label(edge.label)}"] if edge.label else []
    attributes += [f"tooltip={quoted(edge.title)}"] if edge.title else []
    attributes += ["style=dashed"] if edge.delayed else []
    return f"{edge.source} -> {edge.target} [{', '.join(attributes)}];"


def _label(lines: Sequence[str]) -> str:
    """Each line stands at the left."""
    return '"' + "".join(_escaped(line) + "\\l" for line in lines) + '"'


def quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Backslashes would begin Graphviz's own escapes."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
