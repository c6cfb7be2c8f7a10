"""Makes the bundled bar files and REPAIRS.md from the origin tables that NOTICE names.

    python -m stratc.strategies.data.prepare FOLDER_OF_ORIGIN_TABLES

A bundled file keeps one period and the six columns of a bar. Its prices lie on the instrument's grid, its times are
strictly rising, and no price of a bar lies outside its low and high; every row changed to get there is listed.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

PRICES = ("open", "high", "low", "close")
COLUMNS = ("ts_event", *PRICES, "volume")
SCHEMA = pa.schema([("ts_event", pa.int64()), *((name, pa.float64()) for name in COLUMNS[1:])])


@dataclass(frozen=True)
class Bundle:
    """One bundled file: where its rows come from and which of them it keeps."""

    name: str
    origin: str
    first_day: datetime
    end_day: datetime
    units_per_quote: int


@dataclass(frozen=True)
class Repair:
    """One price of one bar that was changed."""

    ts_event: int
    column: str
    before: float
    after: float


BUNDLES = (
    Bundle(
        "btcusdt_1h_2021",
        "btcusdt_1h_binance_2017_2021",
        datetime(2021, 1, 1, tzinfo=UTC),
        datetime(2022, 1, 1, tzinfo=UTC),
        units_per_quote=100,
    ),
    Bundle(
        "spy_1m_2017_01_02",
        "spy_1m_2017",
        datetime(2017, 1, 1, tzinfo=UTC),
        datetime(2017, 3, 1, tzinfo=UTC),
        units_per_quote=10_000,
    ),
)


def prepare(bundle: Bundle, origin_folder: Path) -> tuple[pa.Table, list[Repair]]:
    """The rows of `bundle`, repaired, and the list of what was repaired."""
    table = pq.read_table(origin_folder / f"{bundle.origin}.parquet", columns=list(COLUMNS))
    times = table["ts_event"].to_numpy()
    table = table.filter(pa.array((times >= _nanoseconds(bundle.first_day)) & (times < _nanoseconds(bundle.end_day))))
    before = {name: table[name].to_numpy() for name in PRICES}
    # An integer over a power of ten is the double nearest to the decimal price, so a reader gets that very price back.
    after = {name: np.rint(values * bundle.units_per_quote) / bundle.units_per_quote for name, values in before.items()}
    after["high"] = np.maximum.reduce(list(after.values()))
    after["low"] = np.minimum.reduce(list(after.values()))
    times = table["ts_event"].to_numpy()
    repaired = pa.table({"ts_event": times, **after, "volume": table["volume"]}, schema=SCHEMA)
    return repaired, _repairs(times, before, after)


def render(found: dict[str, list[Repair]]) -> str:
    """REPAIRS.md: every changed price, as it was and as it is."""
    lines = [
        "# Repaired prices",
        "",
        "`prepare.py` rounds each price to the instrument's grid (nearest, half to even), then takes the high as the",
        "largest and the low as the smallest of the bar's four prices. These are all the prices that this changed.",
    ]
    for name, repairs in found.items():
        rows = len({repair.ts_event for repair in repairs})
        lines += ["", f"## {name}: {len(repairs)} prices in {rows} rows"]
        if repairs:
            lines += ["", "| ts_event | UTC | column | was | is |", "|---|---|---|---|---|"]
            lines += [_row(repair) for repair in repairs]
    return "\n".join(lines) + "\n"


def main(origin_folder: Path) -> None:
    """Write the bundled files and REPAIRS.md beside this script."""
    here = Path(__file__).parent
    found = {}
    for bundle in BUNDLES:
        table, found[bundle.name] = prepare(bundle, origin_folder)
        pq.write_table(table, here / f"{bundle.name}.parquet", compression="zstd")
    (here / "REPAIRS.md").write_text(render(found), encoding="utf-8")


def _repairs(
    times: npt.NDArray[np.int64], before: dict[str, npt.NDArray[np.float64]], after: dict[str, npt.NDArray[np.float64]]
) -> list[Repair]:
    changed = [
        Repair(int(times[row]), name, float(before[name][row]), float(after[name][row]))
        for name in PRICES
        for row in np.flatnonzero(before[name] != after[name])
    ]
    return sorted(changed, key=lambda repair: (repair.ts_event, PRICES.index(repair.column)))


def _row(repair: Repair) -> str:
    time = datetime.fromtimestamp(repair.ts_event // 1_000_000_000, UTC)
    return f"| {repair.ts_event} | {time:%Y-%m-%d %H:%M} | {repair.column} | {repair.before!r} | {repair.after!r} |"


def _nanoseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1_000_000_000


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m stratc.strategies.data.prepare FOLDER_OF_ORIGIN_TABLES")
    main(Path(sys.argv[1]))
