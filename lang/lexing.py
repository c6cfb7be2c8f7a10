"""Text → tokens; what belongs to no token is reported, and the spelling of other languages is read as what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import lark

from .diagnostics import MAX_ERRORS, Diagnostic, FixIt, Label
from .source import Source
from .tables import literals, tables
from .tree import Span

# Comments and texts are matched first, so that nothing inside them is taken for foreign.
_FOREIGN = re.compile(
    r"""(?P<ours>\#[^\n]*|"[^"\n]*")
    |(?P<open_text>"[^"\n]*?(?=[ \t\r;{)]*$))
    |(?P<slashes>//[^\n]*)
    |(?P<slash_star>/\*(?s:.*?)(?:\*/|\Z))
    |(?P<ampersand>&&?)
    |(?P<bar>\|\|?)
    |(?P<exclamation>!(?!=))
    |(?P<power>\*\*)
    |(?P<single>'[^'\n]*')
    |(?P<word>(?<![0-9A-Za-z_])[A-Za-z_][0-9A-Za-z_]*)
    |(?P<unknown>\ufeff+|[^\x00-\x7f]+)""",
    re.VERBOSE | re.MULTILINE,
)
# What editors make of plain characters.
_TYPOGRAPHIC = {
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00d7": "*", "\u00b7": "*", "\u00f7": "/",
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2192": "->", "\u2026": "..",
}  # fmt: skip
_OURS = re.compile(r"[a-z][a-z0-9_]*|[A-Z][A-Z0-9_]*")
_WANTS_UPPER = ("strategy", "kernel", "instrument", "state", "const", "->", "enum", "bound", "is")

Read = tuple[Diagnostic, str, str]  # what is wrong, and the terminal (or "") and the text to read instead


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens: list[lark.Token] = []
        self.errors: list[Diagnostic] = []

    def run(self) -> None:
        done = 0
        for match in _FOREIGN.finditer(self.source.text):
            kind = str(match.lastgroup)
            if kind == "ours" or (kind == "word" and _OURS.fullmatch(match.group())):
                continue
            self.plain(done, match.start())
            if len(self.errors) >= MAX_ERRORS:
                return
            diagnostic, terminal, text = _FINDS[kind](self, Span(*match.span()), match.group())
            self.errors.append(diagnostic)
            if terminal:
                self.tokens.append(lark.Token(terminal, text, match.start(), end_pos=match.end()))
            done = match.end()
        self.plain(done, len(self.source.text))

    def plain(self, start: int, end: int) -> None:
        """Tokens of a stretch without foreign spellings; single characters in it may still be unknown."""
        while start < end and len(self.errors) < MAX_ERRORS:
            try:
                for token in tables().lex(self.source.text[start:end]):
                    self.tokens.append(_moved(token, start))
                return
            except lark.UnexpectedCharacters as error:
                position = start + cast(int, error.pos_in_stream)
                start = position + 1
                while start < end and self.source.text[start] == self.source.text[position]:
                    start += 1
                span = Span(position, start)
                self.errors.append(self.unknown(span, self.source.text[position])[0])

    def finding(self, code: str, title: str, span: Span, label: str, help_: str | None, ours: str = "") -> Diagnostic:
        fixes = (FixIt(span, ours, f"write `{ours}`"),) if ours else ()
        return Diagnostic(code, title, self.source, Label(span, label), help=help_, fixes=fixes)

    # ---- one finder per group of _FOREIGN

    def open_text(self, span: Span, found: str) -> Read:
        start = Span(span.start, span.start + 1)
        help_ = 'close it with `"` on the same line'
        return self.finding("E0003", "this text has no end", start, "starts here", help_), "STRING", '""'

    def comment(self, span: Span, found: str) -> Read:
        first = Span(span.start, span.start + 2)
        help_ = "a comment starts with `#` and ends with the line"
        return self.finding("E0011", "a comment starts with `#`", first, "of another language", help_), "", ""

    def instead(self, span: Span, found: str, word: str) -> Read:
        title = f"`{found}` is written `{word}`"
        diagnostic = self.finding("E0011", title, span, "of another language", f"write `{word}`", f"{word} ")
        return diagnostic, literals()[word], word

    def power(self, span: Span, found: str) -> Read:
        diagnostic = self.finding("E0011", "there is no power operator", span, "of another language", "multiply")
        return diagnostic, literals()["*"], "*"

    def single(self, span: Span, found: str) -> Read:
        ours = f'"{found[1:-1]}"'
        title = "a text stands between double quotes"
        return self.finding("E0011", title, span, "of another language", f"write `{ours}`", ours), "STRING", ours

    def word(self, span: Span, found: str) -> Read:
        before = str(self.tokens[-1]) if self.tokens else ""
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found).strip("_") or "x"
        ours, terminal = (snake.upper(), "UPPER") if before in _WANTS_UPPER else (snake.lower(), "NAME")
        terminal = literals().get(ours, terminal)
        title = f"`{found}` is spelled neither lower_case nor UPPER_CASE"
        label = "values are lower_case; assets, states and strategies UPPER_CASE"
        return self.finding("E0009", title, span, label, f"write `{ours}`", ours), terminal, ours

    def unknown(self, span: Span, found: str) -> Read:
        character = found[0]
        shown = f"`{character}`" if character.isprintable() else f"U+{ord(character):04X}"
        ascii_only = "the language is written in ASCII; other characters may stand in comments and texts"
        mark = "this is a byte-order mark: save the file as UTF-8 without it"
        help_ = mark if character == "\ufeff" else ascii_only if ord(character) > 126 else None
        ours = _TYPOGRAPHIC.get(found)
        if ours is not None:
            label = "not part of the language"
            return (
                self.finding("E0002", f"unknown character {shown}", span, label, f"write `{ours}`", ours),
                literals()[ours],
                ours,
            )
        return self.finding("E0002", f"unknown character {shown}", span, "not part of the language", help_), "", ""


_FINDS: dict[str, Callable[[_Lexer, Span, str], Read]] = {
    "open_text": _Lexer.open_text,
    "slashes": _Lexer.comment,
    "slash_star": _Lexer.comment,
    "ampersand": lambda lexer, span, found: lexer.instead(span, found, "and"),
    "bar": lambda lexer, span, found: lexer.instead(span, found, "or"),
    "exclamation": lambda lexer, span, found: lexer.instead(span, found, "not"),
    "power": _Lexer.power,
    "single": _Lexer.single,
    "word": _Lexer.word,
    "unknown": _Lexer.unknown,
}


def _moved(token: lark.Token, by: int) -> lark.Token:
    """Positions within the whole text, which is lexed in stretches."""
    if by:
        token.start_pos = (token.start_pos or 0) + by
        token.end_pos = (token.end_pos or 0) + by
    return token


def lex(source: Source) -> tuple[list[lark.Token], list[Diagnostic]]:
    """All tokens (those up to the last error, when there are too many), and what could not be one. Offsets are those of the source."""
    lexer = _Lexer(source)
    lexer.run()
    return lexer.tokens, lexer.errors
