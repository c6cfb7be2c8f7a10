"""Whatever the text is, parsing ends soon, raises nothing, and says the same in every process."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from stratc.lang.diagnostics import MAX_ERRORS
from stratc.lang.keywords import KEYWORDS
from stratc.lang.parser import parse
from stratc.lang.render import render
from stratc.lang.render_json import to_json
from stratc.lang.source import Source
from stratc.lang.tables import literals, tables

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = [p.read_text(encoding="utf-8") for p in sorted((Path(__file__).parent / "samples").glob("*.strat"))]
PIECES = [t.value for text in SAMPLES for t in tables().lex(text)]
FOREIGN = [
    "&&",
    "||",
    "!",
    ":=",
    "++",
    "=>",
    "//",
    "/*",
    "*/",
    "'",
    '"',
    "\0",
    "\t",
    "é",
    "\uff15",
    "#",
    "5m",
    "5%",
    "aB",
    "_",
    "\r\n",
]
TOKENS = sorted({*literals(), *KEYWORDS, *FOREIGN, "x", "X", "1", "5min", '"t"', "\n"})


def check(text: str) -> None:
    file, errors = parse(Source("test.strat", text))
    assert (file is None) == bool(errors)
    assert len(errors) <= MAX_ERRORS
    assert [d.primary.span for d in errors] == sorted(d.primary.span for d in errors)
    for diagnostic in errors:
        for span in (
            diagnostic.primary.span,
            *(s.span for s in diagnostic.secondary),
            *(f.span for f in diagnostic.fixes),
        ):
            assert 0 <= span.start <= span.end <= len(text)
    assert bool(render(errors)) == bool(errors)
    assert len(to_json(errors)) == len(errors)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(TOKENS), max_size=60).map(" ".join))
def test_soup_of_tokens(text: str) -> None:
    check(text)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(TOKENS), max_size=60).map("".join))
def test_soup_of_tokens_that_touch(text: str) -> None:
    check(text)


@settings(max_examples=100)
@given(st.text(max_size=80))
def test_any_characters(text: str) -> None:
    check(text)


@settings(max_examples=60)
@given(st.sampled_from(SAMPLES), st.data())
def test_samples_with_a_piece_cut_out_put_in_or_swapped(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.sampled_from(["", *TOKENS])) + text[at + length :]
    check(text)


def test_one_token_left_out_of_a_strategy_gives_few_errors() -> None:
    """Recovery does not cascade: on average clearly less than two errors for one mistake."""
    text = SAMPLES[0]
    tokens = list(tables().lex(text))
    chosen = random.Random(1).sample(tokens, 150)
    counts = []
    for token in chosen:
        assert token.start_pos is not None
        counts.append(len(parse(Source("t", text[: token.start_pos] + text[token.end_pos :]))[1]))
    assert sum(counts) / len(counts) < 1.25
    assert max(counts) <= 4


@pytest.mark.parametrize(
    "text",
    ["(" * 50_000, ")" * 50_000, "{" * 50_000, "}" * 20_000, '"' * 20_001, "'" * 20_001, "é" * 50_000, "const A = 1\n" * 2_000,
     "@ " * 20_000, "a b " * 10_000, "5m;" * 10_000, "/*" * 10_000, "node f(" * 2_000, "!" * 20_000, "if " * 20_000,
     "use ta { ema }; " * 5_000 + "}" * 10_000, "x = 1; " * 10_000, "strategy S { risk { bound ( " * 3_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_long_nonsense_is_refused_and_ends(text: str) -> None:
    check(text)


def test_thousands_of_lines_parse() -> None:
    kernel = SAMPLES[1]
    lines = 0
    text = ""
    while lines < 1000:
        text += kernel
        lines = text.count("\n")
    file, errors = parse(Source("long.strat", text))
    assert (file is not None, errors) == (True, ())


def test_the_output_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    program = (
        "import sys; from stratc.lang.parser import parse; from stratc.lang.render import render;"
        "from stratc.lang.source import Source;"
        "text = sys.stdin.read();"
        "print(''.join(render(parse(Source('t', part))[1]) for part in text.split('----')))"
    )
    text = "----".join(
        [
            "const A 1",
            "strategy S { x",
            "node f(",
            "risk",
            "strategy S { machine { state A { whn a -> B; } } }",
            SAMPLES[0].replace(";", "", 3),
            SAMPLES[0].replace("}", "", 2),
            "kernel K { on e { x = 1; } }",
        ]
    )
    seen = set()
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT.parent,
            env={**os.environ, "PYTHONHASHSEED": seed, "STRATC_CACHE_DIR": str(tmp_path / seed)},
        )
        seen.add(run.stdout)
    assert len(seen) == 1
    assert "error[" in seen.pop()
