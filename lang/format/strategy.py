"""A strategy and its members: market, parameters, signals, regimes → parts."""

from __future__ import annotations

from .. import tree as t
from . import declarations as d
from .expressions import Level, arguments, condition, expression, limits, names, type_
from .layout import CONTINUATION, Column, Writer
from .machine import machine, on_event
from .orders import fields, order, risk


def strategy(w: Writer, s: t.Strategy) -> None:
    with w.group():
        w.tokens("strategy", s.name.text)
        w.space()
        if s.title is not None:
            w.word(f'"{s.title}"')
        d.block(w, s.members, _member)


def _member(w: Writer, m: t.StrategyMember) -> None:
    match m:
        case t.Instrument() | t.Feed():
            _market(w, m)
        case t.Account():
            with w.group():
                w.word("account")
                fields(w, m.fields)
        case t.Const():
            d.const(w, m)
        case t.Param():
            _param(w, m)
        case t.Signal():
            _signal(w, m)
        case t.Extern():
            _extern(w, m)
        case t.Define():
            d.define(w, m)
        case t.NodeDecl():
            d.node(w, m)
        case t.Log():
            with w.group():
                w.word("log")
                names(w, m.names)
                d.end(w)
        case t.Regime():
            _regime(w, m)
        case t.Risk():
            risk(w, m)
        case t.Order():
            order(w, m)
        case t.Machine():
            machine(w, m)
        case t.OnRun():
            with w.group():
                on_event(w, m)
                d.end(w)


def _market(w: Writer, m: t.Instrument | t.Feed) -> None:
    with w.group():
        w.word("instrument" if isinstance(m, t.Instrument) else "feed")
        w.token(m.name.text)
        w.token(":")
        w.space()
        _call(w, m.call)
        d.end(w)


def _call(w: Writer, call: t.Call) -> None:
    w.token(call.name.text)
    arguments(w, call.arguments)


def _param(w: Writer, p: t.Param) -> None:
    with w.group():
        w.word("param")
        d.typed(w, p.name, p.type, Column("type"))
        with w.nest(CONTINUATION):
            w.line(Column("default"))
            w.word("=")
            expression(w, p.default, Level.SUM)
            if p.range is not None:
                w.line(Column("range"))
                w.word("in")
                limits(w, p.range)
            if p.step is not None:
                w.line(Column("step"))
                w.word("step")
                expression(w, p.step, Level.SUM)
        d.end(w)


def _signal(w: Writer, s: t.Signal) -> None:
    with w.group():
        w.tokens("signal", s.name.text)
        if s.type is not None:
            w.token(":")
            w.space()
            type_(w, s.type)
        d.assigned(w, s.value, Column("signal"))
        d.end(w)


def _extern(w: Writer, e: t.Extern) -> None:
    with w.group():
        w.word("extern")
        w.word("signal")
        d.typed(w, e.name, e.type)
        with w.nest(CONTINUATION):
            w.line()
            w.word("from")
            _call(w, e.call)
        d.end(w)


def _regime(w: Writer, r: t.Regime) -> None:
    with w.group():
        w.tokens("regime", r.name.text, "at", r.feed.text)
        w.space()
        d.block(w, r.cases, _case)


def _case(w: Writer, c: t.RegimeCase) -> None:
    with w.group():
        w.token(c.name.text)
        w.space(Column("case"))
        if c.condition is None:
            w.token("otherwise")
        else:
            w.word("when")
            condition(w, c.condition)
            if c.duration is not None:
                w.space()
                w.word("for")
                expression(w, c.duration)
        d.end(w)
