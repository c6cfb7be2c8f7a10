"""Order templates and risk rules → parts."""

from __future__ import annotations

from .. import tree as t
from . import machine
from .declarations import assigned, block, end, rows
from .expressions import Level, arguments, condition, expression, names
from .layout import CONTINUATION, Column, Writer

_ELSE = Column("else", rank=1)


def order(w: Writer, o: t.Order) -> None:
    with w.group():
        w.tokens("order", o.name.text)
        if o.instrument is not None:
            w.space()
            w.tokens("on", o.instrument.text)
        w.space(Column("order"))
        rows(w, o.items, _item, _between)


def fields(w: Writer, found: tuple[t.Field, ...]) -> None:
    """Those of an account."""
    rows(w, found, _item, _between)


def _between(before: t.OrderItem, after: t.OrderItem) -> Column | None:
    """Fields of neighbouring templates stand below each other as long as they are the same ones."""
    return Column(f"{_word(before)} {_word(after)}")


def _word(item: t.OrderItem) -> str:
    match item:
        case t.Field(name=name):
            return name.text
        case t.Links(kind=kind):
            return kind
        case _:
            return type(item).__name__


def _item(w: Writer, item: t.OrderItem) -> None:
    with w.group():
        match item:
            case t.Field(name=name, value=value, watched=watched):
                w.token(name.text)
                assigned(w, value, Column("field", solo=True))
                if watched is not None:
                    with w.nest(CONTINUATION):
                        w.line()
                        w.word("on")
                        with w.group():
                            expression(w, watched)
            case t.OrderAfter(delay=delay, actions=found):
                w.word("after")
                condition(w, delay)
                w.space()
                machine.actions(w, found)
            case t.OrderOn(event=event, condition=when, actions=found):
                machine.on(w, event, when)
                w.space()
                machine.actions(w, found)
            case t.Schedule(call=call):
                w.tokens("schedule", call.name.text)
                arguments(w, call.arguments)
            case t.Links(kind=kind, names=found_names):
                w.word(kind)
                names(w, found_names)
        end(w)


# ---- risk


def risk(w: Writer, r: t.Risk) -> None:
    with w.group():
        w.word("risk")
        block(w, r.rules, _rule)


def _rule(w: Writer, rule: t.RiskRule) -> None:
    with w.group():
        match rule:
            case t.Bound():
                _bound(w, rule)
                _otherwise(w, rule)
            case t.Guard():
                w.word("guard")
                condition(w, rule.condition)
                _otherwise(w, rule)
            case t.Assume() | t.Prove():
                w.word("assume" if isinstance(rule, t.Assume) else "prove")
                condition(w, rule.condition)
        end(w)


def _bound(w: Writer, rule: t.Bound) -> None:
    with w.nest(CONTINUATION), w.group():
        w.word("bound")
        expression(w, rule.measure, Level.SUM)
        w.line(Column("limit"))
        w.word("<=")
        expression(w, rule.limit, Level.SUM)
        if rule.over is not None:
            w.space()
            w.word("over")
            expression(w, rule.over)
        if rule.per is not None:
            w.space()
            w.tokens("per", rule.per.text)


def _otherwise(w: Writer, rule: t.Bound | t.Guard) -> None:
    with w.nest(CONTINUATION):
        w.line(_ELSE)
        w.word("else")
        machine.action_list(w, rule.actions)
        if rule.until is not None:
            w.space()
            w.word("until")
            with w.group():
                expression(w, rule.until)
