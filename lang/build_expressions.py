"""Nodes for expressions."""

from __future__ import annotations

import re

from . import tree as t
from .build_rules import RULES, Child, Mark, in_order, rule
from .tree import Span

in_order(
    choose=t.Choose,
    sampled=t.Sampled,
    restart=t.Restart,
    index=t.Index,
    in_=t.In,
)

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
    RULES[_name] = lambda c, span, operator=_operator: t.Binary(operator, c[0], c[1], span=span)  # type: ignore[misc]
for _name, _operator in {"not_": "not", "neg": "-", "next_value": "next"}.items():
    RULES[_name] = lambda c, span, operator=_operator: t.Unary(operator, c[0], span=span)  # type: ignore[misc]


@rule("compare")
def _compare(c: list[Child], span: Span) -> Child:
    return t.Binary(c[1].text, c[0], c[2], span=span)


@rule("is_")
def _is(c: list[Child], span: Span) -> Child:
    return t.Is(c[0], c[1].text, False, span=span)


@rule("is_not")
def _is_not(c: list[Child], span: Span) -> Child:
    return t.Is(c[0], c[1].text, True, span=span)


@rule("set")
def _set(c: list[Child], span: Span) -> Child:
    return t.Members(tuple(c), span=span)


@rule("member")
def _member(c: list[Child], span: Span) -> Child:
    return t.Member(c[0], c[1].text, span=span)


@rule("apply")
def _apply(c: list[Child], span: Span) -> Child:
    return t.Apply(c[0], c[1][1], span=span)


@rule("args")
def _args(c: list[Child], span: Span) -> Child:
    return Mark(("args", tuple(a if isinstance(a, t.Argument) else t.Argument(None, a, span=a.span) for a in c)))


@rule("named")
def _named(c: list[Child], span: Span) -> Child:
    return t.Argument(c[0].text, c[1], span=span)


@rule("call")
def _call(c: list[Child], span: Span) -> Child:
    return t.Call(c[0], c[1][1], span=span)


@rule("number")
def _number(c: list[Child], span: Span) -> Child:
    return t.Number(c[0].text, span=span)


@rule("amount")
def _amount(c: list[Child], span: Span) -> Child:
    return t.Amount(c[0].text, c[1].text, span=span)


@rule("quantity")
def _quantity(c: list[Child], span: Span) -> Child:
    found = re.fullmatch(r"([0-9_.]+)([a-z]+)", c[0].text)
    assert found is not None
    return t.Quantity(found[1], found[2], span=span)


@rule("string")
def _string(c: list[Child], span: Span) -> Child:
    return t.Text(c[0].text[1:-1], span=span)


RULES["true"] = lambda _, span: t.Bool(True, span=span)
RULES["false"] = lambda _, span: t.Bool(False, span=span)
RULES["na"] = lambda _, span: t.Na(span=span)
RULES["name"] = lambda c, span: t.Name(c[0].text, span=span)
RULES["upper"] = lambda c, span: t.Upper(c[0].text, span=span)
