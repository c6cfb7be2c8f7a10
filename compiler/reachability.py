"""The shape of the machine: states nothing leads to, and states nothing leads out of."""

from __future__ import annotations

from collections.abc import Sequence

from ..lang import tree
from .graph import reachable_states
from .program import Machine
from .reporter import Reporter


def check(reporter: Reporter, machine: Machine, nodes: Sequence[tree.State]) -> None:
    reached = reachable_states(machine)
    for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True)):
        if index not in reached:
            reporter.report(
                "E0501",
                node.name.span,
                f"state `{state.name}` is never reached",
                "no transition leads here",
                help=f"add `-> {state.name}` to a transition, or remove the state",
            )
        elif not any(t.target is not None and t.target != index for t in state.transitions):
            reporter.report(
                "E0503",
                node.name.span,
                f"state `{state.name}` has no way out",
                "the strategy stays here for ever",
                help="add a transition with `-> STATE`, such as `on flat -> IDLE`",
            )
