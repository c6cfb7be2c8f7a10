"""The clock calculus: operators combine what ticks together; `hold`, `when` and `restart on` say how else.

The machine, risk rules and order fields read what every signal holds, so there only memory needs one clock.
"""

from __future__ import annotations

from dataclasses import replace

from ...lang import tree
from ..types import Base
from . import expressions, history, nodes
from .context import Context
from .values import FeedValue, Meaning, NodeEntry, Value, WindowValue, poison

HOLDS = {"machine", "risk", "order"}  # where every signal is read as it is held


def together(context: Context, result: Value, *operands: Value) -> Value:
    """`result`, whose operands tick together; poisoned after a report if they don't."""
    if result.poisoned or context.where in HOLDS:
        return result
    return result if agree(context, *operands) else poison(result.span)


def agree(context: Context, *operands: Value | FeedValue) -> bool:
    """Do they tick together? False after a report."""
    table = context.draft.clocks
    first: tuple[int, Value | FeedValue] | None = None
    for operand in operands:
        for clock in sorted(_clocks(context, operand)):
            if first is None:
                first = clock, operand
            elif not table.unify(first[0], clock):
                _report(context, first, (clock, operand))
                return False
    return True


def _clocks(context: Context, operand: Value | FeedValue) -> set[int]:
    table = context.draft.clocks
    if isinstance(operand, FeedValue):
        return {table.constant(operand.index)} if table.feed_names else set()
    return table.of(operand.expr)


def _report(context: Context, first: tuple[int, Value | FeedValue], second: tuple[int, Value | FeedValue]) -> None:
    table = context.draft.clocks
    (a, left), (b, right) = first, second
    same = left.span == right.span
    slower = left if table.is_slower(a, b) else right
    text = context.reporter.source.text[slower.span.start : slower.span.end]
    wraps = "\n" not in text and not isinstance(slower, FeedValue) and not same
    context.report(
        "E0321",
        right.span,
        "what does not tick together can't be combined",
        f"ticks with {table.name(b)}" + (f", and with {table.name(a)}" if same else ""),
        also=() if same else ((left.span, f"ticks with {table.name(a)}"),),
        help=f"read its last closed value: `hold({text})`"
        if wraps
        else "read the last closed value of one of them with `hold(…)`",
    )


# ---- hold


def hold(context: Context, node: tree.Apply) -> Meaning:
    """`hold(x)`: the value that x had at its last tick, at whatever clock it is used with."""
    if len(node.arguments) != 1 or node.arguments[0].name is not None:
        context.report(
            "E0106", node.span, f"`hold` takes 1 argument, not {len(node.arguments)}", help="as in `hold(hour.close)`"
        )
        return poison(node.span)
    value = expressions.value(context, node.arguments[0].value)
    if value.poisoned or context.where in HOLDS or not context.draft.clocks.of(value.expr):
        return value
    if context.where == "node":
        context.report(
            "E0322",
            node.span,
            "a node ticks with its arguments and holds nothing of another clock",
            "not in a node",
            help="hold the value where the node is called, and pass it",
        )
        return poison(node.span)
    name = f"{history.label(node.arguments[0].value)}_held"
    made = context.draft.cross(name, value, None, context.place(node.span), context.show(value.type.plain()))
    return replace(made, span=node.span)


# ---- when


def sampled(context: Context, node: tree.Sampled) -> Value:
    """`x when c`: ticks where c is true, with the value of x."""
    value, condition = expressions.value(context, node.value), expressions.value(context, node.condition)
    if value.poisoned or condition.poisoned:
        return poison(node.span)
    if context.where != "signal" or context.conditional:
        context.report(
            "E0322",
            node.span,
            "only a signal can be sampled with `when`",
            "not the whole value of a signal",
            help="give it a name: `signal sampled = x when condition;`",
        )
        return poison(node.span)
    if condition.type.base is not Base.BOOL:
        context.report(
            "E0214",
            condition.span,
            "`when` needs a condition",
            f"this is `{context.show(condition.type)}`",
            help="compare it with something: `x > 0`",
        )
        return poison(node.span)
    if not agree(context, value, condition):
        return poison(node.span)
    place = context.place(node.span)
    clock = context.draft.gate(condition, place)
    made = context.draft.cross("sampled", value, clock, place, context.show(value.type.plain()))
    return replace(made, span=node.span)


# ---- restart on


def restarted(context: Context, node: tree.Restart) -> Meaning:
    """`node(…) restart on c`: its memory begins anew at each tick at which c is true."""
    condition = expressions.value(context, node.condition)
    if condition.poisoned:
        return poison(node.span)
    if condition.type.base is not Base.BOOL:
        context.report(
            "E0214",
            condition.span,
            "`restart on` needs a condition",
            f"this is `{context.show(condition.type)}`",
            help="put a comparison in parentheses: `ema(bars.close, n) restart on (x > 0)`",
        )
        return poison(node.span)
    call = node.value
    entry = (
        context.look_up(call.function.text)
        if isinstance(call, tree.Apply) and isinstance(call.function, tree.Name)
        else None
    )
    if not isinstance(call, tree.Apply) or not (isinstance(entry, NodeEntry) or _is_fold(call)):
        context.report(
            "E0322",
            node.value.span,
            "only a call that remembers can be restarted",
            "has no memory",
            help="as in `ema(bars.close, n) restart on first_of_day`",
        )
        return poison(node.span)
    restart = context.draft.restart(condition, context.place(node.span))
    if isinstance(entry, NodeEntry):
        result: Meaning = nodes.call(context, call, entry, restart)
    else:
        result = _fold(context, call, restart)
    if not isinstance(result, Value) or result.poisoned or not agree(context, result, condition):
        return poison(node.span)
    return replace(result, span=node.span)


def _is_fold(call: tree.Apply) -> bool:
    return isinstance(call.function, tree.Name) and call.function.text in history.FOLDS and len(call.arguments) == 1


def _fold(context: Context, call: tree.Apply, restart: int) -> Meaning:
    assert isinstance(call.function, tree.Name)
    over = expressions.check(context, call.arguments[0].value)
    if not isinstance(over, WindowValue):
        name = call.function.text
        context.report(
            "E0311", call.span, f"`{name}` folds a window", "not a window", help=f"write `{name}(window(x, n))`"
        )
        return poison(call.span)
    with context.draft.restarting(restart):
        return history.fold(context, call, history.FOLDS[call.function.text], over)
