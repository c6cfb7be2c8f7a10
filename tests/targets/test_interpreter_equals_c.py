"""The generated C of random programs does, to the bit, what the interpreter says they mean."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from stratc.compiler import unsupported
from stratc.compiler.interpreter.messages import ControlVerb, ReportEvent
from stratc.compiler.program import EventName, LatchedName, Measure, OrderKind, StandingKind, TimeInForce, Urgency, Verb
from stratc.targets.cpu.toolchain import find_toolchain
from tests.support.lockstep import build_batch, compare_all
from tests.support.occurrences import CAUSES, VERBS
from tests.support.random_programs import random_program

PROGRAMS, BATCH, INSTANTS = 1000, 40, 100
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
        total = sum(pool.map(_run_batch, [folder] * len(batches), batches), Counter())
    print(*(f"{count:8} {what}" for what, count in sorted(total.items())), sep="\n")
    return total


@pytest.mark.slow
def test_random_programs_do_in_c_what_the_interpreter_says(seen: Counter[str]) -> None:
    assert seen["programs"] == PROGRAMS


CLAMPED = ("position", "gross", "net", "notional")
ACTIONS = ("cancel_all", "flatten", "halt", "notify")
WHYS = ("NA", "RANGE", "MIN_QTY", "SLOT", "REDUCE_ONLY", "RISK")
CONSTRUCTS = [
    *(f"kind {kind}" for kind in get_args(OrderKind) if kind not in unsupported.KINDS),
    *(f"tif {tif}" for tif in get_args(TimeInForce) if tif not in unsupported.TIFS),
    *(f"urgency {urgency}" for urgency in get_args(Urgency)),
    "route",
    *("post only", "reduce only", "oco", "bracket", "sessions", "days of several sessions", "on stop"),
    *("adopt", "adopt with commands"),
    *(f"bound {measure} reject" for measure in get_args(Measure)),
    *(f"bound {measure} clamp" for measure in CLAMPED),
    "bound collar relative",
    *(f"{kind} {action}" for kind in get_args(StandingKind) for action in (*ACTIONS, "no action", "until")),
    *("guard wake", "assume wake", "drawdown share", "loss share"),
    *(f"verb {verb.value}" for verb in Verb),
    *(f"latched {name}" for name in get_args(LatchedName)),
    *("cooldown of a transition", "cooldown of a state"),
    *("several feeds", "several instruments", "extern signal", "equation Cross", "equation Sample", "equation Restart"),
]
HAPPENINGS = [
    *(f"event {event}" for event in get_args(EventName)),
    *(f"cause {cause}" for cause in CAUSES.values()),
    *(f"command {verb}" for verb in VERBS.values()),
    *(f"{measure} {verdict}" for measure in get_args(Measure) for verdict in ("pass", "reject")),
    *(f"{measure} clamp" for measure in CLAMPED),
    *(f"{kind} {verdict}" for kind in get_args(StandingKind) for verdict in ("fires", "ends")),
    *(f"denied {why}" for why in WHYS),
    *(f"replace refused {why}" for why in WHYS if why != "SLOT"),
    *(f"report {event}" for event in get_args(ReportEvent)),
    *("report FILL in base", "report REPLACE_ACK closed"),
    *(f"control {verb}" for verb in get_args(ControlVerb)),
    *(f"timer {timer}" for timer in ("machine", "flatten", "halt", "standing", "session")),
    *("wish kept", "stopping while flattening", "record note", "not a number"),
    *("fault POSITION", "fault REPORT", "fault MONEY", "fault ADOPT"),
]


@pytest.mark.slow
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_the_random_programs_use_every_construct(seen: Counter[str], construct: str) -> None:
    assert seen[f"has {construct}"] >= 3


@pytest.mark.slow
@pytest.mark.parametrize("happening", HAPPENINGS)
def test_in_the_random_programs_everything_happens(seen: Counter[str], happening: str) -> None:
    assert seen[happening] >= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("instants", 60_000),
        ("signal values", 500_000),
        ("na or not ready", 10_000),
        ("SendSubmit", 2000),
        ("SendReplace", 200),
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
