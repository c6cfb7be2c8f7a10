"""Calls: built-in functions, folds, nodes, defs, and what the run tells (`cum(entry)`)."""

from __future__ import annotations

from ...lang import tree
from ..program import Kind, Operator
from ..types import Base, Type
from . import clocks, expressions, history, nodes, operators, proofs, readings
from .context import Context, to_number
from .literals import number
from .values import Meaning, NodeEntry, Unavailable, Value, WindowValue, poison

BUILTINS = {
    "abs": 1,
    "min": 2,
    "max": 2,
    "sqrt": 1,
    "floor": 1,
    "ceil": 1,
    "pre": 1,
    "window": 2,
    "mean": 1,
    "sum": 1,
    "variance": 1,
}
LATER = {
    "resample",
    "ln",
    "exp",
    "pow",
    "sin",
    "cos",
    "tan",
    "atan",
    "log10",
    "round_tick",
    "round_lot",
    "new_day",
    "push",
    "bit",
    "sat",
    "wrap",
}


def apply(context: Context, node: tree.Apply) -> Meaning:
    if not isinstance(node.function, tree.Name):
        context.report(
            "E0103", node.function.span, "this can't be called", help="only nodes, defs and built-in functions can"
        )
        return poison(node.span)
    name = node.function.text
    entry = context.look_up(name)
    if isinstance(entry, NodeEntry):
        return nodes.call(context, node, entry)
    if isinstance(entry, Unavailable):
        return poison(node.span)
    if entry is not None:
        hidden = name in BUILTINS or isinstance(context.scope.beyond(name), NodeEntry)
        context.report(
            "E0103",
            node.function.span,
            f"`{name}` can't be called: here it is the name of a value" if hidden else f"`{name}` can't be called",
            "is not a function",
            help=f"give the value another name: it hides the function `{name}`" if hidden else None,
            about=f"{name} is called",
        )
        return poison(node.span)
    if name in BUILTINS:
        return _builtin(context, node, name)
    if name == "hold":
        return clocks.hold(context, node)
    if name in readings.CALLS:
        return readings.call(context, node, name)
    if name in LATER:
        context.report("E0901", node.span, f"`{name}(…)` is not built yet", "this version can't run it")
        return poison(node.span)
    nodes_seen = {n for n in context.scope.names() if isinstance(context.scope.find(n), NodeEntry)}
    context.reporter.unknown(
        node.function.span,
        "function",
        name,
        nodes_seen | set(BUILTINS) | readings.CALLS | {"hold"},
        help=_library_help(name),
    )
    return poison(node.span)


def _library_help(name: str) -> str | None:
    from ..library import where_is

    home = where_is(name)
    return f"it is in the library: `use {home} {{ {name} }};`" if home else None


def _builtin(context: Context, node: tree.Apply, name: str) -> Meaning:
    meanings: list[Meaning] = []
    for argument in node.arguments:
        if argument.name is not None:
            context.report("E0106", argument.span, f"`{name}` takes its arguments by position")
            return poison(node.span)
        meanings.append(expressions.check(context, argument.value))
    if len(meanings) == 1 and isinstance(meanings[0], WindowValue) and name in history.FOLDS:
        return history.fold(context, node, history.FOLDS[name], meanings[0])
    if any(isinstance(m, Value) and m.poisoned for m in meanings):
        return poison(node.span)
    if name in ("mean", "sum", "variance") and len(meanings) == 1:
        context.report(
            "E0311",
            node.arguments[0].span,
            f"`{name}` folds a window",
            "not a window",
            help=f"write `{name}(window(x, n))`",
        )
        return poison(node.span)
    if len(meanings) != BUILTINS[name]:
        context.report(
            "E0106",
            node.span,
            f"`{name}` takes {BUILTINS[name]} argument{'s' * (BUILTINS[name] > 1)}, not {len(meanings)}",
        )
        return poison(node.span)
    values = [_plain(context, m) for m in meanings]
    if any(v.poisoned for v in values):
        return poison(node.span)
    if name == "window":
        return history.window(context, node, values)
    if name == "pre":
        return history.back(context, node, values[0], number(tree.Number("1", span=node.span)), node.arguments[0].value)
    return _pointwise(context, node, name, values)


def _plain(context: Context, meaning: Meaning) -> Value:
    if isinstance(meaning, Value):
        return meaning
    if isinstance(meaning, WindowValue):
        context.report("E0311", meaning.span, "a window is not a value", help="fold it: `mean(window(x, n))`")
    else:
        context.report(
            "E0103",
            meaning.span,
            f"`{meaning.name}` is a feed, not a value",
            help=f"read a column: `{meaning.name}.close`",
        )
    return poison(meaning.span)


def _pointwise(context: Context, node: tree.Apply, name: str, values: list[Value]) -> Value:
    bad = next((v for v in values if v.type.base in (Base.BOOL, Base.TIME, Base.ENUM)), None)
    if bad is not None:
        context.report("E0216", bad.span, f"`{name}` takes numbers", f"this is `{context.show(bad.type)}`")
        return poison(node.span)
    if name in ("min", "max"):
        pair = operators.common(values[0], values[1])
        if pair is None:
            a, b = (context.show(v.type) for v in values)
            context.report(
                "E0213",
                values[1].span,
                f"cannot compare `{a}` and `{b}`",
                f"this is `{b}`",
                also=((values[0].span, f"this is `{a}`"),),
            )
            return poison(node.span)
        operator: Operator = "min" if name == "min" else "max"
        return clocks.together(context, operators.operation(operator, pair[0].type, pair, node.span), *values)
    operand = values[0]
    if name == "sqrt":
        return _root(context, node, operand)
    if operand.type.base is Base.COUNT and name in ("floor", "ceil"):
        return operand
    operators_: dict[str, Operator] = {"abs": "abs", "floor": "floor", "ceil": "ceil"}
    if name in ("floor", "ceil") and (operand.type.base is not Base.NUMBER or operand.type.unit.exponents):
        context.report(
            "E0216",
            operand.span,
            f"`{name}` takes a ratio",
            f"this is `{context.show(operand.type)}`",
            help="divide by the grid first",
        )
        return poison(node.span)
    return operators.operation(operators_[name], operand.type, (operand,), node.span)


def _root(context: Context, node: tree.Apply, operand: Value) -> Value:
    operand = to_number(operand) if operand.type.base is Base.COUNT else operand
    unit = operand.type.unit.root() if operand.type.base is Base.NUMBER else None
    if unit is None:
        context.report(
            "E0216",
            operand.span,
            f"`{context.show(operand.type)}` has no square root",
            help="take the root of a square, as `variance` gives it, or of a ratio",
        )
        return poison(node.span)
    certain = proofs.has_result(context, "sqrt", Kind.NUMBER, (operand,), node.span)
    if certain is None:
        return poison(node.span)
    return operators.operation("sqrt", Type(Base.NUMBER, unit), (operand,), node.span, not certain, proved=certain)
