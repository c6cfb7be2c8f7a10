"""What the parser could have taken, in words people use."""

from __future__ import annotations

import lark

from .keywords import MEMBERS
from .tables import literals, texts

_CLASSES = {
    "NAME": "a name",
    "UPPER": "an UPPER_CASE name",
    "NUMBER": "a number",
    "QUANTITY": "a quantity such as `5min`",
    "STRING": "a text",
    "$END": "the end of the file",
}
_EXPRESSION = ("NAME", "UPPER", "NUMBER", "QUANTITY", "STRING")
_EXPRESSION_WORDS = ("(", "-", "not", "true", "false", "na", "if", "next", "{")
_OPERATORS = (
    "+",
    "-",
    "*",
    "/",
    "%",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "and",
    "or",
    "implies",
    "fby",
    "??",
    "when",
    "is",
    "in",
    ".",
    "[",
    "(",
    "restart",
)


def words(accepts: set[str]) -> str:
    """`an expression`, `` `;` or an operator `` …"""
    left = set(accepts)
    names = literals()
    found: list[str] = []
    if "NUMBER" in left and "NAME" in left:
        found.append("an expression")
        left -= set(_EXPRESSION) | {names[w] for w in _EXPRESSION_WORDS}
    elif names["+"] in left:
        found.append("an operator")
        left -= {names[w] for w in _OPERATORS} | ({"UPPER"} if "NAME" not in left else set())
    found += [_CLASSES[t] for t in _CLASSES if t in left]
    spelled = sorted(texts()[t] for t in left if t in texts())
    symbols = [f"`{t}`" for t in spelled if not t.isalpha()]
    keywords = [f"`{t}`" for t in spelled if t.isalpha()]
    if len(keywords) > 8:
        keywords = ["a declaration"]
    return _join(symbols + found + keywords)


def _join(items: list[str]) -> str:
    if not items:
        return "nothing more"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def name_of(terminal: str) -> str:
    """One terminal in words."""
    return _CLASSES[terminal] if terminal in _CLASSES else f"`{texts()[terminal]}`"


def advice(token: lark.Token, accepts: set[str]) -> str | None:
    """A hint for the commonest confusions."""
    names = literals()
    if token.value in MEMBERS and names["strategy"] in accepts:
        return f"`{token}` stands inside a strategy: `strategy S {{ … }}`"
    if token.value == "if" and "NUMBER" not in accepts:
        return "`if` is an expression here: `if condition then a else b`"
    if token.value == "?":
        return "write `if condition then a else b`"
    if token.value == "." and "NUMBER" in accepts:
        return "a number starts with a digit: `0.5`"
    if token.value == "}" and names[";"] in accepts:
        return "every statement ends with `;`"
    if names["else"] in accepts and token.value == ";":
        return "`if` is an expression: `if condition then a else b`; a risk rule ends with `else ACTION`"
    return None
