"""Runs of one strategy on bars that are cut off or changed from some time on, and what of them must be equal."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import feather

PRICES = ("open", "high", "low", "close")
HEADER, SEAL, OUT = 64, 15, 9  # docs/logs.md
SIZES = {"strategy.log": 64, "order.log": 192}
Derive = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Log:
    """The records of a log without its seals, with the number and time of the input that wrote each."""

    records: npt.NDArray[np.uint8]
    seq: npt.NDArray[np.int64]
    now: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Outcome:
    logs: dict[str, Log]
    equity: pa.Table


@dataclass(frozen=True)
class Subject:
    """A binary with the bars of its feeds. unit: grid of the prices; derive: more feeds, each made of the first by a node of the test."""

    binary: Path
    feeds: dict[str, pa.Table]
    every: int
    unit: float
    derive: dict[str, Derive]

    @property
    def bars(self) -> pa.Table:
        """Those of the first feed."""
        return next(iter(self.feeds.values()))

    def run(self, feeds: dict[str, pa.Table], folder: Path) -> Outcome:
        folder.mkdir()
        options, first = [], next(iter(feeds.values()))
        for name, table in {**feeds, **{name: make(first) for name, make in self.derive.items()}}.items():
            path = folder / f"{name}.arrow"
            feather.write_feather(table, str(path), compression="uncompressed")
            options += ["--data", f"{name}={path}"]
        out = folder / "run"
        command = [str(self.binary), "backtest", *options, "--out", str(out), "--bounds", "off", "--data-hash", "off"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        logs = {name: read_log(out / name, size) for name, size in SIZES.items()}
        return Outcome(logs, feather.read_table(out / "equity.arrow", memory_map=False))

    def until(self, cut: int) -> dict[str, pa.Table]:
        """The bars that end not later than the cut."""
        return {
            name: bars.filter(pa.array(bars["ts_event"].to_numpy() + self.every <= cut))
            for name, bars in self.feeds.items()
        }

    def changed(self, cut: int, seed: int) -> dict[str, pa.Table]:
        """All bars that begin at the cut or later are others, at the same times."""
        feeds = enumerate(self.feeds.items())
        return {name: self._changed(bars, cut, seed + 1000 * number) for number, (name, bars) in feeds}

    def _changed(self, bars: pa.Table, cut: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        starts = bars["ts_event"].to_numpy()
        later = starts >= cut
        columns = {name: bars[name].to_numpy().copy() for name in PRICES}
        count, level = int(later.sum()), float(columns["close"][~later][-1]) if (~later).any() else 100.0
        walk = level * random.uniform(0.5, 2.0) * np.exp(np.cumsum(random.normal(0, 0.003, count)))
        opens = walk * np.exp(random.normal(0, 0.001, count))
        sides = [
            np.maximum(walk, opens) * (1 + random.exponential(0.001, count)),
            np.minimum(walk, opens) * (1 - random.exponential(0.001, count)),
        ]
        for name, values in zip(PRICES, (opens, *sides, walk), strict=True):
            columns[name][later] = np.maximum(1, np.rint(values / self.unit)) / round(1 / self.unit)
        volume = bars["volume"].to_numpy().copy()
        volume[later] = random.exponential(float(volume.mean()) + 1e-9, count)
        return pa.table({"ts_event": starts, **columns, "volume": volume})


def read_log(path: Path, size: int) -> Log:
    rows = np.frombuffer(path.read_bytes()[HEADER:], np.uint8).reshape(-1, size)
    kind = rows[:, 16:18].copy().view("<u2").ravel()
    rows = rows[kind != SEAL]
    seq, now = (rows[:, at : at + 8].copy().view("<i8").ravel() for at in (0, 8))
    return Log(rows, seq, now, kind[kind != SEAL])


def first_difference(whole: Outcome, short: Outcome) -> str | None:
    """Where `whole` departs from `short`, a run whose data ended at the cut; its last instant is the end of the run. None: nowhere."""
    stop = int(short.logs["strategy.log"].seq[-1])
    for name, log in short.logs.items():
        mine = log.records[log.seq < stop]
        theirs = whole.logs[name].records[: len(mine)]
        if len(theirs) < len(mine):
            return f"{name}: {len(theirs)} records instead of {len(mine)}"
        unequal = np.flatnonzero((mine != theirs).any(axis=1))
        if len(unequal):
            return f"{name}: record {unequal[0]} at {log.now[unequal[0]]}"
        if int((whole.logs[name].seq < stop).sum()) != len(mine):
            return f"{name}: there are records that the shorter run does not have"
    rows = short.equity.num_rows
    return None if whole.equity.slice(0, rows).equals(short.equity) else "equity.arrow"


def cuts(subject: Subject, outcome: Outcome, count: int, seed: int) -> list[int]:
    """Ends of bars not more than five bars before an order goes out, spread over the run; all there are if they are fewer."""
    log, every = outcome.logs["order.log"], subject.every
    sent = np.unique(log.now[log.kind == OUT] // every * every)
    near = {int(t) - back * every for t in sent.tolist() for back in range(6)}
    ends = sorted(near & set((subject.bars["ts_event"].to_numpy() + every).tolist()))
    random = np.random.default_rng(seed)
    return ends if len(ends) <= count else sorted(random.choice(ends, count, replace=False).tolist())
