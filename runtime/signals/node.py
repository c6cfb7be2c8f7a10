"""`SignalNode`: a function of closed bars, written in Python, whose values reach a strategy as a typed feed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Bars:
    """The closed bars of a feed so far, oldest first; arrays of one length, read-only.

    time: ns UTC, the end of each bar. Prices in the quote currency, volume in base units.
    """

    time: npt.NDArray[np.int64]
    open: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    close: npt.NDArray[np.float64]
    volume: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time)


History = Mapping[str, Bars]  # feed → its closed bars


class SignalNode(ABC):
    """Makes the values of one `extern signal` or of several.

    inputs: feeds of bars of the strategy that it reads; it is asked at each closed bar of the first. outputs: signal → type, as the
    strategy declares it. params: what it may be made with, and the defaults. latency_ns: how long after the bar a value is known.
    """

    inputs: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[Mapping[str, str]] = {}
    params: ClassVar[Mapping[str, Any]] = {}
    latency_ns: ClassVar[int] = 0

    def __init__(self, **params: Any) -> None:
        unknown = sorted(params.keys() - self.params.keys())
        if unknown:
            raise ValueError(f"{type(self).__name__} has no parameter {', '.join(unknown)}")
        self.values: dict[str, Any] = {**self.params, **params}

    @abstractmethod
    def evaluate(self, history: History) -> Mapping[str, float | bool | None] | float | bool | None:
        """The values that are known once these bars have closed: by signal, or the one there is; None: no value, no record.

        Called once per closed bar of the first input, in order of time; the object may keep state between calls.
        """
