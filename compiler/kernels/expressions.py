"""Expressions of a kernel: names, types and ranges. Every value found fits 64 bits, every index its array."""

from __future__ import annotations

from ...lang import tree
from . import calls, intervals
from .program import (
    BOOL,
    NEVER,
    TIME,
    Argument,
    ArrayType,
    Binary,
    Choose,
    Const,
    Contains,
    EnumType,
    Expr,
    IntType,
    Now,
    Read,
    Type,
    Unary,
)
from .scope import Context

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
ARITHMETIC = ("+", "-", "*", "/", "%")


def check(context: Context, expr: tree.Expr, expected: Type | None = None) -> Expr:
    """expected: the type of the place it goes to, which `sat`, `wrap` and the members of enumerations need."""
    match expr:
        case tree.Number(text):
            return _number(context, expr, text)
        case tree.Bool(value):
            return Const(int(value), type=BOOL)
        case tree.Name(text):
            return _name(context, expr, text)
        case tree.Upper(text):
            return _upper(context, expr, text, expected)
        case tree.Member(tree.Name(owner), name):
            return _member(context, expr, owner, name)
        case tree.Index(owner_expr, index):
            return _index(context, expr, owner_expr, index)
        case tree.Apply(tree.Name(function), arguments):
            return calls.check(context, expr, function, arguments, expected)
        case tree.Unary("next", operand):
            return _next(context, expr, operand, expected)
        case tree.Unary("not", operand):
            return negation(truth(context, operand))
        case tree.Unary("-", operand):
            return _minus(context, expr, operand)
        case tree.Binary("and" | "or" | "implies"):
            return _connective(context, expr)
        case tree.Binary(op, left, right) if op in COMPARISONS:
            return _comparison(context, expr, left, right)
        case tree.Binary(op) if op in ARITHMETIC:
            return _arithmetic(context, expr)
        case tree.Is(operand, alternative, negated):
            return _is(context, expr, operand, alternative, negated)
        case tree.In(operand, domain):
            return _in(context, operand, domain)
        case tree.Choose():
            return _choose(context, expr, expected)
        case _:
            context.refuse(
                "E1003", expr.span, "a kernel has no such expression", "not whole numbers, truth values or members"
            )


def fitting(context: Context, expr: tree.Expr, target: Type, place: str) -> Expr:
    """The value for a place of type `target`; its range must fit."""
    value = check(context, expr, target)
    match value.type, target:
        case IntType() as interval, IntType():
            if not intervals.within(interval, target):
                context.refuse(
                    "E1004",
                    expr.span,
                    f"{place} holds {target}, the value may be {interval}",
                    f"{interval}",
                    help="`sat(…)` keeps the nearest value that fits; a condition such as `when a > b` narrows `a - b`",
                    about=f"{target} for {interval}",
                )
        case ArrayType() as given, ArrayType():
            if given.size != target.size or not _same_kind(given.element, target.element):
                context.refuse("E1003", expr.span, f"{place} is {target}, the value {given}", "another array")
        case given_type, _ if given_type != target:
            context.refuse(
                "E1003", expr.span, f"{place} is {kind(target)}, the value {kind(given_type)}", kind(given_type)
            )
    return value


def truth(context: Context, expr: tree.Expr) -> Expr:
    value = check(context, expr)
    if value.type != BOOL:
        context.refuse(
            "E1003", expr.span, f"a condition is true or false, this is {kind(value.type)}", kind(value.type)
        )
    return value


def number(context: Context, expr: tree.Expr, expected: Type | None = None) -> tuple[Expr, IntType]:
    value = check(context, expr, expected)
    if not isinstance(value.type, IntType):
        context.refuse("E1003", expr.span, f"a number is needed, this is {kind(value.type)}", kind(value.type))
    return value, value.type


def constant(context: Context, expr: tree.Expr, what: str) -> int:
    value, _ = number(context, expr)
    if not isinstance(value, Const):
        context.refuse("E1001", expr.span, f"{what} is not constant", "known only when the kernel runs")
    return value.value


def kind(type: Type) -> str:
    match type:
        case IntType():
            return "a number"
        case EnumType(name):
            return f"`{name}`"
        case ArrayType():
            return "an array"
        case _:
            return "true or false"


def negation(value: Expr) -> Expr:
    match value:
        case Const(held):
            return Const(1 - held, type=BOOL)
        case Unary("not", operand):
            return operand
        case _:
            return Unary("not", value, type=BOOL)


def sized(context: Context, span: tree.Span, value: Expr, interval: IntType) -> Expr:
    """`value` with its interval, narrowed by what is known; refused if it may leave 64 bits."""
    interval = context.facts.of(value, interval)
    if not intervals.in_64_bits(interval):
        context.refuse(
            "E1005", span, f"the value may be {interval}: more than 64 bits", "overflows", help="narrow the ranges"
        )
    return _retyped(value, interval)


def _retyped(value: Expr, interval: IntType) -> Expr:
    if interval.low == interval.high and isinstance(value, Unary | Binary) and _constant_parts(value):
        return Const(interval.low, type=interval)
    match value:
        case Unary(op, operand):
            return Unary(op, operand, type=interval)
        case Binary(op, left, right):
            return Binary(op, left, right, type=interval)
        case Read(table, cell, index, after):
            return Read(table, cell, index, after, type=interval)
        case Argument(name):
            return Argument(name, type=interval)
        case Now():
            return Now(type=interval)
        case _:
            return value


def _constant_parts(value: Unary | Binary) -> bool:
    parts = (value.operand,) if isinstance(value, Unary) else (value.left, value.right)
    return all(isinstance(part, Const) for part in parts)


def _same_kind(left: Type, right: Type) -> bool:
    return left == right or (isinstance(left, IntType) and isinstance(right, IntType))


# ---- names


def _number(context: Context, expr: tree.Expr, text: str) -> Expr:
    digits = text.replace("_", "")
    if not digits.isdecimal():
        context.refuse("E1003", expr.span, "numbers in a kernel are whole", "not whole")
    value = int(digits)
    return sized(context, expr.span, Const(value, type=IntType(value, value)), IntType(value, value))


def _name(context: Context, expr: tree.Expr, text: str) -> Expr:
    bare = context.names.bare
    if text in context.locals:
        found = context.locals[text]
        return sized(context, expr.span, found, found.type) if isinstance(found.type, IntType) else found
    if text == "now":
        return sized(context, expr.span, Now(type=TIME), TIME)
    if text in context.names.defs:
        return calls.inlined(context, expr, text, ())
    if text in bare:
        return register(context, expr.span, bare[text], text, None)
    if text == context.parameter:
        context.refuse(
            "E1003", expr.span, f"`{text}` is a message, not a value", "name one of its fields", help=f"`{text}.field`"
        )
    known = [*context.locals, "now", *context.names.defs, *bare]
    context.unknown(expr.span, "name", text, known)


def _upper(context: Context, expr: tree.Expr, text: str, expected: Type | None) -> Expr:
    if isinstance(expected, EnumType) and text in expected.members:
        return Const(expected.members.index(text), type=expected)
    if text == "NEVER":
        return Const(NEVER, type=IntType(NEVER, NEVER))
    if text in context.names.constants:
        value = context.names.constants[text]
        return Const(value, type=IntType(value, value))
    if isinstance(expected, EnumType):
        context.unknown(expr.span, f"member of `{expected.name}`", text, expected.members)
    owners = [e for e in context.names.enums.values() if text in e.members]
    if len(owners) > 1:
        names = " and ".join(f"`{e.name}`" for e in owners)
        context.refuse(
            "E1003", expr.span, f"`{text}` is a member of {names}", "which one?", help="compare it with `is`"
        )
    if not owners:
        members = [m for e in context.names.enums.values() for m in e.members]
        context.unknown(expr.span, "constant or member", text, [*context.names.constants, *members])
    return Const(owners[0].members.index(text), type=owners[0])


def _member(context: Context, expr: tree.Expr, owner: str, name: str) -> Expr:
    if owner == context.parameter and context.message is not None:
        found = next((f for f in context.message.fields if f.name == name), None)
        if found is None:
            fields = [f.name for f in context.message.fields]
            context.unknown(expr.span, f"field of `{context.message.name}`", name, fields)
        value = Argument(name, type=found.type)
        return sized(context, expr.span, value, found.type) if isinstance(found.type, IntType) else value
    if owner not in context.names.tables:
        context.unknown(expr.span, "table or message", owner, [*context.names.tables, context.parameter or ""])
    if not context.names.cell(owner, name):
        context.unknown(expr.span, f"register of `{owner}`", name, [c.name for c in context.names.tables[owner].cells])
    return register(context, expr.span, owner, name, None)


def register(context: Context, span: tree.Span, table: str, name: str, index: Expr | None) -> Expr:
    """A register, or an element of one; reading is what makes it useful."""
    if table not in context.selected:
        context.refuse(
            "E1009",
            span,
            f"`{table}` has no row here",
            f"no row of `{table}`",
            help="the message doesn't say which row it is about",
            about=f"row of {table}",
        )
    context.names.read.add((table, name))
    if context.after:
        context.flow.reads.setdefault((table, name), span)
    cell = context.names.tables[table].cell(name)
    found = cell.type.element if index is not None and isinstance(cell.type, ArrayType) else cell.type
    value = Read(table, name, index, context.after, type=found)
    return sized(context, span, value, found) if isinstance(found, IntType) else value


def _index(context: Context, expr: tree.Expr, owner: tree.Expr, index: tree.Expr) -> Expr:
    array = check(context, owner)
    if not isinstance(array, Read) or not isinstance(array.type, ArrayType):
        context.refuse("E1003", owner.span, "only an array register has elements", kind(array.type))
    inner = element_index(context, index, array.type)
    return register(context, expr.span, array.table, array.cell, inner)


def element_index(context: Context, expr: tree.Expr, array: ArrayType) -> Expr:
    value, interval = number(context, expr)
    if not intervals.within(interval, IntType(0, array.size - 1)):
        context.refuse(
            "E1012", expr.span, f"the index may be {interval}, the array has {array.size} elements", f"{interval}"
        )
    return value


def _next(context: Context, expr: tree.Expr, operand: tree.Expr, expected: Type | None) -> Expr:
    if context.where not in ("handler", "always", "invariant", "def"):
        context.refuse("E1007", expr.span, "`next` has no meaning here", "nothing has been written yet")
    return check(context.but(after=True), operand, expected)


# ---- operators


def _minus(context: Context, expr: tree.Expr, operand: tree.Expr) -> Expr:
    value, interval = number(context, operand)
    found = intervals.negated(interval)
    return sized(context, expr.span, Unary("-", value, type=found), found)


def _connective(context: Context, expr: tree.Binary) -> Expr:
    left = truth(context, expr.left)
    holds = expr.op != "or"
    if isinstance(left, Const) and bool(left.value) != holds:
        return left if expr.op != "implies" else Const(1, type=BOOL)
    right = truth(context.given(left, holds), expr.right)
    if expr.op == "implies":
        left = negation(left)
    return connected("and" if expr.op == "and" else "or", left, right)


def connected(op: str, left: Expr, right: Expr) -> Expr:
    if isinstance(left, Const):
        return right if bool(left.value) == (op == "and") else left
    return Binary(op, left, right, type=BOOL)


def _comparison(context: Context, expr: tree.Binary, left: tree.Expr, right: tree.Expr) -> Expr:
    if isinstance(left, tree.Upper) and not isinstance(right, tree.Upper):
        other = check(context, right)
        one = check(context, left, other.type)
    else:
        one = check(context, left)
        other = check(context, right, one.type)
    if not _same_kind(one.type, other.type) or isinstance(one.type, ArrayType):
        context.refuse(
            "E1003", expr.span, f"{kind(one.type)} can't be compared with {kind(other.type)}", "not comparable"
        )
    if expr.op not in ("==", "!=") and not isinstance(one.type, IntType):
        context.refuse(
            "E1003",
            expr.span,
            f"{kind(one.type)} has no order",
            "only numbers have",
            help="use `==`, `!=`, `is` or `in`",
        )
    return Binary(expr.op, one, other, type=BOOL)


def _arithmetic(context: Context, expr: tree.Binary) -> Expr:
    left, low = number(context, expr.left)
    right, high = number(context, expr.right)
    if expr.op in ("/", "%"):
        divisor = right.value if isinstance(right, Const) else 0
        if divisor < 1 or divisor & (divisor - 1):
            context.refuse("E1011", expr.right.span, f"`{expr.op}` takes a constant power of two", "not a power of two")
        if low.low < 0:
            context.refuse(
                "E1011", expr.left.span, f"`{expr.op}` takes what is not negative, this may be {low}", f"{low}"
            )
    found = intervals.of(expr.op, low, high)
    return sized(context, expr.span, Binary(expr.op, left, right, type=found), found)


def _is(context: Context, expr: tree.Expr, operand: tree.Expr, alternative: str, negated: bool) -> Expr:
    if isinstance(operand, tree.Name) and operand.text == context.parameter:
        if alternative not in context.names.messages:
            context.unknown(expr.span, "message", alternative, context.names.messages)
        matches = context.message is not None and context.message.name == alternative
        return Const(int(matches != negated), type=BOOL)
    value = check(context, operand)
    if not isinstance(value.type, EnumType):
        context.refuse(
            "E1003",
            operand.span,
            f"`is` asks for a member of an enumeration, this is {kind(value.type)}",
            kind(value.type),
        )
    member = _upper(context, expr, alternative, value.type)
    return Binary("!=" if negated else "==", value, member, type=BOOL)


def _in(context: Context, operand: tree.Expr, domain: tree.Expr) -> Expr:
    value = check(context, operand)
    match domain:
        case tree.Members(items):
            found: Expr = Const(0, type=BOOL)
            for item in items:
                member = check(context, item, value.type)
                if not _same_kind(member.type, value.type):
                    context.refuse(
                        "E1003", item.span, f"{kind(value.type)} is never {kind(member.type)}", kind(member.type)
                    )
                found = connected("or", found, Binary("==", value, member, type=BOOL))
            return found
        case tree.Range(low, high) if high is not None:
            least = Binary(">=", value, number(context, low)[0], type=BOOL)
            return connected("and", least, Binary("<=", value, number(context, high)[0], type=BOOL))
        case _:
            array = check(context, domain)
            if (
                not isinstance(array, Read)
                or not isinstance(array.type, ArrayType)
                or not _same_kind(array.type.element, value.type)
            ):
                context.refuse(
                    "E1003",
                    domain.span,
                    "`in` takes members `{ A, B }`, a range, or an array register",
                    kind(array.type),
                )
            return Contains(array, value, type=BOOL)


def _choose(context: Context, expr: tree.Choose, expected: Type | None) -> Expr:
    condition = truth(context, expr.condition)
    if isinstance(condition, Const):
        return check(context, expr.then if condition.value else expr.other, expected)
    then = check(context.given(condition, True), expr.then, expected)
    other = check(context.given(condition, False), expr.other, expected or then.type)
    if not _same_kind(then.type, other.type) or isinstance(then.type, ArrayType):
        context.refuse(
            "E1003", expr.span, f"one way is {kind(then.type)}, the other {kind(other.type)}", "two kinds of value"
        )
    both = then.type
    if isinstance(then.type, IntType) and isinstance(other.type, IntType):
        both = intervals.union(then.type, other.type)
    return Choose(condition, then, other, type=both)
