"""Programs made at random, valid and without sense: between them they use every construct of program.py.

The same seed gives the same program. Names carry the seed, so that several programs fit into one C file.
"""

import math
from dataclasses import replace
from random import Random
from typing import Any

from stratc.compiler.program import (
    Bound,
    Command,
    Constant,
    Default,
    Delay,
    Equation,
    Expr,
    FieldRef,
    Kind,
    Latched,
    Let,
    Linear,
    Machine,
    Memory,
    Na,
    Operation,
    Param,
    ParamRef,
    Program,
    Scale,
    Select,
    Template,
    Transition,
    ValueRef,
    Verb,
    WarmUp,
    Window,
    is_optional,
)
from tests.support.programs import (
    BOOL,
    HOUR,
    INSTRUMENT,
    INTEGER,
    NUMBER,
    MachineBuilder,
    apply,
    at,
    command,
    number,
    param,
    program,
    state,
    template,
)

NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 1e-9, -7.25, 1e308, -1e308, 5e-324, 2.0**53, 1e16 + 2, 0.1, 100.0)
INTEGERS = (0, 1, -1, 2, 3, 7, -5, 2**31, -(2**62), 2**63 - 1, -(2**63), 3_037_000_500)
COLUMNS = ("open", "high", "low", "close", "volume")
LENGTHS = (1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 40)
DELAYS = (0, 1, HOUR // 4, HOUR // 2, HOUR, 3 * HOUR, -HOUR)
EVENTS = ("partial", "filled", "closed", "denied", "late", "flat")
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


class _Maker:
    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(seed)
        self.params = self._params()
        self.template_count = self.random.choice((0, 1, 2, 3, 3))
        kinds = [self.random.choice((NUMBER, NUMBER, NUMBER, BOOL, INTEGER)) for _ in range(self.random.randint(2, 24))]
        self.plan = [(kind, self.random.random() < 0.3) for kind in kinds]

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
        if counted is None or self.random.random() < 0.6:
            return Linear(constant)
        return Linear(constant, ((counted.index, self.random.choice((1, 1, 2, -1))),))

    # ---- expressions; refs: the equations that may be read

    def expr(self, kind: Kind, depth: int, refs: range) -> Expr:
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

    def sure(self, kind: Kind, depth: int, refs: range) -> Expr:
        """One that is never na."""
        found = self.expr(kind, depth, refs)
        return Default(kind, found, self._constant(kind), WarmUp()) if is_optional(found) else found

    def _leaf(self, kind: Kind, refs: range) -> Expr:
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
            return FieldRef(0, rng.choice(COLUMNS))
        if pick < 0.9:
            return self._latched(kind)
        return self._constant(kind)

    def _constant(self, kind: Kind) -> Constant:
        rng = self.random
        of = {NUMBER: rng.choice((*NUMBERS, rng.uniform(-50, 50))), INTEGER: rng.choice(INTEGERS)}
        return Constant(kind, of.get(kind, rng.random() < 0.5))

    def _latched(self, kind: Kind) -> Expr:
        if kind is INTEGER:
            return self._constant(kind)
        if kind is BOOL:
            return Latched(BOOL, self.random.choice(("flat", "warm")))
        if self.template_count and self.random.random() < 0.4:
            of = self.random.randrange(self.template_count)
            return self.random.choice((Latched(NUMBER, "cum", of), Latched(NUMBER, "avg_px", of, True)))
        return Latched(NUMBER, self.random.choice(("position", "equity", "cash", "realised", "fees")))

    def _number(self, depth: int, refs: range) -> Expr:
        rng, pick = self.random, self.random.random()
        if pick < 0.25:
            return apply(rng.choice(NUMBER_UNARY), self.expr(NUMBER, depth - 1, refs))
        if pick < 0.32:
            return apply("to_number", self.expr(INTEGER, depth - 1, refs))
        if pick < 0.4:
            return self._total(depth, refs)
        operands = (self.expr(NUMBER, depth - 1, refs) for _ in range(2))
        return apply(rng.choice(NUMBER_BINARY), *operands)

    def _total(self, depth: int, refs: range) -> Expr:
        """An operator with a domain where the checker knows that its operand is in it."""
        operand, word = self.sure(NUMBER, depth - 1, refs), self.random.choice(("div", "mod", "sqrt"))
        if word == "sqrt":
            return replace(apply("sqrt", apply("abs", operand)), optional=False)
        return replace(apply(word, operand, number(self.random.choice((3.0, -0.7, 1e-3, 2.0)))), optional=False)

    def _integer(self, depth: int, refs: range) -> Expr:
        if self.random.random() < 0.25:
            return apply(self.random.choice(("neg", "abs")), self.expr(INTEGER, depth - 1, refs))
        operands = (self.expr(INTEGER, depth - 1, refs) for _ in range(2))
        return apply(self.random.choice(INTEGER_BINARY), *operands)

    def _bool(self, depth: int, refs: range) -> Expr:
        rng, pick = self.random, self.random.random()
        if pick < 0.2:
            return apply("not", self.expr(BOOL, depth - 1, refs))
        if pick < 0.45:
            return apply(rng.choice(("and", "or", "eq", "ne")), *(self.expr(BOOL, depth - 1, refs) for _ in range(2)))
        kind = rng.choice((NUMBER, NUMBER, INTEGER))
        return apply(rng.choice(ORDERINGS), *(self.expr(kind, depth - 1, refs) for _ in range(2)))

    def _select(self, kind: Kind, depth: int, refs: range) -> Expr:
        condition = self.expr(BOOL, depth - 1, refs)
        then, other = (self.expr(kind, depth - 1, refs) for _ in range(2))
        return Select(kind, condition, then, other, any(map(is_optional, (condition, then, other))))

    def _default(self, kind: Kind, depth: int, refs: range) -> Expr:
        value, other = (self.expr(kind, depth - 1, refs) for _ in range(2))
        ready = WarmUp() if is_optional(value) else self.warm_up()
        return Default(kind, value, other, ready, is_optional(other))

    # ---- equations

    def equations(self) -> list[Equation]:
        found, signal = [], "s0"
        for index, (kind, optional) in enumerate(self.plan):
            if self.random.random() < 0.25:
                signal = f"s{index}"
            found.append(self._equation(index, kind, optional, signal))
        return found

    def _planned(self, kind: Kind, optional: bool, refs: range) -> Expr:
        depth = self.random.randint(0, 4)
        return self.expr(kind, depth, refs) if optional else self.sure(kind, depth, refs)

    def _equation(self, index: int, kind: Kind, optional: bool, signal: str) -> Equation:
        earlier, every = range(index), range(len(self.plan))
        base: dict[str, Any] = {
            "index": index, "name": f"e{index}", "signal": signal, "kind": kind, "optional": optional,
            "warm_up": self.warm_up(), "place": at(5),
        }  # fmt: skip
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

    def _window(self, base: dict[str, Any], earlier: range) -> Window:
        fold: Any = self.random.choice(("sum", "mean", "variance", "min", "max"))
        plain = self.random.random() < 0.5
        source = FieldRef(0, self.random.choice(COLUMNS)) if plain else self.sure(NUMBER, 2, earlier)
        if self.random.random() < 0.3:  # of very different sizes: what a running sum leaves behind shows
            source = apply("mul", source, apply("sub", FieldRef(0, "close"), FieldRef(0, "open")))
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

    # ---- orders

    def templates(self) -> tuple[Template, ...]:
        found, slot = [], 0
        for i in range(self.template_count):
            max_open = self.random.choice((1, 2, 3))
            found.append(self._template(f"t{i}", slot, max_open, found))
            slot += max_open
        return tuple(found)

    def _template(self, name: str, slot: int, max_open: int, others: list[Template]) -> Template:
        if others and self.random.random() < 0.5:  # one that may well make the strategy flat
            side, held = others[0].side, apply("abs", Latched(NUMBER, "position"))
            return template(name, "BUY" if side == "SELL" else "SELL", held, slot, max_open=max_open, reduce_only=True)
        rng = self.random
        every, lots = range(len(self.plan)), rng.choice((0.5, 1.0, 1.0, 0.1, 2.345678, 9.999999999, 5000.0))
        qty: Expr = number(lots if rng.random() < 0.97 else 1e12)
        if rng.random() < 0.25:
            qty = rng.choice((apply("abs", Latched(NUMBER, "position")), self.expr(NUMBER, 2, every)))
        trigger: Expr | None = None
        if rng.random() < 0.3:
            near = apply("mul", FieldRef(0, "close"), number(rng.uniform(0.9, 1.1)))
            trigger = near if rng.random() < 0.85 else self.expr(NUMBER, 2, every)
        made = template(
            name, rng.choice(("BUY", "SELL")), qty, slot, trigger=trigger, max_open=max_open,
            reduce_only=rng.random() < 0.2,
        )  # fmt: skip
        return replace(made, tif=rng.choice(("GTC", "IOC", "DAY")))

    def bounds(self) -> tuple[Bound, ...]:
        limits = [self._param(NUMBER) or number(2.5), number(1e300), number(20.0), number(4.0)]
        if self.random.random() < 0.1:
            limits = [number(-1.0), Na(NUMBER), number(math.inf)]
        chosen = self.random.sample(limits, self.random.choice((0, 0, 1, 2)))
        return tuple(Bound(f"bound {i}", limit, at(10 + i)) for i, limit in enumerate(chosen))

    # ---- the machine

    def machine(self) -> Machine:
        builder, count = MachineBuilder(), self.random.randint(2, 5)
        states = [state(f"P{self.seed}_{i}", *self._transitions(builder, i, count)) for i in range(count)]
        return Machine(tuple(states), self.random.randrange(count), builder.timers)

    def _transitions(self, builder: MachineBuilder, own: int, states: int) -> list[Transition]:
        """Most states have a plain way on that sends an order, first or last: without it few machines go on for long."""
        rng = self.random
        found = [self._transition(builder, states) for _ in range(rng.randint(0, 4))]
        if not self.template_count or (found and rng.random() < 0.1):
            return found or [self._transition(builder, states)]
        rises = apply(rng.choice(("ge", "le", "gt")), FieldRef(0, "close"), FieldRef(0, "open"))
        orders = [command(Verb.SUBMIT, rng.randrange(self.template_count)) for _ in range(rng.choice((1, 1, 2)))]
        way = builder.when(rises, (own + 1) % states, *orders, reads_feed=True)
        return [*found, way] if rng.random() < 0.5 else [way, *found]

    def _transition(self, builder: MachineBuilder, states: int) -> Transition:
        rng, every = self.random, range(len(self.plan))
        target = rng.choice((None, *range(states), *range(states)))
        commands = [self._command() for _ in range(rng.choice((0, 0, 1, 1, 2, 3)))]
        more: dict[str, Any] = {"place": at(rng.randint(1, 60))}
        if target is not None and rng.random() < 0.4:
            more["cooldown"] = self._delay(every)
        pick = rng.random()
        if pick < 0.45:
            condition = self._condition(every)
            return builder.when(condition, target, *commands, reads_feed=reads_feed(condition), **more)
        if pick < 0.55 or (pick < 0.8 and not self.template_count):
            return builder.after(self._delay(every), target, *commands, **more)
        if pick < 0.8:
            if rng.random() < 0.3:
                more["condition"] = self.expr(BOOL, 1, every)
            event = rng.choice(EVENTS)
            of = None if event == "flat" else rng.choice((None, *range(self.template_count)))
            return builder.on(event, of, target, *commands, **more)
        return builder.after(self._delay(every), target, *commands, **more)

    def _condition(self, every: range) -> Expr:
        return self._plain() if self.random.random() < 0.3 else self.expr(BOOL, self.random.randint(0, 3), every)

    def _plain(self) -> Expr:
        rises = apply(self.random.choice(("ge", "le", "gt")), FieldRef(0, "close"), FieldRef(0, "open"))
        flat = Latched(BOOL, "flat")
        return self.random.choice((rises, rises, flat, apply("not", flat), apply("and", flat, rises)))

    def _delay(self, every: range) -> Expr:
        if self.random.random() < 0.1:
            return self.expr(INTEGER, 1, every)
        given = self._param(INTEGER, duration=True) if self.random.random() < 0.5 else None
        return given or Constant(INTEGER, self.random.choice(DELAYS))

    def _command(self) -> Command:
        rng = self.random
        if self.template_count == 0 or rng.random() < 0.15:
            made = command(Verb.NOTIFY, None, rng.randrange(2))
        else:
            verb = rng.choice((Verb.SUBMIT, Verb.SUBMIT, Verb.SUBMIT, Verb.CANCEL, Verb.CANCEL_ALL))
            made = command(verb, None if verb is Verb.CANCEL_ALL else rng.randrange(self.template_count))
        return replace(made, place=at(rng.randint(1, 60)))

    # ---- the whole

    def program(self) -> Program:
        rng = self.random
        equations, templates = self.equations(), self.templates()
        shown = [e.name for e in equations if rng.random() < 0.7] or [equations[0].name]
        price, lot = rng.choice(((1, 1), (25, 1), (1, 5)))
        instrument = replace(
            INSTRUMENT, tick=rng.choice((1, 1, 5)), price=Scale(price, 2), lot=Scale(lot, 5),
            money_per_unit=10 * price * lot, min_qty=rng.choice((1, 1, 1000, 50_000)),
            min_notional=rng.choice((0, 0, 0, 1_000_000_000)), max_qty=rng.choice((10**9, 10**9, 10**6)),
        )  # fmt: skip
        made = program(
            equations, shown, self.machine(), name=f"R{self.seed}", source_name=f"r{self.seed}.strat", params=self.params,
            warm_up=self.warm_up(), templates=templates, bounds=self.bounds(), notes=("one", "two"),
            slot_count=sum(t.max_open for t in templates), instrument=instrument,
        )  # fmt: skip
        return replace(made, signals=tuple(replace(s, logged=rng.random() < 0.6) for s in made.signals))


def random_program(seed: int) -> Program:
    return _Maker(seed).program()
