"""How unusual the volume of the last bar is: its z-score among the bars of the last week, in the logarithm."""

from typing import ClassVar

import numpy as np

from stratc.runtime.signals import History, SignalNode


class VolumeMood(SignalNode):
    """No value while the window is not full, nor for a bar without trades."""

    inputs: ClassVar = ("bars",)
    outputs: ClassVar = {"mood": "ratio"}
    params: ClassVar = {"window": 168}

    def evaluate(self, history: History) -> float | None:
        volume = history["bars"].volume[-self.values["window"] :]
        if len(volume) < self.values["window"] or not (volume > 0).all():
            return None
        logs = np.log(volume)
        spread = float(logs.std())
        return float((logs[-1] - logs.mean()) / spread) if spread > 0 else 0.0
