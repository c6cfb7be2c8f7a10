"""Diagnostics as workflow commands, one line each, which GitHub shows in the margin of a change."""

from __future__ import annotations

from collections.abc import Iterable

from .diagnostics import Diagnostic


def to_github(diagnostics: Iterable[Diagnostic]) -> str:
    """`::error file=…,line=…::message`; lines and columns from 1, the last column is the last that is marked."""
    return "".join(_line(d) + "\n" for d in diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    source, span = diagnostic.source, diagnostic.primary.span
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.start, span.end - 1))
    places = {
        "file": source.name.replace("\\", "/"),
        "line": str(line),
        "endLine": str(end_line),
        "col": str(column),
        "endColumn": str(end_column),
        "title": f"{diagnostic.code}: {diagnostic.title}",
    }
    said = [diagnostic.primary.text, *diagnostic.notes, f"help: {diagnostic.help}" if diagnostic.help else ""]
    message = "\n".join(text for text in said if text) or diagnostic.title
    properties = ",".join(f"{name}={_property(value)}" for name, value in places.items())
    return f"::{diagnostic.severity.value} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """What would end the line, and the sign that says so."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
