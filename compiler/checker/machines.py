"""The lifecycle machine: states, transitions and the commands they give; and what is done when the run stops."""

from __future__ import annotations

from dataclasses import dataclass

from ...lang import tree
from ..program import (
    Command,
    EventName,
    Expr,
    Machine,
    State,
    Transition,
    TransitionKind,
)
from . import expressions, operators
from .context import Context
from .verbs import command, duration, order

EVENTS: dict[str, EventName] = {
    "partial": "partial",
    "filled": "filled",
    "closed": "closed",
    "denied": "denied",
    "late": "late",
    "flat": "flat",
}


@dataclass(slots=True)
class Building:
    """Counters of the machine under construction."""

    names: dict[str, int]
    transitions: int = 0
    timers: int = 0


def machine(context: Context, node: tree.Machine) -> Machine | None:
    """The checked machine; None if it has no usable states."""
    names: dict[str, int] = {}
    for index, state in enumerate(node.states):
        if state.name.text in names:
            first = node.states[names[state.name.text]].name.span
            context.report(
                "E0102",
                state.name.span,
                f"state `{state.name.text}` is declared twice",
                "second declaration",
                also=((first, "first declaration"),),
            )
            return None
        names[state.name.text] = index
    if len(names) > 64:
        context.report("E0502", node.span, "a machine has at most 64 states")
        return None
    initial = [i for i, s in enumerate(node.states) if s.initial]
    if len(initial) != 1:
        span = node.states[initial[1]].name.span if initial else node.states[0].name.span if node.states else node.span
        what = "two initial states" if initial else "no initial state"
        context.report(
            "E0502",
            span,
            f"the machine has {what}",
            "second one" if initial else "",
            help="mark exactly one: `initial state IDLE { … }`",
        )
        return None
    building = Building(names)
    states = tuple(_state(context, s, building) for s in node.states)
    return Machine(states, initial[0], building.timers)


def _state(context: Context, node: tree.State, building: Building) -> State:
    items = [item for item in node.transitions if not isinstance(item, tree.Cooldown)]
    transitions = [t for t in (_transition(context, item, building) for item in items) if t is not None]
    return State(node.name.text, tuple(transitions), context.place(node.span), _cooldown(context, node))


def _cooldown(context: Context, node: tree.State) -> Expr | None:
    found = [item for item in node.transitions if isinstance(item, tree.Cooldown)]
    for extra in found[1:]:
        first = ((found[0].span, "first one"),)
        context.report("E0102", extra.span, "a state has one `cooldown`", "second one", also=first)
    return duration(context, found[0].duration, "`cooldown`") if found else None


def _transition(context: Context, node: tree.When | tree.On | tree.After, building: Building) -> Transition | None:
    condition = event = template = timer = delay = None
    kind: TransitionKind = "when"
    ok = True
    if isinstance(node, tree.On):
        kind = "on"
        found = _event(context, node.event)
        ok = found is not None
        event, template = found or (None, None)
    condition_node = None if isinstance(node, tree.After) else node.condition
    if condition_node is not None:
        checked = operators.condition(context, expressions.value(context, condition_node), "`when`")
        ok = ok and checked is not None
        condition = checked.expr if checked else None
        if checked is not None:
            context.decides(checked)
    if isinstance(node, tree.After):
        kind = "after"
        delay = duration(context, node.delay, "`after`")
        ok = ok and delay is not None
        timer = building.timers
        building.timers += 1
    to, commands, cooldown, good = target(context, node.target, building)
    if not (ok and good):
        return None
    index = building.transitions
    building.transitions += 1
    return Transition(
        index=index,
        kind=kind,
        condition=condition,
        feeds=(),  # when all equations are known
        event=event,
        template=template,
        timer=timer,
        delay=delay,
        target=to,
        commands=commands,
        cooldown=cooldown,
        text=context.reporter.text(node.span),
        place=context.place(node.span),
    )


def _event(context: Context, node: tree.Event) -> tuple[EventName, int | None] | None:
    name = node.name.text
    if name not in EVENTS:
        context.reporter.unknown(
            node.name.span, "event", name, EVENTS, code="E0505", help=f"events: {', '.join(EVENTS)}"
        )
        return None
    if node.subject is None:
        return EVENTS[name], None
    if name == "flat":
        context.report("E0505", node.span, "`flat` is about the position, not about an order", help="write `on flat`")
        return None
    index = order(context, node.subject)
    return None if index is None else (EVENTS[name], index)


def target(
    context: Context, node: tree.Target, building: Building
) -> tuple[int | None, tuple[Command, ...], Expr | None, bool]:
    """The state, the commands and the cooldown of what is written; False where something of it was reported."""
    state, good = None, True
    if node.state is not None:
        state = building.names.get(node.state.text)
        if state is None:
            context.reporter.unknown(node.state.span, "state", node.state.text, building.names, code="E0504")
            good = False
    commands = [command(context, action) for action in node.actions]
    cooldown = duration(context, node.cooldown, "`cooldown`") if node.cooldown is not None else None
    good = good and None not in commands and (node.cooldown is None or cooldown is not None)
    return state, tuple(c for c in commands if c is not None), cooldown, good


# ---- the end of the run

_AT_STOP = ("cancel", "cancel_all", "flatten", "halt", "notify")


def on_stop(context: Context, node: tree.OnRun) -> tuple[Command, ...]:
    """`on stop do …;`: nothing is sent any more, so there is no state to go to and no order to submit."""
    target = node.target
    if node.event.subject is not None or node.condition is not None or target.state is not None or target.cooldown:
        context.report(
            "E0502",
            node.span,
            "`on stop` only gives commands",
            "no order, condition, state or cooldown",
            help="as in `on stop do cancel_all, flatten;`",
        )
        return ()
    for action in target.actions:
        if action.name.text in ("submit", "replace"):
            context.report(
                "E0505",
                action.span,
                f"`{action.name.text}` can't be done when the run stops",
                "nobody would look after the order",
                help="`flatten` closes the position at the market",
            )
            return ()
    commands = [command(context, action, _AT_STOP) for action in target.actions]
    return tuple(c for c in commands if c is not None)
