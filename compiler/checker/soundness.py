"""A node by itself: its body is checked once with rigid units, so that errors in it are found even if nobody calls it.

Calls of a body that failed are poisoned: what is wrong in it is reported once, whoever calls it.
"""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from ..program import Expr, ParamRef, ValueRef
from ..types import Base, Stage
from ..units import asset
from . import bodies, expressions
from .context import Context, fits
from .draft import Draft
from .typerefs import feed_units, resolve
from .values import FeedValue, NodeEntry, Scope, Value, poison

SCHEMAS = {"ohlcv"}


def is_sound(context: Context, entry: NodeEntry) -> bool:
    """Checks the declaration when it is first met. False: it has errors, all reported; or it calls itself, reported here."""
    shared = context.shared
    key = id(entry.declaration)
    if entry.library is not None:
        return True
    if key not in shared.sound:
        shared.sound[key] = False
        errors = len(context.reporter.diagnostics.errors)
        shared.checking.append(entry)
        _check(context, entry)
        shared.checking.pop()
        shared.sound[key] = len(context.reporter.diagnostics.errors) == errors
    return shared.sound[key]


def recursion(context: Context, entry: NodeEntry) -> str | None:
    """The chain of calls that leads back to `entry`, if it is being checked."""
    names = [e.name for e in context.shared.checking]
    for place, other in enumerate(context.shared.checking):
        if other.declaration is entry.declaration:
            return " → ".join([*names[place:], entry.name])
    return None


def _check(context: Context, entry: NodeEntry) -> None:
    """Elaborates the body into a draft of its own, which is thrown away."""
    declaration = entry.declaration
    generics = {g.text: asset(g.text) for g in declaration.generics}
    inner = Context(
        replace(context.shared, draft=Draft(), nodes_used=[]),
        context.reporter,
        Scope(entry.scope),
        "node",
        generics,
        {name: asset(f"{name}'") for name in generics},
        name=entry.name,
    )
    _generics_are_bound(inner, declaration)
    for number, formal in enumerate(declaration.formals or ()):
        _formal(inner, formal, number)
    bodies.body(inner, declaration)


def _generics_are_bound(context: Context, declaration: tree.NodeDecl | tree.Define) -> None:
    shown = {
        name
        for formal in declaration.formals or ()
        for a in formal.type.arguments
        if isinstance(a, tree.UnitRef)
        for name in (a.numerator, a.denominator)
    }
    for generic in declaration.generics:
        if generic.text not in shown:
            context.report(
                "E0217",
                generic.span,
                f"no argument says what `{generic.text}` is",
                "not in the type of any argument",
                help=f"use it in an argument, as in `x: number<{generic.text}>`, or remove it",
            )


def _formal(context: Context, formal: tree.Formal, number: int) -> None:
    """A formal as an opaque input; a count is a parameter of unknown range (ParamRef below 0), so that it may be a length."""
    name = formal.name
    if formal.type.name in SCHEMAS:
        quote, base = feed_units(context, formal.type) or (asset("quote'"), asset("base'"))
        bodies.declare(context, name, FeedValue(0, name.text, formal.type.name, quote, base, name.span))
        return
    type_ = resolve(context, formal.type)
    if formal.default is not None:
        fits(context, expressions.value(context, formal.default), type_, f"argument `{name.text}`")
    expr: Expr = ValueRef(type_.kind, 0, type_.optional)
    stage = Stage.TICK
    if type_.base is Base.COUNT and not type_.optional:
        expr, stage = ParamRef(type_.kind, -1 - number), Stage.PARAM
    value = poison(name.span) if type_.poisoned else Value(expr, type_, stage, name.span)
    bodies.declare(context, name, value)
