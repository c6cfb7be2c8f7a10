"""One wrong token in a correct text: deleted, doubled, swapped with its neighbour, or replaced by a token of the same text.

Tokens are those of our own lexer. `lines` are the lines on which a report of the mistake belongs.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import lark

from stratc.lang.keywords import KEYWORDS
from stratc.lang.lexing import lex
from stratc.lang.source import Source

_OPERATORS = frozenset("+ - * / % < <= > >= == != ?? and or implies fby".split())
_OPEN = ("NAME", "UPPER", "NUMBER", "QUANTITY", "STRING")  # terminals with many texts: each is a class


@dataclass(frozen=True)
class Mutant:
    """text: the changed source; what: the change in words."""

    text: str
    lines: frozenset[int]
    what: str


class Program:
    """A text and its tokens, drawn from by the mutations."""

    def __init__(self, name: str, text: str) -> None:
        self.source = Source(name, text)
        self.tokens, _ = lex(self.source)
        self.vocabulary = {(kind_of(token), str(token)) for token in self.tokens}

    def line(self, index: int) -> int:
        return self.source.position(self.tokens[index].start_pos or 0)[0]

    def across_a_line_end(self, index: int) -> frozenset[int]:
        """The token's line, and its neighbours' where a line ends between them: the reader sees the gap from both sides."""
        around = range(max(0, index - 1), min(len(self.tokens), index + 2))
        return frozenset(map(self.line, around))

    def replaced(self, first: int, last: int, by: str) -> str:
        """The text with tokens first..last replaced."""
        text = self.source.text
        return text[: self.tokens[first].start_pos] + by + text[self.tokens[last].end_pos :]

    def between(self, index: int) -> str:
        """What stands between a token and the next."""
        return self.source.text[self.tokens[index].end_pos : self.tokens[index + 1].start_pos]


def kind_of(token: lark.Token) -> str:
    """The class of a token: a terminal with many texts, a keyword, an operator or a mark."""
    if str(token) in _OPERATORS:
        return "OPERATOR"
    if str(token) in KEYWORDS:
        return "KEYWORD"
    return str(token.type) if token.type in _OPEN else "MARK"


def delete(program: Program, choose: random.Random) -> Mutant:
    index = choose.randrange(len(program.tokens))
    lines = program.across_a_line_end(index)
    return Mutant(program.replaced(index, index, ""), lines, f"`{program.tokens[index]}` deleted")


def duplicate(program: Program, choose: random.Random) -> Mutant:
    index = choose.randrange(len(program.tokens))
    token = program.tokens[index]
    lines = frozenset({program.line(index)})
    return Mutant(program.replaced(index, index, f"{token} {token}"), lines, f"`{token}` doubled")


def swap(program: Program, choose: random.Random) -> Mutant:
    index = choose.randrange(len(program.tokens) - 1)
    first, second = program.tokens[index], program.tokens[index + 1]
    text = program.replaced(index, index + 1, f"{second}{program.between(index) or ' '}{first}")
    return Mutant(text, frozenset(map(program.line, (index, index + 1))), f"`{first}` and `{second}` swapped")


def _replace(program: Program, choose: random.Random, same: bool) -> Mutant:
    index = choose.randrange(len(program.tokens))
    token = program.tokens[index]
    others = sorted(t for k, t in program.vocabulary if (k == kind_of(token)) == same and t != token)
    if not others:
        return Mutant(program.source.text, frozenset(), "")
    other = choose.choice(others)
    text = program.replaced(index, index, f" {other} " if not same else other)
    return Mutant(text, frozenset({program.line(index)}), f"`{token}` replaced by `{other}`")


def replace_within_class(program: Program, choose: random.Random) -> Mutant:
    return _replace(program, choose, same=True)


def replace_across_classes(program: Program, choose: random.Random) -> Mutant:
    return _replace(program, choose, same=False)


KINDS: dict[str, Callable[[Program, random.Random], Mutant]] = {
    "delete": delete,
    "duplicate": duplicate,
    "swap": swap,
    "replace within class": replace_within_class,
    "replace across classes": replace_across_classes,
}
