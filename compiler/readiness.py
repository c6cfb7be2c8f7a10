"""Readiness: a state may read a signal only if every way into it passed `when warm`, or with `??`; a guard waits for what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..lang import tree
from .machine_expressions import Parts
from .program import Command, Expr, Latched, Machine, Operation, Standing, Template, Transition, Verb, WarmUp
from .reporter import Reporter
from .warmup import READY, Inference, first_tick


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


def transitions_of(node: tree.State) -> list[tree.Transition]:
    """The syntax of a state's transitions, in the order of the program."""
    return [item for item in node.transitions if not isinstance(item, tree.Cooldown)]


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
            for transition, syntax in zip(state.transitions, transitions_of(node), strict=False)
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
    if transition.condition is not None and not _is_ready(transition.condition, inference):
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
    """By a submit or replace, or with the bracket that its fill releases."""
    if command.verb not in (Verb.SUBMIT, Verb.REPLACE) or command.template is None:
        return False
    template = templates[command.template]
    return any(_is_unready(t, inference) for t in (template, *(templates[child] for child in template.children)))


def _is_unready(template: Template, inference: Inference) -> bool:
    later = () if template.reprice is None else (template.reprice.to,)
    return any(not _is_ready(e, inference) for e in (*template.fields, *later))


def _is_ready(expr: Expr, inference: Inference) -> bool:
    """From the first bar on, without which no transition that reads a feed is tested. Where several feeds are read, one of them may
    have had no bar yet."""
    needs = inference.of_expr(expr)
    return len(needs.clocks) <= 1 and all(needs == first_tick(clock) for clock in needs.clocks)


# ---- risk


def of_rules(parts: Parts, inference: Inference) -> Parts:
    """`parts` with the readiness of every standing rule filled in."""
    rules = tuple(replace(r, ready=_ready(r, inference)) for r in parts.standing)
    return replace(parts, standing=rules)  # type: ignore[type-var]


def _ready(rule: Standing, inference: Inference) -> WarmUp:
    """A rule that reads no signal waits for a bar, too: without one there is no mark."""
    return inference.latest(READY, *(inference.of_expr(e) for e in (rule.condition, rule.until) if e is not None))


def check_rules(reporter: Reporter, rules: Sequence[Standing], node: tree.Risk, inference: Inference) -> None:
    """A bound is tested from the first bar on: reports an `until` of one that is not ready then."""
    nodes = {(reporter.place(n.span), reporter.text(n.span)): n for n in node.rules if isinstance(n, tree.Bound)}
    for rule in rules:
        if rule.condition is None and rule.until is not None and not _is_ready(rule.until, inference):
            until = nodes[rule.place, rule.text].until
            reporter.report(
                "E0305",
                until.span if until is not None else tree.NOWHERE,
                "the end of this rule may be read before it is ready",
                "not ready during the first bars",
                help="say what holds until then: `… ?? false`",
            )
