"""Readiness in the machine: a state may read a signal only if every way into it passed `when warm`, or with `??`."""

from __future__ import annotations

from collections.abc import Sequence

from ..lang import tree
from .program import Command, Expr, Latched, Machine, Operation, Template, Transition, Verb
from .reporter import Reporter
from .warmup import READY, Inference


def warm_states(machine: Machine) -> set[int]:
    """States in which `warm` certainly holds: the largest set such that every edge into it comes from it or tests `warm`."""
    warm = {i for i in range(len(machine.states)) if i != machine.initial}
    changed = True
    while changed:
        changed = False
        for index, state in enumerate(machine.states):
            for transition in state.transitions:
                unsure = index not in warm and not tests_warm(transition.condition)
                if transition.target in warm and unsure:
                    warm.remove(transition.target)
                    changed = True
    return warm


def tests_warm(condition: Expr | None) -> bool:
    """Is `warm` one of the conditions that must hold?"""
    if isinstance(condition, Operation) and condition.operator == "and":
        return any(tests_warm(o) for o in condition.operands)
    return isinstance(condition, Latched) and condition.name == "warm"


def check(
    reporter: Reporter,
    machine: Machine,
    nodes: Sequence[tree.State],
    templates: Sequence[Template],
    inference: Inference,
) -> None:
    """Reports transitions that read what may not be ready. nodes: the syntax of the states, in the same order."""
    warm = warm_states(machine)
    for index, (state, node) in enumerate(zip(machine.states, nodes, strict=True)):
        if index in warm:
            continue
        found = [
            _transition(reporter, state.name, transition, syntax, templates, inference)
            for transition, syntax in zip(state.transitions, node.transitions, strict=False)
        ]
        if any(found):  # the states after it are unready for the same reason
            return


def _transition(
    reporter: Reporter,
    state: str,
    transition: Transition,
    syntax: tree.Transition,
    templates: Sequence[Template],
    inference: Inference,
) -> bool:
    """True if something was reported."""
    reported = False
    if tests_warm(transition.condition):
        return reported
    help_ = f"let every way to `{state}` pass through a `when warm -> …`, or say what to use until then: `… ?? value`"
    condition = getattr(syntax, "condition", None)
    if transition.condition is not None and inference.of_expr(transition.condition) != READY:
        span = condition.span if condition is not None else syntax.span
        reported = True
        reporter.report(
            "E0305",
            span,
            f"state `{state}` may read this before it is ready",
            "not ready during the first bars",
            help=help_,
        )
    for command in transition.commands:
        if _sends_unready(command, templates, inference):
            reported = True
            reporter.report(
                "E0305",
                syntax.span,
                f"state `{state}` may send `{templates[command.template or 0].name}` before its fields are ready",
                "the order's fields are not ready during the first bars",
                help=help_,
            )
    return reported


def _sends_unready(command: Command, templates: Sequence[Template], inference: Inference) -> bool:
    if command.verb is not Verb.SUBMIT or command.template is None:
        return False
    template = templates[command.template]
    return any(inference.of_expr(e) != READY for e in (template.qty, template.trigger) if e is not None)
