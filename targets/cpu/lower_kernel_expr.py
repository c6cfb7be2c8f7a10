"""Expressions of a checked kernel → C. Everything is computed in int64_t, in which the checker has proved that it fits."""

from __future__ import annotations

from ...compiler.kernels import program as p
from ...compiler.kernels.walk import of_kind
from . import cast as c

OPERATORS = {"and": "&&", "or": "||"}
FUNCTIONS = {"min": "smaller", "max": "larger"}


def width(type_: p.Scalar) -> str:
    """The C type of a register or a field."""
    match type_:
        case p.BoolType():
            return "bool"
        case p.EnumType():
            return "uint8_t"
        case p.IntType(low, high):
            bits = next(
                b
                for b in (8, 16, 32, 64)
                if (low >= 0 and high < 2**b) or (-(2 ** (b - 1)) <= low and high < 2 ** (b - 1))
            )
            return f"uint{bits}_t" if low >= 0 and bits < 64 else f"int{bits}_t"


def ends(type_: p.IntType) -> tuple[int, int]:
    """The least and the most that the C type of `type_` holds."""
    name = width(type_)
    if name.startswith("u"):
        return 0, 2 ** int(name[4:-2]) - 1
    half = 2 ** (int(name[3:-2]) - 1)
    return -half, half - 1


class Names:
    """prefix: the kernel's name in lower case."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def message(self, name: str) -> str:
        return f"{self.prefix.upper()}_{name.upper()}"

    def never(self) -> c.Expr:
        return c.Name(f"{self.prefix.upper()}_NEVER")

    def member(self, enum: p.EnumType, value: int) -> c.Expr:
        return c.Name(f"{self.prefix.upper()}_{enum.name.upper()}_{enum.members[value]}")

    @staticmethod
    def local(name: str) -> str:
        return f"let_{name}"


def decided(op: str, left: p.Type, right: p.Type) -> bool | None:
    """A comparison that the ranges already answer, which a C compiler would warn of."""
    if not (isinstance(left, p.IntType) and isinstance(right, p.IntType)):
        return None
    always = {
        "<": left.high < right.low,
        "<=": left.high <= right.low,
        ">": left.low > right.high,
        ">=": left.low >= right.high,
    }
    never = {
        "<": left.low >= right.high,
        "<=": left.low > right.high,
        ">": left.high <= right.low,
        ">=": left.high < right.low,
    }
    if always.get(op):
        return True
    return False if never.get(op) else None


def constant(names: Names, value: int, type_: p.Type) -> c.Expr:
    match type_:
        case p.EnumType():
            return names.member(type_, value)
        case p.BoolType():
            return c.Literal(bool(value))
        case _ if value == p.NEVER:
            return names.never()
        case _:
            return c.Literal(value)


class Scope:
    """What an event's function can name: `old`, the registers whose value before the step is read."""

    def __init__(self, names: Names, program: p.KernelProgram, event: p.Event, *, with_invariants: bool) -> None:
        self.names, self.program = names, program
        invariants = [program.invariants[i].condition for i in event.invariants] if with_invariants else []
        self._parts = (event.rows, event.always, tuple(invariants))
        reads = [r for part in self._parts for r in of_kind(part, p.Read)]
        self.old = {(r.table, r.cell) for r in reads if not r.after}

    def touches(self, table: str) -> bool:
        """Is it read or written at all?"""
        read = any(node.table == table for part in self._parts for node in of_kind(part, p.Read))
        return read or any(node.table == table for part in self._parts for node in of_kind(part, p.Write))

    @staticmethod
    def old_name(table: str, cell: str) -> str:
        return f"{table}_{cell}"

    def selecting(self, key: p.Expr) -> c.Expr:
        """A key reads rows directly: nothing is written yet."""
        return self._value(key, direct=True)

    def truth(self, expr: p.Expr) -> c.Expr:
        return self._value(expr)

    def value(self, expr: p.Expr) -> c.Expr:
        return self._value(expr)

    def _value(self, expr: p.Expr, direct: bool = False) -> c.Expr:
        match expr:
            case p.Const(value):
                return constant(self.names, value, expr.type)
            case p.Read():
                return self._read(expr, direct)
            case p.Argument(name):
                return _wide(c.Arrow(c.Name("m"), name), expr.type)
            case p.Local(name):
                return c.Name(self.names.local(name))
            case p.Now():
                return c.Arrow(c.Name("kernel"), "now")
            case p.Unary("abs", operand):
                return c.Call("magnitude", (self._value(operand, direct),))
            case p.Unary(op, operand):
                return c.Unary({"-": "-", "not": "!"}[op], self._value(operand, direct))
            case p.Binary(op, left, right) if op in FUNCTIONS:
                return c.Call(FUNCTIONS[op], (self._value(left, direct), self._value(right, direct)))
            case p.Binary(op, left, right) if (known := decided(op, left.type, right.type)) is not None:
                return c.Literal(known)
            case p.Binary(op, left, right):
                return c.Binary(OPERATORS.get(op, op), self._value(left, direct), self._value(right, direct))
            case p.Choose(condition, then, other):
                return c.Ternary(self._value(condition, direct), self._value(then, direct), self._value(other, direct))
            case p.Clamp(operand, p.IntType(low, high)):
                ends = (constant(self.names, low, p.TIME), constant(self.names, high, p.TIME))
                return c.Call("within", (self._value(operand, direct), *ends))
            case p.Wrap(operand, mask):
                return c.Binary("&", self._value(operand, direct), c.Literal(mask))
            case p.Contains(array, value):
                return self._contains(array, self._value(value, direct))
            case p.Push() | p.Fill():
                raise TypeError("an array where one value is wanted")

    def _read(self, read: p.Read, direct: bool) -> c.Expr:
        place: c.Expr = c.Name(self.old_name(read.table, read.cell))
        if read.after or direct:
            place = c.Arrow(c.Name(read.table), read.cell)
        if read.index is not None:
            place = c.Index(place, self._value(read.index, direct))
        return _wide(place, read.type) if read.after or direct else place

    def _contains(self, array: p.Read, value: c.Expr) -> c.Expr:
        elements = array_elements(array, _size(array), self)
        found = c.Binary("==", elements[0], value)
        for element in elements[1:]:
            found = c.Binary("||", found, c.Binary("==", element, value))
        return found


def _size(array: p.Expr) -> int:
    assert isinstance(array.type, p.ArrayType)
    return array.type.size


def array_elements(expr: p.Expr, size: int, scope: Scope) -> list[c.Expr]:
    """Each element of an array value."""
    match expr:
        case p.Read(table, cell, None, after):
            whole: c.Expr = c.Arrow(c.Name(table), cell) if after else c.Name(scope.old_name(table, cell))
            return [c.Index(whole, c.Literal(i)) for i in range(size)]
        case p.Push(array, value):
            return [scope.value(value), *array_elements(array, size, scope)[:-1]]
        case p.Fill(value):
            return [scope.value(value)] * size
        case _:
            raise TypeError("one value where an array is wanted")


def _wide(place: c.Expr, type_: p.Type) -> c.Expr:
    """In 64 bits, as everything is computed."""
    if isinstance(type_, p.IntType) and width(type_) != "int64_t":
        return c.Cast("int64_t", place)
    return place
