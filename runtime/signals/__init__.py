"""Signals made in Python: the class to write, and what turns it into a file that a backtest reads (docs/signals.md)."""

from .node import Bars, History, SignalNode

__all__ = ["Bars", "History", "SignalNode"]
