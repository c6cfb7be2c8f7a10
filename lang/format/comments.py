"""Comments, empty lines and line ends of the source, brought to the breaks between the printed tokens.

The printed tokens are those of the source in the same order, but for brackets that say nothing (parentheses around what binds
tightly enough anyway, the braces of `else { if … }`, an empty argument list of a schema). A comment that stands where no line can
end goes on to the next place where one can.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import lark

from .layout import Break, Close, Comment, Kind, Open, Part, Token

_REDUNDANT = frozenset("(){}")
_TRIVIA = re.compile(r"\n|#[^\n]*")


class MismatchError(Exception):
    """The printers wrote a token that the source does not have: a defect of theirs."""


@dataclass(slots=True)
class _Gap:
    """What the source has between two printed tokens."""

    comments: list[Comment] = field(default_factory=list)
    new_line: bool = False
    blank_after: bool = False


def all_comments(text: str, tokens: Sequence[lark.Token]) -> list[str]:
    """The comments of a source text, in order, without blanks at their ends."""
    ends = [0, *(token.end_pos or 0 for token in tokens)]
    starts = [*(token.start_pos or 0 for token in tokens), len(text)]
    between = (text[end:start] for end, start in zip(ends, starts, strict=True))
    return [found.rstrip() for gap in between for found in _TRIVIA.findall(gap) if found != "\n"]


def attach(parts: Sequence[Part], text: str, tokens: Sequence[lark.Token]) -> None:
    """Fills the breaks, and marks the groups that can't be on one line."""
    places = _places(parts, tokens)
    _fill(parts, places, text, tokens)
    _mark(parts, places, text, tokens)


def _places(parts: Sequence[Part], tokens: Sequence[lark.Token]) -> list[int]:
    """For every part the index of its token in the source; -1 before the first, `len(tokens)` for the end of the text."""
    places, at = [], -1
    for part in parts:
        if isinstance(part, Token) and part.text:
            at += 1
            while at < len(tokens) and tokens[at].value != part.text:
                if tokens[at].value not in _REDUNDANT:
                    raise MismatchError(f"printed `{part.text}` where the source has `{tokens[at].value}`")
                at += 1
            if at == len(tokens):
                raise MismatchError(f"printed `{part.text}` beyond the end of the source")
        places.append(at)
    return places


def _fill(parts: Sequence[Part], places: Sequence[int], text: str, tokens: Sequence[lark.Token]) -> None:
    waiting: list[Comment] = []
    last, here = -1, None  # the token before, and the break since then
    for part, place in zip(parts, places, strict=True):
        if isinstance(part, Break):
            here = part
        elif isinstance(part, Token) and (part.text or place >= 0 or here):
            end = place if part.text else len(tokens)
            gap = _gap(text, tokens, last, end)
            waiting += gap.comments
            if here is not None and here.holds:
                here.comments, waiting = waiting, []
                here.new_line, here.blank_after = gap.new_line, gap.blank_after
            last, here = end, None


def _gap(text: str, tokens: Sequence[lark.Token], last: int, end: int) -> _Gap:
    gap = _Gap()
    start = (tokens[last].end_pos or 0) if last >= 0 else 0
    fresh, lines = last < 0, 0  # on a new line since the last token; line ends since the last token or comment
    for index in range(last + 1, end + 1):
        stop = (tokens[index].start_pos or 0) if index < len(tokens) else len(text)
        for found in _TRIVIA.findall(text, start, stop):
            if found == "\n":
                fresh, lines = True, lines + 1
                gap.new_line = True
            else:
                gap.comments.append(Comment(found.rstrip(), fresh, lines > 1))
                lines = 0
        if index < end:  # a bracket that is not printed
            start, lines = tokens[index].end_pos or 0, 0
    gap.blank_after = lines > 1
    return gap


def _mark(parts: Sequence[Part], places: Sequence[int], text: str, tokens: Sequence[lark.Token]) -> None:
    """A new line inside a group breaks it and all around it."""
    around: list[Open] = []
    for index, part in enumerate(parts):
        if isinstance(part, Open):
            around.append(part)
            if part.kind is Kind.BLOCK:
                first, final = tokens[places[index + 1]], tokens[places[part.close]]
                part.broken = "\n" in text[first.end_pos or 0 : final.start_pos or 0]
        elif isinstance(part, Close):
            closed = around.pop()
            if closed.broken and around:
                around[-1].broken = True
        elif isinstance(part, Break) and around and (part.comments or (part.keeps and part.new_line)):
            around[-1].broken = True
