"""The generated C of random programs does, to the bit, what the interpreter says they mean."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from stratc.targets.cpu.toolchain import find_toolchain
from tests.support.lockstep import build_batch, compare_all
from tests.support.random_programs import random_program

PROGRAMS, BATCH, INSTANTS = 320, 40, 250
SANITIZED, SANITIZED_INSTANTS = 40, 120
ROOT = Path(__file__).resolve().parents[2]


def _run_batch(folder: Path, seeds: range) -> Counter[str]:
    library = build_batch([random_program(seed) for seed in seeds], folder / str(seeds.start))
    return compare_all(library, seeds, INSTANTS)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """How much of what was compared; a difference raises, with the seed and the instant in its text."""
    folder = tmp_path_factory.mktemp("lockstep")
    batches = [range(first, first + BATCH) for first in range(0, PROGRAMS, BATCH)]
    with ProcessPoolExecutor(2) as pool:
        return sum(pool.map(_run_batch, [folder] * len(batches), batches), Counter())


@pytest.mark.slow
def test_random_programs_do_in_c_what_the_interpreter_says(seen: Counter[str]) -> None:
    assert seen["programs"] == PROGRAMS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("instants", 60_000),
        ("signal values", 500_000),
        ("na or not ready", 10_000),
        ("SendSubmit", 1000),
        ("SendCancel", 500),
        *((f"denied {why}", 100) for why in ("NA", "RANGE", "MIN_QTY", "SLOT", "REDUCE_ONLY", "RISK")),
        *((f"event {event}", 30) for event in ("partial", "filled", "closed", "denied", "late", "flat")),
        *((f"cause {cause}", 500) for cause in ("when", "on", "after", "start")),
        ("record note", 500),
        ("fault POSITION", 1),
        ("fault REPORT", 1),
        ("fault MONEY", 1),
    ],
)
def test_the_random_programs_are_no_idle_ones(seen: Counter[str], what: str, least: int) -> None:
    assert seen[what] >= least


def _sanitizer(name: str) -> str:
    """Where the compiler keeps the runtime of a sanitizer: Python itself is built without."""
    command = [*find_toolchain().command, f"-print-file-name={name}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found).is_absolute(), f"{command[0]} has no {name}: run this test with gcc"
    return found


@pytest.mark.slow
def test_random_programs_are_clean_under_the_sanitizers(tmp_path: Path) -> None:
    library = build_batch([random_program(seed) for seed in range(SANITIZED)], tmp_path, sanitize=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(map(_sanitizer, ("libasan.so", "libubsan.so"))),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",  # so that the context that Python hands out is one that ASan watches
    }
    command = [
        sys.executable,
        "-m",
        "tests.support.lockstep",
        str(library),
        "0",
        str(SANITIZED),
        str(SANITIZED_INSTANTS),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"('programs', {SANITIZED})" in done.stdout
