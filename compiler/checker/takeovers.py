"""`on adopt when COND -> STATE;`: where the machine begins if the program takes over an open position (semantics.md, Restart)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ...lang import tree
from ..program import Expr, Kind, Latched, Machine, Operation, Transition
from . import expressions, operators
from .context import Context
from .machines import Building, target

_WARM = Latched(Kind.BOOL, "warm")


def with_adopts(context: Context, nodes: Sequence[tree.OnRun], machine: Machine) -> Machine:
    """The machine with the rules that are right; they are numbered after its transitions."""
    building = Building(
        {state.name: index for index, state in enumerate(machine.states)},
        transitions=sum(len(state.transitions) for state in machine.states),
    )
    found = [_rule(context, node, building) for node in nodes]
    for earlier, later in pairwise(nodes):
        if earlier.condition is None:
            context.report(
                "W0704",
                later.span,
                "this rule is never taken",
                "the first rule that holds is",
                also=((earlier.span, "this one always holds"),),
                help="write the rule without a condition last",
            )
            break
    return replace(machine, adopts=tuple(rule for rule in found if rule is not None))


def _rule(context: Context, node: tree.OnRun, building: Building) -> Transition | None:
    if node.event.subject is not None or node.target.state is None:
        context.report(
            "E0502",
            node.span,
            "`on adopt` says in which state the machine goes on",
            "no order, but a state",
            help="as in `on adopt when position > 0 BTC -> MANAGING;`",
        )
        return None
    condition: Expr | None = _WARM
    if node.condition is not None:
        checked = operators.condition(context, expressions.value(context, node.condition), "`when`")
        condition = None if checked is None else Operation(Kind.BOOL, Kind.BOOL, "and", (_WARM, checked.expr), False)
    to, commands, cooldown, good = target(context, node.target, building)
    if condition is None or not good:
        return None
    index = building.transitions
    building.transitions += 1
    return Transition(
        index=index,
        kind="adopt",
        condition=condition,
        feeds=(),
        event=None,
        template=None,
        timer=None,
        delay=None,
        target=to,
        commands=commands,
        cooldown=cooldown,
        text=context.reporter.text(node.span),
        place=context.place(node.span),
    )
