"""Diagnostics as text for a terminal: the line, what is underlined and why, notes, help, and the fix as it would read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from .diagnostics import Diagnostic, Label, Severity
from .source import Source
from .tree import Span

_COLOURS = {
    "error": "\033[1;31m",
    "warning": "\033[1;33m",
    "help": "\033[1;32m",
    "gutter": "\033[1;34m",
    "bold": "\033[1m",
}
_RESET = "\033[0m"
_MAX_LINES = 6  # of one label


def render(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """All diagnostics and a closing count; an empty text for none."""
    found = list(diagnostics)
    if not found:
        return ""
    blocks = [_block(d, colour) for d in found]
    return "\n".join([*blocks, _summary(found), ""])


def _paint(text: str, what: str, colour: bool) -> str:
    return f"{_COLOURS[what]}{text}{_RESET}" if colour and text else text


def _summary(found: Sequence[Diagnostic]) -> str:
    counts = []
    for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning")):
        number = sum(d.severity is severity for d in found)
        if number:
            counts.append(f"{number} {word}{'s' * (number > 1)}")
    return ", ".join(counts)


def _block(diagnostic: Diagnostic, colour: bool) -> str:
    severity = diagnostic.severity.value
    line, column = diagnostic.source.position(diagnostic.primary.span.start)
    width = len(str(max(line, *(diagnostic.source.position(s.span.end)[0] for s in diagnostic.secondary), line)))
    head = _paint(f"{severity}[{diagnostic.code}]", severity, colour) + _paint(f": {diagnostic.title}", "bold", colour)
    lines = [head, f"{' ' * width}{_paint('-->', 'gutter', colour)} {diagnostic.source.name}:{line}:{column}"]
    lines += _excerpt(diagnostic, width, colour)
    lines += [f"{' ' * width} {_paint('=', 'gutter', colour)} note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{_paint('help', 'help', colour)}: {diagnostic.help}")
    return "\n".join(lines) + "\n"


def _excerpt(diagnostic: Diagnostic, width: int, colour: bool) -> list[str]:
    """The lines with labels, in order; dots where lines between them are left out."""
    source = diagnostic.source
    marks: dict[int, list[tuple[Span, str, bool]]] = {}
    for label, primary in [(diagnostic.primary, True), *((s, False) for s in diagnostic.secondary)]:
        for number, span, text in _per_line(source, label):
            marks.setdefault(number, []).append((span, text, primary))
    lines: list[str] = []
    previous: int | None = None
    severity = diagnostic.severity.value
    for number in sorted(marks):
        if previous is not None and number > previous + 1:
            lines.append(" " * width + _paint(" …", "gutter", colour))
        gutter = _paint(f"{number:>{width}} |", "gutter", colour)
        blank = _paint(f"{'':>{width}} |", "gutter", colour)
        lines.append(f"{gutter} {source.line(number).expandtabs(4)}".rstrip())
        lines += [f"{blank} {row}" for row in _underlines(source, number, marks[number], severity, colour)]
        previous = number
    return lines


def _per_line(source: Source, label: Label) -> list[tuple[int, Span, str]]:
    """A label as one piece per line it covers; its text stands at the last one shown."""
    start, end = label.span.start, max(label.span.end, label.span.start + 1)
    first = source.position(start)[0]
    last = source.position(max(start, end - 1))[0]
    shown = range(first, min(last, first + _MAX_LINES - 1) + 1)
    pieces = []
    for number in shown:
        line_start = source.offset(number)
        line_end = line_start + len(source.line(number))
        piece = Span(max(start, line_start), max(min(end, line_end), max(start, line_start) + 1))
        pieces.append((number, piece, label.text if number == shown[-1] else ""))
    return pieces


def _underlines(
    source: Source, number: int, marks: list[tuple[Span, str, bool]], severity: str, colour: bool
) -> list[str]:
    """One row of carets with the text of the rightmost label, then a row for each other text, right to left."""
    cells: list[tuple[int, int, str, bool]] = []
    for span, text, primary in marks:
        left = _column(source, number, span.start)
        cells.append((left, max(_column(source, number, span.end), left + 1), text, primary))
    cells.sort(key=lambda c: (c[0], not c[3]))
    row = [" "] * max(c[1] for c in cells)
    for left, right, _, primary in sorted(cells, key=lambda c: c[3]):
        row[left:right] = ("^" if primary else "-") * (right - left)
    rows = [_paint("".join(row), severity, colour) + (f" {cells[-1][2]}" if cells[-1][2] else "")]
    rows += [" " * left + text for left, _, text, _ in reversed(cells[:-1]) if text]
    return rows


def _column(source: Source, number: int, offset: int) -> int:
    """Screen column of an offset in its line: tabs to multiples of 4, wide characters count two."""
    text = source.line(number)[: max(0, offset - source.offset(number))].expandtabs(4)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)
