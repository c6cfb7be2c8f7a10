"""The smallest change of the tokens that lets the parser go on: one token put in, left out or replaced.

A repair is only taken if the parser then gets well past the error; it decides where parsing goes on, and what the message proposes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lark

from . import automaton
from .automaton import END, OPENING, Stack
from .diagnostics import Diagnostic, FixIt, Label
from .expectations import advice, name_of, words
from .keywords import KEYWORDS
from .source import Source
from .tables import literals, texts
from .tree import Span

ENOUGH = 8  # tokens past the error that count as being on the road again
LEAST = 3
LONG = 60  # tokens that are looked at where several readings carry on
# When several repairs do equally well: the ones people forget most come first.
_LIKELY = (";", ")", "]", "}", ",", "{", "(", "=", "->", ":", "do")


@dataclass(frozen=True, slots=True)
class Repair:
    """The stack after the change, and where reading goes on; put: the terminal put in; left: the token left out."""

    stack: Stack
    resume: int
    put: str | None
    left: lark.Token | None
    sole: bool = False  # no other repair does as well


@dataclass(frozen=True, slots=True)
class Place:
    """An error: tokens[index] can't follow what was read; before: the stack without tokens[index - 1]."""

    source: Source
    tokens: Sequence[lark.Token]
    index: int
    stack: Stack
    before: Stack | None

    @property
    def token(self) -> lark.Token:
        return self.tokens[self.index]


def find_repair(place: Place) -> Repair | None:
    """The repair that carries furthest; None if none carries far enough."""
    best: list[Repair] = []
    reach = 0
    for repair in _candidates(place):
        found = automaton.survives(repair.stack, place.tokens, repair.resume, ENOUGH)
        found = min(found - (repair.resume <= place.index), ENOUGH - 1)  # the token at the error is no progress
        if found > reach:
            best, reach = [], found
        if found == reach:
            best.append(repair)
    if reach < LEAST or not best:
        return _closing(place)
    if len(best) > 1:
        best = _furthest(place, best)
    puts = {r.put for r in best if r.put is not None and r.left is None}
    chosen = best[0]
    return Repair(chosen.stack, chosen.resume, chosen.put, chosen.left, sole=len(puts) <= 1)


def _furthest(place: Place, repairs: list[Repair]) -> list[Repair]:
    """Of repairs that all carry well past the error, those that carry on longest."""
    reaches = [automaton.survives(r.stack, place.tokens, r.resume, LONG) + r.resume for r in repairs]
    end = min(max(reaches), place.index + LONG)
    return [r for r, reach in zip(repairs, reaches, strict=True) if reach >= end]


def _closing(place: Place) -> Repair | None:
    """A statement that ends inside `(` or `[`, whatever comes after it."""
    opener = automaton.innermost(place.stack)
    if opener is None or opener == "{" or place.token != ";":
        return None
    closing = literals()[OPENING[str(opener)]]
    after = automaton.feed(place.stack, closing, lark.Token(closing, OPENING[str(opener)]))
    if after is None or automaton.feed(after, place.token.type) is None:
        return None
    return Repair(after, place.index, closing, None, sole=True)


def _candidates(place: Place) -> Iterator[Repair]:
    """Likeliest first: put in, leave out (also the token before), replace."""
    index, token = place.index, place.token
    accepted = sorted(automaton.accepts(place.stack) - {END}, key=_likelihood)
    for terminal in accepted:
        yield Repair(_fed(place.stack, terminal), index, terminal, None)
    if token.type != END:
        yield Repair(place.stack, index + 1, None, token)
    if place.before is not None and place.tokens[index - 1] != ";":  # the statement before it was whole
        yield Repair(place.before, index, None, place.tokens[index - 1])
    if token.type != END:
        for terminal in accepted:
            if str(token) not in KEYWORDS or texts().get(terminal) not in KEYWORDS:  # they start different things
                yield Repair(_fed(place.stack, terminal), index + 1, terminal, token)


def _likelihood(terminal: str) -> tuple[int, str]:
    text = texts().get(terminal, terminal)
    return (_LIKELY.index(text) if text in _LIKELY else len(_LIKELY), text)


def _fed(stack: Stack, terminal: str) -> Stack:
    after = automaton.feed(stack, terminal, lark.Token(terminal, texts().get(terminal, "")))
    assert after is not None
    return after


# ---- what to say


def explain(place: Place, repair: Repair | None) -> Diagnostic:
    """The error at a place, with the repair if it is the only good one."""
    if repair is not None and repair.left is None and repair.sole and repair.put is not None:
        text = texts().get(repair.put)
        opener = automaton.innermost(place.stack)
        if text in OPENING.values() and opener is not None:
            return unclosed(place, opener, str(text))
        return _unexpected(place, help_=f"add {name_of(repair.put)} before it")
    if repair is not None and repair.put is None and repair.left is not None:
        return _left_out(place, repair.left)
    return _unexpected(place, help_=None)


def unclosed(place: Place, opener: lark.Token, closing: str) -> Diagnostic:
    """A bracket whose end is missing before tokens[index]."""
    end = (place.tokens[place.index - 1].end_pos or 0) if place.index else 0
    label = Label(Span(max(end - 1, 0), end), f"`{closing}` is missing after this")
    where = "the file ends before" if place.token.type == END else f"`{place.token}` comes before"
    return Diagnostic(
        "E0005",
        f"{where} `{opener}` is closed",
        place.source,
        label,
        (Label(_span(opener), "opened here"),),
        help=f"add `{closing}`",
        fixes=(FixIt(Span(end, end), closing, f"add `{closing}`"),),
    )


def broken_off(place: Place, first: int) -> Diagnostic:
    """A statement without its rest: the next one begins with tokens[first]."""
    before = place.tokens[first - 1]
    label = Label(_span(before), "something is missing after this")
    what = "its block ends" if place.tokens[first] == "}" else "the next statement begins"
    also = (Label(_span(place.tokens[first]), f"here {what}"),)
    help_ = "complete the statement, or end it with `;`"
    title = f"the statement breaks off after `{_short(before)}`"
    return Diagnostic("E0001", title, place.source, label, also, help=help_)


def no_brace(place: Place, opener: lark.Token) -> Diagnostic:
    """Another bracket, where a block begins."""
    label = Label(_span(opener), "a block begins here")
    fix = FixIt(_span(opener), "{", "write `{`")
    return Diagnostic("E0001", f"unexpected `{opener}`", place.source, label, help="write `{`", fixes=(fix,))


def one_too_many(place: Place, brace: lark.Token) -> Diagnostic:
    """A `}` after which its block goes on, as the indentation shows."""
    label = Label(_span(brace), "one too many, or it stands too early")
    also = (Label(_span(place.token), "this one closes nothing"),)
    return Diagnostic("E0001", "unexpected `}`", place.source, label, also, help="remove one of them")


def _left_out(place: Place, extra: lark.Token) -> Diagnostic:
    if extra is not place.token:
        label = Label(_span(extra), "one too many")
        also = (Label(_span(place.token), "this can't come after it"),)
        return Diagnostic("E0001", f"unexpected `{extra}`", place.source, label, also, help=f"remove `{extra}`")
    twice = place.index > 0 and place.tokens[place.index - 1] == extra
    return _unexpected(place, help_=f"`{extra}` stands here twice: remove one" if twice else None)


def _unexpected(place: Place, help_: str | None) -> Diagnostic:
    accepted = automaton.accepts(place.stack)
    before = place.tokens[place.index - 1] if place.index else None
    if place.token.type == END:
        end = 0 if before is None else before.end_pos or 0
        label = Label(Span(max(0, end - 1), end), f"after this, {words(accepted)} was expected")
        return Diagnostic("E0001", "the file ends too early", place.source, label)
    span = _span(place.token)
    also: tuple[Label, ...] = ()
    if before is not None and "\n" in place.source.text[before.end_pos or 0 : span.start]:
        also = (Label(_span(before), "after this"),)
    label = Label(span, f"expected {words(accepted)}")
    help_ = advice(place.token, accepted) or help_
    return Diagnostic("E0001", f"unexpected `{_short(place.token)}`", place.source, label, also, help=help_)


def _short(token: lark.Token) -> str:
    return str(token) if len(token) <= 40 else f"{token[:39]}…"


def _span(token: lark.Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)
