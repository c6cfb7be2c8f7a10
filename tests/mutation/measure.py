"""Draws mutants until so many are rejected, and counts how their reports turn out."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source
from tests.mutation.mutate import KINDS, Mutant, Program

ROOT = Path(__file__).resolve().parents[2]
MOST_REPORTS = 3
TEXTS = ("strategies/*.strat", "tests/compiler/right/*.strat", "tests/compiler/from_page/*right*.strat",
         "tests/compiler/from_page/again*.strat", "tests/compiler/kernels/right/*.strat", "stdlib/ta.strat")  # fmt: skip


@dataclass
class Rate:
    """Of the rejected mutants of one kind."""

    rejected: int = 0
    on_line: int = 0
    too_many: list[str] = field(default_factory=list)  # mutants with more than MOST_REPORTS reports
    elsewhere: list[str] = field(default_factory=list)  # mutants whose first report is on another line

    @property
    def rate(self) -> float:
        return self.on_line / self.rejected


def programs() -> list[Program]:
    """The shipped strategies and the correct programs of the tests: those without any finding."""
    paths = sorted(path for pattern in TEXTS for path in ROOT.glob(pattern))
    texts = [(str(path), path.read_text(encoding="utf-8")) for path in paths]
    return [Program(*text) for text in texts if not compile_source(Source(*text)).diagnostics.found]


def measured(kind: str, seed: int, wanted: int, among: list[Program]) -> Rate:
    """A mutant that changes nothing, or that the compiler accepts, does not count."""
    choose = random.Random(f"{seed} {kind}")
    rate = Rate()
    while rate.rejected < wanted:
        program = choose.choice(among)
        mutant = KINDS[kind](program, choose)
        if mutant.text != program.source.text:
            _count(rate, program, mutant)
    return rate


def _count(rate: Rate, program: Program, mutant: Mutant) -> None:
    source = Source(program.source.name, mutant.text)
    diagnostics = compile_source(source).diagnostics
    if not diagnostics.errors:
        return
    first, *_ = found = diagnostics.in_order()
    line = source.position(first.primary.span.start)[0]
    shown = f"{Path(source.name).name}:{min(mutant.lines)}: {mutant.what}: {line}: {[d.title for d in found]}"
    rate.rejected += 1
    rate.on_line += line in mutant.lines
    if line not in mutant.lines:
        rate.elsewhere.append(shown)
    if len(found) > MOST_REPORTS:
        rate.too_many.append(shown)


def row(kind: str, rate: Rate) -> str:
    """One line of the table."""
    at_most = 1 - len(rate.too_many) / rate.rejected
    return f"{kind:<24}{rate.rejected:>9}{rate.rate:>10.1%}{at_most:>18.1%}"


HEAD = f"{'mutation':<24}{'rejected':>9}{'on line':>10}{'at most 3 reports':>18}"
