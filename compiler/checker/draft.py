"""The equations under construction: values get their index when they are met, warm-ups and order come from later passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ..program import Cross, Delay, Equation, Expr, Fold, Let, Memory, Place, Restart, Sample, ValueRef, WarmUp, Window
from ..types import BOOL, Stage, Type
from ..walk import later, now
from .clock_table import ClockTable
from .values import Value

UNKNOWN = WarmUp()  # replaced by the warm-up pass


@dataclass(slots=True)
class Draft:
    """equations[i] has index i. inputs[i]: what must be ready before a node's memory i starts (the arguments of its instance)."""

    equations: list[Equation] = field(default_factory=list)
    inputs: dict[int, tuple[Expr, ...]] = field(default_factory=dict)
    signal: str = ""  # the strategy signal being elaborated: groups equations into functions
    prefix: str = ""  # path of the node instance: makes readable names
    instances: int = 0  # calls of nodes elaborated so far
    full: bool = False  # more of them than allowed, reported
    clocks: ClockTable = field(default_factory=ClockTable)
    restarts: tuple[int, ...] = ()  # Restarts of the calls around the one being elaborated
    pending: set[int] = field(default_factory=set)  # equations whose expressions are not all known yet
    settled: int = 0  # how many of them became known
    _names: dict[str, int] = field(default_factory=dict)
    _gates: dict[Expr, int] = field(default_factory=dict)  # condition → its clock

    @contextmanager
    def named(self, prefix: str) -> Iterator[None]:
        """Helper equations made inside get names below `prefix`."""
        outer, self.prefix = self.prefix, prefix
        try:
            yield
        finally:
            self.prefix = outer

    @contextmanager
    def restarting(self, restart: int | None) -> Iterator[None]:
        """What remembers and is made inside forgets when the Restart says so."""
        outer, self.restarts = self.restarts, self.restarts if restart is None else (*self.restarts, restart)
        try:
            yield
        finally:
            self.restarts = outer

    def unique(self, name: str) -> str:
        """`name`, or name_2, name_3 … when it is taken."""
        full = f"{self.prefix}__{name}" if self.prefix else name
        count = self._names.get(full, 0) + 1
        self._names[full] = count
        return full if count == 1 else self.unique(f"{name}_{count}")

    def _add(
        self,
        equation: Equation,
        type_: Type,
        stage: Stage,
        value: Value,
        proved: bool = False,
        *,
        crosses: bool = False,
    ) -> Value:
        """crosses: its clock is not that of what it reads."""
        self.equations.append(equation)
        self.clocks.define()
        if not crosses:
            self._agree(equation.index, (*now(equation), *later(equation)))
        reference = ValueRef(equation.kind, equation.index, equation.optional)
        return Value(reference, type_, stage, value.span, proved=proved)

    def _settle(self, index: int, equation: Equation) -> None:
        self.equations[index] = equation
        self.pending.discard(index)
        self.settled += 1

    def _agree(self, index: int, exprs: tuple[Expr, ...]) -> None:
        """An equation ticks with what it reads. Whoever calls has seen to it that those agree."""
        for expr in exprs:
            for clock in self.clocks.of(expr):
                self.clocks.unify(self.clocks.of_equation[index], clock)

    def let(self, name: str, value: Value, place: Place, unit: str) -> Value:
        equation = Let(
            index=len(self.equations),
            name=self.unique(name),
            signal=self.signal,
            kind=value.type.kind,
            optional=value.type.optional,
            unit=unit,
            place=place,
            value=value.expr,
        )
        return self._add(equation, value.type, value.stage, value, value.proved)

    def reserve(self, name: str, placeholder: Value, place: Place, unit: str) -> Value:
        """A Let whose expression is set later by `set_let`."""
        reference = self.let(name, placeholder, place, unit)
        self.pending.add(len(self.equations) - 1)
        return reference

    def memory(self, name: str, type_: Type, first: Value, place: Place, unit: str, inputs: tuple[Expr, ...]) -> Value:
        """A memory whose `next` is set later by `set_next`."""
        index = len(self.equations)
        equation = Memory(
            index=index,
            name=self.unique(name),
            signal=self.signal,
            kind=type_.kind,
            optional=type_.optional,
            unit=unit,
            place=place,
            first=first.expr,
            next=first.expr,
            commit_after=UNKNOWN,
            restarts=self.restarts,
        )
        self.inputs[index] = inputs
        self.pending.add(index)
        result = self._add(equation, type_, Stage.TICK, first)
        self._agree(index, inputs)
        return result

    def set_next(self, memory: Value, next_: Expr) -> None:
        assert isinstance(memory.expr, ValueRef)
        equation = self.equations[memory.expr.index]
        assert isinstance(equation, Memory)
        self._settle(memory.expr.index, replace(equation, next=next_))
        self._agree(memory.expr.index, (next_,))

    def set_let(self, reference: Value, value: Expr) -> None:
        """Fills a Let that was reserved before its expression was known (recursive signals)."""
        assert isinstance(reference.expr, ValueRef)
        equation = self.equations[reference.expr.index]
        assert isinstance(equation, Let)
        self._settle(reference.expr.index, replace(equation, value=value))
        self._agree(reference.expr.index, (value,))

    def delay(self, name: str, source: Value, depth: Expr, capacity: int, place: Place, unit: str) -> Value:
        equation = Delay(
            index=len(self.equations),
            name=self.unique(name),
            signal=self.signal,
            kind=source.type.kind,
            optional=source.type.optional,
            unit=unit,
            place=place,
            source=source.expr,
            depth=depth,
            capacity=capacity,
            commit_after=UNKNOWN,
            restarts=self.restarts,
        )
        return self._add(equation, source.type, Stage.TICK, source, source.proved)

    def window(
        self, name: str, fold: Fold, type_: Type, source: Value, length: Expr, capacity: int, place: Place, unit: str
    ) -> Value:
        equation = Window(
            index=len(self.equations),
            name=self.unique(name),
            signal=self.signal,
            kind=type_.kind,
            unit=unit,
            place=place,
            fold=fold,
            source=source.expr,
            length=length,
            capacity=capacity,
            push_after=UNKNOWN,
            restarts=self.restarts,
        )
        return self._add(equation, type_, Stage.TICK, source)

    # ---- clocks: what crosses from one to another

    def cross(self, name: str, source: Value, clock: int | None, place: Place, unit: str) -> Value:
        """What `source` holds at the ticks of `clock`; None: of whatever it will be used with."""
        index = len(self.equations)
        unique = self.unique(name)
        equation = Cross(
            index=index,
            name=unique,
            signal=self.signal,
            kind=source.type.kind,
            optional=source.type.optional,
            unit=unit,
            place=place,
            source=source.expr,
            ready=UNKNOWN,
            since=self.clocks.derive(unique, index),
        )
        result = self._add(equation, source.type, Stage.TICK, source, crosses=True)
        if clock is not None:
            self.clocks.unify(self.clocks.of_equation[index], clock)
        return result

    def gate(self, condition: Value, place: Place) -> int:
        """The clock that ticks where the condition is true; the same for the same condition."""
        if condition.expr in self._gates:
            return self._gates[condition.expr]
        index, name = len(self.equations), self.unique("when")
        opens = self.clocks.derive(name, index)
        equation = Sample(
            index=index,
            name=name,
            signal=self.signal,
            kind=BOOL.kind,
            place=place,
            condition=condition.expr,
            ready=UNKNOWN,
            opens=opens,
        )
        self._add(equation, BOOL, Stage.TICK, condition)
        self._gates[condition.expr] = self.clocks.constant(opens)
        return self._gates[condition.expr]

    def restart(self, condition: Value, place: Place) -> int:
        """The Restart that makes a past forgotten where the condition is true."""
        index, name = len(self.equations), self.unique("restart")
        equation = Restart(
            index=index,
            name=name,
            signal=self.signal,
            kind=BOOL.kind,
            place=place,
            condition=condition.expr,
            ready=UNKNOWN,
            since=self.clocks.derive(name, index),
        )
        self._add(equation, BOOL, Stage.TICK, condition)
        return index
