"""Parsing with recovery: after an error the parser is put back on its feet, so that the next independent error is found too.

First a known slip is tried (slips.py), then whether the last line just breaks off, then the smallest repair (repairs.py); if none
carries on, the statement is skipped, and what does not fit right after it is no error of its own.
A text with an error gives no tree, so recovery runs on the parser's states alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import lark

from . import automaton, blocks
from .automaton import END, OPENING, Stack
from .braces import Extra, Missing, misplaced
from .diagnostics import MAX_ERRORS, Diagnostic, Label
from .keywords import KEYWORDS, MEMBERS
from .repairs import (
    ENOUGH,
    LEAST,
    LONG,
    Place,
    Repair,
    broken_off,
    explain,
    find_repair,
    no_brace,
    one_too_many,
    unclosed,
)
from .slips import Slip, find_slip
from .source import Source
from .tables import literals, tables
from .tree import Span

_FILE = frozenset({"use", "const", "type", "enum", "schema", "message", "def", "node", "strategy", "kernel"})
_STARTERS = _FILE | MEMBERS
MAX_DEPTH = 100
MOST_RECOVERIES = 10 * MAX_ERRORS  # of one text, echoes among them


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
        self.lines = [0, *(i for i in range(1, len(self.tokens)) if self._begins_line(i))]  # first tokens of lines
        self.skipped = False  # brackets may have been lost
        self.hollow: Stack | None = None  # a block of which all statements so far were skipped
        self.calm = 0  # up to this token an error is but an echo of the last

    def run(self) -> list[Diagnostic]:
        recoveries = 0
        while self.index < len(self.tokens) and len(self.errors) < MAX_ERRORS and recoveries < MOST_RECOVERIES:
            token = self.tokens[self.index]
            after = automaton.feed(self.stack, token.type, token)
            if after is None:
                recoveries += 1
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
        if self._broke_off(place, repair) or self._misread(place):
            return
        slip = find_slip(self.source, self.tokens, self.index, automaton.accepts(self.stack))
        mended = None if slip is None else self._mended(slip)
        if slip is not None and mended is not None:
            self._report(slip.diagnostic, sure=True)
            self._go_on(mended, self.index + slip.consumes)
            self.before = None
            return
        self._report(self._explained(place, repair))
        if self._lost_header(repair):
            return
        if repair is not None:
            self._go_on(repair.stack, repair.resume)
            self.before = None
        elif place.token.type == END:
            self.index += 1
        else:
            line = self._line_end(self.index)
            self._skip()
            self.calm = max(self.index + 1, line)

    def _reach(self, repair: Repair | None) -> int:
        """The token up to which a repair carries on."""
        if repair is None:
            return self.index
        return repair.resume + automaton.survives(repair.stack, self.tokens, repair.resume, LONG)

    def _misread(self, place: Place) -> bool:
        """A bracket was meant to begin a block, but was taken for that of a set or of arguments: its content tells."""
        at = blocks.misread(place)
        if at is None or automaton.survives(self.stack, self.tokens, self.index + 1, ENOUGH) == ENOUGH:
            return False
        opener = self.tokens[at]
        diagnostic = explain(place, None) if opener == "{" else no_brace(place, opener)
        if not self._enter(opener, at, self.index - at + ENOUGH):
            return False
        self._report(diagnostic)
        return True

    def _lost_header(self, repair: Repair | None) -> bool:
        """What comes now reads as the inside of a block for longer than the repair carries: on inside that block."""
        least = self._reach(repair) - self.index + ENOUGH
        token = self.tokens[self.index]
        if token == "{":
            return self._enter(token, self.index, least)
        if str(token) not in KEYWORDS or self._line_start(self.index) != self.index:
            return False
        self.skipped = True
        brace = lark.Token(literals()["{"], "{", token.start_pos, end_pos=token.start_pos)
        return self._enter(brace, self.index - 1, least)

    def _report(self, diagnostic: Diagnostic, sure: bool = False) -> None:
        """Unless it is an echo: right after what was skipped (a slip is `sure`: it is none), or the third in a line."""
        line, *lines = (self.source.position(d.primary.span.start)[0] for d in (diagnostic, *self.errors))
        if (sure or self.index >= self.calm) and lines.count(line) < 2:
            self.errors.append(diagnostic)

    def _explained(self, place: Place, repair: Repair | None) -> Diagnostic:
        if place.token == "}" and automaton.innermost(self.stack) is None:
            extra = self._misplaced
            if isinstance(extra, Extra) and extra.brace is not place.token:
                return one_too_many(place, extra.brace)
        return explain(place, repair)

    def _unfinished(self, place: Place) -> None:
        """The text ends inside brackets: one error for all of them, and none after text was skipped."""
        opener = automaton.innermost(self.stack)
        if not self.skipped and opener is not None:
            missing = self._misplaced if opener == "{" else None
            if isinstance(missing, Missing):
                place, opener = replace(place, index=missing.index), missing.opener
            self.errors.append(unclosed(place, opener, OPENING[str(opener)]))
        self.index += 1

    def _broke_off(self, place: Place, repair: Repair | None) -> bool:
        """The line above is no whole statement, but this line is one: the error is up there."""
        first = self._line_start(self.index)
        if first == 0 or self.tokens[first - 1].value in (";", "{", "}"):
            return False
        if first == self.index and literals()[";"] in automaton.accepts(self.stack):
            return False
        found = blocks.begins_statement(self.stack, self.tokens, first, self.index)
        if found is None and place.token == "}" and first == self.index and (repair is None or repair.left is not None):
            self._report(broken_off(place, first))
            self._leave()
            return True
        if found is None or (repair is not None and repair.left is None and self._reach(repair) >= first + found[1]):
            return False
        self._report(broken_off(place, first))
        self._go_on(found[0], first)
        self.before, self.hollow = None, found[0]
        return True

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
                if not self._land(literals()["}"], self.index):
                    self._leave()
                return
            if token.value == "{" and depth == 0 and self._enter(token, self.index, LEAST):
                return
            if token.value in OPENING:
                depth += 1
            elif token.value in OPENING.values():
                depth = max(0, depth - 1)
            ends = token.value == ";" or (token.value == "}" and self.index > start)
            if ends and depth == 0:
                self._next_statement()
                return
            starts = self.index > start and token.value in _STARTERS and self._line_start(self.index) == self.index
            if starts and self._land(token.type, self.index):
                return
            self.index += 1

    def _enter(self, opener: lark.Token, at: int, least: int) -> bool:
        """Into the block that tokens[at] begins, whatever its header was; its first token or statement may be what went wrong."""
        end = next((i for i in range(at + 1, len(self.tokens)) if self.tokens[i] == ";"), at)
        for start in (at + 1, at + 2, end + 1):
            found = blocks.entered(self.stack, self.tokens, opener, start, least)
            if found is not None:
                self._go_on(found[0], start)
                self.before = None
                return True
        return False

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

    def _begins_line(self, index: int) -> bool:
        before, token = self.tokens[index - 1], self.tokens[index]
        return "\n" in self.source.text[before.end_pos or 0 : token.start_pos or 0]

    def _line_end(self, index: int) -> int:
        """The first token after the line of tokens[index]."""
        after = bisect_right(self.lines, index)
        return self.lines[after] if after < len(self.lines) else len(self.tokens)

    def _line_start(self, index: int) -> int:
        return self.lines[bisect_right(self.lines, index) - 1]

    @cached_property
    def _misplaced(self) -> Missing | Extra | None:
        return misplaced(self.source, self.tokens)

    def _land(self, terminal: str, index: int) -> bool:
        """Goes on at `index`, in the nearest state in which `terminal` may come."""
        stack = automaton.unwind(self.stack, terminal)
        if stack is not None:
            self._go_on(stack, index)
            self.before = None
        return stack is not None
