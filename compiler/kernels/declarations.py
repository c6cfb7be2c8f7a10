"""What a kernel declares: constants, ranges, enumerations, messages, tables, defs and routines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ...lang import tree
from ..reporter import Reporter
from . import expressions, frames
from .program import NEVER, TIME, ArrayType, Cell, EnumType, Field, IntType, Message, Table, Type
from .scope import REGISTERS, Context, Names, RefusedError

Item = TypeVar("Item", bound=tree.Node)
Named = TypeVar("Named", tree.Const, tree.TypeDecl, tree.Channel, tree.Table, tree.Register)


def declare(reporter: Reporter, file: tree.File, kernel: tree.Kernel, constants: Mapping[str, int]) -> Names:
    """constants: values that take the place of those in the text."""
    names = Names()
    context = Context(reporter, names, "constant")
    _no_duplicates(reporter, kernel)
    replaceable = {i.name.text for i in _items(kernel, tree.Const)}
    for name in sorted(set(constants) - replaceable):
        reporter.unknown(kernel.name.span, "constant", name, replaceable)
    _each(context, _items(kernel, tree.Const), lambda node: _const(context, node, constants))
    _each(context, _items(kernel, tree.TypeDecl), lambda node: _range(context, node))
    for node in _items(kernel, tree.EnumDecl):
        names.enums[node.name.text] = EnumType(node.name.text, tuple(m.text for m in node.members))
    known = frames.frames(reporter, file)
    _each(context, _items(kernel, tree.Channel), lambda node: _message(context, known, node))
    _each(context, _items(kernel, tree.Table), lambda node: _table(context, node))
    _registers(context, _items(kernel, tree.Register))
    names.defs = {d.name.text: d for d in _items(kernel, tree.Define)}
    names.routines = {r.name.text: r for r in _items(kernel, tree.Routine)}
    _each(context, _items(kernel, tree.Channel), lambda node: _visits(context, node))
    return names


def _items(kernel: tree.Kernel, kind: type[Item]) -> list[Item]:
    return [item for item in kernel.items if isinstance(item, kind)]


def _each(context: Context, nodes: Iterable[Named], declare_one: Callable[[Named], None]) -> None:
    for node in nodes:
        try:
            declare_one(node)
        except RefusedError:
            context.names.refused.add(node.name.text)


def _no_duplicates(reporter: Reporter, kernel: tree.Kernel) -> None:
    """Types, values and routines are told apart by where they stand; within each a name is declared once."""
    _unique(reporter, [i.name for i in kernel.items if isinstance(i, tree.Const)])
    _unique(reporter, [i.name for i in kernel.items if isinstance(i, tree.TypeDecl | tree.EnumDecl)])
    _unique(reporter, [i.name for i in kernel.items if isinstance(i, tree.Channel)])
    _unique(reporter, [i.name for i in kernel.items if isinstance(i, tree.Routine)])
    _unique(reporter, [i.name for i in kernel.items if isinstance(i, tree.Invariant)])
    tables = _items(kernel, tree.Table)
    bare = [cell.name for cell in tables[0].cells] if tables else []
    bare += [i.name for i in kernel.items if isinstance(i, tree.Register)]
    defs = [i.name for i in kernel.items if isinstance(i, tree.Define)]
    _unique(reporter, [*(t.name for t in tables), *bare, *defs])
    for table in tables:
        _unique(reporter, [cell.name for cell in table.cells])
    messages = [i.name for i in kernel.items if isinstance(i, tree.Channel) and i.direction != "output"]
    timers = [cell.name for t in tables for cell in t.cells if isinstance(cell, tree.Timer)]
    _unique(reporter, [*messages, *timers])
    for item in kernel.items:
        if isinstance(item, tree.EnumDecl):
            _unique(reporter, item.members)
        if isinstance(item, tree.Channel | tree.Define | tree.Routine):
            _unique(reporter, [f.name for f in item.formals or ()])


def _unique(reporter: Reporter, idents: Iterable[tree.Ident]) -> None:
    seen: dict[str, tree.Ident] = {}
    for ident in idents:
        first = seen.setdefault(ident.text, ident)
        if first is not ident:
            reporter.report(
                "E0102", ident.span, f"`{ident.text}` is declared twice", "again", also=[(first.span, "first here")]
            )


def _const(context: Context, node: tree.Const, constants: Mapping[str, int]) -> None:
    value = expressions.constant(context, node.value, f"`{node.name.text}`")
    context.names.constants[node.name.text] = constants.get(node.name.text, value)


def _range(context: Context, node: tree.TypeDecl) -> None:
    if node.range.high is None:
        context.refuse("E1001", node.span, f"`{node.name.text}` has no last value", "low .. high")
    low = expressions.constant(context, node.range.low, "the first value")
    high = expressions.constant(context, node.range.high, "the last value")
    if low > high:
        context.refuse(
            "E1001", node.range.span, f"`{node.name.text}` is empty: {low:_} .. {high:_}", "the first is above the last"
        )
    context.names.ranges[node.name.text] = IntType(low, high)


def _message(context: Context, known: Mapping[str, frames.Frame], node: tree.Channel) -> None:
    if node.formals is None:
        fields = frames.fields(context, known, node)
    else:
        fields = tuple(Field(f.name.text, context.scalar(f.type)) for f in node.formals)
    each = node.each.text if node.each else None
    context.names.messages[node.name.text] = Message(node.direction, node.name.text, fields, each)


def _visits(context: Context, node: tree.Channel) -> None:
    """`each` is for inputs, and names a table with rows."""
    if node.each is None:
        return
    table = context.names.tables.get(node.each.text)
    if table is None or table.size is None or node.direction != "input":
        rows = [t.name for t in context.names.tables.values() if t.size is not None]
        context.unknown(node.each.span, "table with rows", node.each.text, rows)


def _table(context: Context, node: tree.Table) -> None:
    size: int | None = None
    if node.size is not None:
        size = expressions.constant(context, node.size, "the number of rows")
        if size < 1 or size & (size - 1):
            context.refuse("E1001", node.size.span, f"a table has a power of two of rows, not {size}", "rows")
    cells = []
    for cell in node.cells:
        try:
            cells.append(_cell(context, cell))
        except RefusedError:
            continue
    context.names.tables[node.name.text] = Table(node.name.text, size, tuple(cells))
    context.names.keys[node.name.text] = node.by


def _registers(context: Context, nodes: Sequence[tree.Register]) -> None:
    cells: list[Cell] = []
    _each(context, nodes, lambda node: cells.append(_cell(context, node)))
    if nodes:
        context.names.tables[REGISTERS] = Table(REGISTERS, None, tuple(cells))
        context.names.keys[REGISTERS] = None


def _cell(context: Context, node: tree.Cell | tree.Timer | tree.Register) -> Cell:
    if isinstance(node, tree.Timer):
        return Cell(node.name.text, TIME, NEVER, timer=True)
    element = context.scalar(tree.TypeRef(node.type.name, span=node.type.span))
    found: Type = element
    if node.type.size is not None:
        size = expressions.constant(context, node.type.size, "the size")
        if size < 1:
            context.refuse("E1001", node.type.size.span, f"an array has at least one element, not {size}", "elements")
        found = ArrayType(element, size)
    first = expressions.fitting(context, node.first, element, f"`{node.name.text}`")
    return Cell(node.name.text, found, _constant_value(context, node.first, first), timer=False)


def _constant_value(context: Context, node: tree.Expr, value: object) -> int:
    held = getattr(value, "value", None)
    if not isinstance(held, int):
        context.refuse("E1001", node.span, "the first value is not constant", "known only when the kernel runs")
    return held
