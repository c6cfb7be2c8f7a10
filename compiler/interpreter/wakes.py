"""The timers that standing rules and sessions need: an age limit that is reached, a session that opens or closes."""

from __future__ import annotations

from collections.abc import Callable

from ..program import Expr, Program, Wake
from .calendar import NEVER
from .dataflow import Value
from .latch import Latch
from .timers import Timers


class Wakes:
    def __init__(self, program: Program, timers: Timers, latch: Latch, evaluate: Callable[[Expr], Value]) -> None:
        self.rules, self.timers, self.latch, self.evaluate = program.standing, timers, latch, evaluate

    def arm_all(self, now: int) -> None:
        self.arm_rules(now)
        self._arm_session(now)

    def arm_rules(self, now: int) -> None:
        for rule in self.timers.standing:
            self._arm_rule(rule, now)

    def rearm(self, timer: int, now: int) -> None:
        """One that fired just now."""
        if timer == self.timers.session:
            self._arm_session(now)
        for rule, its in self.timers.standing.items():
            if its == timer:
                self._arm_rule(rule, now)

    def _arm_rule(self, rule: int, now: int) -> None:
        due = (self._due(wake) for wake in self.rules[rule].wakes)
        self.timers.arm(self.timers.standing[rule], min((at for at in due if at > now), default=NEVER))

    def _due(self, wake: Wake) -> int:
        limit, since = self.evaluate(wake.limit), self.latch.aged_since(wake.feed)
        if limit is None or since is None:
            return NEVER
        return self.latch.calendar_of_feed(wake.feed).reached(since, int(limit) + wake.after)

    def _arm_session(self, now: int) -> None:
        if self.timers.session is not None:
            due = min(self.latch.calendars[of].next_boundary(now) for of in self.timers.sessions)
            self.timers.arm(self.timers.session, due)
