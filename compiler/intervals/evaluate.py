"""The interval of an expression, from those of what it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..program import (
    Constant,
    Default,
    Expr,
    FieldRef,
    Kind,
    Latched,
    Na,
    Operation,
    Operator,
    ParamRef,
    Select,
    ValueRef,
    WarmUp,
    answers_na,
)
from . import (
    abs as absolute,
    add,
    blend,
    ceil,
    comparisons,
    default,
    div,
    floor,
    logic,
    max,
    min,
    mod,
    mul,
    neg,
    rank,
    select,
    sqrt,
    sub,
    to_number,
)
from .inputs import Inputs
from .interval import NOTHING, ONLY_NA, ZERO, Interval, anything, exactly, hull

_ANY: dict[Operator, Callable[..., Interval]] = {
    "lt": comparisons.less, "le": comparisons.at_most, "gt": comparisons.greater, "ge": comparisons.at_least,
    "eq": comparisons.equal, "ne": comparisons.differs, "and": logic.both, "or": logic.any_of, "not": logic.negated,
    "to_number": to_number.numbers, "min": min.lesser, "max": max.greater,
}  # fmt: skip
_OF_NUMBERS: dict[Operator, Callable[..., Interval]] = {
    "add": add.numbers, "sub": sub.numbers, "mul": mul.numbers, "div": div.quotient, "mod": mod.remainder,
    "neg": neg.numbers, "abs": absolute.numbers, "sqrt": sqrt.root, "floor": floor.numbers, "ceil": ceil.numbers,
}  # fmt: skip
_OF_INTEGERS: dict[Operator, Callable[..., Interval]] = {
    "add": add.integers, "sub": sub.integers, "mul": mul.integers, "mod": mod.integers, "neg": neg.integers,
    "abs": absolute.integers,
}  # fmt: skip
_DEFINED: dict[tuple[Operator, Kind], Callable[..., Interval]] = {
    ("div", Kind.NUMBER): div.defined,
    ("mod", Kind.NUMBER): mod.defined,
    ("mod", Kind.INTEGER): mod.defined_integers,
    ("sqrt", Kind.NUMBER): sqrt.defined,
}


@dataclass(slots=True)
class Evaluator:
    """values: of the equations; one that is missing may be anything.

    held: between ticks, where before the first bar every column and value is 0 or na. warm: warm-ups are known, so that `ready` says
    something.
    """

    inputs: Inputs
    values: dict[int, Interval]
    held: bool = False
    warm: bool = True

    def interval(self, expr: Expr) -> Interval:
        return _CASES[type(expr)](self, expr)

    def value(self, expr: ValueRef) -> Interval:
        found = self.values.get(expr.index)
        if found is None:
            return anything(expr.kind, expr.optional)
        return hull(found, before_the_first_bar(expr.optional)) if self.held else found

    def column(self, expr: FieldRef) -> Interval:
        found = self.inputs.column(expr.column, expr.feed)
        return hull(found, ZERO) if self.held else found

    def select(self, expr: Select) -> Interval:
        return select.chosen(self.interval(expr.condition), self.interval(expr.then), self.interval(expr.other))

    def default(self, expr: Default) -> Interval:
        return default.filled(self.interval(expr.value), self.interval(expr.other), self._is_ready(expr))

    def _is_ready(self, expr: Default) -> bool:
        if self.held:
            return False
        return answers_na(expr) or (self.warm and _from_the_first(expr.ready))

    def operation(self, expr: Operation) -> Interval:
        operands = [self.interval(operand) for operand in expr.operands]
        na = False
        for place, operand in enumerate(operands):
            if operand.void:
                return NOTHING.with_na(any(o.na for o in operands))
            if operand.na:
                na, operands[place] = True, operand.present()
        found = self._known_form(expr, operands) if expr.operator in _FORMS else None
        if found is None:
            found = apply(expr, operands)
        return found.with_na() if na else found

    def _known_form(self, expr: Operation, operands: list[Interval]) -> Interval | None:
        """Forms of which more is known than their parts say. operands: without na."""
        if expr.kind is not Kind.NUMBER:
            return None
        a, b = expr.operands
        match expr.operator:
            case "add" if (parts := blend.parts(expr)) is not None:
                return blend.blend(operands[0], *(self.interval(part).present() for part in parts[1:]))
            case "div" if expr.optional and isinstance(b, Operation) and b.operator == "add" and a in b.operands:
                rest = self.interval(b.operands[1] if a == b.operands[0] else b.operands[0]).present()
                return div.share(operands[0], rest) if operands[0].low >= 0 and rest.low >= 0 else None
            case "sub" if rank.at_least(a, b):
                found = sub.numbers(*operands)
                return found._replace(low=found.low if found.low > 0 else 0.0)
            case "mul" if a == b:
                return mul.square(operands[0])
        return None


_CASES: dict[type[Expr], Callable[[Evaluator, Any], Interval]] = {
    Operation: Evaluator.operation,
    ValueRef: Evaluator.value,
    Constant: lambda _, expr: exactly(expr.value),
    FieldRef: Evaluator.column,
    ParamRef: lambda self, expr: self.inputs.param(expr.index, expr.kind),
    Select: Evaluator.select,
    Default: Evaluator.default,
    Na: lambda *_: ONLY_NA,
    Latched: lambda self, expr: self.inputs.latched(expr),
}
_FORMS = ("add", "sub", "mul", "div")


def apply(expr: Operation, operands: list[Interval]) -> Interval:
    """The operator itself, on operands that are there. na where it has no result."""
    word, kind = expr.operator, expr.operand_kind
    if expr.optional and (word, kind) in _DEFINED:
        return _DEFINED[word, kind](*operands)
    own = _OF_INTEGERS if kind is Kind.INTEGER else _OF_NUMBERS
    return (_ANY.get(word) or own[word])(*operands)


def before_the_first_bar(optional: bool) -> Interval:
    return ONLY_NA if optional else ZERO


def _from_the_first(ready: WarmUp) -> bool:
    """At every tick, whatever the parameters are; of another clock than that of the first feed nothing is claimed."""
    return all(form.constant <= 0 and not form.terms and form.clock == 0 for form in ready.forms)
