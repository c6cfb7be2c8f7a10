"""Expressions and equations made at random: between them they use every construct of the dataflow of program.py."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from stratc.compiler.program import (
    Clock,
    Constant,
    Cross,
    Default,
    Delay,
    Equation,
    Expr,
    Feed,
    FieldRef,
    Kind,
    Latched,
    Let,
    Linear,
    Memory,
    Na,
    Operation,
    Param,
    ParamRef,
    Restart,
    Sample,
    Select,
    ValueRef,
    WarmUp,
    Window,
    is_optional,
)
from tests.support.programs import BOOL, FEED, HOUR, INTEGER, NUMBER, apply, at, number, param

NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 1e-9, -7.25, 1e308, -1e308, 5e-324, 2.0**53, 1e16 + 2, 0.1, 100.0)
INTEGERS = (0, 1, -1, 2, 3, 7, -5, 2**31, -(2**62), 2**63 - 1, -(2**63), 3_037_000_500)
COLUMNS = ("open", "high", "low", "close", "volume")
LENGTHS = (1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 40)
DELAYS = (0, 1, HOUR // 4, HOUR // 2, HOUR, 3 * HOUR, -HOUR)
AMOUNTS = ("position", "equity", "cash", "realised", "fees", "exposure", "net")
NUMBER_UNARY = ("neg", "abs", "sqrt", "floor", "ceil")
NUMBER_BINARY = ("add", "sub", "mul", "div", "mod", "min", "max", "add", "sub")
INTEGER_BINARY = ("add", "sub", "mul", "mod", "min", "max")
ORDERINGS = ("lt", "le", "gt", "ge", "eq", "ne")


def reads_feed(expr: Expr) -> bool:
    match expr:
        case FieldRef() | ValueRef():
            return True
        case Operation(operands=parts):
            return any(map(reads_feed, parts))
        case Select(condition=condition, then=then, other=other):
            return any(map(reads_feed, (condition, then, other)))
        case Default(value=value, other=other):
            return reads_feed(value) or reads_feed(other)
        case _:
            return False


SPOKEN = replace(FEED, name="spoken", schema="signal", every=0, type="ratio", python="node:Node")  # an `extern signal`


class RandomExpressions:
    """plan: kind, optionality and clock of every equation. special: those that define a clock. template_count: of those that may
    be read. feed, clock: of what is being made."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(seed)
        self.params = self._params()
        self.template_count = self.random.choice((0, 1, 2, 3, 3, 4, 4, 5))
        kinds = [self.random.choice((NUMBER, NUMBER, NUMBER, BOOL, INTEGER)) for _ in range(self.random.randint(2, 24))]
        self.feeds = self._feeds()
        self.instrument_count = 1 + max(f.instrument for f in self.feeds)
        self.clocks = [Clock(f.name) for f in self.feeds]
        self.special: dict[int, type[Equation]] = {}
        self.clock = self.feed = 0
        self.in_equations = False  # only the machine asks whether all is warm
        self.plan = [self._planned_equation(index, kind) for index, kind in enumerate(kinds)]

    # ---- feeds and clocks

    def _feeds(self) -> tuple[Feed, ...]:
        periods = self.random.choice(((1,), (1,), (1, 2), (2, 1), (3, 1, 2), (1, 1)))
        traded = self.random.randint(1, len(periods))  # each has a feed of its own
        bars = tuple(
            replace(FEED, name=f"bars{i}" if i else "bars", every=n * HOUR, instrument=i % traded)
            for i, n in enumerate(periods)
        )
        return (*bars, SPOKEN) if self.random.random() < 0.15 else bars

    def _some_instrument(self) -> int:
        return self.random.randrange(self.instrument_count)

    def _planned_equation(self, index: int, kind: Kind) -> tuple[Kind, bool, int]:
        """Its clock is a feed's or one that a Sample before it opens."""
        opened = [k for k, clock in enumerate(self.clocks) if clock.parent is None or clock.name.startswith("open")]
        clock, pick = self.random.choice(opened), self.random.random()
        if pick > (0.7 if len(self.feeds) > 1 else 0.94) and index > 0:
            special = self.random.choice((Cross, Cross, Sample, Restart))
            self.special[index] = special
            self.clocks.append(Clock(f"{'open' if special is Sample else 'since'}{index}", clock, index))
            return (kind, self.random.random() < 0.3, clock) if special is Cross else (BOOL, False, clock)
        return kind, self.random.random() < 0.3, clock

    def _root(self, clock: int) -> int:
        parent = self.clocks[clock].parent
        return clock if parent is None else self._root(parent)

    def _of_clock(self, refs: range) -> list[int]:
        return [i for i in refs if self.plan[i][2] == self.clock]

    # ---- parameters

    def _params(self) -> tuple[Param, ...]:
        rng, found = self.random, []
        for i in range(rng.randint(0, 4)):
            kind = rng.choice((INTEGER, INTEGER, NUMBER, BOOL))
            if kind is INTEGER and rng.random() < 0.3:
                found.append(param(f"p{i}", INTEGER, rng.choice((0, HOUR)), 0, 24 * HOUR, is_duration=True))
            else:
                value: Any = {INTEGER: rng.randint(1, 9), NUMBER: rng.choice(NUMBERS), BOOL: rng.random() < 0.5}[kind]
                found.append(param(f"p{i}", kind, value))
        return tuple(found)

    def _param(self, kind: Kind, duration: bool = False) -> ParamRef | None:
        fitting = [i for i, p in enumerate(self.params) if p.kind is kind and p.is_duration == duration]
        return ParamRef(kind, self.random.choice(fitting)) if fitting else None

    def warm_up(self) -> WarmUp:
        forms = {self._linear() for _ in range(self.random.choice((1, 1, 2)))}
        return WarmUp(tuple(sorted(forms)))

    def _linear(self) -> Linear:
        constant, counted = self.random.randint(-2, 5), self._param(INTEGER)
        near = [k for k, clock in enumerate(self.clocks) if clock.parent in (None, self.clock)]
        clock = self.clock if self.random.random() < 0.7 else self.random.choice(near)
        if counted is None or self.random.random() < 0.6:
            return Linear(constant, (), clock)
        return Linear(constant, ((counted.index, self.random.choice((1, 1, 2, -1))),), clock)

    # ---- expressions; refs: the equations that may be read

    def expr(self, kind: Kind, depth: int, refs: Sequence[int]) -> Expr:
        if depth == 0 or self.random.random() < 0.15:
            return self._leaf(kind, refs)
        pick = self.random.random()
        if pick < 0.1:
            return self._select(kind, depth, refs)
        if pick < 0.2:
            return self._default(kind, depth, refs)
        match kind:
            case Kind.NUMBER:
                return self._number(depth, refs)
            case Kind.INTEGER:
                return self._integer(depth, refs)
            case Kind.BOOL:
                return self._bool(depth, refs)

    def sure(self, kind: Kind, depth: int, refs: Sequence[int]) -> Expr:
        """One that is never na."""
        found = self.expr(kind, depth, refs)
        return Default(kind, found, self._constant(kind), WarmUp(())) if is_optional(found) else found

    def _leaf(self, kind: Kind, refs: Sequence[int]) -> Expr:
        rng, pick = self.random, self.random.random()
        readable = [i for i in refs if self.plan[i][0] is kind]
        if pick < 0.4 and readable:
            index = rng.choice(readable)
            return ValueRef(kind, index, self.plan[index][1])
        if pick < 0.5:
            return self._param(kind) or self._constant(kind)
        if pick < 0.54:
            return Na(kind)
        if kind is NUMBER and pick < 0.8:
            return FieldRef(self.feed, rng.choice(COLUMNS))
        if pick < 0.9:
            return self._latched(kind)
        return self._constant(kind)

    def _constant(self, kind: Kind) -> Constant:
        rng = self.random
        of = {NUMBER: rng.choice((*NUMBERS, rng.uniform(-50, 50))), INTEGER: rng.choice(INTEGERS)}
        return Constant(kind, of.get(kind, rng.random() < 0.5))

    def _latched(self, kind: Kind) -> Expr:
        if kind is INTEGER:
            name = self.random.choice(("age", "open_orders"))
            return Latched(INTEGER, name, feed=self.random.randrange(len(self.feeds)))
        if kind is BOOL:
            if self.template_count and self.random.random() < 0.3:
                name, of = self.random.choice(("filled", "closed")), self.random.randrange(self.template_count)
                return Latched(BOOL, name, of, clock=self.clock)
            words = (
                ("flat", "in_session") if self.in_equations and len(self.clocks) > 1 else ("flat", "warm", "in_session")
            )
            return Latched(BOOL, self.random.choice(words), instrument=self._some_instrument())
        if self.template_count and self.random.random() < 0.4:
            of = self.random.randrange(self.template_count)
            return self.random.choice((Latched(NUMBER, "cum", of), Latched(NUMBER, "avg_px", of, True)))
        name = self.random.choice(AMOUNTS)
        together = name in ("net", "exposure") and self.random.random() < 0.5
        return Latched(NUMBER, name, instrument=None if together else self._some_instrument())

    def _number(self, depth: int, refs: Sequence[int]) -> Expr:
        rng, pick = self.random, self.random.random()
        if pick < 0.25:
            return apply(rng.choice(NUMBER_UNARY), self.expr(NUMBER, depth - 1, refs))
        if pick < 0.32:
            return apply("to_number", self.expr(INTEGER, depth - 1, refs))
        if pick < 0.4:
            return self._total(depth, refs)
        operands = (self.expr(NUMBER, depth - 1, refs) for _ in range(2))
        return apply(rng.choice(NUMBER_BINARY), *operands)

    def _total(self, depth: int, refs: Sequence[int]) -> Expr:
        """An operator with a domain where the checker knows that its operand is in it."""
        operand, word = self.sure(NUMBER, depth - 1, refs), self.random.choice(("div", "mod", "sqrt"))
        if word == "sqrt":
            return replace(apply("sqrt", apply("abs", operand)), optional=False)
        return replace(apply(word, operand, number(self.random.choice((3.0, -0.7, 1e-3, 2.0)))), optional=False)

    def _integer(self, depth: int, refs: Sequence[int]) -> Expr:
        if self.random.random() < 0.25:
            return apply(self.random.choice(("neg", "abs")), self.expr(INTEGER, depth - 1, refs))
        operands = (self.expr(INTEGER, depth - 1, refs) for _ in range(2))
        return apply(self.random.choice(INTEGER_BINARY), *operands)

    def _bool(self, depth: int, refs: Sequence[int]) -> Expr:
        rng, pick = self.random, self.random.random()
        if pick < 0.2:
            return apply("not", self.expr(BOOL, depth - 1, refs))
        if pick < 0.45:
            return apply(rng.choice(("and", "or", "eq", "ne")), *(self.expr(BOOL, depth - 1, refs) for _ in range(2)))
        kind = rng.choice((NUMBER, NUMBER, INTEGER))
        return apply(rng.choice(ORDERINGS), *(self.expr(kind, depth - 1, refs) for _ in range(2)))

    def _select(self, kind: Kind, depth: int, refs: Sequence[int]) -> Expr:
        condition = self.expr(BOOL, depth - 1, refs)
        then, other = (self.expr(kind, depth - 1, refs) for _ in range(2))
        return Select(kind, condition, then, other, any(map(is_optional, (condition, then, other))))

    def _default(self, kind: Kind, depth: int, refs: Sequence[int]) -> Expr:
        value, other = (self.expr(kind, depth - 1, refs) for _ in range(2))
        ready = WarmUp(()) if is_optional(value) else self.warm_up()
        return Default(kind, value, other, ready, is_optional(other))

    # ---- equations

    def equations(self) -> list[Equation]:
        found, signal = [], "s0"
        for index, (kind, optional, clock) in enumerate(self.plan):
            if self.random.random() < 0.25:
                signal = f"s{index}"
            self.clock, self.feed, self.in_equations = clock, self._root(clock), True
            found.append(self._equation(index, kind, optional, signal))
        self.clock, self.in_equations = 0, False
        return found

    def _planned(self, kind: Kind, optional: bool, refs: Sequence[int]) -> Expr:
        depth = self.random.randint(0, 4)
        return self.expr(kind, depth, refs) if optional else self.sure(kind, depth, refs)

    def _equation(self, index: int, kind: Kind, optional: bool, signal: str) -> Equation:
        earlier, every = self._of_clock(range(index)), self._of_clock(range(len(self.plan)))
        base: dict[str, Any] = {
            "index": index, "name": f"e{index}", "signal": signal, "kind": kind, "optional": optional,
            "warm_up": self.warm_up(), "place": at(5), "clock": self.clock,
        }  # fmt: skip
        if index in self.special:
            return self._special(base, self.special[index], earlier)
        base["restarts"] = self._restarts(earlier)
        pick = self.random.random()
        if pick < 0.2:
            first, later = self._planned(kind, optional, earlier), self._planned(kind, optional, every)
            return Memory(first=first, next=later, commit_after=self.warm_up(), **base)
        if pick < 0.35:
            source = self._planned(kind, optional, every)
            depth, capacity = self._length()
            return Delay(source=source, depth=depth, capacity=capacity, commit_after=self.warm_up(), **base)
        if pick < 0.65 and kind is NUMBER and not optional:
            return self._window(base, earlier)
        return Let(value=self._planned(kind, optional, earlier), **base)

    def _special(self, base: dict[str, Any], form: type[Equation], earlier: Sequence[int]) -> Equation:
        index = base["index"]
        defined = next(k for k, clock in enumerate(self.clocks) if clock.equation == index)
        if form is Cross:
            source = self._planned(base["kind"], base["optional"], range(index))
            return Cross(source=source, ready=self.warm_up(), since=defined, **base)
        condition = self.expr(BOOL, 2, earlier)
        if form is Sample:
            return Sample(condition=condition, ready=self.warm_up(), opens=defined, **base)
        return Restart(condition=condition, ready=self.warm_up(), since=defined, **base)

    def _restarts(self, earlier: Sequence[int]) -> tuple[int, ...]:
        able = [i for i in earlier if self.special.get(i) is Restart]
        return tuple(able[:2]) if able and self.random.random() < 0.6 else ()

    def _window(self, base: dict[str, Any], earlier: range) -> Window:
        fold: Any = self.random.choice(("sum", "mean", "variance", "min", "max"))
        plain = self.random.random() < 0.5
        source = FieldRef(self.feed, self.random.choice(COLUMNS)) if plain else self.sure(NUMBER, 2, earlier)
        if self.random.random() < 0.3:  # of very different sizes: what a running sum leaves behind shows
            source = apply("mul", source, apply("sub", FieldRef(self.feed, "close"), FieldRef(self.feed, "open")))
        length, capacity = self._length()
        return Window(fold=fold, source=source, length=length, capacity=capacity, push_after=self.warm_up(), **base)

    def _length(self) -> tuple[Expr, int]:
        counted = self._param(INTEGER)
        if counted is not None and self.random.random() < 0.4:
            if self.random.random() < 0.5:
                return counted, 9
            return apply("add", apply("mul", counted, Constant(INTEGER, 4)), Constant(INTEGER, 1)), 37
        length = self.random.choice(LENGTHS)
        return Constant(INTEGER, length), length
