"""When risk-adding commands are refused: paused, halted, or a standing rule fires or cannot be told yet."""

from __future__ import annotations

from ..program import Command
from .calendar import NEVER
from .dataflow import Value
from .messages import ACCOUNT_WIDE, HALT_VERB, Output, Record
from .timers import Timers, deadline


class Brake:
    """What holds until somebody releases it, or until a time."""

    def __init__(self, timers: Timers) -> None:
        self.timers = timers
        self.paused = False
        self.halted_until = 0

    def holds(self, now: int) -> bool:
        return self.paused or now < self.halted_until

    def halt(self, command: Command, duration: Value, now: int, out: Output) -> None:
        """Without a duration until `resume`; a halt that lasts longer already is never cut short."""
        self.halted_until = max(self.halted_until, deadline(now, duration))
        self.timers.arm(self.timers.halt, self.halted_until if self.halted_until > now else NEVER)
        out.records.append(Record("command", ACCOUNT_WIDE, command.place.line, HALT_VERB, (self.halted_until,)))

    def resume(self) -> None:
        self.paused, self.halted_until = False, 0
        self.timers.disarm(self.timers.halt)
