"""Diagnostics as a SARIF 2.1.0 log (OASIS, 2020), which code hosts and editors show beside the text.

Lines and columns count from 1 and in characters, ends are exclusive, as SARIF has them under `unicodeCodePoints`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from .diagnostics import Diagnostic, FixIt, Label
from .source import Source
from .tree import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(diagnostics: Iterable[Diagnostic], version: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """The whole log, with one run. version: of the tool; titles: what each code is about."""
    found = list(diagnostics)
    codes = sorted({d.code for d in found})
    rules = [{"id": code, "shortDescription": _text(titles.get(code, code))} for code in codes]
    driver = {"name": "stratc", "version": version, "rules": rules}
    results = [_result(d, codes.index(d.code)) for d in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    source = diagnostic.source
    made: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": _text(_message(diagnostic)),
        "locations": [_location(source, diagnostic.primary)],
    }
    if diagnostic.secondary:
        made["relatedLocations"] = [
            {"id": number, **_location(source, label)} for number, label in enumerate(diagnostic.secondary)
        ]
    if diagnostic.fixes:
        made["fixes"] = [_fix(source, fix) for fix in diagnostic.fixes]
    return made


def _text(text: str) -> dict[str, str]:
    """A message: a single brace would begin a placeholder (3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _message(diagnostic: Diagnostic) -> str:
    """All that is said of it, a line each."""
    label = diagnostic.primary.text
    title = f"{diagnostic.title}: {label}" if label else diagnostic.title
    helped = [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join([title, *(f"note: {note}" for note in diagnostic.notes), *helped])


def _location(source: Source, label: Label) -> dict[str, Any]:
    made: dict[str, Any] = {"physicalLocation": {**_artifact(source), "region": _region(source, label.span)}}
    if label.text:
        made["message"] = _text(label.text)
    return made


def _artifact(source: Source) -> dict[str, Any]:
    path = PurePath(source.name)
    return {"artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}}


def _region(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(source: Source, fix: FixIt) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(source, fix.span), "insertedContent": {"text": fix.replacement}}
    change = {**_artifact(source), "replacements": [replacement]}
    return {"description": _text(fix.title), "artifactChanges": [change]}
