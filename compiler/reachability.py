"""The shape of the machine: states nothing leads to, and states nothing leads out of."""

from __future__ import annotations

from collections.abc import Sequence

from ..lang import tree
from .graph import reachable_states
from .program import Machine, Transition, Verb
from .reporter import Reporter


def check(reporter: Reporter, machine: Machine, nodes: Sequence[tree.State]) -> None:
    reached, halted = reachable_states(machine), reached_by_halt(machine)
    for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True)):
        if index not in reached:
            reporter.report(
                "E0501",
                node.name.span,
                f"state `{state.name}` is never reached",
                "no transition leads here",
                help=f"add `-> {state.name}` to a transition, or remove the state",
                about="states that are never reached",
            )
        elif index not in halted and not any(_leads_out(t, index) for t in state.transitions):
            reporter.report(
                "E0503",
                node.name.span,
                f"state `{state.name}` has no way out",
                "the strategy stays here for ever",
                help="add a transition with `-> STATE`, such as `on flat -> IDLE`",
            )


def _leads_out(transition: Transition, state: int) -> bool:
    """`flatten` does too: it ends in the initial state."""
    flattens = any(c.verb is Verb.FLATTEN for c in transition.commands)
    return flattens or transition.target not in (None, state)


def reached_by_halt(machine: Machine) -> set[int]:
    """States that are entered only together with `halt`: there people decide what follows."""
    into = [(t.target, any(c.verb is Verb.HALT for c in t.commands)) for s in machine.states for t in s.transitions]
    return {target for target, _ in into if target is not None and all(halts for to, halts in into if to == target)}
