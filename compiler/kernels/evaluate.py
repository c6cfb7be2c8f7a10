"""Expressions and statements of a checked kernel, evaluated on the rows one step sees."""

from __future__ import annotations

from collections.abc import Sequence

from .program import (
    Argument,
    ArrayType,
    Binary,
    Choose,
    Clamp,
    Const,
    Contains,
    Expr,
    Fill,
    If,
    KernelProgram,
    Let,
    Local,
    Now,
    Push,
    Read,
    Send,
    Statement,
    Unary,
    Wrap,
    Write,
)

Registers = dict[str, int | list[int]]
Rows = dict[str, list[Registers]]


class Working:
    """One step on one row of each table: `before` is what it found, the rows hold what it has written so far."""

    def __init__(self, program: KernelProgram, rows: Rows, now: int, arguments: dict[str, int]) -> None:
        self.selected = {t.name: 0 for t in program.tables if t.size is None}
        self.now = now
        self.arguments = arguments
        self.locals: dict[str, int] = {}
        self.sent: list[tuple[str, tuple[int, ...], bool]] = []
        self._rows = rows
        self._before: dict[str, Registers] = {}

    def begin(self) -> None:
        """Keeps the values before the step."""
        for table in self.selected:
            self._before[table] = {k: v.copy() if isinstance(v, list) else v for k, v in self.row(table).items()}

    def row(self, table: str) -> Registers:
        return self._rows[table][self.selected[table]]

    def register(self, read: Read) -> int | list[int]:
        row = self.row(read.table) if read.after else self._before.get(read.table) or self.row(read.table)
        return row[read.cell]


def evaluate(expr: Expr, working: Working) -> int:
    """The value of a scalar."""
    match expr:
        case Const(value):
            return value
        case Read():
            held = working.register(expr)
            if isinstance(held, list):
                assert expr.index is not None
                return held[evaluate(expr.index, working)]
            return held
        case Argument(name):
            return working.arguments[name]
        case Local(name):
            return working.locals[name]
        case Now():
            return working.now
        case Unary(op, operand):
            value = evaluate(operand, working)
            return {"-": -value, "not": 1 - value, "abs": abs(value)}[op]
        case Binary("and", left, right):
            return evaluate(right, working) if evaluate(left, working) else 0
        case Binary("or", left, right):
            return 1 if evaluate(left, working) else evaluate(right, working)
        case Binary(op, left, right):
            return _binary(op, evaluate(left, working), evaluate(right, working))
        case Choose(condition, then, other):
            return evaluate(then if evaluate(condition, working) else other, working)
        case Clamp(operand, target):
            return min(max(evaluate(operand, working), target.low), target.high)
        case Wrap(operand, mask):
            return evaluate(operand, working) & mask
        case Contains(array, value):
            return int(evaluate(value, working) in evaluate_array(array, working))
        case Push() | Fill():
            raise TypeError("an array where one value is wanted")


def _binary(op: str, left: int, right: int) -> int:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left // right
        case "%":
            return left % right
        case "min":
            return min(left, right)
        case "max":
            return max(left, right)
        case _:
            return int({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
                        "==": left == right, "!=": left != right}[op])  # fmt: skip


def evaluate_array(expr: Expr, working: Working) -> list[int]:
    match expr:
        case Read():
            held = working.register(expr)
            assert isinstance(held, list)
            return held.copy()
        case Push(array, value):
            return [evaluate(value, working), *evaluate_array(array, working)[:-1]]
        case Fill(value, type=ArrayType(_, size)):
            return [evaluate(value, working)] * size
        case _:
            raise TypeError("one value where an array is wanted")


def execute(body: Sequence[Statement], working: Working) -> None:
    for statement in body:
        match statement:
            case Let(local, value):
                working.locals[local.name] = evaluate(value, working)
            case Write(table, cell, None, value):
                array = isinstance(value.type, ArrayType)
                working.row(table)[cell] = evaluate_array(value, working) if array else evaluate(value, working)
            case Write(table, cell, index, value):
                held = working.row(table)[cell]
                assert isinstance(held, list)
                assert index is not None
                held[evaluate(index, working)] = evaluate(value, working)
            case If(condition, then, other):
                execute(then if evaluate(condition, working) else other, working)
            case Send(message, arguments, post):
                working.sent.append((message, tuple(evaluate(a, working) for a in arguments), post))
