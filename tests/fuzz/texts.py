"""Damaged texts: correct programs mutated many times, spliced, cut short, or filled with what no program holds."""

import random
from collections.abc import Callable
from pathlib import Path

from tests.mutation.mutate import KINDS, Program

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "strategies",
    "stdlib",
    "tests/compiler/right",
    "tests/compiler/from_page",
    "tests/compiler/kernels/right",
    "tests/lang/samples",
)
ODD = (
    "\0", "\ufeff", "\u2028", "\u202e", "\x1b[31m", "\U0001f600", "e\u0301", "\uff15", "\u2212", "\u00d7", "\x85", "\x0c", "\r", "\t",
    "'", '"', "\\",
    "`", "@", "$", "&&", "||", "!", "**", "//", "/*", "*/", ":=", "=>", "--", "++", "#", "'a'", "aB", "_", "1e5", "5m", "0x10",
)  # fmt: skip
NUMBERS = (
    "9" * 400, "0." + "0" * 400 + "1", "9_223_372_036_854_775_808", "1" + "_0" * 50, "9" * 40 + "d", "9" * 30 + "bars", "0.1ticks",
    "9" * 60 + "pct", "0", "0d", "0.5bars", "00", "1__0",
)  # fmt: skip
NESTED = (
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("not ", ""),
    ("-", ""),
    ("if true then ", " else 1"),
    ("abs(", ")"),
    ("1 + (", ")"),
)


def sources() -> list[Program]:
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.strat"))
    return [Program(str(path), path.read_text(encoding="utf-8")) for path in paths if path.stem != "order_kernel"]


def mutated(programs: list[Program], choose: random.Random) -> Program:
    """One to six wrong tokens."""
    program = choose.choice(programs)
    for _ in range(choose.randint(1, 6)):
        if len(program.tokens) < 2:
            break
        kind = choose.choice(sorted(KINDS))
        program = Program(program.source.name, KINDS[kind](program, choose).text)
    return program


def spliced(programs: list[Program], choose: random.Random) -> str:
    """The beginning of one program and the end of another, cut anywhere, now and then with a piece of a third between."""
    texts = [choose.choice(programs).source.text for _ in range(3)]
    cuts = [choose.randrange(len(text)) for text in texts]
    middle = texts[2][cuts[2] : cuts[2] + choose.randrange(200)] if choose.random() < 0.5 else ""
    return texts[0][: cuts[0]] + middle + texts[1][cuts[1] :]


def truncated(programs: list[Program], choose: random.Random) -> str:
    text = choose.choice(programs).source.text
    start = choose.randrange(len(text)) if choose.random() < 0.3 else 0
    return text[start : start + choose.randrange(len(text))]


def _put_in(programs: list[Program], choose: random.Random, pieces: Callable[[], str]) -> str:
    """Pieces in front of tokens of a program, some of them in their place."""
    program = choose.choice(programs)
    for _ in range(choose.randint(1, 4)):
        if not program.tokens:
            break
        index = choose.randrange(len(program.tokens))
        kept = f" {program.tokens[index]}" if choose.random() < 0.5 else ""
        program = Program(program.source.name, program.replaced(index, index, pieces() + kept))
    return program.source.text


def with_odd_characters(programs: list[Program], choose: random.Random) -> str:
    def piece() -> str:
        return choose.choice(ODD) if choose.random() < 0.7 else chr(choose.randrange(0x20, 0xD7FF))

    return _put_in(programs, choose, piece)


def with_huge_numbers(programs: list[Program], choose: random.Random) -> str:
    """In the place of numbers, so that most of the text stays right and is checked."""
    program = choose.choice(programs)
    for _ in range(choose.randint(1, 3)):
        numbers = [i for i, token in enumerate(program.tokens) if token.type in ("NUMBER", "QUANTITY")]
        if not numbers:
            break
        index = choose.choice(numbers)
        program = Program(program.source.name, program.replaced(index, index, choose.choice(NUMBERS)))
    return program.source.text


def nested(programs: list[Program], choose: random.Random) -> str:
    before, after = choose.choice(NESTED)
    depth = choose.choice((3, 30, 99, 101, 400, 3000))
    closes = depth if choose.random() < 0.7 else choose.randrange(depth)
    return _put_in(programs, choose, lambda: f"{before * depth}1{after * closes}")


def on_one_line(programs: list[Program], choose: random.Random) -> str:
    """Without ends of lines, and wrong somewhere."""
    program = mutated(programs, choose)
    return " ".join(str(token) for token in program.tokens) * choose.choice((1, 1, 3))


def several_mistakes(programs: list[Program], choose: random.Random) -> str:
    return mutated(programs, choose).source.text


DAMAGES: tuple[Callable[[list[Program], random.Random], str], ...] = (
    several_mistakes, several_mistakes, spliced, truncated, with_odd_characters, with_huge_numbers, nested, on_one_line,
)  # fmt: skip


def damaged(programs: list[Program], choose: random.Random) -> str:
    return choose.choice(DAMAGES)(programs, choose)
