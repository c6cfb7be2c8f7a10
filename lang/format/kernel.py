"""A kernel: registers, tables, channels, handlers and their statements → parts."""

from __future__ import annotations

from .. import tree as t
from . import declarations as d
from .expressions import arguments, condition, expression, size
from .layout import CONTINUATION, Column, Writer
from .machine import actions, event

_BODY = Column("handler")
_BRANCH = Column("branch")


def kernel(w: Writer, k: t.Kernel) -> None:
    with w.group():
        w.tokens("kernel", k.name.text)
        w.space()
        d.block(w, k.items, _item)


def _item(w: Writer, item: t.KernelItem) -> None:
    match item:
        case t.Const():
            d.const(w, item)
        case t.TypeDecl():
            d.type_decl(w, item)
        case t.EnumDecl():
            d.enum(w, item)
        case t.Channel():
            _channel(w, item)
        case t.Register():
            d.register(w, item)
        case t.Table():
            _table(w, item)
        case t.Define():
            d.define(w, item)
        case t.Invariant():
            _invariant(w, item)
        case _:
            _with_body(w, item)


def _channel(w: Writer, c: t.Channel) -> None:
    with w.group():
        w.tokens(c.direction, c.name.text)
        d.formals(w, c.formals)
        if c.each is not None:
            w.space()
            w.tokens("each", c.each.text)
        d.end(w)


def _table(w: Writer, table: t.Table) -> None:
    with w.group():
        with w.group():
            w.tokens("state", table.name.text)
            if table.size is not None:
                size(w, table.size)
            if table.by is not None:
                with w.nest(CONTINUATION):
                    w.line()
                    w.word("by")
                    with w.group():
                        expression(w, table.by)
        w.space()
        d.block(w, table.cells, _cell)


def _cell(w: Writer, cell: t.Cell | t.Timer) -> None:
    with w.group():
        if isinstance(cell, t.Timer):
            w.tokens("timer", cell.name.text)
        else:
            d.typed(w, cell.name, cell.type, Column("type", solo=True))
            d.assigned(w, cell.first, Column("equals", solo=True))
        d.end(w)


def _invariant(w: Writer, i: t.Invariant) -> None:
    with w.group():
        w.word("invariant")
        w.token(i.name.text)
        w.token(":")
        with w.nest():
            w.line(Column("invariant"))
            with w.group():
                expression(w, i.condition)
        d.end(w)


def _with_body(w: Writer, item: t.Routine | t.Handler | t.Always) -> None:
    with w.group():
        match item:
            case t.Routine():
                w.tokens("do", item.name.text)
                d.formals(w, item.formals)
                w.space()
            case t.Handler():
                w.word("on")
                event(w, item.event)
                if item.condition is not None:
                    w.space()
                    w.word("when")
                    condition(w, item.condition)
                w.space(_BODY)
            case t.Always():
                w.word("always")
        _body(w, item.body)


# ---- statements


def _body(w: Writer, statements: tuple[t.KernelStatement, ...]) -> None:
    """Short steps share lines where they did; a branch has its own."""
    d.rows(w, statements, _statement, lambda before, after: None)


def _statement(w: Writer, s: t.KernelStatement) -> None:
    match s:
        case t.Let():
            d.let(w, s)
        case t.Next():
            d.next_(w, s)
        case t.If():
            _if(w, s)
        case _:
            with w.group():
                _step(w, s)
                d.end(w)


def _step(w: Writer, s: t.Emit | t.Post | t.Arm | t.Disarm | t.Do) -> None:
    match s:
        case t.Emit(call=call) | t.Post(call=call):
            w.tokens("emit" if isinstance(s, t.Emit) else "post", call.name.text)
            arguments(w, call.arguments)
        case t.Arm(timer=timer, deadline=deadline):
            w.tokens("arm", timer.text, "at")
            with w.nest(CONTINUATION):
                w.line()
                with w.group():
                    expression(w, deadline)
        case t.Disarm(timer=timer):
            w.tokens("disarm", timer.text)
        case t.Do(actions=found):
            actions(w, found)


def _if(w: Writer, s: t.If) -> None:
    """On one line if it was and fits; otherwise every branch starts a line."""
    with w.group():
        branch: t.If | None = s
        while branch is not None:
            with w.group():
                w.word("if")
                condition(w, branch.condition)
                w.space(_BRANCH)
                _body(w, branch.then)
            other = branch.other
            if other is None:
                return
            w.keep()
            branch = other[0] if len(other) == 1 and isinstance(other[0], t.If) else None
            if branch is not None:
                w.word("else")
            else:
                with w.group():
                    w.token("else")
                    w.space(_BRANCH)
                    _body(w, other)
