"""How passes report: one short call per finding, bound to the source it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from ..lang.diagnostics import Diagnostic, Diagnostics, FixIt, Label
from ..lang.source import Source
from ..lang.suggest import did_you_mean
from ..lang.tree import Span
from .program import Place


class Reporter:
    """Adds diagnostics about one source text to the shared collection."""

    in_library = False  # inside the body of a library node

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self.source = source
        self.diagnostics = diagnostics

    def report(
        self,
        code: str,
        span: Span,
        title: str,
        label: str = "",
        *,
        also: Iterable[tuple[Span, str]] = (),
        notes: Iterable[str] = (),
        help: str | None = None,
        fixes: Iterable[FixIt] = (),
        about: str | None = None,
    ) -> None:
        """about: see `Diagnostic`."""
        secondary = tuple(Label(s, text) for s, text in also)
        primary = Label(span, label)
        self._add(Diagnostic(code, title, self.source, primary, secondary, tuple(notes), help, tuple(fixes), about))

    def _add(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.add(diagnostic)

    def unknown(
        self, span: Span, what: str, name: str, candidates: Iterable[str], code: str = "E0101", help: str | None = None
    ) -> None:
        """An unknown name, with the nearest known one as a fix-it; told once, wherever it is used."""
        near = did_you_mean(name, sorted(candidates)) if len(name) > 1 else None
        fixes = (FixIt(span, near, f"write `{near}`"),) if near else ()
        self.report(
            code,
            span,
            f"unknown {what} `{name}`",
            "not declared",
            help=f"did you mean `{near}`?" if near else help,
            fixes=fixes,
            about=f"unknown {name}",
        )

    def at_call(self, span: Span, node: str, library: str | None) -> Reporter:
        """For the body of a node: in a library what is wrong in it is wrong with the call; elsewhere the call is shown too."""
        return _InBody(self, span) if library is None else _AtCall(self, span, f"{library}::{node}")

    def text(self, span: Span) -> str:
        """A statement as written, on one line, without its end."""
        return " ".join(self.source.text[span.start : span.end].rstrip(";").split())

    def place(self, span: Span) -> Place:
        return Place(PurePath(self.source.name).name, self.source.position(span.start)[0])


class _InBody(Reporter):
    """Reports in the body of a node of the file, and shows the call whose arguments made it wrong."""

    def __init__(self, caller: Reporter, span: Span) -> None:
        super().__init__(caller.source, caller.diagnostics)
        self._span = span

    def _add(self, diagnostic: Diagnostic) -> None:
        super()._add(replace(diagnostic, secondary=(*diagnostic.secondary, Label(self._span, "in this call"))))


class _AtCall(Reporter):
    """Reports at the call, and names the library node that complained; places are the call's line too."""

    in_library = True

    def __init__(self, caller: Reporter, span: Span, node: str) -> None:
        super().__init__(caller.source, caller.diagnostics)
        self._caller = caller
        self._span = span
        self._node = node

    def _add(self, diagnostic: Diagnostic) -> None:
        notes = (*diagnostic.notes, f"found inside `{self._node}`")
        here = Label(self._span, "in this call")
        self._caller._add(replace(diagnostic, primary=here, secondary=(), notes=notes, fixes=()))

    def at_call(self, span: Span, node: str, library: str | None) -> Reporter:
        return self

    def place(self, span: Span) -> Place:
        return self._caller.place(self._span)
