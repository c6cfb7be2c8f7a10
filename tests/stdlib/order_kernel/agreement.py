"""Runs the kernel and the hand-written model on the same random messages, compares all they say and, now and then, all they hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from stratc.compiler.kernels import KernelProgram
from stratc.compiler.kernels.program import EnumType
from tests.support.order_events import ANSWER_TIME, OrderEvents
from tests.support.order_model import Fields, OrderModel, Phase, Row

CONSTANTS = {"SLOTS": 4, "INSTRUMENTS": 2, "ANSWER_TIME": ANSWER_TIME, "MAX_QUERIES": 2}
STATES = ["FREE", "HELD", "CLOSED"] + [
    f"{phase.name}{''.join(bit if on else '' for bit, on in zip((' cancel', ' replace', ' unknown'), (c, r, u), strict=True))}"
    for phase in (Phase.PENDING, Phase.SUBMITTED, Phase.WORKING)
    for c in (0, 1) for r in (0, 1) for u in (0, 1)
]  # fmt: skip
EVENTS = (
    "submit cancel_request replace_request ack reject fill cancel_ack cancel_reject replace_ack replace_reject venue_closed"
    " triggered status_report lost_venue killed"
).split()


def state_of(row: Row) -> str:
    bits = zip((" cancel", " replace", " unknown"), (row.pend_cancel, row.pend_replace, row.unknown), strict=True)
    return row.phase.name + "".join(bit for bit, on in bits if on)


class CountingModel(OrderModel):
    """met: how often each event met each state of a row, with the row's own order or (` stranger`) with another.

    moves: how often an event of the kernel led from one phase to another.
    """

    def __init__(self) -> None:
        super().__init__(
            CONSTANTS["SLOTS"], CONSTANTS["INSTRUMENTS"], CONSTANTS["ANSWER_TIME"], CONSTANTS["MAX_QUERIES"]
        )
        self.met: Counter[tuple[str, str]] = Counter()
        self.moves: Counter[tuple[str, str, str]] = Counter()
        self._event = ""

    def meet(self, name: str, index: int, f: Fields, posted: bool = False) -> None:
        row = self.rows[index]
        is_stranger = name != "submit" and "id" in f and row.phase is not Phase.FREE and row.id != f["id"]
        self.met[name, state_of(row) + (" stranger" if is_stranger else "")] += 1
        self._event = {"lost_venue": "disconnect", "killed": "kill"}.get(name, name)
        super().meet(name, index, f, posted)

    def follow(self, row: Row, before: Row) -> None:
        self.moves[self._event, before.phase.name, row.phase.name] += 1
        super().follow(row, before)


@dataclass
class Agreement:
    """What runs without a difference met: pairs of event and state, moves from phase to phase, rows of the kernel."""

    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    row_hits: Counter[str] = field(default_factory=Counter)

    @property
    def least(self) -> tuple[int, tuple[str, str]]:
        """The rarest pair of an event and a state, and how often it was met."""
        return min((self.met[event, state], (event, state)) for event in EVENTS for state in STATES)


def agree(make: Callable[[], Any], program: KernelProgram, seed: int, events: int, run: int = 1_000) -> Agreement:
    """make: a fresh kernel, interpreted or compiled from `program`. run: messages until both start anew."""
    found = Agreement()
    for part in range(events // run):
        model, kernel = CountingModel(), make()
        agree_once(kernel, model, program, Random(f"{seed} {part}"), run)
        found.met += model.met
        found.moves += model.moves
        found.row_hits += Counter(kernel.row_hits)
    return found


def agree_once(kernel: Any, model: CountingModel, program: KernelProgram, random: Random, events: int) -> None:
    """All that is said, and at the end all that is held."""
    messages, enums = OrderEvents(random, model), enums_of(program)
    for count in range(events):
        name, time, fields = messages.next()
        said = kernel.step(name, time, named(fields, enums[name]))
        expected = [(output, named(values, enums[output])) for output, values in model.step(name, time, fields)]
        assert said == expected, f"message {count}: {name} {fields}\nkernel {said}\nmodel  {expected}"
        assert not kernel.broken, f"message {count}: {name} {fields} breaks {set(kernel.broken)}"
        assert not kernel.fault
    held, wanted = kernel.state, state_of_model(model, program)
    assert held == wanted, _difference(held, wanted)


def enums_of(program: KernelProgram) -> dict[str, dict[str, EnumType]]:
    return {
        m.name: {f.name: f.type for f in m.fields if isinstance(f.type, EnumType)} for m in program.messages
    }  # fmt: skip


def named(fields: dict[str, Any], enums: dict[str, EnumType]) -> dict[str, Any]:
    """Enumerations by the names of their members."""
    return {name: enums[name].members[value] if name in enums else value for name, value in fields.items()}


def state_of_model(model: OrderModel, program: KernelProgram) -> dict[str, Any]:
    """What the model holds in the shape of the kernel's state."""
    enums = {
        table.name: {c.name: c.type for c in table.cells if isinstance(c.type, EnumType)} for table in program.tables
    }
    held = model.state
    timers = {"expiry_at": "expiry", "answer_at": "answer"}
    rows = [{timers.get(name, name): value for name, value in asdict(row).items()} for row in model.rows]
    return {
        "now": held["now"],
        "slot": [named(row, enums["slot"]) for row in rows],
        "market": held["instruments"],
        "gate": held["gate"],
    }


def _difference(held: Any, wanted: Any, path: str = "") -> list[str]:
    if isinstance(held, dict):
        return [
            d for name in {**held, **wanted} for d in _difference(held.get(name), wanted.get(name), f"{path}.{name}")
        ]
    if isinstance(held, list):
        return [d for i, pair in enumerate(zip(held, wanted, strict=True)) for d in _difference(*pair, f"{path}[{i}]")]
    return [] if held == wanted else [f"{path}: kernel {held}, model {wanted}"]
