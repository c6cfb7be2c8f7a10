"""The one table of deadlines of a program: those of the machine, FLATTEN, HALT, one per standing rule that wakes, SESSION."""

from __future__ import annotations

from dataclasses import dataclass

from ...compiler import program as p
from . import cast as c
from .reads import sessions_read


@dataclass(frozen=True, slots=True)
class Timers:
    """prefix: of their names in C. rules: standing rule → timer. session: None where nothing asks for one."""

    prefix: str
    flatten: int
    halt: int
    rules: dict[int, int]
    session: int | None
    count: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Members of an enumeration; the last is the number of all."""
        named = [("FLATTEN", self.flatten), ("HALT", self.halt)]
        named += [(f"RULE_{rule}", timer) for rule, timer in self.rules.items()]
        named += [("SESSION", self.session)] if self.session is not None else []
        return (*(f"{self.label(name).name} = {timer}" for name, timer in named), f"{self.end.name} = {self.count}")

    def label(self, which: str) -> c.Name:
        """FLATTEN, HALT, RULE_0 or SESSION in C."""
        return c.Name(f"{self.prefix}_TIMER_{which}")

    @property
    def end(self) -> c.Name:
        """How many there are, in C."""
        return c.Name(f"{self.prefix}_TIMERS")


def timers(program: p.Program, prefix: str = "") -> Timers:
    first = program.machine.timer_count
    waking = [index for index, rule in enumerate(program.standing) if rule.wakes]
    count = first + 2 + len(waking)
    session = count if sessions_read(program) else None
    rules = {rule: first + 2 + k for k, rule in enumerate(waking)}
    return Timers(prefix, first, first + 1, rules, session, count + (session is not None))
