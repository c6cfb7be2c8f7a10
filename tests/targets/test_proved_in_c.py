"""Divisions that intervals proved, and the `??` after them, do in C what the interpreter says they mean."""

from pathlib import Path

import pytest

from stratc.compiler.interpreter import Fault, Interpreter, Output
from stratc.compiler.interpreter.messages import Input
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Default, Program
from stratc.compiler.walk import later, now, subexpressions
from stratc.lang.source import Source
from tests.support.lockstep import FAULTS, Library, build_batch, compare_instant
from tests.support.random_inputs import RandomInputs
from tests.support.random_signals import random_strategy

PROGRAMS, INSTANTS = 24, 200


def programs() -> list[Program]:
    found = (compile_source(Source(f"proved_{seed}.strat", random_strategy(seed))).program for seed in range(PROGRAMS))
    return [program for program in found if program is not None]


def step(interpreter: Interpreter, given: Input) -> Output | Fault:
    try:
        return interpreter.step(given)
    except Fault as fault:
        return fault


def in_lockstep(library: Library, program: Program, seed: int) -> None:
    native, inputs = library.start(program), RandomInputs(seed, program)
    interpreter = Interpreter(program, [p.value for p in program.params], program.capital)
    for number in range(INSTANTS):
        given = inputs.next(interpreter.next_deadline())
        code = native.step(given)
        out = step(interpreter, given)
        assert code == (FAULTS[str(out)] if isinstance(out, Fault) else 0)
        if isinstance(out, Fault):
            return
        compare_instant(f"{program.name}, instant {number}", native, interpreter, given, out)
        inputs.saw(out)


@pytest.mark.slow
def test_they_do_the_same(tmp_path: Path) -> None:
    made = programs()
    library = Library(build_batch(made, tmp_path / "proved"), made)
    for seed, program in enumerate(made):
        in_lockstep(library, program, seed)
    assert len(made) > PROGRAMS // 2


def test_there_are_such_defaults() -> None:
    exprs = [e for p in programs() for q in p.equations for x in (*now(q), *later(q)) for e in subexpressions(x)]
    assert sum(isinstance(e, Default) and e.proved for e in exprs) > 50
