"""History: `pre`, `x[k]`, `fby` and folds over `window(x, n)`. The only constructs that remember."""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from ..program import Constant, Expr, Fold, Kind, Operation, ParamRef, Select
from ..types import Base, Stage, Type
from ..walk import subexpressions
from . import clocks
from .context import Context, count_extent, report_optional, to_number
from .operators import common
from .values import Value, WindowValue, poison

MAX_LENGTH = 1_000_000
FOLDS: dict[str, Fold] = {"sum": "sum", "mean": "mean", "variance": "variance", "min": "min", "max": "max"}


def label(node: tree.Expr) -> str:
    """A readable name for a helper equation."""
    match node:
        case tree.Name(text=text):
            return text
        case tree.Member(name=name):
            return name
        case tree.Apply(function=tree.Name(text=text)):
            return text
        case _:
            return "value"


def back(context: Context, node: tree.Expr, source: Value, steps: Value, of: tree.Expr) -> Value:
    """The value `source` had `steps` ticks ago."""
    if source.poisoned or steps.poisoned:
        return poison(node.span)
    extent = _extent(context, steps, "how far to look back")
    if extent is None:
        return poison(node.span)
    low, high = extent
    if low < 0:
        context.report(
            "E0304",
            steps.span,
            "history only goes back",
            "may be negative",
            help="`x[1]` is the value one bar ago; the future can't be read",
        )
        return poison(node.span)
    if high == 0:
        return replace(source, span=node.span)
    if not clocks.agree(context, source):
        return poison(node.span)
    depth: Expr = steps.expr
    if low == 0:  # the ring holds past values only
        depth = Operation(Kind.INTEGER, Kind.INTEGER, "max", (steps.expr, Constant(Kind.INTEGER, 1)))
    name = f"{label(of)}_ago"
    past = context.draft.delay(name, source, depth, high, context.place(node.span), context.show(source.type.plain()))
    past = replace(past, span=node.span, type=source.type)
    if low > 0:
        return past
    now = Operation(Kind.BOOL, Kind.INTEGER, "eq", (steps.expr, Constant(Kind.INTEGER, 0)))
    expr = Select(source.type.kind, now, source.expr, past.expr, source.type.optional)
    return Value(expr, source.type, Stage.TICK, node.span, proved=source.proved)


def followed_by(context: Context, node: tree.Binary, first: Value, then: Value) -> Value:
    """`first fby then`: first at the first tick, afterwards what `then` was one tick ago."""
    if first.poisoned or then.poisoned:
        return poison(node.span)
    pair = common(first, then)
    if pair is None:
        a, b = context.show(first.type), context.show(then.type)
        context.report(
            "E0218",
            then.span,
            f"both sides of `fby` must be the same type: `{a}` or `{b}`",
            f"this is `{b}`",
            also=((first.span, f"this is `{a}`"),),
        )
        return poison(node.span)
    if not clocks.agree(context, first, then):
        return poison(node.span)
    first, then = _same_kind(*pair)
    type_ = first.type.maybe(then.type.optional)
    unit = context.show(type_.plain())
    memory = context.draft.memory(
        f"{label(node.right)}_before", type_, first, context.place(node.span), unit, context.inputs
    )
    context.draft.set_next(memory, then.expr)
    return replace(memory, span=node.span, proved=first.proved or then.proved)


def _same_kind(left: Value, right: Value) -> tuple[Value, Value]:
    """Two literals of different spelling (`0` and `1.0`) become numbers."""
    return (left, right) if left.type.kind is right.type.kind else (to_number(left), to_number(right))


def _extent(context: Context, steps: Value, what: str) -> tuple[int, int] | None:
    if steps.type.base is not Base.COUNT:
        context.report(
            "E0211",
            steps.span,
            f"{what} is a `count`, but this is `{context.show(steps.type)}`",
            f"this is `{context.show(steps.type)}`",
        )
        return None
    if steps.type.optional:
        report_optional(context, steps, f"{what} must be known")
        return None
    if steps.stage > Stage.PARAM:
        context.report(
            "E0301",
            steps.span,
            f"{what} must be known before the run",
            "changes from tick to tick",
            help="use a constant or a `param … in low .. high`",
        )
        return None
    if any(isinstance(e, ParamRef) and e.index < 0 for e in subexpressions(steps.expr)):
        return 1, 1  # a node checked by itself: its calls say how long
    extent = count_extent(context.shared, steps.expr)
    if extent is None:
        context.report(
            "E0302",
            steps.span,
            f"{what} has no upper limit",
            "needs a range",
            help="declare the parameter with `in low .. high`: the highest value sizes the memory",
        )
        return None
    if extent[1] > MAX_LENGTH:
        context.report("E0313", steps.span, f"{what} may be {extent[1]:,}", f"at most {MAX_LENGTH:,}")
        return None
    return extent


def window(context: Context, node: tree.Apply, arguments: list[Value]) -> WindowValue:
    return WindowValue(arguments[0], arguments[1], node.span)


def fold(context: Context, node: tree.Apply, name: Fold, over: WindowValue) -> Value:
    """`mean(window(x, n))` and its like."""
    source, length = over.source, over.length
    if source.poisoned or length.poisoned:
        return poison(node.span)
    extent = _extent(context, length, "the length of a window")
    if extent is None:
        return poison(node.span)
    if extent[0] < 1:
        context.report(
            "E0303",
            length.span,
            "a window holds at least one value",
            f"may be {extent[0]}",
            help="raise the lower end of the parameter's range",
        )
        return poison(node.span)
    if not clocks.agree(context, source):
        return poison(node.span)
    if source.type.optional:
        report_optional(context, source, "a window holds values, not gaps")
        return poison(node.span)
    if source.type.base is Base.COUNT:
        source = to_number(source)
    if source.type.base is not Base.NUMBER:
        context.report(
            "E0216",
            source.span,
            f"cannot fold a window of `{context.show(source.type)}`",
            help="make it a number: `if c then 1.0 else 0.0`",
        )
        return poison(node.span)
    unit = source.type.unit * source.type.unit if name == "variance" else source.type.unit
    type_ = Type(Base.NUMBER, unit)
    value = context.draft.window(
        name, name, type_, source, length.expr, extent[1], context.place(node.span), context.show(type_)
    )
    return replace(value, span=node.span, stage=Stage.TICK)
