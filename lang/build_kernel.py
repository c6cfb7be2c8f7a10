"""Nodes for a kernel: channels, tables, routines, handlers and their statements."""

from __future__ import annotations

from . import tree as t
from .build_rules import Child, Mark, in_order, mark, optional_parts, plain, rule
from .tree import Span

in_order(
    cell=t.Cell,
    timer=t.Timer,
    emit=t.Emit,
    post=t.Post,
    arm=t.Arm,
    disarm=t.Disarm,
    invariant=t.Invariant,
)
optional_parts("each", "by")


@rule("kernel")
def _kernel(c: list[Child], span: Span) -> Child:
    return t.Kernel(c[0], tuple(c[1:]), span=span)


@rule("channel")
def _channel(c: list[Child], span: Span) -> Child:
    direction, name = plain(c)
    each = mark(c, "each")
    return t.Channel(direction.text, name, mark(c, "formals"), each[0] if each else None, span=span)


@rule("table")
def _table(c: list[Child], span: Span) -> Child:
    name, *cells = plain(c)
    size, by = mark(c, "size"), mark(c, "by")
    return t.Table(name, size[0] if size else None, by[0] if by else None, tuple(cells), span=span)


@rule("routine")
def _routine(c: list[Child], span: Span) -> Child:
    name, body = plain(c)
    return t.Routine(name, mark(c, "formals"), body, span=span)


@rule("handler")
def _handler(c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, body = plain(c)
    return t.Handler(event, condition[0] if condition else None, body, span=span)


@rule("always")
def _always(c: list[Child], span: Span) -> Child:
    return t.Always(c[0], span=span)


@rule("block")
def _block(c: list[Child], span: Span) -> Child:
    return tuple(t.Do(x[1], span=x[1][0].span.to(x[1][-1].span)) if isinstance(x, Mark) else x for x in c)


@rule("if_")
def _if(c: list[Child], span: Span) -> Child:
    rest = c[2] if len(c) > 2 else None
    return t.If(c[0], c[1], (rest,) if isinstance(rest, t.If) else rest, span=span)
