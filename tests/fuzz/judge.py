"""What must hold of every text: the compiler ends soon and without a traceback, and what it reports can be shown in every form."""

import json
import time
import traceback
from collections.abc import Iterator

from stratc.compiler.pipeline import compile_source
from stratc.lang.diagnostics import Diagnostic
from stratc.lang.render import render
from stratc.lang.render_github import to_github
from stratc.lang.render_json import to_json
from stratc.lang.render_sarif import to_sarif
from stratc.lang.source import Source
from stratc.lang.tree import Span

MOST_SECONDS = 2.0  # of processor time, so that a busy machine is no find


def fault(text: str) -> str | None:
    """What is wrong with how the compiler takes the text; None: nothing."""
    begin = time.process_time()
    try:
        compilation = compile_source(Source("fuzz.strat", text))
        spent = time.process_time() - begin
        found = compilation.diagnostics.in_order()
        _show(found)
    except Exception:
        return traceback.format_exc(limit=-6)
    if spent > MOST_SECONDS:
        return f"took {spent:.1f} s"
    if compilation.program is not None and compilation.diagnostics.errors:
        return "a program in spite of errors"
    outside = [d for d in found for span in _spans(d) if not 0 <= span.start <= span.end <= len(d.source.text)]
    return f"a span outside the text: {outside[0]}" if outside else None


def _show(found: list[Diagnostic]) -> None:
    """Every renderer; what it made must be text that a file can hold."""
    sarif = to_sarif(found, "0", {})
    for made in (
        render(found),
        render(found, colour=True),
        json.dumps(to_json(found)),
        json.dumps(sarif),
        to_github(found),
    ):
        made.encode("utf-8")


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    yield diagnostic.primary.span
    yield from (label.span for label in diagnostic.secondary)
    yield from (fix.span for fix in diagnostic.fixes)
