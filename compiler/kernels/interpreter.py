"""The reference interpreter of checked kernels: one step at a time, with no regard for speed. The compiled kernel equals it.

A step: the clock moves on; timers that are due fire, tables and rows ascending, in a row as declared; then the message meets its row
(or every row). What a row posts is handled before anything else, first in, first out.
"""

from __future__ import annotations

import copy
from collections import Counter, deque
from collections.abc import Mapping

from .evaluate import Rows, Working, evaluate, execute
from .program import (
    MOST_POSTS,
    NEVER,
    ArrayType,
    BoolType,
    EnumType,
    Event,
    KernelProgram,
    Message,
    Scalar,
    Select,
    Type,
)

Value = int | bool | str
Output = tuple[str, dict[str, Value]]


class KernelInterpreter:
    """row_hits: label of a row → how often it ran; broken: invariants the last step broke; fault: the last step posted too much."""

    def __init__(self, program: KernelProgram) -> None:
        self.program = program
        self.now = 0
        self.fault = False
        self.broken: frozenset[str] = frozenset()
        self.row_hits: Counter[str] = Counter()
        self._messages = {m.name: m for m in program.messages}
        self._events = {e.name: e for e in program.events}
        self._rows: Rows = {
            table.name: [
                {c.name: [c.first] * c.type.size if isinstance(c.type, ArrayType) else c.first for c in table.cells}
                for _ in range(table.size or 1)
            ]
            for table in program.tables
        }

    def copy(self) -> KernelInterpreter:
        """One that goes its own way from here."""
        other = copy.copy(self)
        other._rows, other.row_hits = copy.deepcopy(self._rows), Counter(self.row_hits)
        return other

    def step(self, name: str, time: int, fields: Mapping[str, Value]) -> list[Output]:
        """Handles one input message; enumerations by the names of their members."""
        message = self._messages[name]
        if message.direction != "input":
            raise ValueError(f"{name} is not an input")
        if not 0 <= time < NEVER:
            raise ValueError(f"{time} is no time")
        arguments = encoded(message, fields)
        step = _Step(self)
        self.now = max(self.now, time)
        step.fire_timers()
        step.handle(self._events[name], arguments)
        self.fault, self.broken = step.fault, frozenset(step.broken)
        return step.outputs

    @property
    def state(self) -> dict[str, object]:
        """`now`, and each table: a row, or a list of rows; registers by name."""
        found: dict[str, object] = {"now": self.now}
        for table in self.program.tables:
            rows = [{c.name: decoded_cell(c.type, row[c.name]) for c in table.cells} for row in self._rows[table.name]]
            found[table.name] = rows[0] if table.size is None else rows
        return found


class _Step:
    """What one call of `step` gathers."""

    def __init__(self, kernel: KernelInterpreter) -> None:
        self._kernel = kernel
        self._posts: deque[tuple[Event, dict[str, int]]] = deque()
        self._posted = 0
        self.outputs: list[Output] = []
        self.broken: set[str] = set()
        self.fault = False

    def fire_timers(self) -> None:
        kernel = self._kernel
        for table in kernel.program.tables:
            for number, row in enumerate(kernel._rows[table.name]):
                for timer in (c for c in table.cells if c.timer):
                    deadline = row[timer.name]
                    if isinstance(deadline, int) and deadline <= kernel.now and deadline != NEVER:
                        self._meet(kernel._events[timer.name], {}, number)
                        self._drain()

    def handle(self, event: Event, arguments: dict[str, int]) -> None:
        each = event.message.each if event.message else None
        for number in range(self._kernel.program.table(each).size or 1) if each else [0]:
            self._meet(event, arguments, number)
            self._drain()

    def _drain(self) -> None:
        while self._posts:
            event, arguments = self._posts.popleft()
            self._meet(event, arguments, 0)

    def _meet(self, event: Event, arguments: dict[str, int], told: int) -> None:
        """The first row of the event whose condition holds, then `always`, then the invariants."""
        kernel = self._kernel
        working = Working(kernel.program, kernel._rows, kernel.now, arguments)
        for select in event.selects:
            working.selected[select.table] = _row(select, working, told)
        working.begin()
        for row in event.rows:
            if row.condition is None or evaluate(row.condition, working):
                kernel.row_hits[row.label] += 1
                execute(row.body, working)
                break
        execute(event.always, working)
        invariants = [kernel.program.invariants[i] for i in event.invariants]
        self.broken |= {i.name for i in invariants if not evaluate(i.condition, working)}
        for name, values, post in working.sent:
            self._send(kernel._messages[name], values, post)

    def _send(self, message: Message, values: tuple[int, ...], post: bool) -> None:
        if not post:
            self.outputs.append((message.name, decoded(message, values)))
        elif self._posted == MOST_POSTS:
            self.fault = True
        else:
            self._posted += 1
            names = [f.name for f in message.fields]
            self._posts.append((self._kernel._events[message.name], dict(zip(names, values, strict=True))))


def _row(select: Select, working: Working, told: int) -> int:
    return told if select.key is None else evaluate(select.key, working) & select.mask


# ---- values outside and inside


def encoded(message: Message, fields: Mapping[str, Value]) -> dict[str, int]:
    """Checked against the types of the fields."""
    if set(fields) != {f.name for f in message.fields}:
        raise ValueError(f"{message.name} has the fields {[f.name for f in message.fields]}, not {list(fields)}")
    return {f.name: _code(f.type, fields[f.name], f"{message.name}.{f.name}") for f in message.fields}


def _code(type: Scalar, value: Value, what: str) -> int:
    match type:
        case EnumType(_, members) if value in members:
            return members.index(str(value))
        case BoolType() if isinstance(value, bool):
            return int(value)
        case _:
            if not isinstance(type, EnumType | BoolType) and isinstance(value, int) and type.low <= value <= type.high:
                return int(value)
            raise ValueError(f"{what} can't be {value!r}: it is {type}")


def decoded(message: Message, values: tuple[int, ...]) -> dict[str, Value]:
    return {f.name: decode(f.type, v) for f, v in zip(message.fields, values, strict=True)}


def decode(type: Scalar, value: int) -> Value:
    match type:
        case EnumType(_, members):
            return members[value]
        case BoolType():
            return bool(value)
        case _:
            return value


def decoded_cell(type: Type, value: int | list[int]) -> object:
    if isinstance(type, ArrayType):
        return [decode(type.element, v) for v in value] if isinstance(value, list) else value
    return decode(type, value) if isinstance(value, int) else value
