"""Typing of pointwise operators: units, literals, and which results may be missing."""

from __future__ import annotations

from ...lang import tree
from ..program import Constant, Default, Expr, Kind, Na, Operation, Operator, Select, WarmUp
from ..types import BOOL, COUNT, TIME, Base, Stage, Type
from ..units import RATIO
from . import proofs
from .context import Context, adapt, report_optional, to_number
from .folding import constant, literal
from .values import Value, poison

NO_NUMBERS = {Base.BOOL, Base.ENUM}
_ARITHMETIC: dict[str, Operator] = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod"}
_COMPARISONS: dict[str, Operator] = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


def operation(
    operator: Operator,
    type_: Type,
    operands: tuple[Value, ...],
    span: tree.Span,
    optional: bool = False,
    proved: bool = False,
) -> Value:
    """The typed application of an operator; the result is optional if any operand is, or if `optional`. So for `proved`.

    Sums, differences and products of constants are constants again.
    """
    missing = optional or any(o.type.optional for o in operands)
    expr: Expr = Operation(type_.kind, operands[0].type.kind, operator, tuple(o.expr for o in operands), missing)
    if not missing:
        expr = constant(operator, type_, [o.expr for o in operands]) or expr
    proved = not missing and (proved or any(o.proved for o in operands))
    return Value(expr, type_.plain().maybe(missing), Stage(max(o.stage for o in operands)), span, proved=proved)


def _whole(context: Context, operator: Operator, type_: Type, operands: tuple[Value, ...], span: tree.Span) -> Value:
    """An operation that wraps where it leaves 64 bits, if it is one of whole numbers."""
    if type_.kind is Kind.INTEGER and not proofs.fits_64_bits(context, operator, operands, span):
        return poison(span)
    return operation(operator, type_, operands, span)


def binary(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    if left.poisoned or right.poisoned or _is_na(context, node, left, right):
        return poison(node.span)
    if node.op in ("and", "or", "implies"):
        return _logical(context, node, left, right)
    if node.op in _COMPARISONS:
        pair = common(left, right)
        if pair is None:
            return _mismatch(context, "E0213", "compare", node, left, right)
        if pair[0].type.base in NO_NUMBERS and node.op not in ("==", "!="):
            return _mismatch(context, "E0216", "order", node, left, right)
        return operation(_COMPARISONS[node.op], BOOL, pair, node.span)
    if NO_NUMBERS & {left.type.base, right.type.base}:
        return _mismatch(context, "E0216", "calculate with", node, left, right)
    if node.op in ("+", "-"):
        return _sum(context, node, left, right)
    return _product(context, node, left, right)


def _is_na(context: Context, node: tree.Binary, left: Value, right: Value) -> bool:
    """Reports a bare `na` as an operand: the result could only be `na`."""
    bare = next((side for side in (left, right) if isinstance(side.expr, Na)), None)
    if bare is None:
        return False
    context.report(
        "E0215",
        bare.span,
        f"`{node.op}` with `na` is always `na`",
        "has no value",
        help="`x ?? other` says what holds where `x` is missing",
    )
    return True


def common(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Both sides as one type (optionality aside), literals and counts adapted; None if there is none."""
    if left.literal and right.literal and left.type.base is not right.type.base:
        return to_number(left), to_number(right)
    adapted = adapt(right, left.type)
    if adapted is not None:
        return left, adapted
    adapted = adapt(left, right.type)
    return None if adapted is None else (adapted, right)


def _sum(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    folded = literal(node, left, right)
    if folded is not None:
        return folded
    bases = (left.type.base, right.type.base)
    operator = _ARITHMETIC[node.op]
    if bases == (Base.TIME, Base.DURATION):
        return operation(operator, TIME, (left, right), node.span)
    if bases == (Base.TIME, Base.TIME):
        if node.op == "-":
            return operation(operator, Type(Base.DURATION), (left, right), node.span)
        return _mismatch(context, "E0212", "add", node, left, right)
    pair = common(left, right)
    if pair is None:
        return _mismatch(context, "E0212", "add" if node.op == "+" else "subtract", node, left, right)
    return _whole(context, operator, pair[0].type, pair, node.span)


def _product(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    folded = literal(node, left, right)
    if folded is not None:
        return folded
    bases = {left.type.base, right.type.base}
    if Base.TIME in bases or (Base.DURATION in bases and not _scales_duration(node.op, left, right)):
        verb = {"*": "multiply", "/": "divide", "%": "take the remainder of"}[node.op]
        return _mismatch(context, "E0216", verb, node, left, right)
    if node.op == "%":
        return _modulo(context, node, left, right)
    if node.op == "/":
        return _quotient(context, node, left, right)
    if bases == {Base.COUNT}:
        return _whole(context, "mul", COUNT, (left, right), node.span)
    if Base.DURATION in bases:
        return _whole(context, "mul", Type(Base.DURATION), (left, right), node.span)
    left, right = _number(left), _number(right)
    return operation("mul", Type(Base.NUMBER, left.type.unit * right.type.unit), (left, right), node.span)


def _scales_duration(op: str, left: Value, right: Value) -> bool:
    """duration * count, count * duration, duration / duration."""
    bases = {left.type.base, right.type.base}
    return bases == {Base.DURATION, Base.COUNT} if op == "*" else op == "/" and bases == {Base.DURATION}


def _quotient(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    left, right = _number(left), _number(right)
    return _partial(context, "div", Type(Base.NUMBER, left.type.unit / right.type.unit), (left, right), node.span)


def _partial(
    context: Context, operator: Operator, type_: Type, operands: tuple[Value, Value], span: tree.Span
) -> Value:
    """A division: by a written number other than 0 it is plain; else where its domain is proved."""
    divisor = operands[1].expr
    if isinstance(divisor, Constant) and divisor.value != 0:
        return operation(operator, type_, operands, span)
    proved = proofs.has_result(context, operator, type_.kind, operands, span)
    if proved is None:
        return poison(span)
    return operation(operator, type_, operands, span, not proved, proved)


def _modulo(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    pair = common(left, right)
    if pair is None:
        return _mismatch(context, "E0212", "take the remainder of", node, left, right)
    return _partial(context, "mod", pair[0].type, pair, node.span)


def _number(value: Value) -> Value:
    return value if value.type.base is Base.NUMBER else to_number(value)


def _logical(context: Context, node: tree.Binary, left: Value, right: Value) -> Value:
    for side in (left, right):
        if side.type.base is not Base.BOOL:
            context.report(
                "E0214",
                side.span,
                f"`{node.op}` needs a condition on both sides",
                f"this is `{context.show(side.type)}`",
                help="compare it with something: `x > 0`",
            )
            return poison(node.span)
    context.decides(left)
    context.decides(right)
    if node.op == "implies":
        left = operation("not", BOOL, (left,), left.span)
    return operation("and" if node.op == "and" else "or", BOOL, (left, right), node.span)


def _mismatch(context: Context, code: str, verb: str, node: tree.Binary, left: Value, right: Value) -> Value:
    a, b = context.show(left.type.plain()), context.show(right.type.plain())
    help_ = _unit_help(context, code, node, left, right)
    context.report(
        code,
        right.span,
        f"cannot {verb} `{a}` and `{b}`",
        f"this is `{b}`",
        also=((left.span, f"this is `{a}`"),),
        help=help_,
    )
    return poison(node.span)


def _factor(text: str, node: tree.Expr) -> str:
    """The text of an operand, in parentheses where a product would split it."""
    return f"({text})" if isinstance(node, tree.Binary | tree.Choose) else text


def _unit_help(context: Context, code: str, node: tree.Binary, left: Value, right: Value) -> str | None:
    source = context.reporter.source.text
    if (
        code == "E0212"
        and left.type.base is Base.NUMBER
        and right.type.base is Base.NUMBER
        and right.type.unit == RATIO
    ):
        a, b = (_factor(source[side.span.start : side.span.end], side) for side in (node.left, node.right))
        return f"scale it instead: `{a} * (1 {node.op} {b})`"
    if code == "E0216" and Base.BOOL in (left.type.base, right.type.base):
        return "choose a number with `if condition then 1.0 else 0.0`"
    if left.literal or right.literal:
        return "give the number its unit: `100 USDT`, `0.5 BTC`, `3ticks`, `5min`"
    return None


def negate(context: Context, node: tree.Unary, operand: Value) -> Value:
    if operand.poisoned:
        return poison(node.span)
    if operand.type.base not in (Base.NUMBER, Base.COUNT, Base.DURATION):
        context.report(
            "E0216", operand.span, f"cannot negate `{context.show(operand.type)}`", help="`not` negates a condition"
        )
        return poison(node.span)
    if operand.literal and isinstance(operand.expr, Constant):
        constant = Constant(operand.expr.kind, -operand.expr.value)
        return Value(constant, operand.type, Stage.CONST, node.span, literal=True)
    return _whole(context, "neg", operand.type, (operand,), node.span)


def invert(context: Context, node: tree.Unary, operand: Value) -> Value:
    if operand.poisoned:
        return poison(node.span)
    if operand.type.base is not Base.BOOL:
        context.report("E0214", operand.span, "`not` needs a condition", f"this is `{context.show(operand.type)}`")
        return poison(node.span)
    return operation("not", BOOL, (operand,), node.span)


def choose(context: Context, node: tree.Choose, condition: Value, then: Value, other: Value) -> Value:
    if condition.poisoned or then.poisoned or other.poisoned:
        return poison(node.span)
    if condition.type.base is not Base.BOOL:
        context.report("E0214", condition.span, "`if` needs a condition", f"this is `{context.show(condition.type)}`")
        return poison(node.span)
    context.decides(condition)
    pair = with_na(then, other) or common(then, other)
    if pair is None:
        a, b = context.show(then.type), context.show(other.type)
        context.report(
            "E0218",
            other.span,
            f"both branches must be the same type: `{a}` or `{b}`",
            f"this is `{b}`",
            also=((then.span, f"this is `{a}`"),),
        )
        return poison(node.span)
    optional = condition.type.optional or pair[0].type.optional or pair[1].type.optional
    type_ = pair[0].type.plain().maybe(optional)
    expr = Select(type_.kind, condition.expr, pair[0].expr, pair[1].expr, optional)
    stage = Stage(max(condition.stage, then.stage, other.stage))
    proved = not optional and (condition.proved or pair[0].proved or pair[1].proved)
    return Value(expr, type_, stage, node.span, proved=proved)


def with_na(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Lets a bare `na` take the type of the other side."""
    if isinstance(left.expr, Na):
        return Value(Na(right.type.kind), right.type.maybe(), left.stage, left.span), right
    if isinstance(right.expr, Na):
        return left, Value(Na(left.type.kind), left.type.maybe(), right.stage, right.span)
    return None


def default(context: Context, node: tree.Binary, value: Value, other: Value) -> Value:
    """`value ?? other`."""
    if value.poisoned or other.poisoned:
        return poison(node.span)
    if isinstance(value.expr, Na):
        context.report("E0215", value.span, "`na ?? x` is always `x`", "has no value", help="write only the right side")
        return poison(node.span)
    plain = Value(value.expr, value.type.plain(), value.stage, value.span)
    if isinstance(other.expr, Na):
        other = Value(Na(plain.type.kind), plain.type.maybe(), other.stage, other.span)
    pair = common(plain, other)
    if pair is None:
        a, b = context.show(value.type.plain()), context.show(other.type)
        context.report(
            "E0211",
            other.span,
            f"`??` must give a `{a}`, but this is `{b}`",
            f"this is `{b}`",
            also=((value.span, f"this is `{a}`"),),
            help="`??` binds tighter than a comparison: write `(x < y) ?? false`, or `(x ?? 0) < y`"
            if other.type.base is Base.BOOL
            else None,
        )
        return poison(node.span)
    type_ = pair[0].type.plain().maybe(other.type.optional)
    expr = Default(type_.kind, pair[0].expr, pair[1].expr, WarmUp(), other.type.optional, value.proved)
    return Value(expr, type_, Stage(max(value.stage, other.stage)), node.span, proved=other.proved)


def condition(context: Context, value: Value, what: str) -> Value | None:
    """A plain bool, or None after a report."""
    if value.poisoned:
        return None
    if value.type.base is not Base.BOOL:
        context.report(
            "E0214",
            value.span,
            f"{what} needs a condition",
            f"this is `{context.show(value.type)}`",
            help="compare it with something: `x > 0`",
        )
        return None
    if value.type.optional:
        report_optional(context, value, f"{what} must be true or false")
        return None
    return value
