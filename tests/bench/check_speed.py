"""Seconds of `stratc check` as a process, files and tables warm: of about 80 lines, and of 1,000."""

import os
import sys
from pathlib import Path

from tests.bench import road
from tests.bench.measure import Command, in_turns, run, wall_seconds

ROUNDS = 9


def lengthened(text: str, lines: int) -> str:
    """A strategy with more signals, all of them read: a text of about so many lines."""
    count = (lines - len(text.splitlines())) // 2
    signals = "".join(
        f"  signal line_{i} = ema(bars.close, slow) + {i}.5 * range;\n"
        f"  signal above_{i} = line_{i} > line_{i}[1] and bars.close > line_{i};\n"
        for i in range(count)
    )
    names = ", ".join(["rising", *(f"above_{i}" for i in range(count))])
    return text.replace("  log rising;\n", f"{signals}  log {names};\n")


def check_times(folder: Path) -> None:
    """On the clock, and in processor time, which a busy machine changes less."""
    text = (road.STRATEGIES / "pullback.strat").read_text(encoding="utf-8")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # warm: modules are not compiled anew for each run
    commands = []
    for lines in (80, 1000):
        file = folder / f"{lines}_lines.strat"
        file.write_text(lengthened(text, lines), encoding="utf-8")
        commands.append(Command([sys.executable, "-m", "stratc.cli.main", "check", file]))
    short, long = (wall_seconds(lambda _, command=command: run(command), ROUNDS) for command in commands)
    processor = in_turns(commands, ROUNDS)
    print(f"# stratc check, start to exit: {processor[0]:.2f} s and {processor[1]:.2f} s of processor time")
    print(f"check 80 lines {short:.2f} s, 1000 lines {long:.2f} s", flush=True)
