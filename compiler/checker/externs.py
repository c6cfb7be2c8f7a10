"""`extern signal`: values that a Python node makes outside the kernel; to the strategy a feed of its own."""

from __future__ import annotations

import re
from collections.abc import Collection

from ...lang import tree
from ..program import Constant, Expr, Feed, FieldRef, Kind, Operation
from ..types import Base, Stage, Type
from . import typerefs
from .context import Context, SignalNode
from .values import Value

COLUMN = "close"  # of the record in which a value travels
_PLACE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_EXAMPLE = 'as in `extern signal mood: ratio from python("nodes.mood:Mood");`'


def extern(context: Context, node: tree.Extern, index: int, feeds: Collection[str]) -> tuple[Feed, Value] | None:
    """The feed as the program has it, and what its name stands for; None after a report. feeds: those with bars."""
    type_ = typerefs.resolve(context, node.type)
    place = _place(context, node)
    if type_.poisoned or place is None or not _can_travel(context, node, type_):
        return None
    if context.shared.describe is not None:
        found = context.shared.describe(*place.split(":"))
        if not _fits(context, node, type_, found, feeds):
            return None
    feed = Feed(node.name.text, "signal", 1, 0, 0, context.place(node.span), None, context.show(type_), place)
    return feed, Value(_read(index, type_), type_, Stage.TICK, node.name.span)


def _read(index: int, type_: Type) -> Expr:
    column = FieldRef(index, COLUMN)
    if type_.base is not Base.BOOL:
        return column
    return Operation(Kind.BOOL, Kind.NUMBER, "ne", (column, Constant(Kind.NUMBER, 0.0)))


def _place(context: Context, node: tree.Extern) -> str | None:
    arguments = node.call.arguments
    text = arguments[0].value if len(arguments) == 1 and arguments[0].name is None else None
    if node.call.name.text == "python" and isinstance(text, tree.Text) and _PLACE.fullmatch(text.value):
        return text.value
    context.report("E0326", node.call.span, "a node is named by its module and class", "not one", help=_EXAMPLE)
    return None


def _can_travel(context: Context, node: tree.Extern, type_: Type) -> bool:
    if type_.base in (Base.NUMBER, Base.BOOL) and not type_.optional:
        return True
    context.report(
        "E0325",
        node.type.span,
        f"a node gives numbers or truth values, not `{context.show(type_)}`",
        "where there is no value, no record comes" if type_.optional else "",
        help="as in `ratio`, `price<USDT/BTC>`, `notional<USDT>`, `bool`",
    )
    return False


def _fits(context: Context, node: tree.Extern, type_: Type, found: SignalNode, feeds: Collection[str]) -> bool:
    """Is it what the class says of itself? Else False after a report."""
    name, outputs = node.name.text, dict(found.outputs)
    unknown = [feed for feed in found.inputs if feed not in feeds]
    written = context.reporter.text(node.type.span)
    if found.problem:
        context.report("E0326", node.call.span, "the node can't be used", found.problem, help=_EXAMPLE)
    elif name not in outputs:
        label = f"it gives {', '.join(f'`{o}`' for o in outputs) or 'nothing'}"
        context.report(
            "E0325", node.name.span, f"the node gives no `{name}`", label, help="name the signal as the node does"
        )
    elif _plain(outputs[name]) not in {_plain(context.show(type_)), _plain(written)}:
        label = f"the node gives `{outputs[name]}`"
        context.report("E0325", node.type.span, f"`{name}` is not `{written}`", label, help=f"write `{outputs[name]}`")
    elif unknown or not found.inputs:
        label = f"it reads `{unknown[0]}`" if unknown else "it reads nothing"
        help_ = f"its `inputs` name feeds of bars: there is {', '.join(f'`{f}`' for f in feeds)}"
        context.report("E0325", node.call.span, "the node reads no feed of this strategy", label, help=help_)
    else:
        return True
    return False


def _plain(text: str) -> str:
    return "".join(text.split())
