"""Diagnostics as JSON-ready data: lines and columns from 1, offsets in characters from 0, ends exclusive.

A diagnostic is {code, severity, title, file, primary, secondary, notes, help, fixes}; a label is {span, text}; a fix is
{title, span, replacement, sure}; a span is {start, end, line, column, end_line, end_column}. The keys are stable.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .diagnostics import Diagnostic, Label
from .source import Source
from .tree import Span


def to_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """One dictionary per diagnostic, in the order given."""
    return [_diagnostic(d) for d in diagnostics]


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    source = diagnostic.source
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "title": diagnostic.title,
        "file": source.name,
        "primary": _label(source, diagnostic.primary),
        "secondary": [_label(source, label) for label in diagnostic.secondary],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fixes": [
            {"title": f.title, "span": _span(source, f.span), "replacement": f.replacement, "sure": f.sure}
            for f in diagnostic.fixes
        ],
    }


def _label(source: Source, label: Label) -> dict[str, Any]:
    return {"span": _span(source, label.span), "text": label.text}


def _span(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        "start": span.start,
        "end": span.end,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
