"""Statements of a kernel: writes, messages, timers, routines (inlined). No register is written twice on one path."""

from __future__ import annotations

from collections.abc import Sequence

from ...lang import tree
from ...lang.tree import Span
from . import calls, expressions
from .program import (
    NEVER,
    TIME,
    ArrayType,
    Binary,
    Const,
    Expr,
    Fill,
    If,
    IntType,
    Let,
    Local,
    Send,
    Statement,
    Type,
    Write,
)
from .scope import Context, RefusedError


def block(context: Context, statements: Sequence[tree.KernelStatement]) -> tuple[Statement, ...]:
    """The statements, each checked even if one before it was wrong. Lets are known to those after them."""
    inner = context.but(locals=dict(context.locals))
    return tuple(found for node in statements for found in one(inner, node))


def one(context: Context, node: tree.KernelStatement) -> Sequence[Statement]:
    """A `let` adds its name to the locals of the context."""
    try:
        return _statement(context, node)
    except RefusedError:
        if isinstance(node, tree.Let):
            context.names.refused.add(node.name.text)
        return ()


def _statement(context: Context, node: tree.KernelStatement) -> Sequence[Statement]:
    match node:
        case tree.Let():
            return [_let(context, node)]
        case tree.Next(place, value):
            return [_write(context, node, place, value)]
        case tree.If():
            return _if(context, node)
        case tree.Emit(call):
            return [_send(context, node, call, "output")]
        case tree.Post(call):
            return [_send(context, node, call, "inner")]
        case tree.Arm(timer, deadline):
            return [_arm(context, node, timer, deadline)]
        case tree.Disarm(timer):
            table = _timer(context, timer)
            written(context, node.span, table, timer.text, element=False)
            return [Write(table, timer.text, None, Const(NEVER, type=TIME), line=context.line(node))]
        case tree.Do(actions):
            return [s for action in actions for s in _routine(context, action)]


def _let(context: Context, node: tree.Let) -> Statement:
    name = node.name.text
    taken = name in context.locals or name in context.names.defs or name in context.names.bare
    if taken or name in (context.parameter, "now"):
        context.refuse("E0102", node.name.span, f"`{name}` is declared twice", "has a meaning here already")
    if node.type is None:
        value = expressions.check(context, node.value)
        found = value.type
    else:
        value = expressions.fitting(context, node.value, context.scalar(node.type), f"`{name}`")
        found = value.type
    if isinstance(found, ArrayType):
        context.refuse("E1003", node.value.span, "a `let` holds one value, this is an array", "an array")
    local = Local(_fresh(context, name), type=found)
    context.locals[name] = local
    return Let(local, value, line=context.line(node))


def _fresh(context: Context, name: str) -> str:
    """A name no other local of the handler has."""
    taken, found, number = context.flow.names, name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def _write(context: Context, node: tree.Next, place: tree.Place, value: tree.Expr) -> Statement:
    table, name = _place(context, node.span, place)
    cell = context.names.tables[table].cell(name)
    if cell.timer:
        context.refuse(
            "E1003", node.span, f"`{name}` is a timer", "not assigned", help="`arm … at …` and `disarm …` set it"
        )
    index: Expr | None = None
    target: Type = cell.type
    if place.index is not None:
        if not isinstance(cell.type, ArrayType):
            context.refuse("E1003", place.span, f"`{name}` is not an array", "has no elements")
        index, target = expressions.element_index(context, place.index, cell.type), cell.type.element
    checked = _value(context, value, target, name)
    written(context, node.span, table, name, element=index is not None)
    return Write(table, name, index, checked, line=context.line(node))


def _value(context: Context, value: tree.Expr, target: Type, name: str) -> Expr:
    """An array also takes one value, for all its elements."""
    if not isinstance(target, ArrayType):
        return expressions.fitting(context, value, target, f"`{name}`")
    checked = expressions.check(context, value, target.element)
    if isinstance(checked.type, ArrayType):
        return expressions.fitting(context, value, target, f"`{name}`")
    return Fill(expressions.fitting(context, value, target.element, f"`{name}`"), type=target)


def _place(context: Context, span: Span, place: tree.Place) -> tuple[str, str]:
    bare = context.names.bare
    if not place.member and place.name not in bare:
        context.unknown(span, "register", place.name, bare)
    table, name = (place.name, place.member) if place.member else (bare[place.name], place.name)
    if table not in context.names.tables:
        context.unknown(span, "table", table, context.names.tables)
    if not context.names.cell(table, name):
        context.unknown(span, f"register of `{table}`", name, [c.name for c in context.names.tables[table].cells])
    _selected(context, span, table)
    return table, name


def _selected(context: Context, span: Span, table: str) -> None:
    if table not in context.selected:
        context.refuse(
            "E1009",
            span,
            f"`{table}` has no row here",
            f"no row of `{table}`",
            help="the message doesn't say which row",
            about=f"row of {table}",
        )


def written(context: Context, span: Span, table: str, name: str, element: bool) -> None:
    """Notes a write; refused if a path to here has written the register, or has read what it will be."""
    key = (table, name)
    before = context.flow.writes.get(key)
    context.flow.writes[key] = (span, element)
    if before is not None and not (element and before[1]):
        context.refuse("E1006", span, f"`{name}` is written twice on one path", "second", also=[(before[0], "first")])
    if key in context.flow.reads:
        read = context.flow.reads[key]
        context.refuse(
            "E1007", span, f"`next {name}` was read before this write", "changes it", also=[(read, "read here")]
        )


def _if(context: Context, node: tree.If) -> Sequence[Statement]:
    condition = expressions.truth(context, node.condition)
    if isinstance(condition, Const):
        return block(context, (node.then if condition.value else node.other) or ())
    then_flow, other_flow = context.flow.branch(), context.flow.branch()
    then = block(context.given(condition, True).but(flow=then_flow), node.then)
    other = block(context.given(condition, False).but(flow=other_flow), node.other or ())
    context.flow.join(then_flow)
    context.flow.join(other_flow)
    return [If(condition, then, other, line=context.line(node))]


def _send(context: Context, node: tree.Node, call: tree.Call, direction: str) -> Statement:
    name = call.name.text
    message = context.names.messages.get(name)
    if message is None or message.direction != direction:
        known = [m.name for m in context.names.messages.values() if m.direction == direction]
        context.unknown(call.name.span, f"{direction} message", name, known)
    fields = [(f.name, f.type) for f in message.fields]
    values = calls.bind(context, call.span, name, fields, call.arguments)
    return Send(name, tuple(values.values()), direction == "inner", line=context.line(node))


def _timer(context: Context, ident: tree.Ident) -> str:
    """The table of a timer; timers of all tables go by their bare names."""
    for table in context.names.tables.values():
        cell = context.names.cell(table.name, ident.text)
        if cell is not None and cell.timer:
            _selected(context, ident.span, table.name)
            return table.name
    known = [c.name for t in context.names.tables.values() for c in t.cells if c.timer]
    context.unknown(ident.span, "timer", ident.text, known)


def _arm(context: Context, node: tree.Node, timer: tree.Ident, deadline: tree.Expr) -> Statement:
    """A deadline beyond the end of time never comes; one in the past comes with the next message."""
    table = _timer(context, timer)
    value, interval = expressions.number(context, deadline, TIME)
    if interval.low < 0:
        context.refuse("E1004", deadline.span, f"a deadline is not negative, this may be {interval}", f"{interval}")
    if interval.high > NEVER:
        limit = Const(NEVER, type=IntType(NEVER, NEVER))
        value = Binary("min", value, limit, type=IntType(min(interval.low, NEVER), NEVER))
    written(context, node.span, table, timer.text, element=False)
    return Write(table, timer.text, None, value, line=context.line(node))


def _routine(context: Context, action: tree.Action) -> Sequence[Statement]:
    name = action.name.text
    routine = context.names.routines.get(name)
    if routine is None:
        context.unknown(action.name.span, "routine", name, context.names.routines)
    if name in context.open:
        context.refuse("E1013", action.span, f"`{name}` does itself", "the circle closes here")
    formals = calls.formal_types(context, routine.formals)
    bound = calls.bind(context, action.span, name, formals, action.arguments or ())
    inner = context.but(locals=bound, parameter=None, message=None, open=(*context.open, name))
    return block(inner, routine.body)
