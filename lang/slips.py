"""Slips that can be mended in place: each says what was meant and which tokens to read instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lark

from .diagnostics import Diagnostic, FixIt, Label
from .keywords import KEYWORDS, UNITS
from .source import Source
from .suggest import did_you_mean
from .tables import literals, texts
from .tree import Span

_UNIT_HINTS = {
    "m": "min",
    "minutes": "min",
    "minute": "min",
    "mins": "min",
    "hour": "h",
    "hours": "h",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "day": "d",
    "days": "d",
    "week": "w",
    "weeks": "w",
    "bar": "bars",
    "tick": "ticks",
    "lot": "lots",
    "bp": "bps",
    "percent": "pct",
    "hr": "h",
    "hrs": "h",
    "perc": "pct",
}
_AFTER_A_NUMBER = (";", ")", ",", "else", "over", "per", "}", "step", "in", "..")


@dataclass(frozen=True, slots=True)
class Slip:
    """tokens are read in place of the `consumes` tokens at the error."""

    diagnostic: Diagnostic
    tokens: tuple[lark.Token, ...]
    consumes: int


def find_slip(source: Source, tokens: Sequence[lark.Token], index: int, accepts: set[str]) -> Slip | None:
    """The slip at tokens[index], if it is one we know."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    habit = _habit(source, tokens, index, accepts)
    if habit is not None:
        return habit
    for find in (_unit, _percent, _equals, _keyword_as_name, _spelling_class, _keyword, _semicolon):
        slip = find(source, token, before, accepts)
        if slip is not None:
            return slip
    return None


def _span(token: lark.Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def _as(token: lark.Token, terminal: str, text: str | None = None) -> lark.Token:
    """The token as another kind, at the same place."""
    return lark.Token.new_borrow_pos(terminal, str(token) if text is None else text, token)


def _unit(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """`5m`, `2 pct`: a name right after a number."""
    if before is None or before.type != "NUMBER" or token.type != "NAME":
        return None
    word = str(token)
    apart = (before.end_pos or 0) < (token.start_pos or 0)
    if apart and word not in UNITS and word not in _UNIT_HINTS:
        return None
    unit = word if word in UNITS else _UNIT_HINTS.get(word) or did_you_mean(word, UNITS)
    span = _span(before).to(_span(token))
    title = f"a unit follows its number without a blank: `{before}{word}`" if word in UNITS else f"`{word}` is no unit"
    known = "units are " + ", ".join(f"`{u}`" for u in UNITS)
    if word[0] == "e" and word[1:].isdigit():
        known = "there are no exponents: write the number out, as in `100_000`"
    fixes = (FixIt(span, f"{before}{unit}", f"write `{before}{unit}`"),) if unit else ()
    label = Label(_span(token), "not a unit" if word not in UNITS else "the unit")
    help_ = f"write `{before}{unit}`" if unit else known
    return Slip(
        Diagnostic("E0008", title, source, label, notes=(known,) if unit else (), help=help_, fixes=fixes), (), 1
    )


def _percent(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """`5%`: the remainder operator with nothing after it."""
    if before is None or before.value != "%" or token.value not in _AFTER_A_NUMBER:
        return None
    label = Label(_span(before), "`%` is the remainder operator")
    diagnostic = Diagnostic(
        "E0008",
        "percent is written `pct`",
        source,
        label,
        help="as in `5pct`",
        fixes=(FixIt(_span(before), "pct", "write `pct`"),),
    )
    return Slip(diagnostic, (_as(token, "NUMBER", "1"),), 0)


def _equals(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """`=` where a comparison stands."""
    names = literals()
    if token.value != "=" or names["=="] not in accepts:
        return None
    diagnostic = Diagnostic(
        "E0011",
        "this is written differently here",
        source,
        Label(_span(token), "`=` declares, `==` compares"),
        help="write `==`",
        fixes=(FixIt(_span(token), "==", "write `==`"),),
    )
    return Slip(diagnostic, (_as(token, names["=="], "=="),), 1)


def _keyword_as_name(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """A reserved word where only a name may stand."""
    names = literals()
    if str(token) not in KEYWORDS or "NAME" not in accepts:
        return None
    declares = before is not None and str(before) in KEYWORDS
    if not declares and "NUMBER" in accepts:  # inside an expression it is more likely a missing part
        return None
    if names["}"] in accepts and not declares:
        return None
    title = f"`{token}` is a reserved word"
    diagnostic = Diagnostic(
        "E0007",
        title,
        source,
        Label(_span(token), "can't be a name"),
        help=f"choose another name, such as `{token}_` or `my_{token}`",
    )
    return Slip(diagnostic, (_as(token, "NAME"),), 1)


def _spelling_class(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """lower_case where UPPER_CASE is wanted, or the other way round."""
    if token.type == "UPPER" and "NAME" in accepts and "UPPER" not in accepts:
        wanted, terminal, what = str(token).lower(), "NAME", "lower_case: it is a value"
    elif token.type == "NAME" and "UPPER" in accepts and "NAME" not in accepts:
        if literals()["+"] in accepts:  # after a number: an asset, but more likely an operator is missing
            return None
        wanted, terminal, what = (
            str(token).upper(),
            "UPPER",
            "UPPER_CASE: assets, instruments, states and strategies are",
        )
    else:
        return None
    title = f"`{token}` is in the wrong case here"
    label = Label(_span(token), f"write it in {what}")
    diagnostic = Diagnostic(
        "E0009",
        title,
        source,
        label,
        help=f"write `{wanted}`",
        fixes=(FixIt(_span(token), wanted, f"write `{wanted}`"),),
    )
    return Slip(diagnostic, (_as(token, terminal, wanted),), 1)


def _keyword(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """A misspelt keyword."""
    if token.type not in ("NAME", "UPPER"):
        return None
    wanted = [texts()[t] for t in accepts if t in texts() and texts()[t].isalpha()]
    near = did_you_mean(str(token).lower(), wanted)
    exact = str(token).lower() if str(token).lower() in wanted else None
    meant = exact or near
    if meant is None or len(str(token)) < 2:
        return None
    label = Label(_span(token), f"did you mean `{meant}`?")
    diagnostic = Diagnostic(
        "E0006",
        f"unknown word `{token}`",
        source,
        label,
        help=f"write `{meant}`",
        fixes=(FixIt(_span(token), meant, f"write `{meant}`"),),
    )
    return Slip(diagnostic, (_as(token, literals()[meant], meant),), 1)


def _semicolon(source: Source, token: lark.Token, before: lark.Token | None, accepts: set[str]) -> Slip | None:
    """A statement without its end: the next one starts on a new line, or the block closes."""
    names = literals()
    if names[";"] not in accepts or before is None:
        return None
    between = source.text[before.end_pos or 0 : token.start_pos or 0]
    if "\n" not in between and token.value not in ("}", "") and str(token) not in KEYWORDS:
        return None
    end = before.end_pos or 0
    label = Label(Span(max(end - 1, 0), end), "`;` is missing after this")
    diagnostic = Diagnostic(
        "E0004",
        "this statement has no end",
        source,
        label,
        help="add `;`",
        fixes=(FixIt(Span(end, end), ";", "add `;`", sure=True),),
    )
    return Slip(diagnostic, (_as(token, names[";"], ";"),), 0)


# ---- what people and models write from habit, where the single characters are ours

_HABITUAL_WORDS = {
    "elif": ("else", "if"),
    "elsif": ("else", "if"),
    "elseif": ("else", "if"),
    "return": ("yield",),
    "var": ("let",),
    "val": ("let",),
    "import": ("use",),
    "fn": ("def",),
    "func": ("def",),
    "function": ("def",),
}


def _habit(source: Source, tokens: Sequence[lark.Token], index: int, accepts: set[str]) -> Slip | None:
    """A spelling of other languages at tokens[index], or made of it and a neighbour that touches it."""
    token = tokens[index]
    before = str(tokens[index - 1]) if index and _touch(tokens, index - 1) else ""
    after = str(tokens[index + 1]) if _touch(tokens, index) else ""
    text, following = str(token), str(tokens[index + 1]) if index + 1 < len(tokens) else ""

    def takes(word: str) -> bool:
        return literals()[word] in accepts

    def slip(first: int, last: int, ours: str, read: Sequence[str], about: str = "") -> Slip:
        span = _span(tokens[first]).to(_span(tokens[last]))
        return _foreign(source, token, span, ours, read, last - index + 1, about)

    if text == "=" and after == ">" and takes("->"):
        return slip(index, index + 1, "->", ["->"])
    if text in (":", "+", "-", "*", "/") and after == "=" and takes("="):
        about = "" if text == ":" else f"say the whole value: `next x = x {text} …`"
        return slip(index, index + 1, "=", ["="], about)
    if text == "=" and before == ":" and "NAME" in accepts:  # the `:` was read as the start of a type
        return slip(index - 1, index, "=", ["NAME", "="])
    if text == "==" and takes("=") and not takes("=="):
        return slip(index, index, "=", ["="])
    if text == "+" and before == "+" and "NUMBER" in accepts:
        return slip(index - 1, index, " + 1", ["NUMBER"])
    if text in (";", ")") and [str(t) for t in tokens[max(0, index - 2) : index]] == ["-", "-"]:
        return slip(index - 2, index - 1, " - 1", ["NUMBER"])
    if text == "do" and before == "" and index and tokens[index - 1] == "else" and "NAME" in accepts:
        return slip(index, index, "", [], "no `do` after `else`: only a transition or a timer has one")
    twice = index > 0 and tokens[index - 1] == token
    if token.type == "NAME" and following in ("(", ";", ",") and takes("do") and "NAME" not in accepts and not twice:
        place = Span(_span(token).start, _span(token).start)
        label = Label(_span(token), "an action")
        fix = FixIt(place, "do ", "put `do` before it")
        diagnostic = Diagnostic("E0011", "actions follow `do`", source, label, help=f"write `do {token}`", fixes=(fix,))
        return Slip(diagnostic, (_as(token, literals()["do"], "do"),), 0)
    words = _HABITUAL_WORDS.get(text.lower(), ())
    if token.type in ("NAME", "UPPER") and words and takes(words[0]) and "NAME" not in accepts:
        return slip(index, index, " ".join(words), words)
    return None


def _touch(tokens: Sequence[lark.Token], index: int) -> bool:
    """Nothing stands between this token and the next."""
    return index + 1 < len(tokens) and tokens[index].end_pos == tokens[index + 1].start_pos


def _foreign(
    source: Source, token: lark.Token, span: Span, ours: str, read: Sequence[str], consumes: int, about: str
) -> Slip:
    """`span` is written `ours`; the parser is given `read`, names of terminals or texts of ours."""
    found = source.text[span.start : span.end]
    title = f"`{found}` is written `{ours.strip()}`"
    if about:
        title = f"`{found}` is not of this language" if ours else f"`{found}` is not needed here"
    fixes = () if about else (FixIt(span, ours, f"write `{ours.strip()}`"),)
    label = Label(span, "of another language" if ours else "leave it out")
    help_ = about or f"write `{ours.strip()}`"
    diagnostic = Diagnostic("E0011", title, source, label, help=help_, fixes=fixes)
    terminals = [(literals().get(word, word), "1" if word == "NUMBER" else word) for word in read]
    return Slip(diagnostic, tuple(_as(token, terminal, text) for terminal, text in terminals), consumes)
