"""The slow, obvious evaluator of a Program: what a program means, for every other target to be compared with."""

from .messages import (
    Bar,
    Bars,
    Control,
    Deny,
    Output,
    Record,
    RefuseReplace,
    Report,
    SendCancel,
    SendReplace,
    SendSubmit,
    Timer,
)
from .step import Fault, Interpreter

__all__ = [
    "Bar", "Bars", "Control", "Deny", "Fault", "Interpreter", "Output", "Record", "RefuseReplace", "Report",
    "SendCancel", "SendReplace", "SendSubmit", "Timer",
]  # fmt: skip
