"""Diagnostics as text for a terminal: the line, what is underlined and why, notes, help, and the fix as it would read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .diagnostics import Diagnostic, FixIt, Label, Severity
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
_MAX_LABELS = 6  # beside the first
_MAX_COLUMNS = 160  # of one line of the source
_MARGIN = 40  # columns kept to the left of what is underlined in a longer line


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
    labels = (diagnostic.primary, *diagnostic.secondary[:_MAX_LABELS])
    width = len(str(max(diagnostic.source.position(label.span.end)[0] for label in labels)))
    title = _paint(f": {_clean(diagnostic.title)}", "bold", colour)
    head = _paint(f"{severity}[{diagnostic.code}]", severity, colour) + title
    place = f"{_clean(diagnostic.source.name)}:{line}:{column}"
    lines = [head, f"{' ' * width}{_paint('-->', 'gutter', colour)} {place}"]
    lines += _excerpt(diagnostic, width, colour)
    if more := len(diagnostic.secondary) - _MAX_LABELS:
        lines += [f"{' ' * width} {_paint('=', 'gutter', colour)} note: and {more} more like these"] * (more > 0)
    lines += [f"{' ' * width} {_paint('=', 'gutter', colour)} note: {_clean(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{_paint('help', 'help', colour)}: {_clean(diagnostic.help)}")
    lines += [f"{_paint('fix', 'help', colour)}: {_clean(fix.title)}" for fix in _unsaid(diagnostic)]
    return "\n".join(lines) + "\n"


def _unsaid(diagnostic: Diagnostic) -> list[FixIt]:
    """The fixes that neither the help nor a note tells already."""
    said = " ".join((diagnostic.help or "", *diagnostic.notes))
    return [f for f in diagnostic.fixes if f.title not in said and (f.replacement.strip() or f.title) not in said]


def _excerpt(diagnostic: Diagnostic, width: int, colour: bool) -> list[str]:
    """The lines with labels, in order; dots where lines between them are left out."""
    source = diagnostic.source
    marks: dict[int, list[tuple[Span, str, bool]]] = {}
    for label, primary in [(diagnostic.primary, True), *((s, False) for s in diagnostic.secondary[:_MAX_LABELS])]:
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
        line = _Line.of(source, number, [span for span, _, _ in marks[number]])
        lines.append(f"{gutter} {line.shown}".rstrip())
        lines += [f"{blank} {row}" for row in _underlines(line, marks[number], severity, colour)]
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


def _underlines(line: _Line, marks: list[tuple[Span, str, bool]], severity: str, colour: bool) -> list[str]:
    """One row of carets with the text of the rightmost label, then a row for each other text, right to left."""
    cells: list[tuple[int, int, str, bool]] = []
    for span, text, primary in marks:
        left = line.column(span.start)
        cells.append((left, max(line.column(span.end), left + 1), _clean(text), primary))
    cells.sort(key=lambda c: (c[0], not c[3]))
    row = [" "] * max(c[1] for c in cells)
    for left, right, _, primary in sorted(cells, key=lambda c: c[3]):
        row[left:right] = ("^" if primary else "-") * (right - left)
    rows = [_paint("".join(row), severity, colour) + (f" {cells[-1][2]}" if cells[-1][2] else "")]
    rows += [" " * left + text for left, _, text, _ in reversed(cells[:-1]) if text]
    return rows


@dataclass(frozen=True, slots=True)
class _Line:
    """The part of a source line that is shown: all of it, unless it is very long."""

    text: str  # tabs as in the source; a mark where something is cut off
    start: int  # offset in the source of text[0]

    @classmethod
    def of(cls, source: Source, number: int, spans: Sequence[Span]) -> _Line:
        text, start = _clean(source.line(number)), source.offset(number)
        if len(text) <= _MAX_COLUMNS:
            return cls(text, start)
        cut = max(0, min(min(span.start for span in spans) - start - _MARGIN, len(text) - _MAX_COLUMNS))
        part = text[cut : cut + _MAX_COLUMNS]
        part = "…" + part[1:] if cut else part
        part = part[:-1] + "…" if cut + _MAX_COLUMNS < len(text) else part
        return cls(part, start + cut)

    @property
    def shown(self) -> str:
        return self.text.expandtabs(4)

    def column(self, offset: int) -> int:
        """Screen column of an offset: tabs go to multiples of 4, wide characters count two."""
        before = self.text[: max(0, offset - self.start)].expandtabs(4)
        wide = sum(unicodedata.east_asian_width(c) in "WF" for c in before)
        return len(before) + wide - sum(unicodedata.combining(c) > 0 for c in before)


def _clean(text: str) -> str:
    """Without characters that steer a terminal or can't be printed; the number of characters stays."""
    return "".join(c if c in "\t\n" or unicodedata.category(c)[0] not in "C" else "\ufffd" for c in text)
