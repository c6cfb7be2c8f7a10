"""Random messages through a kernel's interpreter and its compiled C, side by side; all they say, hold and break is compared.

`python -m tests.support.kernel_lockstep NAME COUNT` does it with the C under ASan and UBSan, in a process that has their runtimes.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from stratc.compiler.kernels import KernelInterpreter, KernelProgram, load_kernel
from stratc.compiler.kernels.interpreter import Value
from stratc.compiler.kernels.program import BoolType, EnumType, Field
from tests.support.kernel_library import CompiledKernel, compile_kernel
from tests.support.native import SANITIZE
from tests.support.order_events import ANSWER_TIME, OrderEvents
from tests.support.order_model import OrderModel

ROOT = Path(__file__).resolve().parents[2]
SMALL = {path.stem: path for path in (ROOT / "tests" / "compiler" / "kernels" / "right").glob("*.strat")}
ORDER_KERNEL = ROOT / "stdlib" / "order_kernel.strat"
ORDER_CONSTANTS = {"SLOTS": 4, "INSTRUMENTS": 2, "ANSWER_TIME": ANSWER_TIME, "MAX_QUERIES": 2}
STEPS = {"buckets": 60, "dead_man": 3 * 10**9, "tape": 400}
START_ANEW = 1_000
"""Messages for one world of orders: in an old world most orders have ended."""

Message = tuple[str, int, dict[str, Value]]


@cache
def program(name: str) -> KernelProgram:
    """`order` or a small kernel."""
    path = ORDER_KERNEL if name == "order" else SMALL[name]
    return load_kernel(path.read_text(encoding="utf-8"), path.name, ORDER_CONSTANTS if name == "order" else {})


def run(name: str, count: int, flags: tuple[str, ...] = ()) -> Counter[str]:
    """How often each row was run, and `outputs`: how much was said."""
    found: Counter[str] = Counter()
    library = compile_kernel(program(name), flags)
    for part in range(-(-count // START_ANEW)):
        found += _run(name, Random(f"{name} {part}"), library)
    return found


def _run(name: str, random: Random, library: tuple[Any, Any]) -> Counter[str]:
    compiled, slow = CompiledKernel(program(name), library), KernelInterpreter(program(name))
    messages = _orders(random) if name == "order" else _any(name, random)
    said = 0
    assert compiled.state == slow.state
    for what, now, fields in islice(messages, START_ANEW):
        outputs = slow.step(what, now, fields)
        assert compiled.step(what, now, fields) == outputs
        assert (compiled.broken, compiled.fault) == (slow.broken, slow.fault)
        said += len(outputs)
    assert compiled.state == slow.state
    assert compiled.row_hits == slow.row_hits
    return slow.row_hits + Counter(outputs=said)


def _orders(random: Random) -> Iterator[Message]:
    """Mostly what could happen next to the orders that are there, which a model run beside them knows."""
    model = OrderModel(
        ORDER_CONSTANTS["SLOTS"], ORDER_CONSTANTS["INSTRUMENTS"], ANSWER_TIME, ORDER_CONSTANTS["MAX_QUERIES"]
    )
    events = OrderEvents(random, model)
    types = {m.name: {f.name: f.type for f in m.fields} for m in program("order").messages}
    while True:
        name, now, fields = events.next()
        model.step(name, now, fields)
        yield name, now, {f: _member(types[name][f], code) for f, code in fields.items()}


def _member(type: Any, code: int) -> Value:
    return type.members[code] if isinstance(type, EnumType) else code


def _any(name: str, random: Random) -> Iterator[Message]:
    """Any message, mostly the first, any values, in steps that timers are due between."""
    inputs, now, step = [m for m in program(name).messages if m.direction == "input"], 0, STEPS[name]
    while True:
        now += random.choice((0, 1, step // 3, step)) + (100 * step if random.random() < 0.01 else 0)
        chosen = inputs[0] if random.random() < 0.8 else random.choice(inputs)
        yield chosen.name, now, {field.name: _value(random, field) for field in chosen.fields}


def _value(random: Random, field: Field) -> Value:
    """Small numbers mostly, so that messages meet; the ends of a range now and then."""
    match field.type:
        case EnumType(_, members):
            return random.choice(members)
        case BoolType():
            return random.random() < 0.5
        case kind:
            if random.random() < 0.05:
                return random.choice((kind.low, kind.high))
            least = max(kind.low, 0)
            return random.randint(least, min(kind.high, least + random.choice((1, 3, 60))))


if __name__ == "__main__":
    print(sorted(run(sys.argv[1], int(sys.argv[2]), tuple(SANITIZE)).items()))
