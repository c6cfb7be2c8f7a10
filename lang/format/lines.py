"""Parts → lines: every group is put on one line if it fits, in one pass over the parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .layout import CONTINUATION, Break, Column, Comment, Kind, Open, Part, Token

WIDTH = 120
DEEPEST = 60  # how far to the right of its statement a place to align below may be


@dataclass(slots=True)
class Line:
    """indent: blanks before the first cell; columns: those between two cells; comment: the one at the end.

    shared: it holds several statements.
    """

    indent: int = 0
    cells: list[str] = field(default_factory=lambda: [""])
    columns: list[Column] = field(default_factory=list)
    comment: str = ""
    shared: bool = False

    @property
    def code(self) -> str:
        return " ".join(self.cells)


def lines(parts: Sequence[Part]) -> list[Line]:
    """Without the line of the empty token at the beginning and the one at the end."""
    return _Lines(parts).run()


class _Lines:
    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.widths, self.stops = _measure(parts)
        self.done: list[Line] = []
        self.line = Line()
        self.column = 0
        self.indents = [0]
        self.flat = [False]  # of the groups around this place

    def run(self) -> list[Line]:
        for index, part in enumerate(self.parts):
            if isinstance(part, Token):
                self._add(part.text)
            elif isinstance(part, Break):
                self._break(part)
            elif isinstance(part, Open):
                self._open(index, part)
            elif part.kind in (Kind.GROUP, Kind.BLOCK):
                self.flat.pop()
            else:
                self.indents.pop()
        return self.done[1:]

    def _add(self, text: str) -> None:
        self.line.cells[-1] += text
        self.column += len(text)

    def _open(self, index: int, part: Open) -> None:
        if part.kind is Kind.NEST:
            self.indents.append(self.indents[-1] + part.amount)
        elif part.kind is Kind.ALIGN:
            deep = self.column - self.line.indent > DEEPEST
            self.indents.append(self.line.indent + CONTINUATION if deep else self.column)
        else:
            self.flat.append(self.flat[-1] or (not part.broken and self._fits(index, part)))

    def _fits(self, index: int, part: Open) -> bool:
        """Together with what can't be separated from its end."""
        return self.column + self.widths[self.stops[part.close]] - self.widths[index] <= WIDTH

    def _break(self, part: Break) -> None:
        if part.comments or (part.breaks and not self.flat[-1]):
            self._new_line(part)
            return
        self.line.shared |= part.statement
        if part.column is not None and self.flat[-1]:
            self.line.columns.append(part.column)
            self.line.cells.append("")
            self.column += 1
        else:
            self._add(part.flat)

    def _new_line(self, part: Break) -> None:
        comments = part.comments
        if comments and not comments[0].own_line:
            self.line.comment, comments = comments[0].text, comments[1:]
        self.done.append(self.line)
        indent = self.indents[-1]
        for number, comment in enumerate(comments):
            self._blank(part, comment, first=number == 0 and not self.line.comment)
            self.done.append(Line(indent + part.inner, [comment.text]))
        if part.statement and part.blank_after and not part.closing and (part.comments or not part.opening):
            self.done.append(Line())
        self.line = Line(indent)
        self.column = indent

    def _blank(self, part: Break, comment: Comment, first: bool) -> None:
        if part.statement and comment.blank_before and not (part.opening and first):
            self.done.append(Line())


def _measure(parts: Sequence[Part]) -> tuple[list[int], list[int]]:
    """The width of everything before a part on one line, and for every part the next one at which a line may end."""
    widths, stops = [0], [len(parts)] * (len(parts) + 1)
    for part in parts:
        width = len(part.text) if isinstance(part, Token) else len(part.flat) if isinstance(part, Break) else 0
        widths.append(widths[-1] + width)
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        ends = isinstance(part, Break) and (part.breaks or bool(part.comments))
        stops[index] = index if ends else stops[index + 1]
    return widths, stops
