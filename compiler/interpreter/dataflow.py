"""Evaluates expressions and equations as program.py words them. A value is a float, an int or a bool; None is na."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..program import (
    Constant,
    Cross,
    Default,
    Delay,
    Equation,
    Expr,
    FieldRef,
    Fold,
    Kind,
    Latched,
    Let,
    Memory,
    Na,
    Operation,
    Operator,
    ParamRef,
    Program,
    Restart,
    Sample,
    Select,
    ValueRef,
    WarmUp,
    Window,
)
from .messages import Bar

Value = float | int | bool | None
NOTHING: dict[Kind, float | int | bool] = {Kind.NUMBER: 0.0, Kind.INTEGER: 0, Kind.BOOL: False}
NO_BAR = Bar(0.0, 0.0, 0.0, 0.0, 0.0, 0)
STRIDED_UP_TO = 32  # longer sums run, compensated


class LatchedInputs(Protocol):
    def latched(self, expr: Latched) -> Value:
        """An input of the instant that is not of the dataflow."""


# ---- operators


def wrap(value: int) -> int:
    """As 64 bits hold it."""
    return (value + 2**63) % 2**64 - 2**63


def _quotient(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _fmod(a: float, b: float) -> float:
    return math.nan if math.isinf(a) or b == 0.0 else math.fmod(a, b)


def _remainder(a: int, b: int) -> int:
    """Of the division that truncates."""
    if b == 0:
        return 0
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    """Keeps the sign of zero, infinities and NaN."""
    return lambda a: math.copysign(float(rounding(a)), a) if math.isfinite(a) else a


def _lesser(a: Any, b: Any) -> Any:
    return a if a < b else b


def _greater(a: Any, b: Any) -> Any:
    return a if a > b else b


ANY: dict[Operator, Callable[..., Any]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
    "and": lambda a, b: a and b, "or": lambda a, b: a or b, "not": operator.not_, "to_number": float,
    "min": _lesser, "max": _greater,
}  # fmt: skip
OF_NUMBERS: dict[Operator, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": _quotient, "mod": _fmod,
    "neg": operator.neg, "abs": abs, "sqrt": lambda a: 0.0 if a < 0.0 else math.sqrt(a),
    "floor": _whole(math.floor), "ceil": _whole(math.ceil),
}  # fmt: skip
OF_INTEGERS: dict[Operator, Callable[..., Any]] = {
    "add": lambda a, b: wrap(a + b), "sub": lambda a, b: wrap(a - b), "mul": lambda a, b: wrap(a * b),
    "neg": lambda a: wrap(-a), "abs": lambda a: wrap(abs(a)), "mod": _remainder,
}  # fmt: skip


def _apply(expr: Operation, operands: list[Any]) -> Value:
    own = OF_INTEGERS if expr.operand_kind is Kind.INTEGER else OF_NUMBERS
    result: Value = (ANY.get(expr.operator) or own[expr.operator])(*operands)
    return None if expr.optional and _is_outside(expr.operator, operands, result) else result


def _is_outside(word: Operator, operands: list[Any], result: Any) -> bool:
    """Whether an operator with a domain has no result here."""
    match word:
        case "div":
            return not math.isfinite(result)
        case "sqrt":
            return bool(operands[0] < 0.0)
        case "mod":
            return bool(operands[1] == 0)
        case _:
            return False


# ---- folds


def strided(values: list[float]) -> float:
    sums = [0.0, 0.0, 0.0, 0.0]
    for i, value in enumerate(values):
        sums[i % 4] += value
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


@dataclass(slots=True)
class Neumaier:
    sum: float = 0.0
    compensation: float = 0.0

    def add(self, value: float) -> None:
        total = self.sum + value
        if abs(self.sum) >= abs(value):
            self.compensation += (self.sum - total) + value
        else:
            self.compensation += (value - total) + self.sum
        self.sum = total


@dataclass(slots=True)
class Held:
    """What a Window keeps: its values, oldest first, and the running sum of a long one."""

    length: int
    values: list[float] = field(default_factory=list)
    pushes: int = 0
    running: Neumaier = field(default_factory=Neumaier)

    def push(self, value: float) -> None:
        leaving = self.values.pop(0) if len(self.values) == self.length else None
        self.values.append(value)
        self.pushes += 1
        if self.pushes % self.length == 0:
            self.running = Neumaier()
            for held in self.values:
                self.running.add(held)
            return
        self.running.add(value)
        if leaving is not None:
            self.running.add(-leaving)

    def fold(self, fold: Fold) -> float:
        if not self.values:
            return 0.0
        match fold:
            case "sum":
                return self._sum()
            case "mean":
                return self._sum() / len(self.values)
            case "variance":
                mean = self._sum() / len(self.values)
                return strided([(v - mean) * (v - mean) for v in self.values]) / len(self.values)
            case "min":
                return self._extreme(operator.le)
            case "max":
                return self._extreme(operator.ge)

    def _sum(self) -> float:
        if self.length <= STRIDED_UP_TO:
            return strided(self.values)
        return self.running.sum + self.running.compensation

    def _extreme(self, beats: Callable[[float, float], bool]) -> float:
        best = math.nan
        for value in self.values:
            if math.isnan(best) or beats(value, best):
                best = value
        return best


# ---- the whole


class Dataflow:
    """The values of every equation, held between ticks."""

    def __init__(self, program: Program, params: list[Any], inputs: LatchedInputs) -> None:
        self.program, self.params, self.inputs = program, params, inputs
        self.ticks = [0] * len(program.clocks)
        self.ticked = [False] * len(program.clocks)  # in this instant
        self.bars = [NO_BAR] * len(program.feeds)
        self.values: list[Value] = [None if e.optional else NOTHING[e.kind] for e in program.equations]
        self.stored: dict[int, Value] = {}  # Memory
        self.past: dict[int, list[Value]] = {e.index: [] for e in program.equations if isinstance(e, Delay)}
        self.windows = {e.index: Held(self._size(e)) for e in program.equations if isinstance(e, Window)}

    def _size(self, equation: Delay | Window) -> int:
        """Inside its capacity whatever the parameters are."""
        given = self.evaluate(equation.depth if isinstance(equation, Delay) else equation.length)
        assert isinstance(given, int)
        return min(max(given, 1), equation.capacity)

    def after(self, warm_up: WarmUp) -> bool:
        return all(self.ticks[form.clock] > form.at(self.params) for form in warm_up.forms)

    def tick(self, bars: Sequence[Bar]) -> None:
        self.ticked = [False] * len(self.ticked)
        for bar in bars:
            self.bars[bar.feed] = bar
            self._count(bar.feed)
        for equation in self.program.equations:
            if self.ticked[equation.clock]:
                self._forget(equation)
                self.values[equation.index] = self._value(equation)
        for equation in self.program.equations:
            if self.ticked[equation.clock]:
                self._commit(equation)

    def _count(self, clock: int) -> None:
        self.ticked[clock] = True
        self.ticks[clock] += 1

    def _forget(self, e: Equation) -> None:
        """What a restart makes it forget."""
        if not any(self.values[restart] is True for restart in e.restarts):
            return
        match e:
            case Memory():
                self.stored.pop(e.index, None)
            case Delay():
                self.past[e.index].clear()
            case Window():
                self.windows[e.index] = Held(self._size(e))

    def _value(self, e: Equation) -> Value:
        match e:
            case Let():
                return self.evaluate(e.value)
            case Memory():
                return self.stored[e.index] if e.index in self.stored else self.evaluate(e.first)
            case Delay():
                past, depth = self.past[e.index], self._size(e)
                if depth <= len(past):
                    return past[-depth]
                return None if e.optional else NOTHING[e.kind]
            case Window():
                if not self.after(e.push_after):
                    return 0.0
                value = self.evaluate(e.source)
                assert isinstance(value, float)
                self.windows[e.index].push(value)
                return self.windows[e.index].fold(e.fold)
            case Cross():
                crossing = self.evaluate(e.source)
                if self.after(e.ready):
                    self._count(e.since)
                return crossing
            case Sample():
                opens = self._is_true(e)
                if opens:
                    self._count(e.opens)
                return opens
            case Restart():
                fires = self._is_true(e)
                if fires:
                    self.ticks[e.since] = 0
                self._count(e.since)
                return fires

    def _is_true(self, e: Sample | Restart) -> bool:
        return self.evaluate(e.condition) is True and self.after(e.ready)

    def _commit(self, e: Equation) -> None:
        match e:
            case Memory() if self.after(e.commit_after):
                self.stored[e.index] = self.evaluate(e.next)
            case Delay() if self.after(e.commit_after):
                self.past[e.index].append(self.evaluate(e.source))
            case _:
                pass

    def evaluate(self, expr: Expr) -> Value:
        match expr:
            case Constant():
                return expr.value
            case Na():
                return None
            case ParamRef():
                value: Value = self.params[expr.index]
                return value
            case FieldRef():
                column: float = getattr(self.bars[expr.feed], expr.column)
                return column
            case ValueRef():
                return self.values[expr.index]
            case Latched(name="warm"):
                return self.after(self.program.warm_up)
            case Latched():
                return self.inputs.latched(expr)
            case Operation():
                operands = [self.evaluate(operand) for operand in expr.operands]
                return None if any(operand is None for operand in operands) else _apply(expr, operands)
            case Select():
                condition = self.evaluate(expr.condition)
                then, other = self.evaluate(expr.then), self.evaluate(expr.other)
                return None if condition is None else then if condition else other
            case Default():
                value, other = self.evaluate(expr.value), self.evaluate(expr.other)
                return value if self.after(expr.ready) and value is not None else other
