"""Signals: each is one equation, elaborated when first needed, so that the order of declarations does not matter."""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from ..program import Constant, Kind
from ..types import Base, Stage
from . import clocks, expressions, regimes
from .context import Context, fits
from .typerefs import resolve
from .values import SignalEntry, Value, poison


def reference(context: Context, entry: SignalEntry, span: tree.Span) -> Value:
    """The value of a signal, elaborating it if it was not yet."""
    name = entry.declaration.name.text
    known = context.shared.signal_values
    if name not in known:
        elaborate(context.shared_root(), entry.declaration)
    if name in context.shared.in_progress:
        context.shared.recursive.add(name)
    return replace(known[name], literal=False)


def elaborate(root: Context, declaration: tree.Signal | tree.Regime) -> Value:
    """root: a context of the strategy itself (where = `signal`)."""
    name = declaration.name.text
    known = root.shared.signal_values
    if name in known:
        return known[name]
    draft = root.draft
    outer, draft.signal = draft.signal, name
    context = replace(root, name=name)
    with draft.named(""):
        if isinstance(declaration, tree.Regime):
            regimes.elaborate(context, declaration)
        elif declaration.type is not None:
            _declared(context, declaration)
        else:
            _inferred(context, declaration)
    draft.signal = outer
    return known[name]


def _declared(context: Context, declaration: tree.Signal) -> None:
    """With a declared type a signal may refer to its own past: the equation is reserved first."""
    name = declaration.name.text
    known = context.shared.signal_values
    assert declaration.type is not None
    type_ = resolve(context, declaration.type)
    if type_.poisoned:
        known[name] = poison(declaration.name.span)
        return
    zero = Constant(type_.kind, False if type_.kind is Kind.BOOL else 0)
    reserved = context.draft.reserve(
        name,
        Value(zero, type_, Stage.TICK, declaration.name.span),
        context.place(declaration.span),
        context.show(type_.plain()),
    )
    known[name] = reserved
    with context.draft.named(name):
        found = fits(context, expressions.value(context, declaration.value), type_, f"signal `{name}`")
    if found is not None and clocks.agree(context, reserved, found):
        context.draft.set_let(reserved, found.expr)


def _inferred(context: Context, declaration: tree.Signal) -> None:
    name = declaration.name.text
    known = context.shared.signal_values
    marker = poison(declaration.name.span)
    known[name] = marker
    context.shared.in_progress.append(name)
    with context.draft.named(name):
        value = expressions.value(context, declaration.value)
    context.shared.in_progress.remove(name)
    if name in context.shared.recursive:
        context.report(
            "E0309",
            declaration.name.span,
            f"signal `{name}` refers to itself and needs a declared type",
            "its type can't be inferred",
            help=f"write it: `signal {name}: ratio = …;`",
        )
        return
    if value.literal and value.type.base is Base.COUNT:
        value = replace(value, literal=False)
    known[name] = (
        value
        if value.poisoned
        else context.draft.let(name, value, context.place(declaration.span), context.show(value.type.plain()))
    )
