"""Random messages through the interpreter and the compiled C of two kernels that have nothing in common."""

from pathlib import Path
from random import Random

import pytest

import stratc.stdlib
from stratc.compiler.kernels import KernelInterpreter, KernelProgram, load_kernel
from stratc.compiler.kernels.interpreter import Value
from stratc.compiler.kernels.program import BoolType, EnumType, Field, Message
from tests.support.kernel_library import CompiledKernel

ORDER_KERNEL = Path(stratc.stdlib.__path__[0]) / "order_kernel.strat"
BUCKETS = """
# A token bucket for each of eight clients, and the last four requests seen of each.
kernel BUCKETS {
  const PACE = 1_000; const BURST = 4_000;
  type time = 0 .. 4_611_686_018_427_387_903;
  type client = 0 .. 7;
  type request = 0 .. 65_535;
  type count = 0 .. 255;
  enum answer { GRANTED, TOO_FAST, SEEN }
  input ask(who: client, request: request);
  input forget() each bucket;
  inner quiet(who: client);
  output told(who: client, answer: answer, refused: count);
  state bucket[8] by m.who { full_at: time = 0; seen: request[4] = 0; refused: count = 0; who: client = 0; timer idle; }
  state all { refused: count = 0; }
  on ask(m) when m.request != 0 and m.request in seen { emit told(who = m.who, answer = SEEN, refused = refused); }
  on ask(m) when full_at > now + BURST {
    next refused = sat(refused + 1); next all.refused = wrap(all.refused + 1);
    emit told(who = m.who, answer = TOO_FAST, refused = next refused);
    post quiet(who = m.who);
  }
  on ask(m) {
    next full_at = sat(max(full_at, now) + PACE); next seen = push(seen, m.request); next who = m.who;
    arm idle at sat(now + 2 * BURST);
    emit told(who = m.who, answer = GRANTED, refused = all.refused);
  }
  on quiet(m) when refused > 3 { next refused = 0; next seen = 0; }
  on quiet(m) { }
  on forget(m) { next refused = 0; disarm idle; }
  on idle { disarm idle; next refused = 0; post quiet(who = who); }
  invariant never_many: next refused <= 255;
  invariant known_while_armed: armed(next idle) implies next full_at > 0;
}
"""


def load(name: str) -> KernelProgram:
    if name == "buckets":
        return load_kernel(BUCKETS, "buckets.strat")
    return load_kernel(ORDER_KERNEL.read_text(encoding="utf-8"), ORDER_KERNEL.name)


def value(random: Random, field: Field) -> Value:
    """Small numbers mostly, so that messages meet; the ends of a range now and then."""
    match field.type:
        case EnumType(_, members):
            return random.choice(members)
        case BoolType():
            return random.random() < 0.5
        case kind:
            if field.name.endswith("id"):
                return random.choice((16, 17, 18, 32, 33, 48, 0, 5))
            small = random.randint(kind.low, min(kind.high, kind.low + random.choice((1, 3, 60))))
            return random.choice((kind.low, kind.high)) if random.random() < 0.05 else max(small, min(0, kind.high))


def message(random: Random, inputs: list[Message]) -> tuple[str, dict[str, Value]]:
    chosen = random.choice(inputs)
    return chosen.name, {field.name: value(random, field) for field in chosen.fields}


@pytest.mark.parametrize(("name", "step"), [("order", 3 * 10**9), ("buckets", 900)])
def test_random_messages_have_the_same_effect(name: str, step: int) -> None:
    program, random, now = load(name), Random(5), 0
    compiled, slow = CompiledKernel(program), KernelInterpreter(program)
    inputs = [m for m in program.messages if m.direction == "input"]
    assert compiled.state == slow.state
    sent = 0
    for _ in range(4000):
        now += random.choice((0, 1, step // 3, step))
        what, fields = message(random, inputs)
        outputs = slow.step(what, now, fields)
        assert compiled.step(what, now, fields) == outputs
        assert (compiled.broken, compiled.fault) == (slow.broken, slow.fault)
        sent += len(outputs)
    assert compiled.state == slow.state
    assert compiled.row_hits == slow.row_hits
    assert sent > 1000


def test_every_row_of_the_buckets_is_met() -> None:
    """Equality without coverage would mean little."""
    program, random, now = load("buckets"), Random(5), 0
    compiled = CompiledKernel(program)
    inputs = [m for m in program.messages if m.direction == "input"]
    for _ in range(4000):
        now += random.choice((0, 1, 300, 9000 if random.random() < 0.02 else 1))
        compiled.step(*(lambda m: (m[0], now, m[1]))(message(random, inputs)))
    assert {label for label, _ in program.rows} == set(compiled.row_hits)


def test_the_earliest_timer_is_known() -> None:
    compiled = CompiledKernel(load("buckets"))
    assert compiled.next_due == 2**62 - 1
    compiled.step("ask", 100, {"who": 3, "request": 7})
    assert compiled.next_due == 8100
    assert compiled.copy().next_due == 8100
    compiled.step("forget", 200, {})
    assert compiled.next_due == 2**62 - 1


def test_the_same_kernel_makes_the_same_text() -> None:
    from stratc.targets.cpu.lower_kernel import lower

    assert lower(load("order")) == lower(load("order"))
