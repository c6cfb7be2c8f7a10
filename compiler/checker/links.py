"""`oco` and `bracket`: which orders belong together; and whether there is room for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...lang import tree
from ..program import Template
from .context import Context
from .verbs import order

MAX_SLOTS = 255  # one more is the reserved order's


def have_room(context: Context, nodes: Sequence[tree.Order], templates: Sequence[Template]) -> None:
    """Reports the order with which more could be open at once than the order kernel holds."""
    slots = 0
    for node, template in zip(nodes, templates, strict=True):
        slots += template.max_open
        if slots > MAX_SLOTS:
            context.report(
                "E0613",
                node.name.span,
                f"more than {MAX_SLOTS} orders could be open at once",
                f"{slots} with this one",
                help="give the orders a smaller `max_open`",
            )
            return


def linked(context: Context, nodes: Sequence[tree.Order], templates: Sequence[Template]) -> tuple[Template, ...]:
    """The templates with siblings and children; what is wrong is reported and left out. nodes: their syntax, in the same order."""
    found = [_named(context, node) for node in nodes]
    links = [item for node in nodes for item in node.items if isinstance(item, tree.Links)]
    if any(name.text not in context.shared.templates for item in links for name in item.names):
        # reported; what does not fit without that order may fit with it
        return tuple(templates)
    siblings = [_sibling(context, i, nodes, templates, found) for i in range(len(nodes))]
    result = [replace(t, sibling=sibling) for t, sibling in zip(templates, siblings, strict=True)]
    for index, node in enumerate(nodes):
        result[index] = replace(result[index], children=_children(context, index, node, found, result))
    return tuple(result)


Named = dict[str, tuple[tree.Links, tuple[int, ...]]]


def _named(context: Context, node: tree.Order) -> Named:
    """Each kind of link with the indices of the orders it names."""
    result: Named = {}
    for item in node.items:
        if not isinstance(item, tree.Links):
            continue
        if item.kind in result:
            first = ((result[item.kind][0].span, "first one"),)
            context.report("E0102", item.span, f"an order has one `{item.kind}`", "second one", also=first)
            continue
        names = [order(context, name) for name in item.names]
        if None not in names:
            result[item.kind] = item, tuple(n for n in names if n is not None)
    return result


def _wrong(context: Context, span: tree.Span, title: str, label: str, help_: str) -> None:
    context.report("E0607", span, title, label, help=help_)


def _sibling(
    context: Context, index: int, nodes: Sequence[tree.Order], templates: Sequence[Template], found: Sequence[Named]
) -> int | None:
    if "oco" not in found[index]:
        return None
    item, others = found[index]["oco"]
    mine = templates[index]
    if len(others) != 1 or others[0] == index:
        _wrong(context, item.span, "`oco` names one other order", "one cancels the other", "as in `oco stop;`")
        return None
    other = templates[others[0]]
    back = found[others[0]].get("oco")
    if back is None or back[1] != (index,):
        _wrong(
            context,
            item.span,
            f"`{other.name}` does not name `{mine.name}` as its `oco`",
            "each of the two names the other",
            f"add `oco {mine.name};` to order `{other.name}`",
        )
    elif mine.max_open != 1:
        _wrong(
            context,
            item.span,
            f"`{mine.name}` may be open {mine.max_open} times",
            "one of them cancels one",
            "remove `max_open`",
        )
    elif mine.instrument != other.instrument:
        _wrong(
            context,
            item.span,
            f"`{mine.name}` and `{other.name}` trade different instruments",
            "the venue can't cancel one for the other",
            "cancel the other order in the machine: `on filled(…) do cancel(…)`",
        )
    elif mine.reduce_only != other.reduce_only or (mine.reduce_only and mine.side != other.side):
        _wrong(
            context,
            item.span,
            f"`{mine.name}` and `{other.name}` don't do the same to the position",
            "both reduce it, on one side, or neither does",
            "make both `reduce_only` and of one side, or neither",
        )
    else:
        return others[0]
    return None


def _children(
    context: Context, index: int, node: tree.Order, found: Sequence[Named], templates: Sequence[Template]
) -> tuple[int, ...]:
    if "bracket" not in found[index]:
        return ()
    item, children = found[index]["bracket"]
    parent = templates[index]
    if not 1 <= len(set(children)) == len(children) <= 2:
        _wrong(context, item.span, "a bracket has one or two orders", "", "as in `bracket take, stop;`")
        return ()
    if parent.reduce_only or parent.max_open != 1:
        why = "reduces the position" if parent.reduce_only else "may be open several times"
        _wrong(
            context,
            item.span,
            f"`{parent.name}` can't have a bracket: it {why}",
            "released by the first fill of an entry",
            "write it at the order that opens the position, without `max_open`",
        )
        return ()
    for number, child in enumerate(children):
        name, reducing = templates[child].name, templates[child].side != parent.side and templates[child].reduce_only
        reducing = reducing and templates[child].instrument == parent.instrument
        span = item.names[number].span
        if not reducing:
            _wrong(
                context,
                span,
                f"`{name}` does not reduce what `{parent.name}` opens",
                "a bracket only closes",
                f"give it `side = {'SELL' if parent.side == 'BUY' else 'BUY'}; reduce_only = true;`",
            )
            return ()
        if templates[child].max_open != 1:
            _wrong(context, span, f"`{name}` may be open several times", "one order of a bracket", "remove `max_open`")
            return ()
    if len(children) == 2 and templates[children[0]].sibling != children[1]:
        if not any("oco" in found[child] for child in children):
            first, second = (templates[child].name for child in children)
            _wrong(
                context,
                item.span,
                f"`{first}` and `{second}` could both be filled",
                "together they would sell twice" if parent.side == "BUY" else "together they would buy twice",
                f"add `oco {second};` to `{first}` and `oco {first};` to `{second}`",
            )
        return ()
    return children
