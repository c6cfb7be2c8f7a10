"""The text under the span of an expression means the same when it stands alone; every grammar rule has its builder."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from stratc.lang import build_tree, tree
from stratc.lang.build_rules import RULES
from stratc.lang.keywords import KEYWORDS
from stratc.lang.parser import parse
from stratc.lang.source import Source
from stratc.lang.tables import tables

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted([*(ROOT / "tests/lang/samples").glob("*.strat"), *(ROOT / "stdlib").glob("*.strat"),
                *(ROOT / "strategies").glob("*.strat")])  # fmt: skip
STANDS_ALONE = tuple(k for k in tree.Expr.__args__ if k not in (tree.Range, tree.Members))


def nodes(item: object) -> Iterator[tree.Node]:
    if isinstance(item, tuple):
        for part in item:
            yield from nodes(part)
    elif isinstance(item, tree.Node):
        yield item
        for field in fields(item):
            yield from nodes(getattr(item, field.name))


def parsed(text: str) -> tree.File:
    file, errors = parse(Source("test.strat", text))
    assert errors == ()
    assert file is not None
    return file


def alone(kind: type[tree.Node], text: str) -> tree.Node:
    """The first node of a kind in a text that holds only it."""
    if issubclass(kind, tree.Item.__args__):
        around = text
    elif issubclass(kind, tree.StrategyMember.__args__):
        around = f"strategy S {{ {text} }}"
    else:
        around = f"const A = {text};"
    return next(node for node in nodes(parsed(around)) if type(node) is kind)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_the_text_of_a_span_reads_as_its_node(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    compared = {}
    for node in nodes(parsed(text)):
        spelled = text[node.span.start : node.span.end]
        if isinstance(node, tree.Ident) and not spelled.startswith('"'):
            assert spelled == node.text
        if isinstance(node, (*STANDS_ALONE, *tree.StrategyMember.__args__, tree.Schema, tree.Message, tree.Kernel)):
            compared[type(node), spelled] = node
    assert len(compared) > 10
    for (kind, spelled), node in compared.items():
        assert alone(kind, spelled) == node


def test_every_rule_that_is_not_always_inlined_has_a_builder() -> None:
    made = {str(r.alias or r.origin.name) for r in tables().rules if not r.origin.name.startswith("_")}
    inlined = {str(r.origin.name) for r in tables().rules if r.options.expand1}
    assert set(RULES) <= made
    assert made - set(RULES) <= inlined
    assert build_tree.MAX_DEPTH == 100


def test_the_page_of_the_language_lists_the_keywords() -> None:
    page = (ROOT / "docs" / "language" / "surface.md").read_text(encoding="utf-8")
    listed = page.split("The reserved words: ", 1)[1].split(".", 1)[0].split()
    assert listed == sorted(KEYWORDS)
