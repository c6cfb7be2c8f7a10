"""Parsing with recovery: after an error the parser is put back on its feet, so that the next independent error is found too.

First a known slip is tried (slips.py), then the smallest repair (repairs.py); if neither carries on, the statement is skipped.
A text with an error gives no tree, so recovery runs on the parser's states alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import lark

from . import automaton
from .automaton import END, OPENING, Stack
from .diagnostics import MAX_ERRORS, Diagnostic, Label
from .keywords import MEMBERS
from .repairs import ENOUGH, LEAST, Place, explain, find_repair, unclosed
from .slips import Slip, find_slip
from .source import Source
from .tables import literals, tables
from .tree import Span

_FILE = frozenset({"use", "const", "type", "enum", "schema", "message", "def", "node", "strategy", "kernel"})
_STARTERS = _FILE | MEMBERS
MAX_DEPTH = 100


def parse_tokens(source: Source, tokens: Sequence[lark.Token]) -> tuple[lark.Tree[lark.Token] | None, list[Diagnostic]]:
    """The parse tree (None after an error) and the errors."""
    deep = _too_deep(source, tokens)
    if deep is not None:
        return None, [deep]
    parser = tables().parse_interactive("")
    try:
        for token in tokens:
            parser.feed_token(token)
        parsed: lark.Tree[lark.Token] = parser.feed_eof(tokens[-1] if tokens else None)  # type: ignore[no-untyped-call]
    except lark.UnexpectedToken:
        return None, _Recovery(source, tokens).run()
    return parsed, []


def _too_deep(source: Source, tokens: Sequence[lark.Token]) -> Diagnostic | None:
    depth = 0
    for token in tokens:
        depth += (token.value in OPENING) - (token.value in OPENING.values())
        if depth > MAX_DEPTH:
            label = Label(
                Span(token.start_pos or 0, token.end_pos or 0), f"more than {MAX_DEPTH} brackets are open here"
            )
            help_ = "name parts of it with `let` or `signal`"
            return Diagnostic("E0010", "this is nested too deeply", source, label, help=help_)
    return None


class _Recovery:
    def __init__(self, source: Source, tokens: Sequence[lark.Token]) -> None:
        end = len(source.text)
        self.source = source
        self.tokens = [*tokens, lark.Token(END, "", end, end_pos=end)]
        self.errors: list[Diagnostic] = []
        self.stack = automaton.bottom()
        self.before: Stack | None = None  # the stack without the last token
        self.index = 0
        self.skipped = False  # brackets may have been lost
        self.hollow: Stack | None = None  # a block of which all statements so far were skipped

    def run(self) -> list[Diagnostic]:
        while self.index < len(self.tokens) and len(self.errors) < MAX_ERRORS:
            token = self.tokens[self.index]
            after = automaton.feed(self.stack, token.type, token)
            if after is None:
                self._recover()
            else:
                self._go_on(after, self.index + 1)
        return self.errors

    def _go_on(self, stack: Stack, index: int) -> None:
        self.before = self.stack if index == self.index + 1 else None
        self.stack, self.index = stack, index

    def _recover(self) -> None:
        place = Place(self.source, self.tokens, self.index, self.stack, self.before)
        if place.token.type == END and automaton.innermost(self.stack) is not None:
            self._unfinished(place)
            return
        if place.token == "}" and self.stack is self.hollow:  # it would not be empty without the error
            self._leave()
            return
        repair = find_repair(place)
        slip = find_slip(self.source, self.tokens, self.index, automaton.accepts(self.stack))
        mended = None if slip is None else self._mended(slip)
        if slip is not None and mended is not None:
            self.errors.append(slip.diagnostic)
            self._go_on(mended, self.index + slip.consumes)
            self.before = None
            return
        self.errors.append(explain(place, repair))
        if repair is not None:
            self._go_on(repair.stack, repair.resume)
            self.before = None
        elif place.token.type == END:
            self.index += 1
        else:
            self._skip()

    def _unfinished(self, place: Place) -> None:
        """The text ends inside brackets: one error for all of them, and none after text was skipped."""
        opener = automaton.innermost(self.stack)
        if not self.skipped and opener is not None:
            self.errors.append(unclosed(place, opener, OPENING[str(opener)]))
        self.index += 1

    def _mended(self, slip: Slip) -> Stack | None:
        """The stack after what was meant; None if that does not carry on either."""
        stack: Stack | None = self.stack
        for token in slip.tokens:
            stack = None if stack is None else automaton.feed(stack, token.type, token)
        if stack is None:
            return None
        resume = self.index + slip.consumes
        return stack if automaton.survives(stack, self.tokens, resume, ENOUGH) >= LEAST else None

    # ---- panic mode

    def _skip(self) -> None:
        """To the end of the statement: past its `;`, or up to a `}` that closes its block, or up to the next declaration."""
        self.skipped = True
        depth = 0
        start = self.index
        while self.tokens[self.index].type != END:
            token = self.tokens[self.index]
            if token.value == "}" and depth == 0:
                if self._land(literals()["}"], self.index):
                    return
            elif token.value in OPENING:
                depth += 1
            elif token.value in OPENING.values():
                depth = max(0, depth - 1)
            ends = token.value == ";" or (token.value == "}" and self.index > start)
            if ends and depth == 0:
                self._next_statement()
                return
            starts = self.index > start and token.value in _STARTERS and self._on_new_line()
            if starts and self._land(token.type, self.index):
                return
            self.index += 1

    def _next_statement(self) -> None:
        stack = automaton.statement(self.stack)
        if stack is None:
            self._leave()
            return
        self._go_on(stack, self.index + 1)
        self.before, self.hollow = None, stack

    def _leave(self) -> None:
        """Past this token, and out of what it ends."""
        self._land(literals()["}"], self.index + 1) or self._land(END, self.index + 1)

    def _on_new_line(self) -> bool:
        before, token = self.tokens[self.index - 1], self.tokens[self.index]
        return "\n" in self.source.text[before.end_pos or 0 : token.start_pos or 0]

    def _land(self, terminal: str, index: int) -> bool:
        """Goes on at `index`, in the nearest state in which `terminal` may come."""
        stack = automaton.unwind(self.stack, terminal)
        if stack is not None:
            self._go_on(stack, index)
            self.before = None
        return stack is not None
