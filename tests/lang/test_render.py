"""Diagnostics on a terminal: every label stands under its text, whatever the text is made of."""

import pytest

from stratc.lang.diagnostics import Diagnostic, FixIt, Label
from stratc.lang.render import render
from stratc.lang.render_json import to_json
from stratc.lang.source import Source
from stratc.lang.tree import Span
from tests.conftest import Golden

TEXT = """strategy S {
  signal stop   = trail(bars.close + 0.5pct, 3.0 * vol);
\tsignal tab = a;  # 日本 x
  machine {
    initial state A { }
  }
}
"""


def at(text: str, part: str, label: str = "") -> Label:
    start = text.index(part)
    return Label(Span(start, start + len(part)), label)


def diagnostic(primary: Label, *secondary: Label, text: str = TEXT, code: str = "E0212", **more: object) -> Diagnostic:
    return Diagnostic(code, "a title", Source("dir/file.strat", text), primary, secondary, **more)  # type: ignore[arg-type]


CASES = {
    "two_labels_on_a_line": diagnostic(
        at(TEXT, "0.5pct", "this is `ratio`"),
        at(TEXT, "bars.close", "this is `price<USDT>`"),
        help="scale the price instead:  bars.close * (1 + 0.5pct)",
    ),
    "labels_on_distant_lines": diagnostic(at(TEXT, "initial", "second"), at(TEXT, "signal stop", "first")),
    "labels_on_neighbouring_lines": diagnostic(at(TEXT, "machine", "here"), at(TEXT, "initial")),
    "notes_and_fix": diagnostic(
        at(TEXT, "vol"),
        notes=("one thing", "another"),
        fixes=(FixIt(at(TEXT, "vol").span, "size", "replace it by `size`"),),
    ),
    "fix_that_the_help_says": diagnostic(
        at(TEXT, "vol"), help="write `size`", fixes=(FixIt(at(TEXT, "vol").span, "size", "write `size`"),)
    ),
    "after_a_tab": diagnostic(at(TEXT, "tab", "here")),
    "after_wide_characters": diagnostic(at(TEXT, "x\n", "here")),
    "several_lines": diagnostic(at(TEXT, "machine {\n    initial state A { }\n  }", "all of it")),
    "warning": diagnostic(at(TEXT, "stop", "never read"), code="W0701"),
    "end_of_text": diagnostic(Label(Span(len(TEXT), len(TEXT)), "here")),
    "empty_text": diagnostic(Label(Span(0, 0), "here"), text=""),
    "first_line_of_many": diagnostic(
        Label(Span(0, 1), "from"), Label(Span(40, 41), "to"), text="a;\n" * 12 + "\n" + "b;\n" * 3
    ),
    "combining_and_control_characters": diagnostic(at("é \x1b[31m x", "x", "here"), text="e\u0301 \x1b[31m x"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_in_the_golden_file(name: str, golden: Golden) -> None:
    assert render([CASES[name]]) == golden(f"{name}.txt")


def test_it_looks_as_in_the_design() -> None:
    text = "\n" * 28 + "  signal stop   = trail(bars.close + 0.5pct, 3.0 * vol, …);\n"
    found = Diagnostic(
        "E0212",
        "cannot add `price<USDT>` and `ratio`",
        Source("strategies/mean_revert.strat", text),
        at(text, "0.5pct", "this is `ratio`"),
        (at(text, "bars.close", "this is `price<USDT>`"),),
        help="scale the price instead:  bars.close * (1 + 0.5pct)",
    )
    assert render([found]).splitlines()[:6] == [
        "error[E0212]: cannot add `price<USDT>` and `ratio`",
        "  --> strategies/mean_revert.strat:29:38",
        "29 |   signal stop   = trail(bars.close + 0.5pct, 3.0 * vol, …);",
        "   |                         ----------   ^^^^^^ this is `ratio`",
        "   |                         this is `price<USDT>`",
        "help: scale the price instead:  bars.close * (1 + 0.5pct)",
    ]


@pytest.mark.parametrize(
    ("codes", "summary"),
    [
        ("E", "1 error"),
        ("EE", "2 errors"),
        ("W", "1 warning"),
        ("EEW", "2 errors, 1 warning"),
        ("WWE", "1 error, 2 warnings"),
    ],
)
def test_the_last_line_counts(codes: str, summary: str) -> None:
    found = [diagnostic(at(TEXT, "vol"), code=f"{c}0001") for c in codes]
    assert render(found).splitlines()[-1] == summary


def test_nothing_found_is_no_text() -> None:
    assert render([]) == ""


def test_colour_changes_nothing_but_colour() -> None:
    import re

    for case in CASES.values():
        coloured = render([case], colour=True)
        assert "\033[" in coloured
        assert re.sub(r"\033\[[0-9;]*m", "", coloured) == render([case])


def test_a_text_cannot_steer_the_terminal() -> None:
    text = "\x1b]0;x\x07 \u202e \x9b a"
    shown = render([diagnostic(at(text, "a", "\x1b[2J"), text=text, help="\x1b[2J", notes=("\x07",))])
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_a_very_long_line_is_cut_around_the_error() -> None:
    text = "const A = " + "x + " * 1000 + "here" + " + y" * 1000 + ";"
    lines = render([diagnostic(at(text, "here", "this"), text=text)]).splitlines()
    assert len(lines[2]) <= 170
    start = lines[3].index("^^^^")
    assert lines[2][start : start + 4] == "here"
    assert lines[2].count("…") == 2


def test_json_says_the_same_in_numbers() -> None:
    (found,) = to_json([CASES["notes_and_fix"]])
    start = TEXT.index("vol")
    span = {"start": start, "end": start + 3, "line": 2, "column": 52, "end_line": 2, "end_column": 55}
    assert found == {
        "code": "E0212",
        "severity": "error",
        "title": "a title",
        "file": "dir/file.strat",
        "primary": {"span": span, "text": ""},
        "secondary": [],
        "notes": ["one thing", "another"],
        "help": None,
        "fixes": [{"title": "replace it by `size`", "span": span, "replacement": "size", "sure": False}],
    }
