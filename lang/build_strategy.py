"""Nodes for a strategy and its members: market, risk, orders, machine."""

from __future__ import annotations

from . import tree as t
from .build_rules import RULES, Child, in_order, mark, optional_parts, plain, rule
from .tree import Span

in_order(
    instrument=t.Instrument,
    feed=t.Feed,
    extern=t.Extern,
    log=t.Log,
    assume=t.Assume,
    prove=t.Prove,
    schedule=t.Schedule,
    when_=t.When,
    after=t.After,
    cooldown=t.Cooldown,
)
optional_parts("over", "per", "until", "wait")


@rule("strategy")
def _strategy(c: list[Child], span: Span) -> Child:
    titled = len(c) > 1 and isinstance(c[1], t.Ident)
    return t.Strategy(c[0], c[1].text[1:-1] if titled else None, tuple(c[2:] if titled else c[1:]), span=span)


@rule("account")
def _account(c: list[Child], span: Span) -> Child:
    return t.Account(tuple(c), span=span)


@rule("field")
def _field(c: list[Child], span: Span) -> Child:
    return t.Field(c[0], c[1], span=span)


@rule("param")
def _param(c: list[Child], span: Span) -> Child:
    has_range = len(c) > 3 and isinstance(c[3], t.Range)
    rest = c[4:] if has_range else c[3:]
    return t.Param(c[0], c[1], c[2], c[3] if has_range else None, rest[0] if rest else None, span=span)


@rule("signal")
def _signal(c: list[Child], span: Span) -> Child:
    return t.Signal(c[0], c[1] if len(c) > 2 else None, c[-1], span=span)


@rule("regime")
def _regime(c: list[Child], span: Span) -> Child:
    return t.Regime(c[0], c[1], tuple(c[2:]), span=span)


@rule("regime_when")
def _regime_when(c: list[Child], span: Span) -> Child:
    return t.RegimeCase(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("regime_otherwise")
def _regime_otherwise(c: list[Child], span: Span) -> Child:
    return t.RegimeCase(c[0], None, None, span=span)


@rule("on_run")
def _on_run(c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, target = plain(c)
    return t.OnRun(event, condition[0] if condition else None, target, span=span)


@rule("risk")
def _risk(c: list[Child], span: Span) -> Child:
    return t.Risk(tuple(c), span=span)


@rule("bound")
def _bound(c: list[Child], span: Span) -> Child:
    measure, limit, actions = plain(c)
    over, per, until = mark(c, "over"), mark(c, "per"), mark(c, "until")
    return t.Bound(
        measure,
        limit,
        over[0] if over else None,
        per[0] if per else None,
        actions,
        until[0] if until else None,
        span=span,
    )


@rule("guard")
def _guard(c: list[Child], span: Span) -> Child:
    condition, actions = plain(c)
    until = mark(c, "until")
    return t.Guard(condition, actions, until[0] if until else None, span=span)


@rule("order")
def _order(c: list[Child], span: Span) -> Child:
    on = len(c) > 1 and isinstance(c[1], t.Ident)
    return t.Order(c[0], c[1] if on else None, tuple(c[2:] if on else c[1:]), span=span)


@rule("order_field")
def _order_field(c: list[Child], span: Span) -> Child:
    return t.Field(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("order_after")
def _order_after(c: list[Child], span: Span) -> Child:
    return t.OrderAfter(c[0], mark(c, "does"), span=span)


@rule("order_on")
def _order_on(c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    return t.OrderOn(c[0], condition[0] if condition else None, mark(c, "does"), span=span)


for _name in ("oco", "bracket"):
    RULES[_name] = lambda c, span, kind=_name: t.Links(kind, c[0], span=span)  # type: ignore[misc]


@rule("machine")
def _machine(c: list[Child], span: Span) -> Child:
    return t.Machine(tuple(c), span=span)


@rule("state")
def _state(c: list[Child], span: Span) -> Child:
    name, *transitions = plain(c)
    return t.State(name, mark(c, "initial", False), tuple(transitions), span=span)


@rule("on_event")
def _on_event(c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, target = plain(c)
    return t.On(event, condition[0] if condition else None, target, span=span)


@rule("event")
def _event(c: list[Child], span: Span) -> Child:
    return t.Event(c[0], c[1] if len(c) > 1 else None, span=span)


@rule("target")
def _target(c: list[Child], span: Span) -> Child:
    states = plain(c)
    wait = mark(c, "wait")
    return t.Target(states[0] if states else None, mark(c, "does", ()), wait[0] if wait else None, span=span)


@rule("action")
def _action(c: list[Child], span: Span) -> Child:
    name, *duration = plain(c)
    return t.Action(name, mark(c, "args"), duration[0] if duration else None, span=span)
