"""Expressions and types → parts. Parentheses stand only where the tree would be another one without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from .. import tree as t
from .layout import CONTINUATION, Writer


class Level(IntEnum):
    """How tightly an expression binds: the rules of the grammar, loosest first."""

    EXPR = 0
    IMP = 1
    OR = 2
    AND = 3
    NOT = 4
    TEST = 5
    FLOW = 6
    SUM = 7
    PRODUCT = 8
    UNARY = 9
    POSTFIX = 10


_BINARY = {
    "implies": Level.IMP, "or": Level.OR, "and": Level.AND, "fby": Level.FLOW, "??": Level.FLOW, "+": Level.SUM, "-": Level.SUM,
    "*": Level.PRODUCT, "/": Level.PRODUCT, "%": Level.PRODUCT,
}  # fmt: skip
_UNARY = {"-": Level.UNARY, "next": Level.UNARY, "not": Level.NOT}
_TO_THE_RIGHT = (Level.IMP, Level.FLOW)  # `a ?? b ?? c` is `a ?? (b ?? c)`


def level(e: t.Expr) -> Level:
    match e:
        case t.Choose() | t.Sampled():
            return Level.EXPR
        case t.Binary(op=op):
            return _BINARY.get(op, Level.TEST)
        case t.Is() | t.In():
            return Level.TEST
        case t.Unary(op=op):
            return _UNARY[op]
        case t.Restart():
            return Level.UNARY
        case _:
            return Level.POSTFIX


def simple(e: t.Expr) -> bool:
    """Has no operator of its own: breaks only inside its brackets."""
    return level(e) is Level.POSTFIX


def expression(w: Writer, e: t.Expr, least: Level = Level.EXPR) -> None:
    """In parentheses if it binds less tightly than its place asks for."""
    if level(e) >= least:
        _bare(w, e)
        return
    w.token("(")
    with w.align(), w.group():
        _bare(w, e)
    w.token(")")


def condition(w: Writer, e: t.Expr) -> None:
    """An expression that goes on deeper than the statement it stands in."""
    with w.nest(CONTINUATION), w.group():
        expression(w, e)


def _part(w: Writer, e: t.Expr, least: Level) -> None:
    """An operand: laid out for itself, deeper than what it is part of."""
    if simple(e) or level(e) < least:
        expression(w, e, least)
    else:
        with w.nest(), w.group():
            expression(w, e, least)


def _bare(w: Writer, e: t.Expr) -> None:
    match e:
        case t.Binary():
            _binary(w, e)
        case t.Choose():
            _choose(w, e)
        case t.Sampled(value=value, condition=when):
            _part(w, value, Level.IMP)
            w.line()
            w.word("when")
            _part(w, when, Level.IMP)
        case t.Unary(op=op, operand=operand):
            _unary(w, op, operand)
        case t.Restart(value=value, condition=when):
            expression(w, value, Level.POSTFIX)
            w.line()
            w.word("restart")
            w.word("on")
            expression(w, when, Level.POSTFIX)
        case t.Is(operand=operand, alternative=alternative, negated=negated):
            _part(w, operand, Level.FLOW)
            w.space()
            w.tokens("is", *["not"] * negated, alternative)
        case t.In(operand=operand, domain=domain):
            _part(w, operand, Level.FLOW)
            w.space()
            w.word("in")
            _domain(w, domain)
        case _:
            _postfix(w, e)


def _binary(w: Writer, e: t.Binary) -> None:
    """A chain of one level: all its operators start new lines, or none."""
    own = level(e)
    operands, operators = _chain(e, own)
    for index, operand in enumerate(operands):
        if index:
            w.line()
            w.word(operators[index - 1])
        repeats = (
            0 if own not in _TO_THE_RIGHT else len(operands) - 1
        )  # the operand that the grammar lets be of this level
        _part(w, operand, own if index == repeats and own is not Level.TEST else Level(own + 1))


def _chain(e: t.Binary, own: Level) -> tuple[list[t.Expr], list[str]]:
    """Operands and operators from left to right, as far as they need no parentheses."""
    operands: list[t.Expr] = []
    operators: list[str] = []
    rest: t.Expr = e
    while isinstance(rest, t.Binary) and level(rest) is own and (own is not Level.TEST or rest is e):
        left, right = (rest.left, rest.right) if own in _TO_THE_RIGHT else (rest.right, rest.left)
        operands.append(left)
        operators.append(rest.op)
        rest = right
    operands.append(rest)
    return (operands, operators) if own in _TO_THE_RIGHT else (operands[::-1], operators[::-1])


def _choose(w: Writer, e: t.Choose) -> None:
    """`if a then x`, `else if b then y`, `else z`: one line each where they do not fit on one."""
    other: t.Expr = e
    while isinstance(other, t.Choose):
        w.word("if")
        _part(w, other.condition, Level.EXPR)
        w.space()
        w.token("then")
        _then(w, other.then)
        w.line()
        w.word("else")
        other = other.other
    _part(w, other, Level.EXPR)


def _then(w: Writer, e: t.Expr) -> None:
    """On the line of its `then` if it fits; a choice below it, so that it is seen whose `else` comes next."""
    with w.nest():
        if isinstance(e, t.Choose):
            w.line()
            _part(w, e, Level.EXPR)
        else:
            with w.group():
                w.line()
                _part(w, e, Level.EXPR)


def _unary(w: Writer, op: str, operand: t.Expr) -> None:
    if op == "-":
        w.token(op)
        if isinstance(operand, t.Unary) and operand.op == "-":
            w.space()
        expression(w, operand, Level.UNARY)
    else:
        w.word(op)
        expression(w, operand, Level.NOT if op == "not" else Level.POSTFIX)


def _domain(w: Writer, domain: t.Expr) -> None:
    match domain:
        case t.Range():
            limits(w, domain)
        case t.Members(items=items):
            w.word("{")
            with w.align():
                filled(w, [lambda item=item: _part(w, item, Level.EXPR) for item in items])  # type: ignore[misc]
            w.space()
            w.token("}")
        case _:
            _part(w, domain, Level.SUM)


def limits(w: Writer, found: t.Range) -> None:
    """`low .. high` or `low ..`."""
    expression(w, found.low, Level.SUM)
    w.space()
    w.token("..")
    if found.high is not None:
        w.space()
        expression(w, found.high, Level.SUM)


def _postfix(w: Writer, e: t.Expr) -> None:
    match e:
        case t.Member(owner=owner, name=name):
            expression(w, owner, Level.POSTFIX)
            w.token(".")
            w.token(name)
        case t.Index(owner=owner, index=index):
            expression(w, owner, Level.POSTFIX)
            size(w, index)
        case t.Apply(function=function, arguments=given):
            expression(w, function, Level.POSTFIX)
            arguments(w, given)
        case t.Amount(text=text, asset=asset):
            w.tokens(text, asset)
        case t.Quantity(text=text, unit=unit):
            w.token(text + unit)
        case t.Text(value=value):
            w.token(f'"{value}"')
        case t.Bool(value=value):
            w.token("true" if value else "false")
        case t.Na():
            w.token("na")
        case t.Number(text=text) | t.Name(text=text) | t.Upper(text=text):
            w.token(text)
        case _:
            raise AssertionError(f"no expression of its own: {e}")


# ---- lists


def filled(w: Writer, items: Sequence[Callable[[], None]]) -> None:
    """With commas, as many on a line as fit."""
    for index, item in enumerate(items):
        with w.group():
            if index:
                w.line()
            item()
            if index < len(items) - 1:
                w.token(",")


def names(w: Writer, found: Sequence[t.Ident]) -> None:
    with w.align():
        filled(w, [lambda name=name: w.token(name.text) for name in found])  # type: ignore[misc]


def arguments(w: Writer, given: Sequence[t.Argument]) -> None:
    parenthesised(w, [lambda a=a: _argument(w, a) for a in given])  # type: ignore[misc]


def parenthesised(w: Writer, items: Sequence[Callable[[], None]]) -> None:
    w.token("(")
    if items:
        with w.align():
            w.pin()
            filled(w, items)
    w.token(")")


def _argument(w: Writer, argument: t.Argument) -> None:
    if argument.name is not None:
        w.tokens(argument.name, "=")
        w.space()
    if simple(argument.value):
        expression(w, argument.value)
    else:
        with w.align(), w.group():
            expression(w, argument.value)


def size(w: Writer, e: t.Expr) -> None:
    w.token("[")
    with w.align(), w.group():
        expression(w, e)
    w.token("]")


# ---- types


def type_(w: Writer, found: t.TypeRef) -> None:
    w.token(found.name)
    for index, argument in enumerate(found.arguments):
        if index:
            w.token(",")
            w.space()
        else:
            w.token("<")
        if isinstance(argument, t.TypeRef):
            type_(w, argument)
        else:
            w.token(argument.numerator)
            if argument.denominator is not None:
                w.token("/")
                w.token(argument.denominator)
    if found.arguments:
        w.token(">")
    if found.size is not None:
        size(w, found.size)
    if found.optional:
        w.token("?")
