"""Applies a rewriting to every expression outside the equations: order fields, bounds, conditions, delays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from .program import Bound, Expr, Machine, State, Template, Transition

Change = Callable[[Expr], Expr]


class HasMachine(Protocol):
    templates: tuple[Template, ...]
    bounds: tuple[Bound, ...]
    machine: Machine


Parts = TypeVar("Parts", bound=HasMachine)


def rewritten(parts: Parts, change: Change) -> Parts:
    """`parts` (a dataclass) with `change` applied to each whole expression."""
    return replace(
        parts,  # type: ignore[type-var]
        templates=tuple(replace(t, qty=change(t.qty), trigger=_maybe(t.trigger, change)) for t in parts.templates),
        bounds=tuple(replace(b, limit=change(b.limit)) for b in parts.bounds),
        machine=replace(parts.machine, states=tuple(_state(s, change) for s in parts.machine.states)),
    )


def _maybe(expr: Expr | None, change: Change) -> Expr | None:
    return None if expr is None else change(expr)


def _state(state: State, change: Change) -> State:
    return replace(state, transitions=tuple(_transition(t, change) for t in state.transitions))


def _transition(transition: Transition, change: Change) -> Transition:
    return replace(
        transition,
        condition=_maybe(transition.condition, change),
        delay=_maybe(transition.delay, change),
        cooldown=_maybe(transition.cooldown, change),
    )
