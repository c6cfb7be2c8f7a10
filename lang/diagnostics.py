"""Diagnostics as data: one record per finding, whoever made it and however it is shown.

A code is `E` (error) or `W` (warning) and four digits; `docs/errors/CODE.md` explains it and `stratc explain` prints that page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from .source import Source
from .tree import Span

MAX_ERRORS = 20  # of one text; more only bury the first


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A span with what to say about it (may be empty: underline only)."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class FixIt:
    """Replace the text of `span` by `replacement`; sure: safe to apply without asking."""

    span: Span
    replacement: str
    title: str
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """about: the one mistake, where it shows at several places (an unknown name, say): such findings are told as one."""

    code: str
    title: str
    source: Source
    primary: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fixes: tuple[FixIt, ...] = ()
    about: str | None = None

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if self.code.startswith("E") else Severity.WARNING


@dataclass(slots=True)
class Diagnostics:
    """Collects the findings of all passes over one program; the same finding counts once."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        if diagnostic in self.found:
            return
        for index, known in enumerate(self.found):
            if diagnostic.about is not None and (known.about, known.source) == (diagnostic.about, diagnostic.source):
                self.found[index] = _together(known, diagnostic)
                return
        self.found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.found if d.severity is Severity.ERROR]

    def in_order(self) -> list[Diagnostic]:
        """By place in the text, so that output does not depend on the order of the passes."""
        return sorted(self.found, key=lambda d: (d.source.name, d.primary.span, d.code, d.title))


def _together(known: Diagnostic, other: Diagnostic) -> Diagnostic:
    """One finding of two: the first in the text, the other as a place where it shows too."""
    first, second = sorted((known, other), key=lambda d: d.primary.span)
    also = dict.fromkeys((*first.secondary, Label(second.primary.span, "here too"), *second.secondary))
    others = tuple(label for label in also if label.span != first.primary.span)
    if second.title == first.title or second.primary.span != first.primary.span:
        return replace(first, secondary=others)
    return replace(first, secondary=others, notes=(*first.notes, second.title))
