"""The runs of tests/support/instants.py, with the generated C of the program beside the interpreter: every instant is compared."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from stratc.compiler.interpreter import Control, Fault, Output
from stratc.compiler.program import Program
from tests.support.instants import Run
from tests.support.lockstep import FAULTS, Library, build_batch, compare_instant

FOLDER = tempfile.TemporaryDirectory(prefix="stratc-side-by-side-")


@cache
def _library(program: Program) -> Library:
    name = hashlib.sha256(repr(program).encode()).hexdigest()[:16]
    return Library(build_batch([program], Path(FOLDER.name) / name), [program])


class BothRun(Run):
    """Compiles the program once per process. What the interpreter does is what the C did, or the step raises AssertionError."""

    def __init__(self, made: Program, *, start: bool = True, params: Sequence[Any] | None = None) -> None:
        self.instants = 0
        given = params or [p.value for p in made.params]
        chosen = tuple(replace(p, value=value) for p, value in zip(made.params, given, strict=True))
        self.native = _library(made).start(replace(made, params=chosen))
        super().__init__(made, start=False, params=params)
        if start:
            self.step(Control(0, "start"))

    def step(self, given: Any) -> Output:
        for index, holding in enumerate(self.interpreter.account.holdings):
            self.native.holdings[index].position = holding.position  # a test may have put one there
        self.instants += 1
        code, fault, out = self.native.step(given), None, Output()
        try:
            out = super().step(given)
        except Fault as raised:
            fault = raised
        assert code == (0 if fault is None else FAULTS[str(fault)]), given
        if fault is not None:
            raise fault
        compare_instant(f"instant {self.instants}", self.native, self.interpreter, given, out)
        return out
