"""No sequence of market data breaks a risk rule: random bars through real binaries, every run judged by books of its own.

Each strategy has one rule and is built once. Each rule must bind in some runs and let things pass in some, else its test says nothing.
"""

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stratc.cli.build import build_artifact
from tests.risk import bounds, markets, standing
from tests.risk.markets import MINUTE, Bar
from tests.risk.replay import Run
from tests.risk.strategies import HOLDING, SESSIONS, TRIPS, Strategy

BARS = 150
DOLLARS = (20, 300, 2_000, 15_000, 200_000)  # of an order, about: from hardly any risk to far too much
SECOND = 10**9
PROMPT = 2  # bars: cancels and a market order, each with a latency of less than one


@dataclass(frozen=True)
class Bounded:
    strategy: Strategy
    check: bounds.Check
    rule: int = 1  # the position is bounded first
    runs: int = 16


@dataclass(frozen=True)
class Standing:
    """made: the rule, for these bars. never_quiet: it is broken in every run."""

    strategy: Strategy
    made: Callable[[list[Bar]], standing.Rule]
    actions: standing.Actions
    rule: int = 2  # position, leverage
    runs: int = 14
    never_quiet: bool = False


BOUNDED = [
    Bounded(Strategy("position_reject", position=20), bounds.Position(200), rule=0),
    Bounded(Strategy("position_clamp", position=20, position_action="clamp"), bounds.Position(200), rule=0),
    Bounded(Strategy("gross", "bound gross <= 50_000 USD else clamp;"), bounds.Gross(50_000)),
    Bounded(Strategy("net", "bound net <= 50_000 USD else reject;"), bounds.Net(50_000)),
    Bounded(Strategy("notional", "bound notional <= 9_000 USD else clamp;"), bounds.Notional(9_000)),
    Bounded(Strategy("collar", "bound collar <= 1pct else reject;"), bounds.Collar(0.01)),
    Bounded(Strategy("open_orders", "bound open_orders <= 7 else reject;"), bounds.OpenOrders(7)),
    Bounded(Strategy("order_rate", "bound order_rate <= 5 over 90s else reject;"), bounds.OrderRate(5, 90 * SECOND)),
    Bounded(Strategy("leverage", capital=100_000, leverage=2), bounds.Leverage(2)),
]

STANDING = [
    Standing(
        Strategy(
            "drawdown", "bound drawdown <= 5pct over 45min else flatten, halt for 10min;", HOLDING, capital=20_000
        ),
        lambda made: standing.Drawdown(share=0.05, window=45 * MINUTE),
        standing.Actions(flatten=True, halt=10 * MINUTE),
        runs=30,
    ),
    Standing(
        Strategy("drawdown_until", "bound drawdown <= 3pct over 2h else cancel_all until n % 10 == 0;", capital=20_000),
        lambda made: standing.Drawdown(lambda n: n % 10 == 0, share=0.03, window=120 * MINUTE),
        standing.Actions(cancel_all=True),
    ),
    Standing(
        Strategy("loss", "bound loss <= 700 USD per day else flatten;", HOLDING, capital=20_000),
        lambda made: standing.Loss(dollars=700, capital=20_000),
        standing.Actions(flatten=True),
        runs=60,
    ),
    Standing(
        Strategy("streak", "bound loss_streak <= 2 else halt for 5min until n % 20 == 0;", TRIPS),
        lambda made: standing.Streak(2, lambda n: n % 20 == 0),
        standing.Actions(halt=5 * MINUTE),
        runs=40,
    ),
    Standing(
        Strategy("stale", "guard age(bars) < 150s else cancel_all;", HOLDING),
        lambda made: standing.Age(150 * SECOND, made[0].start),
        standing.Actions(cancel_all=True),
    ),
    Standing(
        Strategy("session", "guard session(X_USD) else flatten;", HOLDING, calendar="FILE"),
        lambda made: standing.Session(markets.sessions()),
        standing.Actions(flatten=True),
        runs=10,
        never_quiet=True,
    ),
]


@dataclass(frozen=True)
class Backtest:
    """seed, options: how to repeat it."""

    seed: int
    options: list[str]
    run: Run


def build(strategy: Strategy, folder: Path) -> tuple[Path, int]:
    """The binary, and the template of `flatten`."""
    source = folder / f"{strategy.name}.strat"
    source.write_text(strategy.text(), encoding="utf-8")
    rows = (
        ",".join(datetime.fromtimestamp(at // SECOND, UTC).isoformat() for at in pair) for pair in markets.sessions()
    )
    (folder / SESSIONS).write_text("\n".join(["open,close", *rows]) + "\n", encoding="utf-8")
    program, artifact = build_artifact(source, folder / "build", 2, 64 * 2**20)
    return artifact.executable, len(program.templates) - 1


def backtests(strategy: Strategy, folder: Path, runs: int) -> list[Backtest]:
    """A denial by the gate of what the risk layer let pass would end a run with exit code 70."""
    binary, flattener = build(strategy, folder)
    return [backtest(strategy, binary, flattener, folder / str(seed), seed) for seed in range(runs)]


def backtest(strategy: Strategy, binary: Path, flattener: int, folder: Path, seed: int) -> Backtest:
    folder.mkdir()
    chance = random.Random(f"{strategy.name} {seed}")
    made = markets.bars(chance, BARS)
    size = min(1_000.0, max(0.1, round(chance.choice(DOLLARS) / made[0].close, 1)))
    options = [*markets.options(chance), f"--set=size={size}"]
    data, out = markets.write(made, folder / "bars.csv"), folder / "run"
    command = [str(binary), "backtest", f"--data=bars={data}", f"--out={out}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}, {options}: {done.stderr}"
    return Backtest(seed, options, Run(out, made, strategy.capital, flattener))


@pytest.mark.parametrize("case", BOUNDED, ids=lambda case: case.strategy.name)
def test_no_command_that_is_sent_breaks_a_bound(case: Bounded, tmp_path: Path) -> None:
    sent = refused = 0
    for done in backtests(case.strategy, tmp_path, case.runs):
        found = next(case.check(done.run.steps()), None)
        assert found is None, f"seed {done.seed}, {done.options}: {found}"
        verdicts = [verdict for _, verdict in done.run.verdicts(case.rule)]
        sent, refused = sent + verdicts.count("pass") + verdicts.count("clamp"), refused + verdicts.count("reject")
    assert min(sent, refused) > 200, (sent, refused)


@pytest.mark.parametrize("case", STANDING, ids=lambda case: case.strategy.name)
def test_nothing_adds_risk_while_a_standing_rule_is_broken(case: Standing, tmp_path: Path) -> None:
    """A rule is broken exactly when the logs say so, and a flatten ends promptly where the market has room."""
    broken = quiet = 0
    for done in backtests(case.strategy, tmp_path, case.runs):
        watch = standing.Watch(case.made(done.run.bars), case.actions)
        found = next(watch.problems(done.run.steps()), None)
        assert found is None, f"seed {done.seed}, {done.options}: {found}"
        logged = [(now, verdict != "pass") for now, verdict in done.run.verdicts(case.rule)]
        assert watch.changes == logged, f"seed {done.seed}, {done.options}"
        assert watch.bars <= PROMPT or "--participation=off" not in done.options, f"seed {done.seed}, {done.options}"
        broken, quiet = broken + sum(on for _, on in logged), quiet + (not logged)
    assert broken >= 8
    assert quiet or case.never_quiet
