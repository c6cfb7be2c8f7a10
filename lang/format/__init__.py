"""`stratc fmt`: one layout for every program. No options; formatting a formatted text changes nothing.

Only white space, parentheses and braces that say nothing, and blanks at the ends of comments change: the tree stays the same, and
every comment stays, in order. Both are verified of every text before it is handed out.
"""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..lexing import lex
from ..parser import parse
from ..source import Source
from . import align, comments, file
from .lines import lines


class ChangedError(Exception):
    """A formatted text would say something else: a defect of the formatter. Nothing was written."""


def format_source(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The formatted text, or None and the errors that `parse` has found. Raises ChangedError."""
    tree, errors = parse(source)
    if tree is None:
        return None, errors
    tokens = lex(source)[0]
    parts = file.parts(tree)
    comments.attach(parts, source.text, tokens)
    text = align.text(lines(parts))
    made = Source(source.name, text)
    if parse(made)[0] != tree:
        raise ChangedError("the formatted text would be another program")
    if comments.all_comments(text, lex(made)[0]) != comments.all_comments(source.text, tokens):
        raise ChangedError("the formatted text would have other comments")
    return text, ()
