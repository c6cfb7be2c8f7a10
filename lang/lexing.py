"""Text → tokens; characters that belong to no token are reported, with the spelling of other languages translated."""

from __future__ import annotations

import re
from typing import cast

import lark

from .diagnostics import Diagnostic, FixIt, Label
from .source import Source
from .tables import tables
from .tree import Span

# What people and models write from habit: pattern, what to write instead, what to say.
_HABITS: list[tuple[re.Pattern[str], str, str]] = [
    (re.compile(r"//[^\n]*"), "#", "a comment starts with `#`"),
    (re.compile(r"/\*.*?\*/", re.S), "#", "a comment starts with `#` and ends with the line"),
    (re.compile(r"&&?"), "and", "write `and`"),
    (re.compile(r"\|\|?"), "or", "write `or`"),
    (re.compile(r"!(?!=)"), "not ", "write `not`"),
    (re.compile(r"'[^'\n]*'"), '"', "a text stands between double quotes"),
    (re.compile(r"\*\*"), "", "there is no power operator: multiply"),
]
_COMMENT_OR_TEXT = re.compile(r'#[^\n]*|"[^"\n]*"')


def lex(source: Source) -> tuple[list[lark.Token], list[Diagnostic]]:
    """All tokens, and what could not be one. Offsets are those of the source."""
    errors: list[Diagnostic] = []
    text = _translate(source, errors)
    while True:
        try:
            return list(tables().lex(text)), errors
        except lark.UnexpectedCharacters as error:
            position = cast(int, error.pos_in_stream)
            end = _report(source, text, position, errors)
            text = text[:position] + " " * (end - position) + text[end:]


def _translate(source: Source, errors: list[Diagnostic]) -> str:
    """Replaces foreign spellings by ours of the same length (padded), outside comments and texts."""
    text = source.text
    protected = [m.span() for m in _COMMENT_OR_TEXT.finditer(text)]
    for pattern, instead, message in _HABITS:
        for match in list(pattern.finditer(text)):
            start, end = match.span()
            if any(a < end and start < b for a, b in protected):
                continue
            span = Span(start, end)
            ours = _ours(match.group(), instead)
            fixes = (FixIt(span, ours, f"write `{ours.strip()}`"),) if ours else ()
            errors.append(
                Diagnostic(
                    "E0011", "this is written differently here", source, Label(span, message), help=message, fixes=fixes
                )
            )
            text = text[:start] + _padded(instead, match.group()) + text[end:]
    return text


def _ours(found: str, instead: str) -> str:
    if instead == "#":
        return "# " + found.strip("/* \t")
    if instead == '"':
        return f'"{found[1:-1]}"'
    return instead


def _padded(instead: str, found: str) -> str:
    """Something of the same length that keeps the parser going: an operator becomes `*`, the rest blanks or a text."""
    if instead == '"':
        return f'"{" " * (len(found) - 2)}"'
    if instead in ("and", "or") or found == "**":
        return "*".ljust(len(found))
    return "".join(c if c == "\n" else " " for c in found)


def _report(source: Source, text: str, position: int, errors: list[Diagnostic]) -> int:
    """Reports one bad character (or an unfinished text) and says where to go on."""
    character = text[position]
    if character == '"':
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        label = Label(Span(position, position + 1), "starts here")
        errors.append(
            Diagnostic("E0003", "this text has no end", source, label, help='close it with `"` on the same line')
        )
        return end
    end = position + 1
    while end < len(text) and text[end] == character:
        end += 1
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    help_ = (
        "the language is written in ASCII; other characters may stand in comments and texts"
        if ord(character) > 126
        else None
    )
    errors.append(
        Diagnostic(
            "E0002",
            f"unknown character `{shown}`",
            source,
            Label(Span(position, end), "not part of the language"),
            help=help_,
        )
    )
    return end
