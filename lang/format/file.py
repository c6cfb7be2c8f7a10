"""One source text, whole → parts."""

from __future__ import annotations

from .. import tree as t
from . import declarations as d
from .kernel import kernel
from .layout import Open, Part, Writer
from .strategy import strategy


def parts(file: t.File) -> list[Part]:
    """Begins and ends with an empty token, so that comments at both ends have breaks to stand in."""
    w = Writer()
    with w.group():
        opened = w.parts[0]
        assert isinstance(opened, Open)
        opened.broken = True
        w.token("")
        for index, item in enumerate(file.items):
            w.item(opening=index == 0)
            _item(w, item)
        w.end_of_text(empty=not file.items)
        w.token("")
    return w.parts


def _item(w: Writer, item: t.Item) -> None:
    match item:
        case t.Use():
            with w.group():
                d.use(w, item)
        case t.Const():
            d.const(w, item)
        case t.TypeDecl():
            d.type_decl(w, item)
        case t.EnumDecl():
            d.enum(w, item)
        case t.Schema() | t.Message():
            d.record(w, item)
        case t.Define():
            d.define(w, item)
        case t.NodeDecl():
            d.node(w, item)
        case t.Strategy():
            strategy(w, item)
        case t.Kernel():
            kernel(w, item)
