"""Small machines in the interpreter, stepped instant by instant by a test."""

from typing import Any

from stratc.compiler.interpreter import Bar, Bars, Control, Interpreter, Output, Report, Timer
from stratc.compiler.program import Command, Instrument, Machine, Place, Program, Scale, State, Verb
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
    """An interpreter, its clock, and the answers of an order kernel."""

    def __init__(self, made: Program, *, start: bool = True) -> None:
        self.interpreter = Interpreter(made, [p.value for p in made.params], made.capital)
        self.now, self.position = 0, 0
        self.last = Output()
        if start:
            self.step(Control(0, "start"))

    def step(self, given: Any) -> Output:
        self.last = self.interpreter.step(given)
        return self.last

    def bar(self, close: int = 100, now: int | None = None) -> Output:
        self.now = self.now + HOUR if now is None else now
        price = float(close)
        return self.step(Bars(self.now, Bar(price, price, price, price, 1.0, close)))

    def timer(self, timer: int, due: int) -> Output:
        self.now = due
        return self.step(Timer(due, timer, due))

    def fill(self, order: int, lots: int, price: int = 100, of: int = 0, side: Any = "BUY", fee: int = 0) -> Output:
        self.position += lots if side == "BUY" else -lots
        return self.step(Report(self.now, "FILL", order, of, side, lots, price, fee, self.position))

    def report(self, event: Any, order: int, of: int = 0) -> Output:
        return self.step(Report(self.now, event, order, of, position_after=self.position))

    def moves(self) -> list[tuple[int, int]]:
        """(from, to) of the transitions of the last instant."""
        return [(r.id, r.aux) for r in self.last.records if r.kind == "transition"]

    @property
    def state(self) -> str:
        return self.interpreter.state


def machine(*states: State, timers: int = 0, dataflow: DataflowBuilder | None = None, **more: Any) -> Program:
    equations = dataflow.equations if dataflow else []
    fields: dict[str, Any] = {"instrument": PLAIN, "notes": ("note",), "templates": (), "capital": CAPITAL}
    templates = more.get("templates", ())
    fields["slot_count"] = sum(t.max_open for t in templates)
    return program(equations, [e.name for e in equations], Machine(states, 0, timers), **(fields | more))


def buyer(*later: State, first: tuple[Command, ...] = (BUY,), **more: Any) -> Program:
    """Sends its commands at the first bar and goes to the state after."""
    m = MachineBuilder()
    begin = state("BEGIN", m.when(apply("gt", CLOSE, number(0.0)), 1, *first, reads_feed=True))
    return machine(begin, *later, **({"templates": (template("buy", "BUY", number(10.0), 0),)} | more))
