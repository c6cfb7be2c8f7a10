"""The bodies of nodes and defs: `state`, `let`, `next` and `yield` become equations."""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from . import clocks, expressions
from .context import Context, fits, needs_no_equation
from .typerefs import resolve
from .values import FeedValue, Value, poison


def body(context: Context, declaration: tree.NodeDecl | tree.Define) -> Value:
    """The value of a body whose arguments are in scope; poisoned after a report."""
    if isinstance(declaration, tree.Define):
        result = expressions.value(context, declaration.value)
        wanted = resolve(context, declaration.type)
        return fits(context, result, wanted, f"`{declaration.name.text}`") or poison(declaration.span)
    return _node_body(context, declaration)


def _node_body(context: Context, node: tree.NodeDecl) -> Value:
    registers: dict[str, Value] = {}
    declared: dict[str, tree.Ident] = {}
    written: dict[str, tree.Span] = {}
    result: Value | None = None
    for statement in node.body:
        match statement:
            case tree.Register():
                if _register(context, statement, registers):
                    declared[statement.name.text] = statement.name
            case tree.Let():
                _let(context, statement)
            case tree.Next():
                _next(context, statement, registers, written)
            case tree.Yield():
                if result is not None:
                    context.report(
                        "E0310",
                        statement.span,
                        f"`{node.name.text}` yields twice",
                        "second `yield`",
                        help="a node gives one value",
                    )
                    continue
                found = expressions.value(context, statement.value)
                result = fits(
                    context, found, resolve(context, node.type), f"the result of `{node.name.text}`"
                ) or poison(statement.span)
    for name in declared:
        if name not in written:
            context.report(
                "E0310",
                declared[name].span,
                f"state `{name}` is never given a next value",
                "keeps its first value for ever",
                help=f"add `next {name} = …;` or make it a `let`",
            )
    if result is None:
        context.report(
            "E0310",
            node.name.span,
            f"`{node.name.text}` yields nothing",
            "no `yield`",
            help="end the node with `yield …;`",
        )
        return poison(node.span)
    return result


def declare(context: Context, name: tree.Ident, value: Value | FeedValue) -> bool:
    """Enters an argument, a state or a `let`; reports if the name is taken: who uses it may mean either."""
    if name.text in context.scope.entries:
        context.scope.entries[name.text] = poison(name.span)
        first = context.scope.declared_at.get(name.text)
        context.report(
            "E0102",
            name.span,
            f"`{name.text}` is declared twice",
            "second declaration",
            also=((first, "first declaration"),) if first else (),
        )
        return False
    context.scope.entries[name.text] = value
    context.scope.declared_at[name.text] = name.span
    return True


def _register(context: Context, statement: tree.Register, registers: dict[str, Value]) -> bool:
    """False if the name was taken."""
    type_ = resolve(context, statement.type)
    first = fits(context, expressions.value(context, statement.first), type_, f"state `{statement.name.text}`")
    if first is None or type_.poisoned:
        registers[statement.name.text] = poison(statement.name.span)
        return declare(context, statement.name, poison(statement.name.span))
    first = replace(first, type=type_, literal=False)
    memory = context.draft.memory(
        statement.name.text, type_, first, context.place(statement.span), context.show(type_.plain()), context.inputs
    )
    registers[statement.name.text] = memory
    return declare(context, statement.name, memory)


def _let(context: Context, statement: tree.Let) -> None:
    value = expressions.value(context, statement.value)
    if statement.type is not None:
        value = fits(context, value, resolve(context, statement.type), f"`{statement.name.text}`") or poison(
            statement.span
        )
    if not value.poisoned and not needs_no_equation(value):
        value = context.draft.let(
            statement.name.text, value, context.place(statement.span), context.show(value.type.plain())
        )
    declare(context, statement.name, value)


def _next(context: Context, statement: tree.Next, registers: dict[str, Value], written: dict[str, tree.Span]) -> None:
    place = statement.place
    if place.member is not None or place.index is not None or place.name not in registers:
        context.reporter.unknown(
            place.span, "state", place.name, registers, help="`next` gives a `state` of this node its next value"
        )
        return
    if place.name in written:
        context.report(
            "E0310",
            statement.span,
            f"`{place.name}` is given two next values",
            "second one",
            also=((written[place.name], "first one"),),
        )
        return
    written[place.name] = statement.span
    memory = registers[place.name]
    value = expressions.value(context, statement.value)
    if memory.poisoned:
        return
    found = fits(context, value, memory.type, f"the next value of `{place.name}`")
    if found is not None and clocks.agree(context, memory, found):
        context.draft.set_next(memory, found.expr)
