"""Orders and the machine together: every end of an order is answered where it may come, and no submit is sure to find no slot."""

from __future__ import annotations

from collections.abc import Sequence

from ..lang import tree
from .order_flow import Flow
from .program import EventName, Machine, State, Template, Verb
from .readiness import transitions_of
from .reporter import Reporter

_ENDS: tuple[EventName, ...] = ("closed", "denied")


def check(
    reporter: Reporter,
    machine: Machine,
    nodes: Sequence[tree.State],
    templates: Sequence[Template],
    orders: Sequence[tree.Order],
    flow: Flow,
) -> None:
    """nodes, orders: the syntax of states and templates, in the same order."""
    full: set[int] = set()
    for state, node in zip(machine.states, nodes, strict=True):
        full |= _slots(reporter, state, node, templates, flow)
    for template, order in enumerate(orders):
        if template not in full:  # else what follows its denial is no news
            _ends(reporter, machine, nodes, template, order, flow)


def _ends(
    reporter: Reporter, machine: Machine, nodes: Sequence[tree.State], template: int, order: tree.Order, flow: Flow
) -> None:
    """One report per order, at the first state that does not answer; it is open in the later ones for the same reason."""
    name = order.name.text
    gaps: list[tuple[tree.Ident, list[str]]] = []
    for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True)):
        may_be_denied = flow.deniable_in.get(index, set()) | flow.refused_in.get(index, set())
        possible = {"closed": flow.open_in.get(index, set()), "denied": may_be_denied}
        missing = [
            f"{event}({name})"
            for event in _ENDS
            if template in possible[event] and not _handles(state, event, template)
        ]
        if missing:
            gaps.append((node.name, missing))
    if not gaps:
        return
    (first, missing), *others = gaps
    also = [(state, f"nor does this state handle {_quoted(events)}") for state, events in others]
    reporter.report(
        "E0506",
        first.span,
        f"state `{first.text}` does not handle {_quoted(missing)}",
        f"`{name}` may be {'denied' if missing == [f'denied({name})'] else 'open'} here",
        also=((order.name.span, "this order"), *((state.span, text) for state, text in also)),
        notes=(
            "`denied`: it never reached the venue; `closed`: any other end, such as a cancel, an expiry or a rejection",
        ),
        help="add " + " and ".join(f"`on {event} -> …;`" for event in missing),
        about=f"{'/'.join(event.split('(')[0] for event in missing)} in {first.text}",
    )


def _quoted(events: Sequence[str]) -> str:
    return " and ".join(f"`{event}`" for event in events)


def _handles(state: State, event: EventName, template: int) -> bool:
    """Whatever else holds."""
    return any(t.event == event and t.template in (None, template) and t.condition is None for t in state.transitions)


def _slots(reporter: Reporter, state: State, node: tree.State, templates: Sequence[Template], flow: Flow) -> set[int]:
    """The templates that were reported; none where not every configuration is known."""
    found: set[int] = set()
    if not flow.complete:
        return found
    for transition, syntax in zip(state.transitions, transitions_of(node), strict=True):
        for number, command in enumerate(transition.commands):
            if command.verb is not Verb.SUBMIT or flow.full.get((transition.index, number)) != {True}:
                continue
            template = templates[command.template or 0]
            found.add(command.template or 0)
            times = "is" if template.max_open == 1 else f"is {template.max_open} times"
            reporter.report(
                "E0507",
                _action(syntax, number).span,
                f"`{template.name}` {times} open already whenever it is submitted here",
                "finds no free slot, so it is always denied",
                help=f"wait for `closed({template.name})`, or give the order `max_open = {template.max_open + 1};`",
            )
    return found


def _action(node: tree.Transition, number: int) -> tree.Node:
    return node if isinstance(node, tree.Cooldown) else node.target.actions[number]
