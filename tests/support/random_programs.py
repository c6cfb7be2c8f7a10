"""Programs made at random, valid and without sense: between them they use every construct of program.py.

The same seed gives the same program. Names carry the seed, so that several programs fit into one C file.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any

from stratc.compiler.program import (
    Bound,
    Command,
    Cross,
    Default,
    Expr,
    Feed,
    FieldRef,
    Latched,
    Machine,
    Operation,
    Program,
    Restart,
    Sample,
    Select,
    Standing,
    Template,
    Transition,
    ValueRef,
    Verb,
)
from tests.support.programs import BOOL, MachineBuilder, apply, at, command, program, state
from tests.support.random_orders import RandomOrders

EVENTS = ("partial", "filled", "closed", "denied", "late", "flat")
ON_ORDERS = (Verb.SUBMIT, Verb.SUBMIT, Verb.SUBMIT, Verb.REPLACE, Verb.REPLACE, Verb.CANCEL)


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


class _Maker(RandomOrders):
    # ---- the machine

    def machine(self) -> Machine:
        rng, builder, count = self.random, MachineBuilder(), self.random.randint(2, 5)
        states = []
        for i in range(count):
            cooldown = self._delay(range(len(self.plan))) if rng.random() < 0.15 else None
            states.append(state(f"P{self.seed}_{i}", *self._transitions(builder, i, count), cooldown=cooldown))
        return Machine(tuple(states), rng.randrange(count), builder.timers, self._adopts(builder, count))

    def _adopts(self, builder: MachineBuilder, states: int) -> tuple[Transition, ...]:
        """In a third of the programs; by a random of its own, so that the others stay what they are."""
        kept, self.random = self.random, Random(f"adopts {self.seed}")
        found = []
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 2))):
            made = builder.adopt(self._condition(range(len(self.plan))), self.random.randrange(states))
            commands = [self._command() for _ in range(self.random.choice((0, 1, 2)))]
            cooldown = self._delay(range(len(self.plan))) if self.random.random() < 0.3 else None
            found.append(replace(made, commands=tuple(commands), cooldown=cooldown))
        if found and self.random.random() < 0.7:
            found.append(builder.adopt(None, self.random.randrange(states)))
        self.random = kept
        return tuple(found)

    def _transitions(self, builder: MachineBuilder, own: int, states: int) -> list[Transition]:
        """Most states have a plain way on that sends an order, first or last: without it few machines go on for long."""
        rng = self.random
        found = [self._transition(builder, states) for _ in range(rng.randint(0, 4))]
        if not self.template_count or (found and rng.random() < 0.1):
            return found or [self._transition(builder, states)]
        self.feed = rng.randrange(len(self.feeds))
        rises = apply(rng.choice(("ge", "le", "gt")), FieldRef(self.feed, "close"), FieldRef(self.feed, "open"))
        first = command(Verb.SUBMIT, 0, line=rng.randint(1, 60))
        orders = [rng.choice((first, self._on_order(Verb.SUBMIT))) for _ in range(rng.choice((1, 1, 2)))]
        orders += [self._on_order(Verb.REPLACE) for _ in range(rng.choice((0, 1, 2)))]
        way = builder.when(rises, (own + 1) % states, *orders, feeds=(self.feed,))
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
            return builder.when(condition, target, *commands, feeds=self._some_feeds(condition), **more)
        if pick < 0.55 or (pick < 0.8 and not self.template_count):
            return builder.after(self._delay(every), target, *commands, **more)
        if pick < 0.8:
            if rng.random() < 0.3:
                more["condition"] = self.expr(BOOL, 1, every)
            event = rng.choice(EVENTS)
            of = None if event == "flat" else rng.choice((None, *range(self.template_count)))
            return builder.on(event, of, target, *commands, **more)
        return builder.after(self._delay(every), target, *commands, **more)

    def _some_feeds(self, condition: Expr) -> tuple[int, ...]:
        """What it reads matters to the checker only."""
        some = tuple(f for f in range(len(self.feeds)) if self.random.random() < 0.6)
        return (some or (0,)) if reads_feed(condition) else ()

    def _on_order(self, verb: Verb) -> Command:
        return command(verb, self.random.randrange(self.template_count), line=self.random.randint(1, 60))

    def _command(self) -> Command:
        rng = self.random
        pick, line = rng.random(), rng.randint(1, 60)
        if pick < 0.03:
            return command(Verb.FLATTEN, line=line)
        if pick < 0.06:
            return self._halt()
        if self.template_count == 0 or pick < 0.18:
            return command(Verb.NOTIFY, None, rng.randrange(2), line=line)
        return command(Verb.CANCEL_ALL, line=line) if pick < 0.28 else self._on_order(rng.choice(ON_ORDERS))

    # ---- the whole

    def program(self) -> Program:
        rng = self.random
        equations, templates = self.equations(), self.templates()
        shown = [e.name for e in equations if rng.random() < 0.7] or [equations[0].name]
        on_stop = [self._command() for _ in range(rng.choice((0, 0, 1, 2)))]
        made = program(
            equations, shown, self.machine(), name=f"R{self.seed}", source_name=f"r{self.seed}.strat", params=self.params,
            warm_up=self.warm_up(), templates=templates, bounds=self.bounds(), standing=self.standing(),
            feeds=self.feeds, clocks=tuple(self.clocks), notes=("one", "two"), instruments=self.instruments(),
            on_stop=tuple(on_stop), late_note=1,
        )  # fmt: skip
        return replace(made, signals=tuple(replace(s, logged=rng.random() < 0.6) for s in made.signals))


def random_program(seed: int) -> Program:
    return _Maker(seed).program()


# ---- which constructs a program has


def constructs(made: Program) -> Counter[str]:
    """In how many programs (this one) each of them occurs."""
    found = {word for part in _parts(made) for word in _words(part)}
    found |= {"sessions"} if any(of.sessions for of in made.instruments) else set()
    found |= {"days of several sessions"} if any(of.days for of in made.instruments) else set()
    found |= {"several instruments"} if len(made.instruments) > 1 else set()
    found |= {"on stop"} if made.on_stop else set()
    return Counter(f"has {word}" for word in found)


def _parts(part: Any) -> Iterator[Any]:
    yield part
    inner = part if isinstance(part, tuple) else ()
    if is_dataclass(part):
        inner = tuple(getattr(part, field.name) for field in fields(part))
    for each in inner:
        yield from _parts(each)


def _words(part: Any) -> Iterator[str]:
    match part:
        case Template(reserved=False):
            yield from (f"kind {part.kind}", f"tif {part.tif}")
            yield from (f"urgency {part.urgency}", *(("route",) if part.route else ()))
            links = {"post only": part.post_only, "reduce only": part.reduce_only, "oco": part.sibling is not None}
            yield from (word for word, has in (links | {"bracket": bool(part.children)}).items() if has)
        case Bound():
            yield f"bound {part.measure} {'clamp' if part.clamp else 'relative' if part.relative else 'reject'}"
        case Standing():
            verbs = [command.verb.value for command in part.actions] or ["no action"]
            yield from (f"{part.kind} {verb}" for verb in verbs)
            hysteresis = {"until": part.until is not None, "wake": bool(part.wakes), "share": part.relative}
            yield from (f"{part.kind} {word}" for word, has in hysteresis.items() if has)
        case Command():
            yield f"verb {part.verb.value}"
        case Latched():
            yield f"latched {part.name}"
        case Cross() | Sample() | Restart():
            yield f"equation {type(part).__name__}"
        case Feed(python=python) if python:
            yield "extern signal"
        case Program(feeds=feeds) if len(feeds) > 1:
            yield "several feeds"
        case Transition(kind="adopt", commands=commands):
            yield from ("adopt", *(("adopt with commands",) if commands else ()))
        case Transition(cooldown=cooldown) if cooldown is not None:
            yield "cooldown of a transition"
        case _ if getattr(part, "cooldown", None) is not None:
            yield "cooldown of a state"
