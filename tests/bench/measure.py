"""Times of child processes: processor time of runs that take turns, so that a busy machine slows all of them alike."""

import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Command:
    """What is called; `made` is removed before each call, which is not timed."""

    words: Sequence[str | Path]
    made: Path | None = None


def run(command: Command) -> str:
    """What the command prints; if it fails, its complaint ends this process."""
    if command.made is not None and command.made.is_dir():
        shutil.rmtree(command.made)
    done = subprocess.run(command.words, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{command.words[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def processor_seconds(command: Command) -> float:
    """User and system time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def in_turns(commands: Sequence[Command], rounds: int) -> list[float]:
    """Median processor seconds of each, run as A B C A B C …, after one round that does not count."""
    times = [[processor_seconds(command) for command in commands] for _ in range(rounds + 1)][1:]
    return [median(column) for column in zip(*times, strict=True)]


def own_seconds(action: Callable[[], object], rounds: int) -> float:
    """Median processor seconds of an action in this process, after one that does not count (imports, compilation)."""
    action()
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        action()
        times.append(time.process_time() - begin)
    return median(times)


def wall_seconds(action: Callable[[int], object], rounds: int) -> float:
    """Median seconds on the clock of action(1), action(2) …, after an action(0) that does not count."""
    action(0)
    times = []
    for number in range(1, rounds + 1):
        begin = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - begin)
    return median(times)
