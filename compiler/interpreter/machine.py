"""The machine of a Program, run to completion in each instant (semantics.md 5d)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..program import Command, EventName, Expr, Program, Transition
from .dataflow import Value
from .messages import Output, Record
from .timers import Timers, deadline

CAUSES = {"when": 1, "on": 2, "after": 3}
CAUSE_START, CAUSE_FLATTEN, CAUSE_ADOPT = 4, 5, 6


@dataclass(slots=True)
class Instant:
    """What the machine may know of an instant. events: raised by its report about `template` and not taken yet.

    interrupted: a flatten started while the machine was tested; nothing more is tested then.
    """

    now: int
    ticked: frozenset[int] = frozenset()  # feeds
    mark_changed: bool = False
    resumed: bool = False
    timer: int | None = None
    events: set[EventName] = field(default_factory=set)
    template: int | None = None
    entered: set[int] = field(default_factory=set)
    interrupted: bool = False


class Machine:
    """evaluate: an expression's value in this instant. run: carries a command out."""

    def __init__(
        self,
        program: Program,
        timers: Timers,
        evaluate: Callable[[Expr], Value],
        run: Callable[[Command, Instant, Output], None],
    ) -> None:
        self.machine, self.timers, self.evaluate, self.run = program.machine, timers, evaluate, run
        self.state = self.machine.initial
        self.cooled_until = [-(2**63)] * len(self.machine.states)

    def start(self, instant: Instant, out: Output) -> None:
        self._begin(-1, CAUSE_START, instant, out)

    def adopt(self, instant: Instant, out: Output) -> bool:
        """Goes on where the first rule that holds says; False if none does."""
        rule = next((t for t in self.machine.adopts if t.condition is None or self.evaluate(t.condition) is True), None)
        if rule is None or rule.target is None:
            return False
        payload = (CAUSE_ADOPT, rule.index)
        out.records.append(Record("transition", -1, rule.place.line, rule.target, payload))
        self._enter(rule.target, instant)
        self._cool(rule.cooldown, instant.now)
        for command in rule.commands:
            self.run(command, instant, out)
        return True

    def restart(self, instant: Instant, out: Output) -> None:
        """Flat again."""
        instant.events.clear()
        self._begin(self.state, CAUSE_FLATTEN, instant, out)

    def _begin(self, come_from: int, cause: int, instant: Instant, out: Output) -> None:
        initial = self.machine.initial
        line = self.machine.states[initial].place.line
        out.records.append(Record("transition", come_from, line, initial, (cause, 0)))
        self._enter(initial, instant)

    def test(self, instant: Instant, out: Output) -> None:
        """Tests the state, then each state it comes to, until no transition with a target is taken."""
        while (taken := self._find(instant)) is not None:
            self._take(taken, instant, out)
            if taken.target is None or instant.interrupted:
                return

    def _find(self, instant: Instant) -> Transition | None:
        transitions = self.machine.states[self.state].transitions
        return next((t for t in transitions if self._holds(t, instant)), None)

    def _holds(self, t: Transition, instant: Instant) -> bool:
        if t.target in instant.entered:
            return False
        match t.kind:
            case "when":
                tested = (not t.feeds or not instant.ticked.isdisjoint(t.feeds)) and instant.now >= self.cooled_until[
                    self.state
                ]
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
            self._cool(t.cooldown, instant.now)
        for command in t.commands:
            self.run(command, instant, out)

    def _leave(self) -> None:
        for t in self.machine.states[self.state].transitions:
            if t.timer is not None:
                self.timers.disarm(t.timer)

    def _enter(self, state: int, instant: Instant) -> None:
        self.state = state
        instant.entered.add(state)
        for t in self.machine.states[state].transitions:
            if t.timer is not None and t.delay is not None:
                self.timers.arm(t.timer, deadline(instant.now, self.evaluate(t.delay)))
        self._cool(self.machine.states[state].cooldown, instant.now)

    def _cool(self, cooldown: Expr | None, now: int) -> None:
        """A cooldown that still runs is never cut short by another."""
        delay = None if cooldown is None else self.evaluate(cooldown)
        if delay is not None:
            self.cooled_until[self.state] = max(self.cooled_until[self.state], deadline(now, delay))
