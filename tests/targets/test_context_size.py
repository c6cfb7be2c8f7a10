"""The size of a context that cffi works out is the one that the C compiler gave the built program."""

from pathlib import Path

import pytest

from stratc.targets.cpu.context_size import context_bytes
from tests.support.lockstep import Library, build_batch
from tests.support.programs import cross, everything, smallest
from tests.support.random_programs import random_program


@pytest.mark.slow
def test_it_is_the_compilers(tmp_path: Path) -> None:
    programs = [cross(), everything(), smallest(), *map(random_program, range(8))]
    library = Library(build_batch(programs, tmp_path / "contexts"), programs)
    seen = {program.name: library.start(program).descriptor.context_size for program in programs}
    assert {program.name: context_bytes(program) for program in programs} == seen
