"""Parse tree → syntax tree: one small function per grammar rule, found by its name.

The span of a node goes from its first to its last token; parentheses around an expression are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import lark

from . import tree as t
from .tree import Span

MAX_DEPTH = 100

Child = Any  # what a rule built: a node, an Ident, a tuple of nodes, or one of the marks below
Rule = Callable[["_Builder", list[Child], Span], Child]
RULES: dict[str, Rule] = {}


class TooDeepError(Exception):
    """The tree is nested deeper than the passes after this one may recurse."""

    def __init__(self, span: Span) -> None:
        super().__init__("nested too deeply")
        self.span = span


class Mark(tuple[str, Any]):
    """An optional part of a rule, tagged with the name of its grammar rule."""

    __slots__ = ()


def build(parsed: lark.Tree[lark.Token]) -> t.File:
    """The syntax tree of a whole file. Raises TooDeepError."""
    found = _Builder().build(parsed)
    assert isinstance(found, t.File)
    return found


class _Builder:
    def __init__(self) -> None:
        self.depth = 0

    def build(self, node: lark.Tree[lark.Token] | lark.Token) -> Child:
        if isinstance(node, lark.Token):
            return t.Ident(str(node), span=Span(node.start_pos or 0, node.end_pos or 0))
        meta = node.meta
        span = Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeepError(span)
        children = [self.build(child) for child in node.children]
        self.depth -= 1
        return RULES[node.data](self, children, span)


def rule(*names: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        return function

    return register


def mark(children: list[Child], name: str, default: Child = None) -> Child:
    """The content of an optional part, or the default."""
    return next((c[1] for c in children if isinstance(c, Mark) and c[0] == name), default)


def plain(children: list[Child]) -> list[Child]:
    """The children that are no optional parts."""
    return [c for c in children if not isinstance(c, Mark)]


def _node(name: str, make: Callable[..., Child]) -> None:
    """A rule whose children are the node's fields, in order."""
    RULES[name] = lambda _, children, span: make(*children, span=span)


for _name, _make in {
    "const": t.Const,
    "type_decl": t.TypeDecl,
    "next": t.Next,
    "yield_": t.Yield,
    "instrument": t.Instrument,
    "feed": t.Feed,
    "register": t.Register,
    "cell": t.Cell,
    "extern": t.Extern,
    "log": t.Log,
    "guard": t.Guard,
    "assume": t.Assume,
    "prove": t.Prove,
    "when_": t.When,
    "after": t.After,
    "cooldown": t.Cooldown,
    "order_after": t.OrderAfter,
    "schedule": t.Schedule,
    "timer": t.Timer,
    "emit": t.Emit,
    "post": t.Post,
    "arm": t.Arm,
    "disarm": t.Disarm,
    "choose": t.Choose,
    "sampled": t.Sampled,
    "restart": t.Restart,
    "index": t.Index,
    "in_": t.In,
    "invariant": t.Invariant,
    "use": t.Use,
}.items():
    _node(_name, _make)

for _name, _operator in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "and_": "and",
    "or_": "or",
    "implies": "implies",
    "fby": "fby",
    "default": "??",
}.items():
    RULES[_name] = lambda _, c, span, operator=_operator: t.Binary(operator, c[0], c[1], span=span)  # type: ignore[misc]

for _name, _operator in {"not_": "not", "neg": "-", "next_value": "next"}.items():
    RULES[_name] = lambda _, c, span, operator=_operator: t.Unary(operator, c[0], span=span)  # type: ignore[misc]

# Optional parts of other rules, kept under their name.
for _name in (
    "generics",
    "formals",
    "args",
    "type_args",
    "size",
    "optional",
    "over",
    "per",
    "wait",
    "condition",
    "each",
    "by",
):
    RULES[_name] = lambda _, c, __, name=_name: Mark((name, tuple(c)))  # type: ignore[misc]


@rule("start")
def _start(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.File(tuple(c), span=span)


@rule("path")
def _path(_: _Builder, c: list[Child], span: Span) -> Child:
    return tuple(i.text for i in c)


@rule("does")
def _does(_: _Builder, c: list[Child], span: Span) -> Child:
    return Mark(("does", c[0]))


@rule("actions", "name_list")
def _items(_: _Builder, c: list[Child], span: Span) -> Child:
    return tuple(c)


@rule("type_arg")
def _type_arg(_: _Builder, c: list[Child], span: Span) -> Child:
    return c[0]


@rule("comparator", "direction", "alternative")
def _word(_: _Builder, c: list[Child], span: Span) -> Child:
    return c[0]


@rule("initial")
def _initial(_: _Builder, c: list[Child], span: Span) -> Child:
    return Mark(("initial", True))


@rule("unit_arg")
def _unit_arg(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.UnitRef(c[0].text, c[1].text if len(c) > 1 else None, span=span)


@rule("type")
def _type(_: _Builder, c: list[Child], span: Span) -> Child:
    size = mark(c, "size")
    return t.TypeRef(
        c[0].text, mark(c, "type_args", ()), size[0] if size else None, mark(c, "optional") is not None, span=span
    )


@rule("range")
def _range(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Range(c[0], c[1] if len(c) > 1 else None, span=span)


@rule("enum")
def _enum(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.EnumDecl(c[0], tuple(c[1:]), span=span)


@rule("schema")
def _schema(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Schema(c[0], mark(c, "args", ()), tuple(plain(c)[1:]), span=span)


@rule("message")
def _message(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Message(c[0], mark(c, "args", ()), tuple(plain(c)[1:]), span=span)


@rule("column")
def _column(_: _Builder, c: list[Child], span: Span) -> Child:
    has_range = len(c) > 2 and isinstance(c[2], t.Range)
    rest = c[3:] if has_range else c[2:]
    return t.Column(c[0], c[1], c[2] if has_range else None, rest[0] if rest else None, span=span)


@rule("formal")
def _formal(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Formal(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("define")
def _define(_: _Builder, c: list[Child], span: Span) -> Child:
    name, type_, value = plain(c)
    return t.Define(name, mark(c, "generics", ()), mark(c, "formals"), type_, value, span=span)


@rule("node")
def _node_declaration(_: _Builder, c: list[Child], span: Span) -> Child:
    name, type_, *body = plain(c)
    return t.NodeDecl(name, mark(c, "generics", ()), mark(c, "formals", ()), type_, tuple(body), span=span)


@rule("let")
def _let(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Let(c[0], c[1] if len(c) > 2 else None, c[-1], span=span)


@rule("place")
def _place(b: _Builder, c: list[Child], span: Span) -> Child:
    members = [x for x in c[1:] if isinstance(x, t.Ident)]
    indices = [x for x in c[1:] if not isinstance(x, t.Ident)]
    return t.Place(c[0].text, members[0].text if members else None, indices[0] if indices else None, span=span)


# ---- strategy


@rule("strategy")
def _strategy(_: _Builder, c: list[Child], span: Span) -> Child:
    titled = len(c) > 1 and isinstance(c[1], t.Ident)
    return t.Strategy(c[0], c[1].text[1:-1] if titled else None, tuple(c[2:] if titled else c[1:]), span=span)


@rule("account")
def _account(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Account(tuple(c), span=span)


@rule("field")
def _field(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Field(c[0], c[1], span=span)


@rule("param")
def _param(_: _Builder, c: list[Child], span: Span) -> Child:
    has_range = len(c) > 3 and isinstance(c[3], t.Range)
    rest = c[4:] if has_range else c[3:]
    return t.Param(c[0], c[1], c[2], c[3] if has_range else None, rest[0] if rest else None, span=span)


@rule("signal")
def _signal(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Signal(c[0], c[1] if len(c) > 2 else None, c[-1], span=span)


@rule("regime")
def _regime(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Regime(c[0], c[1], tuple(c[2:]), span=span)


@rule("regime_when")
def _regime_when(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.RegimeCase(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("regime_otherwise")
def _regime_otherwise(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.RegimeCase(c[0], None, None, span=span)


@rule("on_run")
def _on_run(_: _Builder, c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, target = plain(c)
    return t.OnRun(event, condition[0] if condition else None, target, span=span)


@rule("risk")
def _risk(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Risk(tuple(c), span=span)


@rule("bound")
def _bound(_: _Builder, c: list[Child], span: Span) -> Child:
    measure, limit, actions = plain(c)
    over, per = mark(c, "over"), mark(c, "per")
    return t.Bound(measure, limit, over[0] if over else None, per[0] if per else None, actions, span=span)


# ---- orders and machine


@rule("order")
def _order(_: _Builder, c: list[Child], span: Span) -> Child:
    on = len(c) > 1 and isinstance(c[1], t.Ident)
    return t.Order(c[0], c[1] if on else None, tuple(c[2:] if on else c[1:]), span=span)


@rule("order_field")
def _order_field(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Field(c[0], c[1], c[2] if len(c) > 2 else None, span=span)


@rule("order_after")
def _order_after(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.OrderAfter(c[0], mark(c, "does"), span=span)


@rule("order_on")
def _order_on(_: _Builder, c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    return t.OrderOn(c[0], condition[0] if condition else None, mark(c, "does"), span=span)


for _name in ("oco", "bracket"):
    RULES[_name] = lambda _, c, span, kind=_name: t.Links(kind, c[0], span=span)  # type: ignore[misc]


@rule("machine")
def _machine(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Machine(tuple(c), span=span)


@rule("state")
def _state(_: _Builder, c: list[Child], span: Span) -> Child:
    name, *transitions = plain(c)
    return t.State(name, mark(c, "initial", False), tuple(transitions), span=span)


@rule("on_event")
def _on_event(_: _Builder, c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, target = plain(c)
    return t.On(event, condition[0] if condition else None, target, span=span)


@rule("event")
def _event(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Event(c[0], c[1] if len(c) > 1 else None, span=span)


@rule("target")
def _target(_: _Builder, c: list[Child], span: Span) -> Child:
    states = plain(c)
    wait = mark(c, "wait")
    return t.Target(states[0] if states else None, mark(c, "does", ()), wait[0] if wait else None, span=span)


@rule("action")
def _action(_: _Builder, c: list[Child], span: Span) -> Child:
    name, *duration = plain(c)
    return t.Action(name, mark(c, "args"), duration[0] if duration else None, span=span)


# ---- kernel


@rule("kernel")
def _kernel(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Kernel(c[0], tuple(c[1:]), span=span)


@rule("channel")
def _channel(_: _Builder, c: list[Child], span: Span) -> Child:
    direction, name = plain(c)
    each = mark(c, "each")
    return t.Channel(direction.text, name, mark(c, "formals"), each[0] if each else None, span=span)


@rule("table")
def _table(_: _Builder, c: list[Child], span: Span) -> Child:
    name, *cells = plain(c)
    size, by = mark(c, "size"), mark(c, "by")
    return t.Table(name, size[0] if size else None, by[0] if by else None, tuple(cells), span=span)


@rule("routine")
def _routine(_: _Builder, c: list[Child], span: Span) -> Child:
    name, body = plain(c)
    return t.Routine(name, mark(c, "formals"), body, span=span)


@rule("handler")
def _handler(_: _Builder, c: list[Child], span: Span) -> Child:
    condition = mark(c, "condition")
    event, body = plain(c)
    return t.Handler(event, condition[0] if condition else None, body, span=span)


@rule("always")
def _always(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Always(c[0], span=span)


@rule("block")
def _block(_: _Builder, c: list[Child], span: Span) -> Child:
    return tuple(t.Do(x[1], span=x[1][0].span.to(x[1][-1].span)) if isinstance(x, Mark) else x for x in c)


@rule("if_")
def _if(_: _Builder, c: list[Child], span: Span) -> Child:
    rest = c[2] if len(c) > 2 else None
    return t.If(c[0], c[1], (rest,) if isinstance(rest, t.If) else rest, span=span)


# ---- expressions


@rule("compare")
def _compare(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Binary(c[1].text, c[0], c[2], span=span)


@rule("is_")
def _is(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Is(c[0], c[1].text, False, span=span)


@rule("is_not")
def _is_not(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Is(c[0], c[1].text, True, span=span)


@rule("set")
def _set(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Members(tuple(c), span=span)


@rule("member")
def _member(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Member(c[0], c[1].text, span=span)


@rule("apply")
def _apply(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Apply(c[0], c[1][1], span=span)


@rule("args")
def _args(_: _Builder, c: list[Child], span: Span) -> Child:
    return Mark(("args", tuple(a if isinstance(a, t.Argument) else t.Argument(None, a, span=a.span) for a in c)))


@rule("named")
def _named(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Argument(c[0].text, c[1], span=span)


@rule("call")
def _call(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Call(c[0], c[1][1], span=span)


@rule("number")
def _number(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Number(c[0].text, span=span)


@rule("amount")
def _amount(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Amount(c[0].text, c[1].text, span=span)


@rule("quantity")
def _quantity(_: _Builder, c: list[Child], span: Span) -> Child:
    found = re.fullmatch(r"([0-9_.]+)([a-z]+)", c[0].text)
    assert found is not None
    return t.Quantity(found[1], found[2], span=span)


@rule("string")
def _string(_: _Builder, c: list[Child], span: Span) -> Child:
    return t.Text(c[0].text[1:-1], span=span)


RULES["true"] = lambda _, __, span: t.Bool(True, span=span)
RULES["false"] = lambda _, __, span: t.Bool(False, span=span)
RULES["na"] = lambda _, __, span: t.Na(span=span)
RULES["name"] = lambda _, c, span: t.Name(c[0].text, span=span)
RULES["upper"] = lambda _, c, span: t.Upper(c[0].text, span=span)
