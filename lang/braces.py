"""Which brace is missing or too many: the parser learns of it only at the end of the text, the indentation tells where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lark

from .source import Source


@dataclass(frozen=True, slots=True)
class Missing:
    """The `}` of `opener` should stand before tokens[index]."""

    opener: lark.Token
    index: int


@dataclass(frozen=True, slots=True)
class Extra:
    """`brace` closes a block that goes on after it."""

    brace: lark.Token


def misplaced(source: Source, tokens: Sequence[lark.Token]) -> Missing | Extra | None:
    """The first brace that contradicts the indentation; None if they agree."""
    return _Walk(source).run(tokens)


class _Walk:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[tuple[lark.Token, int]] = []  # braces with the indentation of their lines
        self.stray: list[
            tuple[lark.Token, int]
        ] = []  # closing braces in lines of another indentation than what they closed

    def run(self, tokens: Sequence[lark.Token]) -> Missing | Extra | None:
        line = indent = 0
        for index, token in enumerate(tokens):
            here = self.source.position(token.start_pos or 0)
            if here[0] > line:
                line, indent = here[0], here[1]
                found = self._at_line(token, indent, index)
                if found is not None:
                    return found
            if token.value == "{":
                self.open.append((token, indent))
            elif token.value == "}":
                if not self.open:
                    return Extra(token)
                column = self.open.pop()[1]
                if column != indent:
                    self.stray.append((token, column))
        return None

    def _at_line(self, token: lark.Token, indent: int, index: int) -> Missing | Extra | None:
        """A line begins: what is open here must have begun further left, a `}` in the column of what it closes."""
        closes = token.value == "}"
        opener, column = self.open[-1] if self.open else (None, 0)
        if opener is not None and (column > indent or (column == indent and not closes)):
            return Missing(opener, index)
        if closes and column < indent:
            return next((Extra(brace) for brace, of in reversed(self.stray) if of == indent), None)
        return None
