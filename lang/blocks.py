"""Blocks and statements whose beginnings were lost: found again by what they hold, so that one lost word is one error."""

from __future__ import annotations

from collections.abc import Sequence

import lark

from . import automaton
from .automaton import END, Stack
from .repairs import ENOUGH, LONG, Place
from .tables import literals

_HEADERS = tuple(
    tuple(header.split())
    for header in (
        "strategy UPPER {",
        "kernel UPPER {",
        "machine {",
        "state UPPER {",
        "machine { state UPPER {",
        "risk {",
        "order NAME {",
        "account {",
        "regime NAME at NAME {",
        "node NAME ( ) : NAME {",
        "use NAME {",
        "state NAME {",
        "on NAME {",
    )
)


def around(stack: Stack) -> Stack | None:
    """Where a statement of the innermost block may begin, or a declaration of the file."""
    return automaton.statement(stack) or automaton.unwind(stack, END)


def misread(place: Place) -> int | None:
    """Where the last open bracket stands, if it may have been meant to begin a block: that of a set, or one at a line's end."""
    opener = automaton.innermost(place.stack)
    at = next((i for i in range(place.index - 1, -1, -1) if place.tokens[i] is opener), None)
    if opener is None or at is None:
        return None
    if opener == "{":
        return at if automaton.in_set(place.stack, opener) else None
    between = place.source.text[opener.end_pos or 0 : place.tokens[at + 1].start_pos]
    return at if "\n" in between else None


def entered(
    stack: Stack, tokens: Sequence[lark.Token], opener: lark.Token, start: int, least: int
) -> tuple[Stack, int] | None:
    """Inside the block that `opener` begins, under the header that the tokens from `start` on fit best, and how many of them do.

    None: no header fits more than `least` tokens.
    """
    base = around(stack)
    best: tuple[Stack, int] | None = None
    for header in _HEADERS if base is not None else ():
        inside = base
        for word in header:
            terminal = literals().get(word, word)
            token = opener if word == "{" else lark.Token(terminal, word)
            inside = None if inside is None else automaton.feed(inside, terminal, token)
        if inside is None:
            continue
        found = automaton.survives(inside, tokens, start, LONG)
        if found > (least if best is None else best[1]):
            best = inside, found
    return best


def begins_statement(stack: Stack, tokens: Sequence[lark.Token], first: int, index: int) -> tuple[Stack, int] | None:
    """The stack before a statement, of this or an outer block, that begins at tokens[first] and reads well past tokens[index].

    Also how far it reads from `first` on.
    """
    wanted = min(index - first + ENOUGH, len(tokens) - first)
    base = around(stack)
    while base is not None:
        found = automaton.survives(base, tokens, first, LONG)
        if found >= wanted:
            return base, found
        base = None if base.below is None else around(base.below)
    return None
