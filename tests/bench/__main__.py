"""Prints one line `NAME ratio X.XX` per measurement; lines with # explain it. docs/performance.md says what each means."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import peers, road
from tests.bench.measure import in_turns, wall_seconds

ROUNDS = 7


def say(name: str, ratio: float, explanation: str) -> None:
    print(f"# {explanation}\n{name} ratio {ratio:.2f}", flush=True)


def build_times(folder: Path) -> None:
    """An edit is another default of a parameter: the C that holds it is compiled anew, the rest comes from the cache."""
    text = road.STRATEGY.read_text(encoding="utf-8")
    changed = folder / "ema_cross.strat"

    def again(_: int) -> None:
        road.run_stratc("build", road.STRATEGY, "--out", folder / "again")

    def edited(number: int) -> None:
        changed.write_text(re.sub(r"= 24\b", f"= {25 + number}", text), encoding="utf-8")
        road.run_stratc("build", changed, "--out", folder / "edited")

    say("build_seconds", wall_seconds(again, ROUNDS), "seconds to build ema_cross.strat again, from start to exit")
    say("build_edited_seconds", wall_seconds(edited, ROUNDS), "seconds to build it after an edit that makes new C")


def backtest_times(folder: Path) -> None:
    made = road.make(folder)
    road.check(made)
    compiled, logged, plain = in_turns(
        [made.backtest(), made.backtest("--out", folder / "run"), made.by_hand()], ROUNDS
    )
    print(f"# {road.BARS:,} bars; ns of processor time per bar, the whole process with reading its file:")
    for name, seconds in (("backtest", compiled), ("backtest --out", logged), ("plain C loop", plain)):
        print(f"#   {name:<15}{seconds / road.BARS * 1e9:8.1f}")
    say("backtest_to_plain_c", compiled / plain, "processor time of the binary to that of the plain loop")
    say("backtest_out_to_plain_c", logged / plain, "the same with a run folder: both logs, equity of every bar, trades")
    for name in peers.PEERS:
        theirs = peers.nanoseconds_per_bar(made, name)
        say(
            f"{name}_to_backtest",
            theirs * road.BARS / compiled / 1e9,
            f"{name}, {theirs:,.0f} ns per bar, to the binary",
        )


def main() -> None:
    with TemporaryDirectory() as name:
        build_times(Path(name))
        backtest_times(Path(name))


if __name__ == "__main__":
    main()
