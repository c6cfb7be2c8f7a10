"""The lifecycle machine: states, transitions and the commands they give."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...lang import tree
from ..program import (
    Command,
    Constant,
    Default,
    EventName,
    Expr,
    FieldRef,
    Machine,
    Operation,
    Select,
    State,
    Transition,
    TransitionKind,
    ValueRef,
    Verb,
)
from ..types import DURATION, Base, Stage
from . import expressions, operators
from .context import Context, fits

EVENTS: dict[str, EventName] = {
    "partial": "partial",
    "filled": "filled",
    "closed": "closed",
    "denied": "denied",
    "late": "late",
    "flat": "flat",
}
_VERBS = {"submit": Verb.SUBMIT, "cancel": Verb.CANCEL, "cancel_all": Verb.CANCEL_ALL, "notify": Verb.NOTIFY}
_VERBS_LATER = {"replace", "flatten", "halt"}


@dataclass(slots=True)
class Building:
    """Counters and texts of the machine under construction."""

    names: dict[str, int]
    transitions: int = 0
    timers: int = 0
    notes: list[str] = field(default_factory=list)


def machine(context: Context, node: tree.Machine) -> tuple[Machine, tuple[str, ...]] | None:
    """The checked machine and the texts of its notifications; None if it has no usable states."""
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
    return Machine(states, initial[0], building.timers), tuple(building.notes)


def _state(context: Context, node: tree.State, building: Building) -> State:
    transitions = [t for t in (_transition(context, item, building) for item in node.transitions) if t is not None]
    return State(node.name.text, tuple(transitions), context.place(node.span))


def _transition(context: Context, node: tree.Transition, building: Building) -> Transition | None:
    if isinstance(node, tree.Cooldown):
        context.report(
            "E0901",
            node.span,
            "`cooldown` as a member of a state is not built yet",
            help="write it at the transition: `-> LOOKING cooldown 5min`",
        )
        return None
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
    if isinstance(node, tree.After):
        kind = "after"
        delay = _duration(context, node.delay, "`after`")
        ok = ok and delay is not None
        timer = building.timers
        building.timers += 1
    target, commands, cooldown, good = _target(context, node.target, building)
    if not (ok and good):
        return None
    index = building.transitions
    building.transitions += 1
    return Transition(
        index=index,
        kind=kind,
        condition=condition,
        reads_feed=condition is not None and reads_feed(condition),
        event=event,
        template=template,
        timer=timer,
        delay=delay,
        target=target,
        commands=commands,
        cooldown=cooldown,
        text=_text(context, node),
        place=context.place(node.span),
    )


def _text(context: Context, node: tree.Node) -> str:
    return " ".join(context.reporter.source.text[node.span.start : node.span.end].rstrip(";").split())


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
    index = _order(context, node.subject)
    return None if index is None else (EVENTS[name], index)


def _order(context: Context, name: tree.Ident) -> int | None:
    index = context.shared.templates.get(name.text)
    if index is None:
        context.reporter.unknown(
            name.span,
            "order",
            name.text,
            context.shared.templates,
            code="E0505",
            help=f"declare it: `order {name.text} {{ … }}`",
        )
    return index


def _duration(context: Context, node: tree.Expr, what: str) -> Expr | None:
    value = expressions.value(context, node)
    if not value.poisoned and value.type.base is not Base.DURATION:
        context.report(
            "E0211",
            value.span,
            f"{what} takes a duration, but this is `{context.show(value.type)}`",
            f"this is `{context.show(value.type)}`",
            help="as in `5min`, `4h`, `1d`",
        )
        return None
    found = fits(context, value, DURATION, what)
    if found is not None and found.stage > Stage.PARAM:
        context.report("E0301", node.span, f"{what} takes a duration known before the run", "changes from tick to tick")
        return None
    if found is not None and isinstance(found.expr, Constant) and found.expr.value < 0:
        context.report("E0108", node.span, f"{what} takes a duration that is not negative")
        return None
    return found.expr if found else None


def _target(
    context: Context, node: tree.Target, building: Building
) -> tuple[int | None, tuple[Command, ...], Expr | None, bool]:
    target, good = None, True
    if node.state is not None:
        target = building.names.get(node.state.text)
        if target is None:
            context.reporter.unknown(node.state.span, "state", node.state.text, building.names, code="E0504")
            good = False
    commands = [_command(context, action, building) for action in node.actions]
    cooldown = _duration(context, node.cooldown, "`cooldown`") if node.cooldown is not None else None
    good = good and None not in commands and (node.cooldown is None or cooldown is not None)
    return target, tuple(c for c in commands if c is not None), cooldown, good


def _command(context: Context, action: tree.Action, building: Building) -> Command | None:
    name = action.name.text
    place = context.place(action.span)
    if name in _VERBS_LATER or action.duration is not None:
        context.report(
            "E0901",
            action.span,
            f"`{name}` is not built yet",
            "parsed, but this version can't do it",
            help="`submit`, `cancel`, `cancel_all` and `notify` are",
        )
        return None
    if name not in _VERBS:
        context.reporter.unknown(
            action.name.span,
            "action",
            name,
            {*_VERBS, *_VERBS_LATER},
            code="E0505",
            help=f"actions: {', '.join(_VERBS)}",
        )
        return None
    verb, arguments = _VERBS[name], action.arguments or ()
    if verb is Verb.CANCEL_ALL:
        if arguments:
            context.report(
                "E0106", action.span, "`cancel_all` takes no argument", help="`cancel(entry)` cancels one order"
            )
            return None
        return Command(verb, None, None, place)
    value = arguments[0].value if len(arguments) == 1 and arguments[0].name is None else None
    if verb is Verb.NOTIFY:
        if not isinstance(value, tree.Text):
            context.report("E0106", action.span, "`notify` takes one text", help='as in `notify("stopped out")`')
            return None
        building.notes.append(value.value)
        return Command(verb, None, len(building.notes) - 1, place)
    if not isinstance(value, tree.Name):
        context.report("E0106", action.span, f"`{name}` takes the name of one order", help=f"as in `{name}(entry)`")
        return None
    template = _order(context, tree.Ident(value.text, span=value.span))
    return None if template is None else Command(verb, template, None, place)


def reads_feed(expr: Expr) -> bool:
    """Does the expression read a feed, directly or through a signal?"""
    match expr:
        case FieldRef() | ValueRef():
            return True
        case Operation(operands=operands):
            return any(reads_feed(o) for o in operands)
        case Select(condition=a, then=b, other=c):
            return reads_feed(a) or reads_feed(b) or reads_feed(c)
        case Default(value=a, other=b):
            return reads_feed(a) or reads_feed(b)
    return False
