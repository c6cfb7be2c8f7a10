"""Small machines in the interpreter, stepped instant by instant by a test."""

from collections.abc import Mapping, Sequence
from typing import Any

from stratc.compiler.interpreter import (
    Bar,
    Bars,
    Control,
    Deny,
    Interpreter,
    Output,
    Report,
    SendSubmit,
    Timer,
)
from stratc.compiler.program import Command, Instrument, Machine, Place, Program, Scale, State, Transition, Verb
from tests.support.programs import (
    CLOSE,
    HOUR,
    DataflowBuilder,
    MachineBuilder,
    apply,
    command,
    number,
    program,
    state,
    template,
)

BUY = command(Verb.SUBMIT, 0)
CAPITAL = 10_000_000_000_000
# One lot at one price unit is one money unit, so every sum can be done in the head.
PLAIN = Instrument(
    name="X_Y", kind="spot", venue="", base="X", quote="Y", price=Scale(1, 0), tick=1, lot=Scale(1, 0),
    money_per_unit=1, money_decimals=0, min_qty=1, min_notional=0, max_qty=1000, maker_fee=0, taker_fee=0,
    all_days=True, place=Place("x.strat", 1),
)  # fmt: skip


class Run:
    """An interpreter, its clock, and the answers of an order kernel. Orders are counted as they are sent, from 1."""

    def __init__(self, made: Program, *, start: bool = True, params: Sequence[Any] | None = None) -> None:
        self.interpreter = Interpreter(made, params or [p.value for p in made.params], made.capital)
        self.now, self.position = 0, 0
        self.sent: list[SendSubmit] = []
        self.last = Output()
        if start:
            self.step(Control(0, "start"))

    def step(self, given: Any) -> Output:
        self.last = self.interpreter.step(given)
        self.sent += [frame for frame in self.last.frames if isinstance(frame, SendSubmit)]
        return self.last

    def bar(self, close: int = 100, now: int | None = None) -> Output:
        self.now = self.now + HOUR if now is None else now
        price = float(close)
        return self.step(Bars(self.now, (Bar(price, price, price, price, 1.0, close),)))

    def timer(self, timer: int, due: int) -> Output:
        self.now = due
        return self.step(Timer(due, timer, due))

    def due(self) -> Output:
        """The earliest timer."""
        armed = self.interpreter.next_deadline()
        assert armed is not None
        return self.timer(armed[1], armed[0])

    def control(self, verb: Any) -> Output:
        return self.step(Control(self.now, verb))

    def fill(
        self, order: int, lots: int, price: int = 100, fee: int = 0, *, in_base: bool = False, taken: int = 0
    ) -> Output:
        """taken: whole lots that the fee takes."""
        sent = self.sent[order - 1]
        self.position += (lots if sent.side == "BUY" else -lots) - taken
        return self._report(sent, "FILL", last_qty=lots, last_px=price, fee=fee, in_base=in_base)

    def report(self, event: Any, order: int, **more: Any) -> Output:
        return self._report(self.sent[order - 1], event, **more)

    def denied(self, deny: Deny) -> Output:
        """The host returns a denial of the strategy's own."""
        return self.step(Report(self.now, "DENY", 0, deny.template, deny.side, position_after=self.position))

    def _report(self, sent: SendSubmit, event: Any, **more: Any) -> Output:
        return self.step(
            Report(self.now, event, sent.order, sent.template, sent.side, position_after=self.position, **more)
        )

    def of(self, kind: Any) -> list[Any]:
        """Frames or records (by the word of their kind) of the last instant."""
        if isinstance(kind, str):
            return [record for record in self.last.records if record.kind == kind]
        return [frame for frame in self.last.frames if isinstance(frame, kind)]

    def moves(self) -> list[tuple[int, int]]:
        """(from, to) of the transitions of the last instant."""
        return [(r.id, r.aux) for r in self.last.records if r.kind == "transition"]

    @property
    def state(self) -> str:
        return self.interpreter.state


def machine(*states: State, timers: int = 0, dataflow: DataflowBuilder | None = None, **more: Any) -> Program:
    equations = dataflow.equations if dataflow else []
    fields: dict[str, Any] = {"instrument": PLAIN, "notes": ("note",), "templates": (), "capital": CAPITAL}
    return program(equations, [e.name for e in equations], Machine(states, 0, timers), **(fields | more))


def buyer(*later: State, first: tuple[Command, ...] = (BUY,), **more: Any) -> Program:
    """Sends its commands at the first bar and goes to the state after."""
    m = MachineBuilder()
    begin = state("BEGIN", m.when(apply("gt", CLOSE, number(0.0)), 1, *first, feeds=(0,)))
    return machine(begin, *later, **({"templates": (template("buy", "BUY", number(10.0), 0),)} | more))


def driver(commands: Mapping[int, Sequence[Command]], *more: Transition, **fields: Any) -> Program:
    """One state that at a close does what is written beside it; then the other transitions."""
    m = MachineBuilder()
    at_close = [
        m.when(apply("eq", CLOSE, number(float(close))), None, *some, feeds=(0,)) for close, some in commands.items()
    ]
    return machine(state("ONLY", *at_close, *more), **fields)


def submit(of: int = 0) -> Command:
    return command(Verb.SUBMIT, of)
