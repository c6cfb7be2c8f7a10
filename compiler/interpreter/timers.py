"""The one table of deadlines of a program: those of the machine, FLATTEN, HALT, one per standing rule that wakes, SESSION."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from ..program import Latched, Program
from .calendar import NEVER
from .dataflow import Value, wrap

SECOND = 1_000_000_000


def deadline(now: int, delay: Value) -> int:
    """now + delay; never where the delay is na or the sum passes 64 bits."""
    if delay is None:
        return NEVER
    return NEVER if delay > 0 and now + int(delay) > NEVER else wrap(now + int(delay))


def sessions_read(part: Any) -> frozenset[int]:
    """The instruments of which anything in the program reads in_session."""
    if isinstance(part, Latched):
        return frozenset({part.instrument or 0} if part.name == "in_session" else ())
    if isinstance(part, tuple):
        return frozenset().union(*map(sessions_read, part))
    if not is_dataclass(part):
        return frozenset()
    return frozenset().union(*(sessions_read(getattr(part, f.name)) for f in fields(part)))


class Timers:
    """standing: the timer of each rule that has wakes. session: None where the program has none, else of `sessions`, instruments."""

    def __init__(self, program: Program) -> None:
        count = program.machine.timer_count
        self.flatten, self.halt = count, count + 1
        waking = [i for i, rule in enumerate(program.standing) if rule.wakes]
        self.standing = {rule: count + 2 + k for k, rule in enumerate(waking)}
        count += 2 + len(waking)
        self.sessions = sessions_read(program)
        self.session = count if self.sessions else None
        self.deadlines = [NEVER] * (count + (self.session is not None))

    def arm(self, timer: int, due: int) -> None:
        self.deadlines[timer] = due

    def disarm(self, timer: int) -> None:
        self.deadlines[timer] = NEVER

    def disarm_machine(self) -> None:
        for timer in range(self.flatten):
            self.disarm(timer)

    def disarm_all_but_flatten(self) -> None:
        for timer in range(len(self.deadlines)):
            if timer != self.flatten:
                self.disarm(timer)

    def fires(self, timer: int, due: int) -> bool:
        """Whether the deadline is still the timer's; it is used up then."""
        if not 0 <= timer < len(self.deadlines) or self.deadlines[timer] != due:
            return False
        self.disarm(timer)
        return True

    def earliest(self) -> tuple[int, int] | None:
        """(deadline, timer) of the earliest that is armed; of equal ones the lowest timer."""
        return min(((due, i) for i, due in enumerate(self.deadlines) if due != NEVER), default=None)
