"""Expressions of a Program → C. A value that may be missing becomes two C expressions: the number and whether there is one.

Everything is pure, so evaluating both sides of a choice, or neither, means the same. What would otherwise be written twice
becomes a local first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...compiler import program as p
from . import cast as c
from .layout import C_TYPES, Layout, latched_key, member
from .reads import NO_CLOCK, Clocks, always_there, constant

INFIX_NUMBER = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
INFIX_ANY = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "&&", "or": "||"}
PREFIX_ANY = {"not": "!"}
CALLS = {
    p.Kind.NUMBER: {
        "mod": "stratc_fmod", "abs": "stratc_abs", "min": "stratc_min", "max": "stratc_max", "sqrt": "stratc_sqrt",
        "floor": "stratc_floor", "ceil": "stratc_ceil",
    },
    p.Kind.INTEGER: {
        "add": "stratc_add", "sub": "stratc_sub", "mul": "stratc_mul", "mod": "stratc_mod_int", "neg": "stratc_neg",
        "abs": "stratc_abs_int", "min": "stratc_min_int", "max": "stratc_max_int",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """ok None: always there."""

    value: c.Expr
    ok: c.Expr | None = None


@dataclass(slots=True)
class Scope:
    """Where an expression is lowered: statements collects the locals it needs.

    local: the equations whose values are C locals here; in_place: those written where they are read. ticking: the clocks that tick
    in every instant in which it runs. hint: what locals are named after.
    """

    layout: Layout
    statements: list[c.Statement]
    hint: str
    local: frozenset[int] = frozenset()
    in_place: Mapping[int, c.Expr] = field(default_factory=dict)
    ticking: Clocks = NO_CLOCK

    def lower(self, expr: p.Expr) -> Value:
        if expr in self.layout.settled:
            name, ok = self.layout.settled[expr]
            return Value(member(name), member(ok) if ok else None)
        return self.evaluated(expr)

    def evaluated(self, expr: p.Expr) -> Value:
        """The expression itself, even if init has computed it already."""
        match expr:
            case p.Constant():
                return Value(_constant(expr.kind, expr.value))
            case p.Na():
                return Value(_constant(expr.kind, 0), c.Literal(False))
            case p.ParamRef(index=index):
                return Value(member(self.layout.params[index]))
            case p.FieldRef(feed=feed, column=column):
                return Value(member(self.layout.columns[feed, column]))
            case p.ValueRef():
                return self._value(expr)
            case p.Latched():
                return self._latched(expr)
            case p.Operation():
                return self._operation(expr)
            case p.Select():
                return self._select(expr)
            case p.Default():
                return self._default(expr)

    def named(self, type_: str, name: str, value: c.Expr) -> c.Expr:
        """A constant local of this name, claimed already."""
        self.statements.append(c.Declaration(f"const {type_}", name, value))
        return c.Name(name)

    def after(self, start: p.WarmUp) -> c.Expr | None:
        """`ticks > start` of each clock it asks something of; None where that is always so."""
        return conjunction([test for test in (self._after(start.on(k), k) for k in start.clocks) if test is not None])

    def _after(self, start: p.WarmUp, clock: int) -> c.Expr | None:
        ticks = member(self.layout.ticks[clock])
        if not constant(start):
            return c.Binary(">", ticks, member(self.layout.starts[start]))
        least = start.at(())
        return None if clock in self.ticking and least <= 0 else c.Binary(">", ticks, c.Literal(least))

    def _once(self, type_: str, what: str, value: c.Expr) -> c.Expr:
        """The value, as a local unless it is one word already."""
        if isinstance(value, c.Literal | c.Name) or (isinstance(value, c.Arrow) and isinstance(value.base, c.Name)):
            return value
        return self.named(type_, self.layout.names.claim(f"{self.hint}_{what}"), value)

    def _value(self, ref: p.ValueRef) -> Value:
        if ref.index in self.in_place:
            return Value(self.in_place[ref.index])

        def place(name: str) -> c.Expr:
            return c.Name(name) if ref.index in self.local else member(name)

        ok = self.layout.oks.get(ref.index)
        return Value(place(self.layout.values[ref.index]), place(ok) if ok and ref.optional else None)

    def _latched(self, latched: p.Latched) -> Value:
        core = member("core")
        account = c.Field(core, "account")
        layout, instrument = self.layout, self.layout.instrument(latched.instrument)
        holding = layout.holding(latched.instrument)
        everything = (layout.instruments, member("holdings"), layout.instrument_count)
        match latched.name:
            case "flat":
                return Value(c.Binary("!=", c.Field(core, "flat"), c.Literal(0)))
            case "warm":
                return Value(self.after(self.layout.program.warm_up) or c.Literal(True))
            case "position":
                return Value(c.Call("stratc_lots_as_number", (c.Field(holding, "position"), instrument)))
            case "cash":
                cash = c.Call("stratc_cash", (c.Unary("&", account),))
                return Value(c.Call("stratc_money_as_number", (cash, instrument)))
            case "equity" | "realised" | "fees":
                return Value(c.Call("stratc_money_as_number", (c.Field(account, latched.name), instrument)))
            case "net":
                one = c.Call("stratc_net", (instrument, c.Unary("&", holding)))
                worth = c.Call("stratc_net_of_all", everything) if latched.instrument is None else one
                return Value(c.Call("stratc_money_as_number", (worth, instrument)))
            case "exposure":
                its = everything if latched.instrument is None else (instrument, c.Unary("&", holding), c.Literal(1))
                return Value(c.Call("stratc_money_as_number", (c.Call("stratc_exposure", its), instrument)))
            case "age":
                since = member(layout.ages[latched.feed])
                its_feed = layout.instrument_of_feed(latched.feed)
                return Value(c.Call("stratc_age", (c.Unary("&", core), since, its_feed)))
            case "in_session":
                return Value(c.Call("stratc_in_session", (instrument, c.Field(core, "now"))))
            case "cum" | "filled" | "closed" | "open_orders":
                return Value(member(self._kept(latched)))
            case "avg_px":
                kept = member(self._kept(latched))
                return Value(c.Field(kept, "value"), c.Binary("!=", c.Field(kept, "ok"), c.Literal(0)))

    def _kept(self, latched: p.Latched) -> str:
        return self.layout.latched[latched_key(latched)]

    def _operation(self, expr: p.Operation) -> Value:
        operands = [self.lower(operand) for operand in expr.operands]
        oks = [operand.ok for operand in operands if operand.ok is not None]
        values = [operand.value for operand in operands]
        if expr.optional and expr.operator in ("div", "mod", "sqrt"):
            return self._partial(expr, values, oks)
        return Value(_apply(expr, values), conjunction(oks) if expr.optional else None)

    def _partial(self, expr: p.Operation, values: list[c.Expr], oks: list[c.Expr]) -> Value:
        """Operators with a domain: what is outside it is na."""
        defined: c.Expr
        match expr.operator:
            case "div":
                result = self._once("double", "quotient", _apply(expr, values))
                return Value(result, conjunction([*oks, c.Call("stratc_finite", (result,))]))
            case "sqrt":
                radicand = self._once("double", "radicand", values[0])
                defined = c.Unary("!", c.Binary("<", radicand, c.Literal(0.0)))
                return Value(_apply(expr, [radicand]), conjunction([*oks, defined]))
            case _:
                divisor = self._once(C_TYPES[expr.operand_kind], "divisor", values[1])
                defined = c.Binary("!=", divisor, _constant(expr.operand_kind, 0))
                return Value(_apply(expr, [values[0], divisor]), conjunction([*oks, defined]))

    def _select(self, expr: p.Select) -> Value:
        condition, then, other = self.lower(expr.condition), self.lower(expr.then), self.lower(expr.other)
        if not expr.optional:
            return Value(_chosen(expr.kind, condition.value, then.value, other.value))
        test = self._once("bool", "test", condition.value)
        oks = [] if condition.ok is None else [condition.ok]
        if then.ok is not None or other.ok is not None:
            oks.append(c.Ternary(test, then.ok or c.Literal(True), other.ok or c.Literal(True)))
        return Value(_chosen(expr.kind, test, then.value, other.value), conjunction(oks))

    def _default(self, expr: p.Default) -> Value:
        value = self.lower(expr.value)
        if always_there(expr, self.ticking):
            return value  # `other` is not lowered: its locals would have no reader
        usable = conjunction([ok for ok in (self.after(expr.ready), value.ok) if ok is not None])
        if usable is None:  # a parameter, or latched: always ready
            return value
        other = self.lower(expr.other)
        if not expr.optional or other.ok is None:
            return Value(_chosen(expr.kind, usable, value.value, other.value))
        usable = self._once("bool", "usable", usable)
        return Value(_chosen(expr.kind, usable, value.value, other.value), c.Binary("||", usable, other.ok))


def _chosen(kind: p.Kind, test: c.Expr, then: c.Expr, other: c.Expr) -> c.Expr:
    """One of two; two small numbers alone would be an int, too narrow to compare with what they may be compared with."""
    if kind is p.Kind.INTEGER and isinstance(then, c.Literal) and isinstance(other, c.Literal):
        then = c.Cast("int64_t", then)
    return c.Ternary(test, then, other)


def conjunction(parts: list[c.Expr]) -> c.Expr | None:
    """All of them; None where there are none."""
    if not parts:
        return None
    result = parts[0]
    for part in parts[1:]:
        result = c.Binary("&&", result, part)
    return result


def disjunction(parts: list[c.Expr]) -> c.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = c.Binary("||", result, part)
    return result


def _constant(kind: p.Kind, value: float | int | bool) -> c.Expr:
    convert = {p.Kind.NUMBER: float, p.Kind.INTEGER: int, p.Kind.BOOL: bool}[kind]
    return c.Literal(convert(value))


def _apply(expr: p.Operation, values: list[c.Expr]) -> c.Expr:
    """The operator itself, its operands being there."""
    operator, kind = expr.operator, expr.operand_kind
    if operator == "to_number":
        return c.Cast("double", values[0]) if kind is not p.Kind.NUMBER else values[0]
    if operator in CALLS.get(kind, {}):
        return c.Call(CALLS[kind][operator], tuple(values))
    if operator in INFIX_ANY:
        return _chain(INFIX_ANY[operator], values)
    if operator in PREFIX_ANY:
        return c.Unary(PREFIX_ANY[operator], values[0])
    if kind is p.Kind.NUMBER and operator == "neg":
        return c.Unary("-", values[0])
    if kind is p.Kind.NUMBER and operator in INFIX_NUMBER:
        return _chain(INFIX_NUMBER[operator], values)
    raise AssertionError(f"no C for operator {operator} of {kind.value}: the checker should have refused it")


def _chain(operator: str, values: list[c.Expr]) -> c.Expr:
    result = values[0]
    for value in values[1:]:
        result = c.Binary(operator, result, value)
    return result
