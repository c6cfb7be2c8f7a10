"""Applies a rewriting to every expression outside the equations: order fields, risk rules, conditions, delays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from .program import Bound, Command, Expr, Machine, Proof, Standing, State, Template, Transition

Change = Callable[[Expr], Expr]


class HasMachine(Protocol):
    templates: tuple[Template, ...]
    bounds: tuple[Bound, ...]
    standing: tuple[Standing, ...]
    machine: Machine
    on_stop: tuple[Command, ...]
    proofs: tuple[Proof, ...]


Parts = TypeVar("Parts", bound=HasMachine)


def rewritten(parts: Parts, change: Change) -> Parts:
    """`parts` (a dataclass) with `change` applied to each whole expression."""
    return replace(
        parts,  # type: ignore[type-var]
        templates=tuple(_template(t, change) for t in parts.templates),
        bounds=tuple(replace(b, limit=change(b.limit)) for b in parts.bounds),
        standing=tuple(_standing(s, change) for s in parts.standing),
        machine=_machine(parts.machine, change),
        on_stop=_commands(parts.on_stop, change),
        proofs=tuple(replace(p, condition=change(p.condition)) for p in parts.proofs),
    )


def _maybe(expr: Expr | None, change: Change) -> Expr | None:
    return None if expr is None else change(expr)


def _template(template: Template, change: Change) -> Template:
    reprice, schedule = template.reprice, template.schedule
    return replace(
        template,
        qty=change(template.qty),
        price=_maybe(template.price, change),
        trigger=_maybe(template.trigger, change),
        expires=_maybe(template.expires, change),
        display=_maybe(template.display, change),
        watched=_maybe(template.watched, change),
        reprice=reprice and replace(reprice, delay=change(reprice.delay), to=change(reprice.to)),
        schedule=schedule and replace(schedule, during=change(schedule.during)),
        handlers=tuple(
            replace(h, condition=_maybe(h.condition, change), commands=_commands(h.commands, change))
            for h in template.handlers
        ),
    )


def _standing(rule: Standing, change: Change) -> Standing:
    return replace(
        rule,
        condition=_maybe(rule.condition, change),
        limit=_maybe(rule.limit, change),
        until=_maybe(rule.until, change),
        actions=_commands(rule.actions, change),
        wakes=tuple(replace(wake, limit=change(wake.limit)) for wake in rule.wakes),
    )


def _commands(commands: tuple[Command, ...], change: Change) -> tuple[Command, ...]:
    return tuple(replace(c, duration=_maybe(c.duration, change)) for c in commands)


def _machine(machine: Machine, change: Change) -> Machine:
    states = tuple(_state(s, change) for s in machine.states)
    return replace(machine, states=states, adopts=tuple(_transition(t, change) for t in machine.adopts))


def _state(state: State, change: Change) -> State:
    transitions = tuple(_transition(t, change) for t in state.transitions)
    return replace(state, transitions=transitions, cooldown=_maybe(state.cooldown, change))


def _transition(transition: Transition, change: Change) -> Transition:
    return replace(
        transition,
        condition=_maybe(transition.condition, change),
        delay=_maybe(transition.delay, change),
        cooldown=_maybe(transition.cooldown, change),
        commands=_commands(transition.commands, change),
    )
