"""Prints the seconds of `stratc check`, then a line `NAME ratio X.XX` per measurement; # explains. docs/performance.md says more."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import peers, road
from tests.bench.check_speed import check_times
from tests.bench.measure import in_turns, wall_seconds

ROUNDS = 5


def say(name: str, ratio: float, explanation: str) -> None:
    print(f"# {explanation}\n{name} ratio {ratio:.2f}", flush=True)


def build_times(folder: Path) -> None:
    """An edit is another default of a parameter: the C that holds it is compiled anew, the rest comes from the cache."""
    strategy = road.STRATEGIES / "ema_cross.strat"
    text = strategy.read_text(encoding="utf-8")
    changed = folder / "ema_cross.strat"

    def again(_: int) -> None:
        road.run_stratc("build", strategy, "--out", folder / "again")

    def edited(number: int) -> None:
        changed.write_text(re.sub(r"= 24\b", f"= {25 + number}", text), encoding="utf-8")
        road.run_stratc("build", changed, "--out", folder / "edited")

    say("build_seconds", wall_seconds(again, ROUNDS), "seconds to build ema_cross.strat again, from start to exit")
    say("build_edited_seconds", wall_seconds(edited, ROUNDS), "seconds to build it after an edit that makes new C")


def backtest_times(made: road.Road) -> float:
    """Processor seconds of the plain backtest. Both sides keep every bar's equity; with `--out` both write it, and the fills."""
    count, loop = road.check(made)
    commands = {
        "backtest": made.backtest(quiet=True),
        "by hand in C": made.by_hand(),
        "backtest --out --data-hash off": made.backtest(quiet=True, out=True, data_hash=False),
        "by hand, fills and equity to files": made.by_hand(out=True),
        "backtest --out": made.backtest(quiet=True, out=True),
    }
    if made.logs:
        commands["backtest --out with logged signals"] = made.backtest(out=True)
    seconds = dict(zip(commands, in_turns(list(commands.values()), ROUNDS), strict=True))
    compiled, plain, unhashed, written, hashed, *logged = seconds.values()
    print(f"# {made.name}: {road.BARS:,} bars, {count:,} fills; the loop by hand alone {loop:.1f} ns per bar")
    print("# ns of processor time per bar, whole processes with reading their files:")
    for name, spent in seconds.items():
        print(f"#   {name:<36}{spent / road.BARS * 1e9:8.1f}")
    say(f"{made.name}_to_c", compiled / plain, "nothing is written by either")
    say(f"{made.name}_out_to_c", unhashed / written, "a whole run folder, both logs in it; the loop: fills and equity")
    say(f"{made.name}_hashed_to_c", hashed / written, "the same, and the SHA-256 of the data")
    for spent in logged:
        say(f"{made.name}_signals_to_c", spent / written, "the same, and every signal that the strategy says `log` of")
    return compiled


def peer_times(made: road.Road, compiled: float) -> None:
    ours = compiled / road.BARS
    theirs = peers.backtesting_py(made)
    say("backtesting_py_to_backtest", theirs / ours, f"backtesting.py takes {theirs * 1e9:,.0f} ns per bar")
    signals, valued = peers.vectorbt(made)
    say("vectorbt_to_backtest", signals / ours, f"indicators and from_signals take {signals * 1e9:,.0f} ns per bar")
    say(
        "vectorbt_valued_to_backtest",
        valued / ours,
        f"with equity and drawdown, as ours, {valued * 1e9:,.0f} ns per bar",
    )


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        check_times(folder)
        build_times(folder)
        data = road.make_data(folder)
        made = {case: road.make(case, data, folder / case) for case in road.CASES}
        compiled = {case: backtest_times(each) for case, each in made.items()}
        peer_times(made["ema_cross"], compiled["ema_cross"])


if __name__ == "__main__":
    main()
