"""`python -m tests.fuzz [--seconds N] [--seed S]`: damaged strategies for the compiler, damaged data for the binary, and random
programs in interpreter and generated C side by side.

Each round must end with an exit code of the table and without a traceback, a signal or a difference. Prints what it did; exit 1
on a find, whose input is kept in runs/fuzz/.
"""

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

from stratc.cli.build import build_artifact
from tests.fuzz.judge import fault
from tests.fuzz.texts import damaged, sources
from tests.mutation.mutate import Program
from tests.support.lockstep import build_batch, compare_all
from tests.support.random_programs import random_program

ROOT = Path(__file__).resolve().parents[2]
CODES = {0, 2, 3, 4, 5}
BATCH, INSTANTS = 10, 400  # programs that are built together; how long each runs
TEXTS = 5  # of each round
SIDE_BY_SIDE_EVERY = 20  # rounds: a batch takes as long as many damaged texts


def damaged_bytes(data: bytes, choose: random.Random) -> bytes:
    """Flipped bytes, a cut, or a doubled piece."""
    changed = bytearray(data)
    for _ in range(choose.randint(1, 8)):
        changed[choose.randrange(len(changed))] = choose.randrange(256)
    if choose.random() < 0.3:
        del changed[choose.randrange(len(changed)) :]
    if choose.random() < 0.2:
        at = choose.randrange(len(changed) + 1)
        changed[at:at] = changed[at : at + choose.randrange(200)]
    return bytes(changed)


def keep(name: str, data: bytes) -> Path:
    folder = ROOT / "runs" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def try_compiler(programs: list[Program], choose: random.Random, number: int) -> str | None:
    text = damaged(programs, choose)
    found = fault(text)
    return None if found is None else f"{found}: {keep(f'{number}.strat', text.encode('utf-8', 'surrogatepass'))}"


def try_binary(binary: Path, data: bytes, choose: random.Random, number: int) -> str | None:
    path = keep("data.csv", damaged_bytes(data, choose))
    done = subprocess.run([binary, "backtest", "--data", f"bars={path}"], capture_output=True, check=False, timeout=60)
    if done.returncode in CODES:
        return None
    return f"exit {done.returncode}: {keep(f'{number}.csv', path.read_bytes())}"


def try_side_by_side(choose: random.Random) -> str | None:
    """Seeds beyond those of the tests."""
    first = choose.randrange(10**4, 10**8)
    seeds = range(first, first + BATCH)
    try:
        compare_all(
            build_batch([random_program(seed) for seed in seeds], ROOT / "runs" / "fuzz" / "batch"), seeds, INSTANTS
        )
    except AssertionError as difference:
        return str(difference)
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the compiler and a binary.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    choose = random.Random(options.seed)
    _, artifact = build_artifact(ROOT / "strategies" / "ema_cross.strat", ROOT / "runs" / "fuzz" / "build", 2, 2**26)
    rows = [
        f"2021-01-{1 + i // 24:02}T{i % 24:02}:00:00Z,{100 + i % 7}.5,{110 + i % 7},{90 + i % 5},{101 + i % 6}.25,{i}"
        for i in range(240)
    ]
    data = ("ts_event,open,high,low,close,volume\n" + "\n".join(rows) + "\n").encode()
    programs = sources()
    found, rounds = [], 0
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        rounds += 1
        finds = [try_compiler(programs, choose, rounds) for _ in range(TEXTS)]
        finds.append(try_binary(artifact.executable, data, choose, rounds))
        if rounds % SIDE_BY_SIDE_EVERY == 1:
            finds.append(try_side_by_side(choose))
        found += filter(None, finds)
    print(f"seed {options.seed}: {rounds} rounds of {TEXTS} texts and one data file, {len(found)} found")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
