"""Parsing with recovery: after an error the parser is put back on its feet, so that the next independent error is found too.

Small slips are mended in place (a missing `;`, a misspelt keyword, a name of the wrong spelling); everything else is skipped up to the
end of the statement. A mended or skipped text gives no tree, only errors.
"""

from __future__ import annotations

from collections.abc import Sequence

import lark
from lark.parsers.lalr_interactive_parser import InteractiveParser

from . import expectations
from .diagnostics import Diagnostic, Label
from .slips import Slip, find_slip
from .source import Source
from .tables import literals, tables
from .tree import Span

_OPEN = {"{": "}", "(": ")", "[": "]"}
_STARTERS = [
    "use",
    "const",
    "type",
    "enum",
    "schema",
    "message",
    "def",
    "node",
    "strategy",
    "kernel",
    "instrument",
    "account",
    "feed",
    "param",
    "signal",
    "extern",
    "log",
    "regime",
    "risk",
    "order",
    "machine",
]
MAX_DEPTH = 100


def parse_tokens(source: Source, tokens: Sequence[lark.Token]) -> tuple[lark.Tree[lark.Token] | None, list[Diagnostic]]:
    """The parse tree (None after an error) and the errors."""
    return _Recovery(source, tokens).run()


class _Recovery:
    def __init__(self, source: Source, tokens: Sequence[lark.Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.errors: list[Diagnostic] = []
        self.parser: InteractiveParser = tables().parse_interactive("")
        self.open: list[lark.Token] = []  # brackets and braces not yet closed
        self.index = 0

    def run(self) -> tuple[lark.Tree[lark.Token] | None, list[Diagnostic]]:
        while self.index < len(self.tokens):
            token = self.tokens[self.index]
            if len(self.open) > MAX_DEPTH:
                span = Span(token.start_pos or 0, token.end_pos or 0)
                label = Label(span, f"more than {MAX_DEPTH} brackets are open here")
                self.errors.append(
                    Diagnostic(
                        "E0010",
                        "this is nested too deeply",
                        self.source,
                        label,
                        help="name parts of it with `let` or `signal`",
                    )
                )
                return None, self.errors
            try:
                self.parser.feed_token(token)
            except lark.UnexpectedToken:
                self._recover(token)
                continue
            self._track(token)
            self.index += 1
        return self._finish()

    def _accepts(self) -> set[str]:
        """Terminals that may come next."""
        return set(self.parser.accepts())  # type: ignore[no-untyped-call]

    def _track(self, token: lark.Token) -> None:
        if token.value in _OPEN:
            self.open.append(token)
        elif token.value in _OPEN.values() and self.open:
            self.open.pop()

    def _finish(self) -> tuple[lark.Tree[lark.Token] | None, list[Diagnostic]]:
        last = self.tokens[-1] if self.tokens else None
        try:
            parsed = self.parser.feed_eof(last)  # type: ignore[no-untyped-call]
        except lark.UnexpectedToken:
            self._unfinished(last)
            return None, self.errors
        return (None if self.errors else parsed), self.errors

    def _unfinished(self, last: lark.Token | None) -> None:
        if self.errors and not self.open:
            return
        end = (last.end_pos or 0) if last is not None else 0
        span = Span(max(0, end - 1), end)
        if self.open:
            opener = self.open[-1]
            also = (Label(Span(opener.start_pos or 0, opener.end_pos or 0), "opened here"),)
            closing = _OPEN[str(opener.value)]
            self.errors.append(
                Diagnostic(
                    "E0005",
                    f"the file ends before `{opener.value}` is closed",
                    self.source,
                    Label(span, f"`{closing}` is missing after this"),
                    also,
                    help=f"add `{closing}`",
                )
            )
            return
        expected = expectations.words(self._accepts())
        self.errors.append(
            Diagnostic(
                "E0001", "the file ends too early", self.source, Label(span, f"after this, {expected} was expected")
            )
        )

    # ---- one error

    def _recover(self, token: lark.Token) -> None:
        accepts = self._accepts()
        before = self.tokens[self.index - 1] if self.index else None
        slip = find_slip(self.source, self.tokens, self.index, accepts)
        if slip is not None:
            self.errors.append(slip.diagnostic)
            if self._mend(slip):
                return
        else:
            self.errors.append(self._unexpected(token, before, accepts))
        self._skip()

    def _unexpected(self, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Diagnostic:
        span = Span(token.start_pos or 0, token.end_pos or 0)
        also: tuple[Label, ...] = ()
        if before is not None and "\n" in self.source.text[before.end_pos or 0 : span.start]:
            also = (Label(Span(before.start_pos or 0, before.end_pos or 0), "after this"),)
        return Diagnostic(
            "E0001",
            f"unexpected `{token.value}`",
            self.source,
            Label(span, f"expected {expectations.words(accepts)}"),
            also,
            help=expectations.advice(token, accepts),
        )

    def _mend(self, slip: Slip) -> bool:
        """Feeds what was meant; False if that does not fit either (then the statement is skipped)."""
        consumed = slip.consumes
        for token in slip.tokens:
            try:
                self.parser.feed_token(token)
            except lark.UnexpectedToken:
                return False
            self._track(token)
        self.index += consumed
        return bool(slip.tokens) or consumed > 0

    # ---- panic mode

    def _skip(self) -> None:
        """To the end of the statement: past its `;`, or up to a `}` that closes its block, or up to the next declaration."""
        depth = 0
        first = True
        while self.index < len(self.tokens):
            token = self.tokens[self.index]
            if token.value in _OPEN:
                depth += 1
            elif token.value in _OPEN.values():
                if token.value == "}" and depth == 0:
                    self._unwind(literals()["}"])
                    return
                depth = max(0, depth - 1)
                if token.value == "}" and depth == 0:
                    self.index += 1
                    self._unwind_to_statement()
                    return
            elif token.value == ";" and depth == 0:
                self.index += 1
                self._unwind_to_statement()
                return
            elif not first and token.value in _STARTERS and self._on_new_line() and self._unwind(token.type):
                return
            first = False
            self.index += 1

    def _on_new_line(self) -> bool:
        before, token = self.tokens[self.index - 1], self.tokens[self.index]
        return "\n" in self.source.text[before.end_pos or 0 : token.start_pos or 0]

    def _unwind_to_statement(self) -> None:
        """Back to where a new statement, or the end of its block, may stand."""
        if not self._unwind(literals()["}"]):
            self._unwind("$END")

    def _unwind(self, terminal: str) -> bool:
        """Pops parser states until `terminal` is acceptable; brackets opened inside what is dropped are forgotten. False: never."""
        state = self.parser.parser_state
        stack, values = list(state.state_stack), list(state.value_stack)
        while True:
            if terminal in self._accepts():
                self._forget_brackets()
                return True
            if len(state.state_stack) <= 1:
                break
            state.state_stack.pop()
            state.value_stack.pop()
        state.state_stack[:], state.value_stack[:] = stack, values
        return False

    def _forget_brackets(self) -> None:
        kept = sum(
            1
            for value in self.parser.parser_state.value_stack
            if isinstance(value, lark.Token) and value.value in _OPEN
        )
        del self.open[kept:]
