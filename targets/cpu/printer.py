"""C syntax tree → C text: four spaces, as few parentheses as the precedence of C and -Wparentheses allow.

Equal trees give equal text. Numbers come back exactly: a double is printed with the digits that read back as the same bits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from . import cast as c

STEP = "    "

POSTFIX, PREFIX, TERNARY, ASSIGNMENT = 16, 15, 3, 2
BINARY = {
    "*": 14, "/": 14, "%": 14, "+": 13, "-": 13, "<<": 12, ">>": 12, "<": 11, "<=": 11, ">": 11, ">=": 11,
    "==": 10, "!=": 10, "&": 9, "^": 8, "|": 7, "&&": 6, "||": 5,
}  # fmt: skip
COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
BITWISE = {"&", "^", "|", "<<", ">>"}


def print_unit(unit: c.TranslationUnit) -> str:
    """The text of a file, a blank line between its items, comments joined to what follows them."""
    parts: list[str] = []
    for item in unit.items:
        lines = list(_item(item))
        parts.append("\n".join(lines) + ("\n" if isinstance(item, c.Comment) else "\n\n"))
    return "".join(parts).rstrip("\n") + "\n"


# ---- expressions


def print_expr(expr: c.Expr) -> str:
    return _expr(expr, 0)


def _expr(expr: c.Expr, minimum: int) -> str:
    """The text of `expr` where an operator of precedence `minimum` or tighter may stand bare."""
    text, precedence = _with_precedence(expr)
    return f"({text})" if precedence < minimum else text


def _with_precedence(expr: c.Expr) -> tuple[str, int]:
    match expr:
        case c.Literal(value):
            text = literal(value)
            return text, PREFIX if text.startswith("-") else POSTFIX
        case c.Text(value):
            return quoted(value), POSTFIX
        case c.Name(name):
            return name, POSTFIX
        case c.Field(base, name):
            return f"{_expr(base, POSTFIX)}.{name}", POSTFIX
        case c.Arrow(base, name):
            return f"{_expr(base, POSTFIX)}->{name}", POSTFIX
        case c.Index(base, index):
            return f"{_expr(base, POSTFIX)}[{_expr(index, 0)}]", POSTFIX
        case c.Call(function, arguments):
            return f"{function}({', '.join(_expr(a, ASSIGNMENT) for a in arguments)})", POSTFIX
        case c.Cast(type_, operand):
            return f"({type_}){_expr(operand, PREFIX)}", PREFIX
        case c.Unary(operator, operand):
            text = _expr(operand, PREFIX)
            return f"{operator}({text})" if text.startswith(operator) else operator + text, PREFIX
        case c.Binary():
            return _binary(expr), BINARY[expr.operator]
        case c.Ternary(condition, then, other):
            return f"{_expr(condition, TERNARY + 1)} ? {_expr(then, TERNARY + 1)} : {_expr(other, TERNARY)}", TERNARY
        case c.Initializer(elements, type_):
            inner = ", ".join(_element(name, value) for name, value in elements)
            return (f"({type_})" if type_ else "") + "{" + inner + "}", POSTFIX


def _binary(expr: c.Binary) -> str:
    precedence = BINARY[expr.operator]
    left = _expr(expr.left, _tightness(expr.operator, expr.left, precedence))
    right = _expr(expr.right, _tightness(expr.operator, expr.right, precedence + 1))
    return f"{left} {expr.operator} {right}"


def _tightness(outer: str, operand: c.Expr, needed: int) -> int:
    """What C needs, raised where -Wparentheses, or a reader, would stumble."""
    inner = operand.operator if isinstance(operand, c.Binary | c.Unary) else ""
    stumbles = (
        (outer == "||" and inner == "&&")
        or (outer in COMPARISONS and (inner in COMPARISONS or inner == "!"))
        or (outer in BITWISE and isinstance(operand, c.Binary) and inner != outer)
    )
    return POSTFIX if stumbles else needed


def _element(name: str | None, value: c.Expr) -> str:
    return _expr(value, ASSIGNMENT) if name is None else f".{name} = {_expr(value, ASSIGNMENT)}"


def literal(value: int | float | bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return _double(value)
        case int():
            return "INT64_MIN" if value == -(2**63) else str(value)


def _double(value: float) -> str:
    if math.isnan(value):
        return '__builtin_nan("")'
    if math.isinf(value):
        return "__builtin_inf()" if value > 0 else "-__builtin_inf()"
    return repr(value)


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def quoted(text: str) -> str:
    """A C string literal of the UTF-8 bytes; `?` is escaped only beside another, where it could begin a trigraph."""
    pieces = [_escaped(piece) for piece in re.split(r"(\?\?+)", text)]
    return '"' + "".join(pieces) + '"'


def _escaped(piece: str) -> str:
    if piece.startswith("??"):
        return "\\?" * len(piece)
    return "".join(ESCAPES[ch] if ch in ESCAPES else _bytes(ch) for ch in piece)


def _bytes(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode())


# ---- statements


def _body(statements: Iterable[c.Statement]) -> Iterator[str]:
    for statement in statements:
        for line in _statement(statement):
            yield STEP + line if line else line


def _statement(statement: c.Statement) -> Iterator[str]:
    match statement:
        case c.Comment(text):
            yield from comment(text)
        case c.Declaration():
            yield from _declaration(statement)
        case c.Assign(target, value, operator):
            yield f"{print_expr(target)} {operator} {print_expr(value)};"
        case c.ExpressionStatement(value):
            yield print_expr(value) + ";"
        case c.Block(body):
            yield from ("{", *_body(body), "}")
        case c.If():
            yield from _if(statement)
        case c.Switch(value, cases, default):
            yield f"switch ({print_expr(value)}) {{"
            for case in cases:
                yield from (f"case {case.label}:", *_body(case.body))
            yield from ("default:", *_body(default), "}")
        case c.For(type_, name, count, body):
            yield f"for ({type_} {name} = 0; {name} < {_expr(count, BINARY['<'] + 1)}; {name}++) {{"
            yield from (*_body(body), "}")
        case c.Break():
            yield "break;"
        case c.Return(value):
            yield "return;" if value is None else f"return {print_expr(value)};"


def _if(statement: c.If) -> Iterator[str]:
    yield f"if ({print_expr(statement.condition)}) {{"
    yield from _body(statement.then)
    if statement.other:
        yield from ("} else {", *_body(statement.other))
    yield "}"


def comment(text: str) -> Iterator[str]:
    """`/* text */`, one line for each of the text; what would end or open one, or splice lines, is set apart."""
    first, *rest = text.replace("*/", "* /").replace("/*", "/ *").replace("??/", "? ?/").split("\n")
    if not rest:
        yield f"/* {first} */"
        return
    yield f"/* {first}"
    yield from (f" * {line}".rstrip() for line in rest)
    yield " */"


def _declaration(item: c.Declaration) -> Iterator[str]:
    size = "" if item.size is None else f"[{item.size or ''}]"
    space = "" if item.type.endswith("*") else " "
    head = f"{item.type}{space}{item.name}{size}"
    match item.value:
        case None:
            yield head + ";"
        case c.Text(value) if "\n" in value:
            lines = value.splitlines(keepends=True)
            yield head + " ="
            yield from (STEP + quoted(line) for line in lines[:-1])
            yield STEP + quoted(lines[-1]) + ";"
        case c.Initializer(elements, _, tall) if tall:
            yield head + " = {"
            yield from (f"{STEP}{_element(name, value)}," for name, value in elements)
            yield "};"
        case value:
            yield f"{head} = {print_expr(value)};"


# ---- items of a file


def _item(item: c.Item) -> Iterator[str]:
    match item:
        case c.Comment(text):
            yield from comment(text)
        case c.Declaration():
            yield from _declaration(item)
        case c.Enumeration(members):
            yield "enum { " + ", ".join(members) + " };"
        case c.Struct(name, members):
            yield "typedef struct {"
            for member in members:
                yield from _body([member]) if not isinstance(member, c.Union) else _union(member)
            yield f"}} {name};"
        case c.Function():
            yield from _function(item)


def _union(union: c.Union) -> Iterator[str]:
    yield f"{STEP}union {{"
    yield from (STEP + line for line in _body(union.members))
    yield f"{STEP}}} {union.name};"


def _function(function: c.Function) -> Iterator[str]:
    if function.comment:
        yield from comment(function.comment)
    if function.noinline:
        yield "__attribute__((noinline))"
    parameters = ", ".join(next(_declaration(p)).rstrip(";") for p in function.parameters) or "void"
    space = "" if function.result.endswith("*") else " "
    yield f"{'' if function.visible else 'static '}{function.result}{space}{function.name}({parameters}) {{"
    yield from (*_body(function.body), "}")
