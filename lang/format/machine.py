"""Machines: states, transitions, events and what they do → parts."""

from __future__ import annotations

from .. import tree as t
from .declarations import block, end
from .expressions import arguments, condition, expression, filled
from .layout import CONTINUATION, Writer


def machine(w: Writer, m: t.Machine) -> None:
    with w.group():
        w.word("machine")
        block(w, m.states, _state)


def _state(w: Writer, s: t.State) -> None:
    with w.group():
        if s.initial:
            w.word("initial")
        w.tokens("state", s.name.text)
        w.space()
        block(w, s.transitions, _transition)


def _transition(w: Writer, s: t.Transition) -> None:
    with w.group():
        match s:
            case t.When():
                w.word("when")
                condition(w, s.condition)
                _target(w, s.target)
            case t.On():
                on_event(w, s)
            case t.After():
                w.word("after")
                condition(w, s.delay)
                _target(w, s.target)
            case t.Cooldown():
                w.word("cooldown")
                condition(w, s.duration)
        end(w)


def on_event(w: Writer, s: t.On | t.OnRun) -> None:
    """Without its end."""
    on(w, s.event, s.condition)
    _target(w, s.target)


def on(w: Writer, found: t.Event, when: t.Expr | None) -> None:
    w.word("on")
    event(w, found)
    if when is not None:
        w.space()
        w.word("when")
        condition(w, when)


def event(w: Writer, e: t.Event) -> None:
    w.token(e.name.text)
    if e.subject is not None:
        w.token("(")
        w.token(e.subject.text)
        w.token(")")


def _target(w: Writer, target: t.Target) -> None:
    with w.nest(CONTINUATION):
        w.line()
        if target.state is not None:
            w.tokens("->", target.state.text)
            if target.actions:
                w.space()
        if target.actions:
            actions(w, target.actions)
        if target.cooldown is not None:
            w.space()
            w.word("cooldown")
            expression(w, target.cooldown)


def actions(w: Writer, found: tuple[t.Action, ...]) -> None:
    """`do a, b`."""
    w.word("do")
    action_list(w, found)


def action_list(w: Writer, found: tuple[t.Action, ...]) -> None:
    with w.nest(CONTINUATION):
        filled(w, [lambda a=a: _action(w, a) for a in found])  # type: ignore[misc]


def _action(w: Writer, a: t.Action) -> None:
    w.token(a.name.text)
    if a.arguments is not None:
        arguments(w, a.arguments)
    if a.duration is not None:
        w.space()
        w.word("for")
        expression(w, a.duration)
