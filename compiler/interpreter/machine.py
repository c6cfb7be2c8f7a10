"""The machine of a Program, run to completion in each instant (semantics.md 5d)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..program import Command, EventName, Expr, Program, Transition
from .dataflow import Value, wrap
from .messages import Output, Record

NEVER = 2**63 - 1
CAUSES = {"when": 1, "on": 2, "after": 3}
CAUSE_START = 4


@dataclass(slots=True)
class Instant:
    """What the machine may know of an instant. events: raised by its report about `template` and not taken yet."""

    now: int
    ticked: bool = False
    timer: int | None = None
    events: set[EventName] = field(default_factory=set)
    template: int | None = None
    entered: set[int] = field(default_factory=set)


def deadline(now: int, delay: Value) -> int:
    """now + delay; never where the delay is na or the sum passes 64 bits."""
    if delay is None:
        return NEVER
    return NEVER if delay > 0 and now + int(delay) > NEVER else wrap(now + int(delay))


class Machine:
    """evaluate: an expression's value in this instant. run: carries a command out."""

    def __init__(
        self, program: Program, evaluate: Callable[[Expr], Value], run: Callable[[Command, Output], None]
    ) -> None:
        self.machine, self.evaluate, self.run = program.machine, evaluate, run
        self.state = self.machine.initial
        self.running = False
        self.deadlines = [NEVER] * self.machine.timer_count
        self.cooled_until = [-(2**63)] * len(self.machine.states)

    def start(self, instant: Instant, out: Output) -> None:
        if self.running:
            return
        self.running = True
        initial = self.machine.initial
        line = self.machine.states[initial].place.line
        out.records.append(Record("transition", -1, line, initial, (CAUSE_START, 0)))
        self._enter(initial, instant)

    def stop(self) -> None:
        self.running = False
        self.deadlines = [NEVER] * len(self.deadlines)

    def fires(self, timer: int, due: int) -> bool:
        """Whether the deadline is still the timer's; it is used up then."""
        if not 0 <= timer < len(self.deadlines) or self.deadlines[timer] != due:
            return False
        self.deadlines[timer] = NEVER
        return True

    def next_deadline(self) -> tuple[int, int] | None:
        """(deadline, timer) of the earliest that is armed."""
        return min(((due, i) for i, due in enumerate(self.deadlines) if due != NEVER), default=None)

    def test(self, instant: Instant, out: Output) -> None:
        """Tests the state, then each state it comes to, until no transition with a target is taken."""
        while (taken := self._find(instant)) is not None:
            self._take(taken, instant, out)
            if taken.target is None:
                return

    def _find(self, instant: Instant) -> Transition | None:
        transitions = self.machine.states[self.state].transitions
        return next((t for t in transitions if self._holds(t, instant)), None)

    def _holds(self, t: Transition, instant: Instant) -> bool:
        if t.target in instant.entered:
            return False
        match t.kind:
            case "when":
                tested = (instant.ticked or not t.reads_feed) and instant.now >= self.cooled_until[self.state]
            case "on":
                tested = t.event in instant.events and t.template in (None, instant.template)
            case "after":
                tested = t.timer == instant.timer
        return tested and (t.condition is None or self.evaluate(t.condition) is True)

    def _take(self, t: Transition, instant: Instant, out: Output) -> None:
        to = self.state if t.target is None else t.target
        payload = (CAUSES[t.kind], t.index)
        out.records.append(Record("transition", self.state, t.place.line, to, payload))
        if t.event is not None:
            instant.events.discard(t.event)
        if t.target is not None:
            self._leave()
            self._enter(t.target, instant)
            self._cool(t, instant.now)
        for command in t.commands:
            self.run(command, out)

    def _leave(self) -> None:
        for t in self.machine.states[self.state].transitions:
            if t.timer is not None:
                self.deadlines[t.timer] = NEVER

    def _enter(self, state: int, instant: Instant) -> None:
        self.state = state
        instant.entered.add(state)
        for t in self.machine.states[state].transitions:
            if t.timer is not None and t.delay is not None:
                self.deadlines[t.timer] = deadline(instant.now, self.evaluate(t.delay))

    def _cool(self, t: Transition, now: int) -> None:
        """A cooldown that still runs is never cut short by another."""
        delay = None if t.cooldown is None else self.evaluate(t.cooldown)
        if delay is not None:
            self.cooled_until[self.state] = max(self.cooled_until[self.state], deadline(now, delay))
