"""Text → tree, or the errors that stand in the way. Never raises for any text."""

from __future__ import annotations

import lark

from . import recovery, tree
from .build_tree import TooDeepError, build
from .diagnostics import MAX_ERRORS, Diagnostic, Label
from .lexing import lex
from .source import Source
from .tree import Span


def parse(source: Source) -> tuple[tree.File | None, tuple[Diagnostic, ...]]:
    """The whole file as a tree, or None and what is wrong, in textual order."""
    tokens, errors = lex(source)
    parsed, more = recovery.parse_tokens(source, tokens)
    lines = {_line(d) for d in errors if d.code in ("E0002", "E0003")}  # where tokens were lost
    errors = sorted([*errors, *(d for d in more if _line(d) not in lines)], key=lambda d: d.primary.span)[:MAX_ERRORS]
    if errors or not isinstance(parsed, lark.Tree):
        return None, tuple(errors)
    try:
        return build(parsed), ()
    except TooDeepError as error:
        return None, (_too_deep(source, error.span),)
    except RecursionError:
        return None, (_too_deep(source, Span(0, 1)),)


def _line(diagnostic: Diagnostic) -> int:
    return diagnostic.source.position(diagnostic.primary.span.start)[0]


def _too_deep(source: Source, span: Span) -> Diagnostic:
    label = Label(Span(span.start, min(span.end, span.start + 1)), "too deep here")
    return Diagnostic(
        "E0010", "this is nested too deeply", source, label, help="name parts of it with `let` or `signal`"
    )
