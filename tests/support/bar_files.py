"""Bar files for the readers' tests: writes a table as CSV or Arrow, reads it with the native library."""

import random
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather

from tests.support.native import BAR_READERS, build_driver, open_library

HOUR = 3_600_000_000_000
DAY = 24 * HOUR
DRIVER = Path(__file__).with_name("read_bars.c")
T0 = 1_609_459_200_000_000_000  # 2021-01-01

ffi, lib = open_library(BAR_READERS, ["base.h", "mapped.h", "bars.h"])
KINDS: list[str] = [ffi.string(lib.stratc_bar_fault_name(kind)).decode() for kind in range(lib.STRATC_BAR_FAULT_KINDS)]


@dataclass(frozen=True)
class Read:
    """What one call of stratc_bars_read said."""

    ok: bool
    code: int
    message: str
    help: str
    columns: dict[str, bytes] = field(default_factory=dict)
    has_volume: bool = False
    faults: dict[str, int] = field(default_factory=dict)
    gaps: int = 0
    longest_gap: int = 0
    highest: float = 0.0

    def ints(self, name: str) -> list[int]:
        return list(memoryview(self.columns[name]).cast("q"))

    def floats(self, name: str) -> list[float]:
        return list(memoryview(self.columns[name]).cast("d"))


def read_bars(path: Path, *, tick: tuple[int, int] = (1, 2), every: int = HOUR, repair: bool = False) -> Read:
    """Reads a file with price unit numerator / 10^decimals."""
    schema = ffi.new("stratc_bar_schema *", {"price": tick, "every_ns": every, "repair": repair})
    bars, faults, error = ffi.new("stratc_bars *"), ffi.new("stratc_bar_faults *"), ffi.new("stratc_error *")
    ok = bool(lib.stratc_bars_read(str(path).encode(), schema, bars, faults, error))
    columns = _columns(bars, tick) if ok else {}
    read = Read(
        ok,
        error.code,
        ffi.string(error.message).decode(errors="replace"),
        ffi.string(error.help).decode(errors="replace"),
        columns,
        bool(bars.has_volume),
        {kind: count for kind, count in zip(KINDS, faults.found, strict=True) if count},
        faults.gaps,
        faults.longest_gap_ns,
        bars.highest,
    )
    lib.stratc_bars_free(bars)
    return read


def _columns(bars: Any, tick: tuple[int, int]) -> dict[str, bytes]:
    """All spans joined; prices as price units, each of which must be the double in the span."""
    spans = [bars.spans[number] for number in range(bars.span_count)]
    assert [span.first for span in spans] == [sum(span.count for span in spans[:n]) for n in range(len(spans))]
    assert sum(span.count for span in spans) == bars.count
    columns = {"start": b"".join(bytes(ffi.buffer(span.start, 8 * span.count)) for span in spans)}
    factor = lib.stratc_bar_factor(tick)
    for name in ("open", "high", "low", "close"):
        values = [value for span in spans for value in ffi.unpack(getattr(span, name), span.count)]
        units = [int(value * factor + 0.5) for value in values]  # stratc_bar_units
        assert values == [count * tick[0] / 10 ** tick[1] for count in units]  # of integers, so rounded correctly
        columns[name] = struct.pack(f"{len(units)}q", *units)
    parts = [bytes(ffi.buffer(span.volume, 8 * span.count)) if span.volume else bytes(8 * span.count) for span in spans]
    return columns | {"volume": b"".join(parts)}


def write_csv(path: Path, columns: dict[str, list[Any]]) -> Path:
    """Floats as the shortest text that reads back."""
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_arrow(path: Path, columns: dict[str, Any] | pa.Table, **options: Any) -> Path:
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    feather.write_feather(table, str(path), **{"compression": "uncompressed", **options})
    return path


def bars(count: int = 3) -> dict[str, list[Any]]:
    """A valid table of hourly bars on a grid of 0.01."""
    return {
        "ts_event": [T0 + row * HOUR for row in range(count)],
        "open": [100.01 + row for row in range(count)],
        "high": [101.5 + row for row in range(count)],
        "low": [99.25 + row for row in range(count)],
        "close": [100.75 + row for row in range(count)],
        "volume": [1.5 + row for row in range(count)],
    }


def with_value(column: str, row: int, value: Any, count: int = 3) -> dict[str, list[Any]]:
    """The valid table with one value replaced."""
    table = bars(count)
    table[column][row] = value
    return table


def corrupted(content: bytes, chance: random.Random, first: int = 0) -> bytes:
    """The content with some bytes from `first` on replaced, mostly by those that mean the ends of a range."""
    bad = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8, 40])):
        bad[chance.randrange(first, len(bad))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    return bytes(bad)


def read_sanitized(folder: Path, contents: list[bytes]) -> list[tuple[int, str]]:
    """Exit code and message of each file when read, with repair, under ASan and UBSan; fails if these find anything."""
    paths = [folder / f"sanitized-{number}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    program = build_driver(DRIVER, [name for name in BAR_READERS if name != "mapped.c"])
    done = subprocess.run([program, *paths], capture_output=True, text=True, errors="replace", timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert len(lines) == len(paths)
    return [(int(code), message) for code, message in lines]
