"""One input → one instant: latch, dataflow if the feed ticked, machine with its commands (semantics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..program import Command, Latched, Program, Verb
from .account import Account, Fault
from .dataflow import Dataflow, Value
from .machine import Instant, Machine
from .messages import Bars, Control, Input, Output, Record, Report, Timer
from .orders import Orders, bound_lots

__all__ = ["Fault", "Interpreter"]


class Interpreter:
    """One run of a program. `step` raises Fault on a broken promise; the run is over then.

    params: one value per parameter of the program, in its order. capital: money units.
    """

    def __init__(self, program: Program, params: Sequence[Any], capital: int) -> None:
        self.program = program
        self.account = Account(program.instrument, capital)
        self.dataflow = Dataflow(program, list(params), self)
        self.orders = Orders(program, self.account, self._bound())
        self.machine = Machine(program, self.dataflow.evaluate, self._run)
        self._fills: dict[int, tuple[float, float | None]] = {}
        self.raised: frozenset[str] = frozenset()  # by the report of the last instant, taken or not
        self._logged: list[Value] = [None] * len(program.signals)
        self._latch_fills()

    def _bound(self) -> tuple[int, int] | None:
        """The tightest one, the first of equals: (rule, lots)."""
        limits = [self.dataflow.evaluate(bound.limit) for bound in self.program.bounds]
        lots = [(bound_lots(limit, self.program.instrument), rule) for rule, limit in enumerate(limits)]
        return min(((rule, limit) for limit, rule in lots), key=lambda pair: pair[1], default=None)

    @property
    def state(self) -> str:
        return self.program.machine.states[self.machine.state].name

    @property
    def position(self) -> int:
        """Lots."""
        return self.account.position

    @property
    def equity(self) -> int:
        """Money units."""
        return self.account.equity

    def next_deadline(self) -> tuple[int, int] | None:
        """(deadline, timer) of the earliest armed timer."""
        return self.machine.next_deadline()

    def signal_values(self) -> list[Value]:
        """The held value of every signal; None while it is na or not ready."""
        equations = self.program.equations
        return [
            self.dataflow.values[s.equation] if self.dataflow.after(equations[s.equation].warm_up) else None
            for s in self.program.signals
        ]

    # ---- the instant

    def step(self, given: Input) -> Output:
        out, instant = Output(), Instant(given.now, entered={self.machine.state})
        self._latch(given, instant)
        self.raised = frozenset(instant.events)
        self._latch_fills()
        if isinstance(given, Bars) and given.bar is not None:
            instant.ticked = True
            self.dataflow.tick(given.bar)
            self._log_signals(out)
        if isinstance(given, Control):
            self._control(given, instant, out)
        if self.machine.running:
            self.machine.test(instant, out)
        return out

    def _latch(self, given: Input, instant: Instant) -> None:
        match given:
            case Report():
                instant.events, instant.template = self.orders.latch(given), given.template
            case Timer():
                if self.machine.fires(given.timer, given.deadline):
                    instant.timer = given.timer
            case Bars(bar=bar) if bar is not None:
                self.account.mark = bar.close_px
                self.account.revalue()
            case _:
                pass

    def _latch_fills(self) -> None:
        """What every template filled, as of the start of the instant: a submit in it empties a slot."""
        for index in range(len(self.program.templates)):
            lots = self.account.in_base(self.orders.filled(index))
            self._fills[index] = (lots, self.orders.average_price(index))

    def _control(self, given: Control, instant: Instant, out: Output) -> None:
        if given.verb == "start":
            self.machine.start(instant, out)
        else:
            self.machine.stop()
            self.orders.cancel(None, 0, out)

    def _log_signals(self, out: Output) -> None:
        for index, (signal, value) in enumerate(zip(self.program.signals, self.signal_values(), strict=True)):
            if signal.logged and not _same(value, self._logged[index]):
                self._logged[index] = value
                payload = (0.0 if value is None else float(value),)
                out.records.append(Record("signal", index, signal.place.line, int(value is not None), payload))

    # ---- what the dataflow and the machine ask for

    def latched(self, expr: Latched) -> Value:
        account, template = self.account, -1 if expr.template is None else expr.template
        match expr.name:
            case "flat":
                return self.orders.flat
            case "position":
                return account.in_base(account.position)
            case "equity" | "cash" | "realised" | "fees":
                return account.in_quote(getattr(account, expr.name))
            case "cum":
                return self._fills[template][0]
            case "avg_px":
                return self._fills[template][1]
            case "warm":
                raise AssertionError("the dataflow knows by itself whether it is warm")

    def _run(self, command: Command, out: Output) -> None:
        line = command.place.line
        match command.verb:
            case Verb.SUBMIT:
                assert command.template is not None
                template = self.program.templates[command.template]
                qty = self.dataflow.evaluate(template.qty)
                trigger = None if template.trigger is None else self.dataflow.evaluate(template.trigger)
                self.orders.submit(command.template, qty, trigger, line, out)
            case Verb.CANCEL | Verb.CANCEL_ALL:
                self.orders.cancel(command.template, line, out)
            case Verb.NOTIFY:
                assert command.note is not None
                out.records.append(Record("note", command.note, line))


def _same(a: Value, b: Value) -> bool:
    """Equal to the bit: -0.0 is not 0.0."""
    if a is None or b is None:
        return a is b
    return float(a).hex() == float(b).hex()
