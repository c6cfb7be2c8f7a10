"""What a formatted text is made of, before it is cut into lines: tokens, the breaks between them, and groups around both.

The printers write these parts in textual order. A group is laid out on one line if it fits and nothing in it must start a new line;
otherwise its own breaks start new lines, and each group inside it decides for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

INDENT = 2
CONTINUATION = 4  # of a condition or a target that goes on below its statement


@dataclass(slots=True)
class Comment:
    text: str
    own_line: bool  # it stands on a line of its own; of several in one place all but the first do in any case
    blank_before: bool  # an empty line stands before it


@dataclass(slots=True)
class Token:
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """Where neighbouring lines may be aligned: only with columns that are equal.

    rank: columns of a line are aligned from the lowest to the highest. solo: only where its statement has the line for itself.
    """

    name: str
    rank: int = 0
    solo: bool = False


@dataclass(slots=True)
class Break:
    """Between two tokens.

    flat: what it is on one line. breaks: it starts a new line where its group does not fit. holds: a comment may stand here.
    statement: empty lines of the source are kept here. keeps: a new line of the source is kept here.
    opening, closing: first and last break of a block. inner: how much deeper comments stand here than what follows.
    """

    flat: str = " "
    breaks: bool = False
    holds: bool = False
    statement: bool = False
    keeps: bool = False
    opening: bool = False
    closing: bool = False
    inner: int = 0
    column: Column | None = None
    comments: list[Comment] = field(default_factory=list)
    new_line: bool = False  # the source has one here
    blank_after: bool = False  # the source has an empty line before the next token


class Kind(Enum):
    GROUP = auto()
    BLOCK = auto()  # a group that stays broken if the source has a new line between its first and its last token
    NEST = auto()
    ALIGN = auto()


@dataclass(slots=True)
class Open:
    kind: Kind
    amount: int = 0
    close: int = 0  # index of its Close
    broken: bool = False


@dataclass(slots=True)
class Close:
    kind: Kind


Part = Token | Break | Open | Close


class Writer:
    """Collects the parts."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def token(self, text: str) -> None:
        """Glued to what stands before it, unless a break was written in between."""
        self.parts.append(Token(text))

    def tokens(self, *texts: str) -> None:
        """With a space between each two."""
        for index, text in enumerate(texts):
            if index:
                self.space()
            self.token(text)

    def word(self, text: str) -> None:
        """With a space after it."""
        self.token(text)
        self.space()

    # ---- breaks

    def space(self, column: Column | None = None) -> None:
        """Never a new line."""
        self.parts.append(Break(column=column))

    def line(self, column: Column | None = None) -> None:
        """A space, or a new line."""
        self.parts.append(Break(breaks=True, holds=True, column=column))

    def pin(self) -> None:
        """Nothing, or a new line after a comment."""
        self.parts.append(Break(flat="", holds=True))

    def item(self, *, opening: bool = False, closing: bool = False) -> None:
        """Between two statements, and between them and the braces."""
        inner = INDENT if closing else 0
        self.parts.append(Break(breaks=True, holds=True, statement=True, opening=opening, closing=closing, inner=inner))

    def end_of_text(self, *, empty: bool) -> None:
        self.parts.append(Break(breaks=True, holds=True, statement=True, opening=empty, closing=True))

    def keep(self, column: Column | None = None) -> None:
        """Between two statements that may share a line, as they did in the source."""
        self.parts.append(Break(breaks=True, holds=True, statement=True, keeps=True, column=column))

    def hollow(self) -> None:
        """Between the braces of an empty block."""
        self.parts.append(Break(holds=True, closing=True, inner=INDENT))

    # ---- nesting

    @contextmanager
    def _within(self, kind: Kind, amount: int = 0) -> Iterator[None]:
        opened = Open(kind, amount)
        self.parts.append(opened)
        yield
        opened.close = len(self.parts)
        self.parts.append(Close(kind))

    def group(self) -> AbstractContextManager[None]:
        return self._within(Kind.GROUP)

    def block(self) -> AbstractContextManager[None]:
        return self._within(Kind.BLOCK)

    def nest(self, amount: int = INDENT) -> AbstractContextManager[None]:
        return self._within(Kind.NEST, amount)

    def align(self) -> AbstractContextManager[None]:
        """New lines start below this place."""
        return self._within(Kind.ALIGN)
