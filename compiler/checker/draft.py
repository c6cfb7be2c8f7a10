"""The equations under construction: values get their index when they are met, warm-ups and order come from later passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ..program import Delay, Equation, Expr, Fold, Let, Memory, Place, ValueRef, WarmUp, Window
from ..types import Stage, Type
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
    _names: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def named(self, prefix: str) -> Iterator[None]:
        """Helper equations made inside get names below `prefix`."""
        outer, self.prefix = self.prefix, prefix
        try:
            yield
        finally:
            self.prefix = outer

    def unique(self, name: str) -> str:
        """`name`, or name_2, name_3 … when it is taken."""
        full = f"{self.prefix}__{name}" if self.prefix else name
        count = self._names.get(full, 0) + 1
        self._names[full] = count
        return full if count == 1 else self.unique(f"{name}_{count}")

    def _add(self, equation: Equation, type_: Type, stage: Stage, value: Value) -> Value:
        self.equations.append(equation)
        reference = ValueRef(equation.kind, equation.index, equation.optional)
        return Value(reference, type_, stage, value.span)

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
        return self._add(equation, value.type, value.stage, value)

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
        )
        self.inputs[index] = inputs
        return self._add(equation, type_, Stage.TICK, first)

    def set_next(self, memory: Value, next_: Expr) -> None:
        assert isinstance(memory.expr, ValueRef)
        equation = self.equations[memory.expr.index]
        assert isinstance(equation, Memory)
        self.equations[memory.expr.index] = replace(equation, next=next_)

    def set_let(self, reference: Value, value: Expr) -> None:
        """Fills a Let that was reserved before its expression was known (recursive signals)."""
        assert isinstance(reference.expr, ValueRef)
        equation = self.equations[reference.expr.index]
        assert isinstance(equation, Let)
        self.equations[reference.expr.index] = replace(equation, value=value)

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
        )
        return self._add(equation, source.type, Stage.TICK, source)

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
        )
        return self._add(equation, type_, Stage.TICK, source)
