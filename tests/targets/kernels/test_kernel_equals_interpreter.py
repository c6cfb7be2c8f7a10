"""Kernels that have little in common say, hold and break the same as C, also under the sanitizers, and every row of them is run."""

import ast
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from stratc.targets.cpu.lower_kernel import lower
from stratc.targets.cpu.toolchain import find_toolchain
from tests.support.kernel_library import CompiledKernel
from tests.support.kernel_lockstep import ROOT, SMALL, program, run

SANITIZED = 4_000
COUNTS = {"order": 24_000, **dict.fromkeys(sorted(SMALL), 4_000)}


@cache
def compared(name: str, count: int) -> Counter[str]:
    return run(name, count)


def rows(name: str) -> set[str]:
    return {label for label, _ in program(name).rows}


@pytest.mark.parametrize("name", COUNTS)
def test_random_messages_have_the_same_effect_and_meet_every_row(name: str) -> None:
    """Equality without coverage would mean little."""
    found = compared(name, COUNTS[name])
    assert rows(name) - set(found) == set()
    assert found["outputs"] > COUNTS[name] // 100


@pytest.mark.parametrize("name", COUNTS)
def test_they_are_clean_and_the_same_under_the_sanitizers(name: str) -> None:
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(map(_sanitizer, ("libasan.so", "libubsan.so"))),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",  # so that the kernel and its outputs are memory that ASan watches
    }
    command = [sys.executable, "-m", "tests.support.kernel_lockstep", name, str(SANITIZED)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert Counter(dict(ast.literal_eval(done.stdout))) == compared(name, SANITIZED)


def _sanitizer(name: str) -> str:
    """Where the compiler keeps the runtime of a sanitizer: Python itself is built without."""
    command = [*find_toolchain().command, f"-print-file-name={name}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found).is_absolute(), f"{command[0]} has no {name}: run this test with gcc"
    return found


def test_the_earliest_timer_is_known() -> None:
    compiled = CompiledKernel(program("buckets"))
    assert compiled.next_due == 2**62 - 1
    compiled.step("ask", 100, {"who": 3, "request": 7})
    assert compiled.next_due == 8100
    assert compiled.copy().next_due == 8100
    compiled.step("forget", 200, {})
    assert compiled.next_due == 2**62 - 1


def test_the_same_kernel_makes_the_same_text() -> None:
    assert lower(program("order")) == lower(program("order"))
