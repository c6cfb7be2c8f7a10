"""Exit liveness: from every state with open exposure something leads out that no signal has to allow.

A position is open from the fill of an order that opens it until the machine knows better: `flat`, a `flatten`, the end of an order
that only reduces it, or a denial. What leads out: an `after` that goes on or gives a command, a standing rule that flattens, an order
at the venue that stops the loss, or an exit that ends by itself. A state that is entered only with `halt` is left to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lang import tree
from .order_flow import Flow
from .program import Constant, Expr, Latched, Machine, Operation, Standing, State, Template, Transition, Verb
from .reachability import reached_by_halt
from .reporter import Reporter

_STOPS = ("STOP", "STOP_LIMIT", "TRAILING")
_ENDS = ("IOC", "FOK", "GTD", "DAY", "AT_OPEN", "AT_CLOSE")


def check(
    reporter: Reporter,
    machine: Machine,
    nodes: Sequence[tree.State],
    templates: Sequence[Template],
    standing: Sequence[Standing],
    flow: Flow,
) -> None:
    """One report, at the first state that may keep a position for ever; the later ones beside it. nodes: the syntax of the states."""
    if any(c.verb is Verb.FLATTEN for rule in standing for c in rule.actions):
        return
    exposed = exposed_states(machine, templates, flow) - reached_by_halt(machine)
    stuck = [
        node.name
        for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True))
        if index in exposed
        and not _leads_out(state, [templates[t] for t in _brought_along(machine, index, templates, flow)])
    ]
    if not stuck:
        return
    first, *others = stuck
    reporter.report(
        "E0508",
        first.span,
        f"state `{first.text}` may keep a position for ever",
        "no timer and no risk rule leads out",
        also=((state.span, "nor out of this state") for state in others),
        notes=("a signal that never comes, or a feed that falls silent, would leave the position open",),
        help="add `after 5d do flatten;`, a bracket with a stop, or a rule such as `bound drawdown <= 10pct over 1d else flatten;`",
    )


def _leads_out(state: State, open_orders: Sequence[Template]) -> bool:
    timers = (t for t in state.transitions if t.kind == "after")
    if any(t.target is not None or any(c.verb is not Verb.NOTIFY for c in t.commands) for t in timers):
        return True
    exits = (t for t in open_orders if t.reduce_only)
    return any(t.kind in _STOPS or t.kind == "MARKET" or t.tif in _ENDS for t in exits)


def _brought_along(machine: Machine, index: int, templates: Sequence[Template], flow: Flow) -> set[int]:
    """Orders that may be open in the state without a signal in it having sent them: from before, with the way in, or by an event."""
    here = flow.open_in.get(index, set())
    found = {child for t in here for child in templates[t].children}
    for source, state in enumerate(machine.states):
        for t in state.transitions:
            comes = t.target == index and source != index
            if comes:
                found |= flow.open_in.get(source, set())
            if comes or (source == index and t.event is not None):
                found |= {c.template for c in t.commands if c.verb is Verb.SUBMIT and c.template is not None}
    for t in machine.adopts:
        if t.target == index:
            found |= {c.template for c in t.commands if c.verb is Verb.SUBMIT and c.template is not None}
    return found & here


# ---- where a position may be open


def exposed_states(machine: Machine, templates: Sequence[Template], flow: Flow) -> set[int]:
    """By what the machine is told: states that a fill leads to, or is met in without leaving, and those after them."""
    found = {t.target for t in machine.adopts if t.target is not None and _demands(t.condition, flat=False)}
    for index, state in enumerate(machine.states):
        opening = {t for t in flow.open_in.get(index, ()) if not templates[t].reduce_only}
        found |= {index if t.target is None else t.target for t in _told_of_fills(state, opening)}
    waiting = list(found)
    while waiting:
        index = waiting.pop()
        for target in _carried(machine.states[index], templates, flow.open_in.get(index, set())):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _carried(state: State, templates: Sequence[Template], open_here: set[int]) -> Iterator[int]:
    """Where an open position is taken along. What is left of an event after `when not flat` finds nothing held."""
    answered: set[tuple[str | None, int | None]] = set()
    for t in state.transitions:
        flat = {(t.event, t.template), (t.event, None)} & answered
        if t.target is not None and not flat and _keeps(t, templates, open_here):
            yield t.target
        if t.event is not None and _demands(t.condition, flat=False):
            answered.add((t.event, t.template))


def _told_of_fills(state: State, opening: set[int]) -> Iterator[Transition]:
    """The transitions by which a fill of an opening order is answered. Where `filled`, or `closed when not flat`, is answered before,
    what is left for `closed` is an order that ended without one."""
    answered: set[int] = set()
    for t in state.transitions:
        about = opening if t.template is None else opening & {t.template}
        if t.event not in ("partial", "filled", "closed") or not about - answered:
            continue
        stays = t.event == "partial" and t.target is None  # its end is still to be told
        if not _demands(t.condition, flat=True) and not _flattens(t) and not stays:
            yield t
        if t.event != "partial" and (t.condition is None or _demands(t.condition, flat=False)):
            answered |= about


def _keeps(t: Transition, templates: Sequence[Template], open_here: set[int]) -> bool:
    """Whether a position that was open may be open after it."""
    if t.event in ("flat", "denied") or _demands(t.condition, flat=True) or _flattens(t):
        return False
    about = open_here if t.template is None else {t.template}
    of_exit = bool(about) and all(templates[a].reduce_only for a in about)
    return not (t.event in ("filled", "closed") and of_exit)


def _flattens(t: Transition) -> bool:
    return any(c.verb is Verb.FLATTEN for c in t.commands)


def _demands(condition: Expr | None, *, flat: bool) -> bool:
    """Does it hold only with nothing held (flat), or only with something?"""
    match condition:
        case Operation(operator="and", operands=operands):
            return any(_demands(o, flat=flat) for o in operands)
        case Operation(operator="not", operands=(operand,)):
            return isinstance(operand, Latched) and operand.name == "flat" and not flat
        case Operation(operator="eq", operands=(a, Constant(value=0))):
            return flat and _is_position(a)
        case Operation(operator="gt" | "lt" | "ne", operands=(a, Constant(value=0))):
            return not flat and _is_position(a)
        case Latched(name="flat"):
            return flat
    return False


def _is_position(expr: Expr) -> bool:
    """`position`, `abs(position)`."""
    if isinstance(expr, Operation) and expr.operator == "abs":
        return _is_position(expr.operands[0])
    return isinstance(expr, Latched) and expr.name == "position"
