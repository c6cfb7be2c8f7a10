"""Warm-up: after how many ticks of which clocks each value is ready, as a maximum of linear forms in the parameters.

`window n` adds n - 1, `x[k]` adds k, joins take the maximum. `x ?? d` of an optional x says what holds where x is na and is ready
when both are; of a plain x it says what holds until x is ready, and is ready when d is. A node's memories wait for its arguments.

A value that crosses to another clock is counted from its own readiness on: `since`, a clock that begins then. A restarted node counts
its own history from the restart on, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .program import (
    Constant,
    Cross,
    Default,
    Delay,
    Equation,
    Expr,
    FieldRef,
    Let,
    Linear,
    Memory,
    Operation,
    ParamRef,
    Restart,
    Sample,
    ValueRef,
    WarmUp,
    Window,
    answers_na,
)
from .walk import children, rewrite, rewrite_equation

READY = WarmUp()  # from the first tick of the first feed on
ALWAYS = WarmUp(())


class NotLinearError(Exception):
    """A length that is no maximum of linear forms; equation: the index it belongs to."""

    def __init__(self, equation: int) -> None:
        super().__init__(equation)
        self.equation = equation


class NeverReadyError(Exception):
    """A value that waits for its own past."""

    def __init__(self, equation: int) -> None:
        super().__init__(equation)
        self.equation = equation


def join(*parts: WarmUp) -> WarmUp:
    """The maximum."""
    return WarmUp(tuple(sorted({form for part in parts for form in part.forms})))


def simplified(warm_up: WarmUp, lows: Mapping[int, int]) -> WarmUp:
    """Without the forms that another one dominates. lows: the lowest value of each parameter that sizes memory."""
    forms = warm_up.forms
    return WarmUp(tuple(f for f in forms if not any(g != f and _dominates(g, f, lows) for g in forms)))


def _dominates(a: Linear, b: Linear, lows: Mapping[int, int]) -> bool:
    """a >= b for all values of the parameters in their ranges, in ticks of one clock."""
    if a.clock != b.clock:
        return False
    slopes = _add(a, Linear(-b.constant, tuple((i, -c) for i, c in b.terms)))
    return slopes.constant + sum(c * lows[i] for i, c in slopes.terms) >= 0 and all(c > 0 for _, c in slopes.terms)


def plus(a: WarmUp, b: WarmUp) -> WarmUp:
    """b: a length, whose clock means nothing."""
    return join(*(WarmUp((_add(f, g),)) for f in a.forms for g in b.forms))


def first_tick(clock: int) -> WarmUp:
    return WarmUp((Linear(0, (), clock),))


def _add(a: Linear, b: Linear) -> Linear:
    terms = dict(a.terms)
    for index, factor in b.terms:
        terms[index] = terms.get(index, 0) + factor
    return Linear(a.constant + b.constant, tuple(sorted((i, c) for i, c in terms.items() if c)), a.clock)


def linear(expr: Expr, equation: int) -> WarmUp:
    """A length as a maximum of linear forms; raises NotLinearError."""
    match expr:
        case Constant(value=value):
            return WarmUp((Linear(int(value)),))
        case ParamRef(index=index):
            return WarmUp((Linear(0, ((index, 1),)),))
        case Operation(operator="add", operands=(a, b)):
            return plus(linear(a, equation), linear(b, equation))
        case Operation(operator="sub", operands=(a, Constant(value=value))):
            return plus(linear(a, equation), WarmUp((Linear(-int(value)),)))
        case Operation(operator="max", operands=(a, b)):
            return join(linear(a, equation), linear(b, equation))
        case (
            Operation(operator="mul", operands=(Constant(value=value), a))
            | Operation(operator="mul", operands=(a, Constant(value=value)))
        ):
            if value >= 0:
                return _scaled(linear(a, equation), int(value))
    raise NotLinearError(equation)


def _scaled(warm_up: WarmUp, factor: int) -> WarmUp:
    return WarmUp(
        tuple(Linear(f.constant * factor, tuple((i, c * factor) for i, c in f.terms if factor)) for f in warm_up.forms)
    )


class Inference:
    """Finds the warm-up of every equation on demand.

    inputs: per memory, the arguments of its node instance. lows: per parameter that sizes memory, its lowest value.
    """

    def __init__(
        self, equations: Sequence[Equation], inputs: Mapping[int, tuple[Expr, ...]], lows: Mapping[int, int]
    ) -> None:
        self._equations = equations
        self._inputs = inputs
        self._lows = lows
        self._known: dict[int, WarmUp] = {}
        self._active: set[int] = set()

    def of(self, index: int) -> WarmUp:
        if index in self._known:
            return self._known[index]
        if index in self._active:
            raise NeverReadyError(index)
        self._active.add(index)
        found = self._infer(self._equations[index])
        self._active.remove(index)
        self._known[index] = found
        return found

    def latest(self, *parts: WarmUp) -> WarmUp:
        """When the last of several values is ready."""
        return simplified(join(*parts), self._lows)

    def of_expr(self, expr: Expr) -> WarmUp:
        match expr:
            case ValueRef(index=index):
                return self.of(index)
            case FieldRef(feed=feed):
                return first_tick(feed)
            case Default(other=other) if not answers_na(expr):
                return self.of_expr(other)
        return self.latest(*(self.of_expr(child) for child in children(expr)))

    def _infer(self, equation: Equation) -> WarmUp:
        return self.latest(first_tick(equation.clock), self._needs(equation))

    def _needs(self, equation: Equation) -> WarmUp:
        match equation:
            case Let():
                return self.of_expr(equation.value)
            case Memory():
                return self.latest(self.of_expr(equation.first), self._start(equation.index))
            case Delay():
                return plus(self._begin(equation, equation.source), linear(equation.depth, equation.index))
            case Window():
                one_less = plus(linear(equation.length, equation.index), WarmUp((Linear(-1),)))
                return plus(self._begin(equation, equation.source), one_less)
            case Cross():
                return first_tick(equation.since)
            case Sample() | Restart():
                return ALWAYS

    def _begin(self, equation: Delay | Window, source: Expr) -> WarmUp:
        """From when on its history counts: a restart begins it anew."""
        since = (
            restart.since
            for restart in map(self._equations.__getitem__, equation.restarts)
            if isinstance(restart, Restart)
        )
        return self.latest(first_tick(equation.clock), self.of_expr(source), *map(first_tick, since))

    def apply(self) -> list[Equation]:
        """The equations with every warm-up, commit and `??` readiness filled in."""
        return [self._filled(e) for e in self._equations]

    def _filled(self, equation: Equation) -> Equation:
        done = replace(rewrite_equation(equation, self._ready), warm_up=self.of(equation.index))
        begin = first_tick(equation.clock)
        match done:
            case Memory():
                return replace(
                    done, commit_after=self.latest(begin, self._start(equation.index), self.of_expr(done.next))
                )
            case Delay():
                return replace(done, commit_after=self.latest(begin, self.of_expr(done.source)))
            case Window():
                return replace(done, push_after=self.latest(begin, self.of_expr(done.source)))
            case Cross():
                return replace(done, ready=self.of_expr(done.source))
            case Sample() | Restart():
                return replace(done, ready=self.of_expr(done.condition))
        return done

    def _start(self, index: int) -> WarmUp:
        return self.latest(*(self.of_expr(i) for i in self._inputs.get(index, ())))

    def _ready(self, expr: Expr) -> Expr:
        if not isinstance(expr, Default):
            return expr
        return replace(expr, ready=ALWAYS if answers_na(expr) else self.of_expr(expr.value))

    def expr(self, expr: Expr) -> Expr:
        """An expression outside the equations (machine, order fields) with its `??` readiness filled in."""
        return rewrite(expr, self._ready)
