"""One input → one instant: latch, dataflow if the feed ticked, standing risk, machine with its commands (semantics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..program import Command, Latched, Program, Verb
from .account import Account, Fault
from .brake import Brake
from .dataflow import Dataflow, Value
from .flatten import Flatten
from .latch import Latch
from .machine import Instant, Machine
from .messages import Bar, Bars, Control, Input, Output, Record, Report, Timer
from .orders import Orders
from .reports import Reports
from .slots import Slots
from .standing import StandingRisk
from .timers import Timers
from .wakes import Wakes

__all__ = ["Fault", "Interpreter"]


class Interpreter:
    """One run of a program. `step` raises Fault on a broken promise; the run is over then.

    params: one value per parameter of the program, in its order. capital: money units.
    """

    def __init__(self, program: Program, params: Sequence[Any], capital: int) -> None:
        self.program = program
        self.account = Account(program.instruments, capital)
        self.slots = Slots(program)
        self.reports = Reports(program, self.account, self.slots)
        self.latch = Latch(program, self.account, self.slots, self.reports)
        self.timers = Timers(program)
        self.dataflow = Dataflow(program, list(params), self.latch)
        evaluate = self.dataflow.evaluate
        self.standing = StandingRisk(program, self.account, self.dataflow)
        self.brake = Brake(self.timers)
        self.orders = Orders(program, self.account, self.slots, evaluate, self.refuses)
        self.flatten = Flatten(self.orders, self.reports, self.timers)
        self.machine = Machine(program, self.timers, evaluate, self._run)
        self.wakes = Wakes(program, self.timers, self.latch, evaluate)
        self.running = self.stopping = False
        self.day = 0
        self.raised: frozenset[str] = frozenset()  # by the report of the last instant, taken or not
        self._logged: list[Value] = [None] * len(program.signals)

    @property
    def state(self) -> str:
        return self.program.machine.states[self.machine.state].name

    @property
    def position(self) -> int:
        """Lots of the first instrument."""
        return self.account.holdings[0].position

    @property
    def equity(self) -> int:
        """Money units."""
        return self.account.equity

    @property
    def flat(self) -> bool:
        return self.reports.flat

    def next_deadline(self) -> tuple[int, int] | None:
        """(deadline, timer) of the earliest armed timer."""
        return self.timers.earliest()

    def signal_values(self) -> list[Value]:
        """The held value of every signal; None while it is na or not ready."""
        equations = self.program.equations
        return [
            self.dataflow.values[s.equation] if self.dataflow.after(equations[s.equation].warm_up) else None
            for s in self.program.signals
        ]

    def latched(self, expr: Latched) -> Value:
        return self.latch.latched(expr)

    def refuses(self) -> bool:
        """Whether risk-adding commands are refused now."""
        return self.brake.holds(self.latch.now) or self.standing.refuses() or self.flatten.runs

    # ---- the instant

    def step(self, given: Input) -> Output:
        out, instant = Output(), Instant(given.now, entered={self.machine.state})
        self.orders.now = given.now
        self.reports.begin()
        self._roll_day(given.now)
        self._latch(given, instant)
        self.raised = frozenset(instant.events)
        self.latch.begin(given.now)
        if isinstance(given, Bars) and given.bars:
            self._tick(given, out)
        if isinstance(given, Control):
            self._control(given, instant, out)
        if self.running:
            self._decide(instant, out)
        elif self.reports.answered is not None:
            self.orders.grant(self.reports.answered, may=False, out=out)
        return out

    def _roll_day(self, now: int) -> None:
        day = self.latch.calendars[0].day(now)
        if day != self.day:
            self.day, self.standing.day_equity = day, self.account.equity

    def _latch(self, given: Input, instant: Instant) -> None:
        match given:
            case Control(verb="adopt"):
                if self.latch.started_at is not None:
                    raise Fault("ADOPT")
                self.reports.adopt(given.taken)
            case Report():
                instant.events, instant.template = self.reports.latch(given), given.template
            case Timer():
                if self.timers.fires(given.timer, given.deadline):
                    instant.timer = given.timer
                    self._woken(given.timer, given.now)
            case Bars():
                for bar in given.bars:
                    self._latch_bar(bar, instant)
            case _:
                pass

    def _latch_bar(self, bar: Bar, instant: Instant) -> None:
        """The finest feed of an instrument marks it."""
        instant.ticked |= {bar.feed}
        self.latch.ticked_at[bar.feed] = instant.now
        feed = self.program.feeds[bar.feed]
        if feed is self.program.finest(feed.instrument):
            holding = self.account.holdings[feed.instrument]
            instant.mark_changed = instant.mark_changed or bar.close_px != holding.mark
            holding.mark = bar.close_px
            self.account.revalue()

    def _woken(self, timer: int, now: int) -> None:
        if timer == self.timers.halt and now >= self.brake.halted_until:
            self.brake.halted_until = 0
        self.wakes.rearm(timer, now)

    def _tick(self, given: Bars, out: Output) -> None:
        self.dataflow.tick(given.bars)
        for clock, ticked in enumerate(self.dataflow.ticked):
            if ticked:
                self.reports.happened[clock].clear()
        self._log_signals(out)
        if self.running and not self.stopping:
            self.wakes.arm_rules(given.now)

    def _log_signals(self, out: Output) -> None:
        for index, (signal, value) in enumerate(zip(self.program.signals, self.signal_values(), strict=True)):
            if signal.logged and not _same(value, self._logged[index]):
                self._logged[index] = value
                payload = (0.0 if value is None else float(value),)
                out.records.append(Record("signal", index, signal.place.line, int(value is not None), payload))

    def _decide(self, instant: Instant, out: Output) -> None:
        """Standing risk, flatten, what reports ask for, machine. After `stop` only a flatten goes on."""
        if not self.stopping:
            actions = self.standing.evaluate(
                instant.now, mark_changed=instant.mark_changed, resumed=instant.resumed, out=out
            )
            for command in actions:
                self._run(command, instant, out)
        if self.flatten.runs:
            self._advance(instant, out)
        may = self.running and not self.stopping and not self.flatten.runs
        if self.reports.answered is not None:
            self.orders.grant(self.reports.answered, may=may, out=out)
        if not may:
            return
        self._release_children(out)
        instant.interrupted = False
        self.machine.test(instant, out)
        if "late" in instant.events and not self.flatten.runs:
            out.records.append(Record("note", self.program.late_note, 0))
            self._flatten(0, instant, out)

    def _release_children(self, out: Output) -> None:
        """Of a bracket: with each fill of the parent its children are sent, or grow."""
        parent = self.reports.filled
        for child in () if parent is None else self.program.templates[parent].children:
            line = self.program.templates[child].place.line
            if self.slots.open(child):
                self.orders.replace(child, line, out)
            else:
                self.orders.submit(child, line, out)

    # ---- flatten

    def _flatten(self, line: int, instant: Instant, out: Output) -> None:
        if not self.flatten.runs:
            self.flatten.start(line, out)
            self._advance(instant, out)
            instant.interrupted = True

    def _advance(self, instant: Instant, out: Output) -> None:
        if not self.flatten.advance(instant.timer, out):
            return
        if self.stopping:
            self.running = False
        else:
            self.machine.restart(instant, out)

    # ---- control

    def _control(self, given: Control, instant: Instant, out: Output) -> None:
        match given.verb:
            case "start" if not self.running:
                self._start(instant, out)
            case "stop" if self.running and not self.stopping:
                self._stop(instant, out)
            case "pause":
                self.brake.paused = True
            case "resume":
                self.brake.resume()
                self.account.streak, instant.resumed = 0, True
            case "flatten" if self.running:
                self._flatten(0, instant, out)
            case "kill":
                self.brake.paused = True
                self.orders.cancel(None, 0, out)
            case "adopt":
                self._begin(instant)
                if not self.machine.adopt(instant, out):
                    raise Fault("ADOPT")
            case _:
                pass

    def _start(self, instant: Instant, out: Output) -> None:
        self._begin(instant)
        self.machine.start(instant, out)

    def _begin(self, instant: Instant) -> None:
        self.running, self.stopping = True, False
        self.standing.day_equity = self.account.equity
        self.latch.started_at = instant.now
        self.wakes.arm_all(instant.now)

    def _stop(self, instant: Instant, out: Output) -> None:
        """A flatten that runs, or that `on stop` starts, goes on to its end."""
        self.stopping = True
        if not self.flatten.runs:
            for command in self.program.on_stop:
                self._run(command, instant, out)
            if not self.program.on_stop:
                self.orders.cancel(None, 0, out)
        self.timers.disarm_all_but_flatten()
        self.running = self.flatten.runs

    # ---- commands

    def _run(self, command: Command, instant: Instant, out: Output) -> None:
        line, template = command.place.line, command.template
        match command.verb:
            case Verb.SUBMIT:
                assert template is not None
                self.orders.submit(template, line, out)
            case Verb.REPLACE:
                assert template is not None
                self.orders.replace(template, line, out)
            case Verb.CANCEL | Verb.CANCEL_ALL:
                self.orders.cancel(template, line, out)
            case Verb.FLATTEN:
                self._flatten(line, instant, out)
            case Verb.HALT:
                duration = None if command.duration is None else self.dataflow.evaluate(command.duration)
                self.brake.halt(command, duration, instant.now, out)
            case Verb.NOTIFY:
                assert command.note is not None
                out.records.append(Record("note", command.note, line))


def _same(a: Value, b: Value) -> bool:
    """Equal to the bit: -0.0 is not 0.0."""
    if a is None or b is None:
        return a is b
    return float(a).hex() == float(b).hex()
