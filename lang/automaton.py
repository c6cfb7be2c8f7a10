"""The parser's automaton without values: only states, on a stack that never changes, so that a guess is cheap and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

import lark
from lark.parsers.lalr_analysis import Shift

from .tables import literals, tables

END = "$END"
OPENING = {"{": "}", "(": ")", "[": "]"}


class Stack(NamedTuple):
    """A state, the token that led to it (None: a rule did), and what lies below."""

    state: int
    token: lark.Token | None
    below: Stack | None


@cache
def _table() -> Any:
    """Lark's table: state → terminal or rule → (shift, state) or (reduce, rule)."""
    return tables().parse_interactive("").parser_state.parse_conf.parse_table


def bottom() -> Stack:
    """Before the first token."""
    return Stack(_table().start_states["start"], None, None)


def feed(stack: Stack, terminal: str, token: lark.Token | None = None) -> Stack | None:
    """After one more token; None if it can't stand here."""
    states = _table().states
    while True:
        found = states[stack.state].get(terminal)
        if found is None:
            return None
        action, target = found
        if action is Shift:
            return Stack(target, token, stack)
        for _ in target.expansion:
            stack = cast(Stack, stack.below)
        stack = Stack(states[stack.state][target.origin.name][1], None, stack)
        if terminal == END and stack.state == _table().end_states["start"]:
            return stack


def accepts(stack: Stack) -> set[str]:
    """Terminals that may come next."""
    return {t for t in _table().states[stack.state] if t.isupper() and feed(stack, t) is not None}


def survives(stack: Stack, tokens: Sequence[lark.Token], start: int, enough: int) -> int:
    """How many of the tokens from `start` on fit, counted up to `enough`."""
    for count in range(min(enough, len(tokens) - start)):
        after = feed(stack, tokens[start + count].type)
        if after is None:
            return count
        stack = after
    return enough


def unwind(stack: Stack, terminal: str) -> Stack | None:
    """The nearest state below in which `terminal` may come; None: there is none."""
    return next((under for under in _outwards(stack) if feed(under, terminal) is not None), None)


def statement(stack: Stack) -> Stack | None:
    """The nearest state below in which a statement of the innermost block may begin; None: no block is open."""
    closing = literals()["}"]
    for under in _outwards(stack):
        opens = under.token is not None and under.token.value == "{"
        if feed(under, closing) is not None or (opens and feed(under, "NUMBER") is None):
            return under
    return None


def in_set(stack: Stack, opener: lark.Token) -> bool:
    """Whether `opener`, a `{` on the stack, begins a set of values and no block."""
    return any(under.token is opener and feed(under, "NUMBER") is not None for under in _downwards(stack))


def innermost(stack: Stack) -> lark.Token | None:
    """The last bracket that is still open."""
    closed = 0
    for under in _downwards(stack):
        value = None if under.token is None else under.token.value
        if value in OPENING.values():
            closed += 1
        elif value in OPENING:
            if closed == 0:
                return under.token
            closed -= 1
    return None


def _outwards(stack: Stack) -> Iterator[Stack]:
    """The states below, without those inside braces that are closed again."""
    closed = 0
    for under in _downwards(stack):
        value = None if under.token is None else under.token.value
        closed += value == "}"
        if closed == 0:
            yield under
        closed -= value == "{" and closed > 0


def _downwards(stack: Stack) -> Iterator[Stack]:
    under: Stack | None = stack
    while under is not None:
        yield under
        under = under.below
