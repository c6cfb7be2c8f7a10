"""Calls of nodes and defs: every call makes its own copy of the body, with its own memory and its own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...lang import tree
from ..program import Delay, Memory, Window
from ..types import Base
from ..units import RATIO, Unit
from . import bodies, clocks, expressions
from .context import Context, adapt, fits, needs_no_equation
from .soundness import SCHEMAS, is_sound, recursion
from .typerefs import feed_units, resolve
from .values import FeedValue, Meaning, NodeEntry, Scope, Value, WindowValue, poison

MAX_DEPTH = 32
MAX_INSTANCES = 10_000


@dataclass(slots=True)
class Binding:
    """What the generics of one instance stand for, found from its arguments."""

    generics: dict[str, Unit]
    bases_of: dict[str, Unit]

    def bind(self, ref: tree.TypeRef, quote: Unit, base: Unit | None) -> None:
        for argument in ref.arguments[:1]:
            if isinstance(argument, tree.UnitRef):
                self.generics.setdefault(argument.numerator, quote)
                if base is not None and argument.denominator is None:
                    self.bases_of.setdefault(argument.numerator, base)
                elif base is not None and argument.denominator is not None:
                    self.generics.setdefault(argument.denominator, base)


def call(context: Context, node: tree.Apply, entry: NodeEntry, restart: int | None = None) -> Value:
    """One instance of a node or def at a call. restart: of the Restart that makes it begin anew."""
    declaration = entry.declaration
    if not (_bounded(context, node, entry) and is_sound(context, entry)):
        return poison(node.span)
    arguments = _arguments(context, node, declaration.formals or (), entry.name)
    if arguments is None:
        return poison(node.span)
    context.shared.nodes_used.append(entry)
    binding = _binding(declaration, arguments)
    name = context.draft.unique(entry.name)
    inner = _enter(context, node, entry, binding, name)
    before = len(context.draft.equations)
    with context.draft.named(name):
        bound = _bind_formals(context, inner, declaration.formals or (), arguments, entry.name)
        if bound is None or not clocks.agree(context, *(v for v in bound if not isinstance(v, WindowValue))):
            return poison(node.span)
        inner = replace(inner, inputs=context.inputs + tuple(v.expr for v in bound if isinstance(v, Value)))
        with context.draft.restarting(restart):
            result = bodies.body(inner, declaration)
    if context.conditional and any(isinstance(e, Memory | Delay | Window) for e in context.draft.equations[before:]):
        context.report(
            "E0307",
            node.span,
            f"`{entry.name}` has memory and may not stand under `if`",
            "would it step while the condition is false?",
            help=f"name it first, outside the `if`: `{_definition(context)} y = {entry.name}(…);`",
        )
    return replace(result, span=node.span)


def _bounded(context: Context, node: tree.Apply, entry: NodeEntry) -> bool:
    """No recursion, and no more nesting and copies than any real program has."""
    chain = recursion(context, entry)
    if chain is not None:
        context.report(
            "E0309",
            node.span,
            f"`{entry.name}` calls itself",
            "recursion has no bounded cost",
            notes=(chain,) if chain.count("→") > 1 else (),
            help="keep the past in a `state` instead",
        )
        return False
    context.draft.instances += 1
    if len(context.active) < MAX_DEPTH and context.draft.instances <= MAX_INSTANCES:
        return True
    if not context.draft.full:
        context.draft.full = True
        context.report(
            "E0314",
            node.span,
            f"calls are nested more than {MAX_DEPTH} deep, or make more than {MAX_INSTANCES:,} copies of nodes",
            "this call is one too many",
            help="every call makes its own copy of the body: name a value once and use it several times",
        )
    return False


def _definition(context: Context) -> str:
    return "let" if context.where == "node" else "signal"


def _enter(context: Context, node: tree.Apply, entry: NodeEntry, binding: Binding, name: str) -> Context:
    reporter = context.reporter.at_call(node.span, entry.name, entry.library)
    return Context(
        context.shared,
        reporter,
        Scope(entry.scope),
        "node",
        binding.generics,
        binding.bases_of,
        active=(*context.active, entry.name),
        name=name,
        held=context.held,
    )


def _arguments(
    context: Context, node: tree.Apply, formals: Sequence[tree.Formal], name: str
) -> list[Meaning | tree.Expr] | None:
    """Arguments in the order of the formals; a tree.Expr stands for a default, to be checked inside."""
    slots: dict[str, Meaning | tree.Expr] = {}
    known = [f.name.text for f in formals]
    for position, argument in enumerate(node.arguments):
        if argument.name is None and position >= len(known):
            context.report(
                "E0106",
                argument.span,
                f"`{name}` takes {len(known)} argument{'s' * (len(known) != 1)}, not {len(node.arguments)}",
                help=f"`{name}({', '.join(known)})`",
            )
            return None
        target = argument.name if argument.name is not None else known[position]
        if target not in known:
            context.reporter.unknown(
                argument.span,
                f"argument of `{name}`",
                target,
                known,
                code="E0106",
                help=f"`{name}({', '.join(known)})`",
            )
            return None
        if target in slots:
            context.report("E0106", argument.span, f"`{target}` is given twice")
            return None
        slots[target] = expressions.check(replace(context, name=target), argument.value)
    for formal in formals:
        if formal.name.text not in slots and formal.default is not None:
            slots[formal.name.text] = formal.default
    missing = [n for n in known if n not in slots]
    if missing:
        context.report(
            "E0106",
            node.span,
            f"`{name}` needs `{missing[0]}`",
            "argument missing",
            help=f"`{name}({', '.join(known)})`",
        )
        return None
    ordered = [slots[n] for n in known]
    return None if any(isinstance(a, Value) and a.poisoned for a in ordered) else ordered


def _binding(declaration: tree.NodeDecl | tree.Define, arguments: list[Meaning | tree.Expr]) -> Binding:
    """Generics from the first argument that shows them; bare literals last."""
    binding = Binding({}, {})
    names = {g.text for g in declaration.generics}
    for formal, argument in zip(declaration.formals or (), arguments, strict=True):
        if not any(isinstance(a, tree.UnitRef) and {a.numerator, a.denominator} & names for a in formal.type.arguments):
            continue
        if isinstance(argument, FeedValue):
            binding.bind(formal.type, argument.quote, argument.base)
        elif isinstance(argument, Value) and not argument.is_zero and argument.type.base in (Base.NUMBER, Base.COUNT):
            unit = argument.type.unit
            price = unit.as_price() if formal.type.name == "price" else None
            if price is not None:
                binding.bind(formal.type, *price)
            elif formal.type.name != "price":
                binding.bind(formal.type, unit, None)
    for formal, argument in zip(declaration.formals or (), arguments, strict=True):  # a bare 0 alone: a ratio
        if formal.type.name == "number" and isinstance(argument, Value) and argument.is_zero:
            binding.bind(formal.type, RATIO, None)
    binding.generics = {k: v for k, v in binding.generics.items() if k in names}
    return binding


def _bind_formals(
    context: Context, inner: Context, formals: Sequence[tree.Formal], arguments: list[Meaning | tree.Expr], name: str
) -> list[Meaning] | None:
    bound: list[Meaning] = []
    for formal, argument in zip(formals, arguments, strict=True):
        outside = not isinstance(argument, Value | FeedValue | WindowValue)
        meaning = expressions.value(inner, argument) if isinstance(argument, tree.Node) and outside else argument
        found = _bind_one(context, inner, formal, meaning, name)  # type: ignore[arg-type]
        if found is None:
            return None
        inner.scope.entries[formal.name.text] = found
        bound.append(found)
    return bound


def _bind_one(
    context: Context, inner: Context, formal: tree.Formal, meaning: Meaning, name: str
) -> Value | FeedValue | None:
    what = f"argument `{formal.name.text}` of `{name}`"
    if formal.type.name in SCHEMAS:
        units = feed_units(inner, formal.type)
        if isinstance(meaning, FeedValue) and units in (None, (meaning.quote, meaning.base)):
            return meaning
        known = units is not None and isinstance(meaning, FeedValue)
        of = f"`{formal.type.name}<{units[0]}/{units[1]}>`" if units and known else f"`{formal.type.name}`"
        context.report(
            "E0211",
            meaning.span,
            f"{what} is a feed of {of}",
            "not such a feed",
            help="pass the feed itself, as in `atr(bars, 14)`",
        )
        return None
    if not isinstance(meaning, Value):
        context.report(
            "E0211",
            meaning.span,
            f"{what} is a single value",
            "not a single value",
            help="pass a column, as in `bars.close`",
        )
        return None
    type_ = resolve(inner, formal.type)
    if adapt(meaning, type_) is None and not meaning.poisoned and not type_.poisoned:
        shown = type_ if _resolved(inner, formal.type) else None
        wanted = context.show(shown) if shown else formal.type.name
        context.report(
            "E0211",
            meaning.span,
            f"{what} is `{wanted}`, but this is `{context.show(meaning.type)}`",
            f"this is `{context.show(meaning.type)}`",
        )
        return None
    value = fits(context, meaning, type_, what)
    if value is None:
        return None
    if needs_no_equation(value):
        return replace(value, literal=False)
    let = context.draft.let(formal.name.text, value, context.place(meaning.span), context.show(value.type.plain()))
    return let


def _resolved(inner: Context, ref: tree.TypeRef) -> bool:
    """All generics of the reference are bound (so showing the type makes sense)."""
    return all(
        isinstance(a, tree.UnitRef) and (a.numerator in inner.generics or not a.numerator.isidentifier())
        for a in ref.arguments
    )
