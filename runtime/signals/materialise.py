"""A node asked bar by bar: only what has closed is there to be read, and what it says becomes the rows of a file."""

from __future__ import annotations

import hashlib
import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .files import ROW
from .load import NodeError
from .node import Bars, SignalNode

COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class FeedData:
    """The bars of a feed as its file has them. every: ns. digest: SHA-256 of the file."""

    name: str
    every: int
    bars: Bars
    digest: bytes


class _Prefix:
    """Copies of a feed's columns, filled as time goes: what has not closed is not in memory that a node can reach."""

    def __init__(self, data: FeedData) -> None:
        self.whole, self.seen = data.bars, 0
        self.kept = {f.name: np.zeros_like(getattr(data.bars, f.name)) for f in fields(Bars)}

    def until(self, time: int) -> None:
        """Takes in the bars that have closed by then."""
        end = int(np.searchsorted(self.whole.time, time, side="right"))
        for name, column in self.kept.items():
            column[self.seen : end] = getattr(self.whole, name)[self.seen : end]
        self.seen = end

    def bars(self) -> Bars:
        return Bars(**{name: _read_only(column[: self.seen]) for name, column in self.kept.items()})


def _read_only(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    column.flags.writeable = False
    return column


def materialise(
    node: SignalNode, feeds: Mapping[str, FeedData], signals: Mapping[str, str]
) -> dict[str, npt.NDArray[np.void]]:
    """The rows of each signal that is asked for (name → type). Raises NodeError with the time of the bar."""
    rows: dict[str, list[tuple[int, float]]] = {name: [] for name in signals}
    for time, history in _closing([feeds[name] for name in node.inputs]):
        for name, value in _asked(node, history, time, tuple(signals)):
            if value is not None:
                rows[name].append((time + node.latency_ns, _number(node, name, signals[name], value, time)))
    return {name: np.array(found, ROW) for name, found in rows.items()}


def _closing(inputs: Sequence[FeedData]) -> Iterator[tuple[int, Mapping[str, Bars]]]:
    prefixes = {data.name: _Prefix(data) for data in inputs}
    for time in inputs[0].bars.time.tolist():
        for prefix in prefixes.values():
            prefix.until(time)
        yield time, {name: prefix.bars() for name, prefix in prefixes.items()}


def _asked(
    node: SignalNode, history: Mapping[str, Bars], time: int, names: tuple[str, ...]
) -> Iterator[tuple[str, object]]:
    try:
        said = node.evaluate(history)
    except Exception as error:
        raise _wrong(node, time, f"fails: {type(error).__name__}: {error}") from error
    if not isinstance(said, Mapping):
        if len(node.outputs) != 1:
            raise _wrong(node, time, "gives one value, but has several outputs", "give a mapping: name -> value")
        said = {next(iter(node.outputs)): said}
    unknown = sorted(set(map(str, said)) - set(node.outputs))
    if unknown:
        raise _wrong(node, time, f"gives `{unknown[0]}`, which its `outputs` do not name")
    return ((name, said.get(name)) for name in names)


def _number(node: SignalNode, name: str, type_: str, value: object, time: int) -> float:
    is_bool = isinstance(value, bool | np.bool_)
    is_number = isinstance(value, int | float | np.integer | np.floating) and not is_bool
    if is_bool != (type_ == "bool") or not (is_bool or is_number):
        raise _wrong(node, time, f"gives a {type(value).__name__} for `{name}`, which is `{type_}`")
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise _wrong(node, time, f"gives {number} for `{name}`", "give None where there is no value")
    return number


def _wrong(node: SignalNode, time: int, what: str, help: str = "") -> NodeError:
    at = datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return NodeError(f"{type(node).__name__}.evaluate at the bar that ends {at} {what}", help)


def content_hash(node: SignalNode, type_: str, feeds: Mapping[str, FeedData]) -> bytes:
    """SHA-256 over all that the values come from: the module's text, the parameters, the declared type, the data."""
    digest = hashlib.sha256()
    source = Path(inspect.getfile(type(node)))
    for part in (
        source.read_bytes(),
        type(node).__name__.encode(),
        repr(sorted(node.values.items())).encode(),
        type_.encode(),
    ):
        digest.update(len(part).to_bytes(8, "little") + part)
    for name in node.inputs:
        digest.update(name.encode() + b"\0" + feeds[name].digest)
    return digest.digest()
