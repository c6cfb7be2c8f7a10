"""The order of equations: everything after what it needs, the same in every process, and programs that cannot be changed."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from enum import Enum

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.graph import cycles, dataflow
from stratc.compiler.program import Constant, Delay, Kind, Let, Operation, Place, Program, ValueRef, WarmUp
from stratc.compiler.schedule import Renumbering, order
from stratc.compiler.walk import now, references
from tests.support.strategies import build, codes, strategy

MANY = """
  signal band  = sma(bars.close, n) + 2.0 * spread;
  signal up    = cross_above(fast, slow) and bars.close < band;
  signal fast  = ema(bars.close, 5);
  signal spread = stdev(bars.close, n);
  signal slow  = ema(fast, 20);
  signal power = rsi(bars.close, n);
  log up, power;
"""
NOWHERE = Place("test.strat", 1)


def lets(needs: list[list[int]]) -> list[Let]:
    """One equation per list: it reads those others."""
    found = []
    for index, sources in enumerate(needs):
        operands = tuple(ValueRef(Kind.NUMBER, s) for s in sources)
        value = Operation(Kind.NUMBER, Kind.NUMBER, "add", operands) if operands else Constant(Kind.NUMBER, 1.0)
        found.append(Let(index=index, name=f"e{index}", signal="s", kind=Kind.NUMBER, place=NOWHERE, value=value))
    return found


@given(st.lists(st.integers(0, 2**12), max_size=12), st.randoms(use_true_random=False))
def test_every_equation_comes_after_what_it_needs(masks: list[int], random: "st.random.Random") -> None:
    names = list(range(len(masks)))
    random.shuffle(names)  # an acyclic graph whose numbering is not already in order
    needs: list[list[int]] = [[] for _ in masks]
    for place, mask in enumerate(masks):
        needs[names[place]] = [names[i] for i in range(place) if mask >> i & 1]
    schedule = order(lets(needs))
    assert sorted(schedule) == list(range(len(masks)))
    assert all(schedule.index(s) < schedule.index(i) for i, sources in enumerate(needs) for s in sources)


def test_equations_keep_their_written_order_where_they_may() -> None:
    assert order(lets([[], [], []])) == [0, 1, 2]
    assert order(lets([[2], [], []])) == [2, 0, 1]


def test_renumbering_moves_references_along() -> None:
    equations = lets([[2], [], []])
    numbering = Renumbering(order(equations))
    moved = numbering.equations(equations)
    assert [e.index for e in moved] == [0, 1, 2]
    assert [e.name for e in moved] == ["e2", "e0", "e1"]
    assert list(references(now(moved[1])[0])) == [0]


def test_a_cycle_is_found_once_and_as_short_as_it_is() -> None:
    equations = lets([[1], [0, 2], [0], []])
    assert cycles(dataflow(equations)) == [[0, 1]]


def test_a_delay_breaks_a_cycle() -> None:
    one = Constant(Kind.INTEGER, 1)
    delay = Delay(
        index=1, name="d", signal="s", kind=Kind.NUMBER, place=NOWHERE, source=ValueRef(Kind.NUMBER, 0), depth=one,
        capacity=1, commit_after=WarmUp(),
    )  # fmt: skip
    assert cycles(dataflow([lets([[1]])[0], delay])) == []


def test_a_program_is_in_schedule_order() -> None:
    program = build(strategy(MANY, when="up"))
    for place, equation in enumerate(program.equations):
        assert equation.index == place
        assert all(source < place for expr in now(equation) for source in references(expr))


def test_the_order_of_declarations_does_not_matter_to_what_is_calculated() -> None:
    lines = MANY.strip().splitlines()
    one, other = (build(strategy("\n".join(text), when="up")) for text in (lines, lines[::-1]))
    assert {e.name for e in one.equations} == {e.name for e in other.equations}
    assert one.warm_up == other.warm_up


def test_the_program_does_not_depend_on_the_hash_seed() -> None:
    script = (
        "import sys; from stratc.compiler.pipeline import compile_source; from stratc.lang.source import Source;"
        "print(hash_free := repr(compile_source(Source('t.strat', sys.stdin.read())).program))"
    )
    text = strategy(MANY, when="up")
    seen = {
        subprocess.run(
            [sys.executable, "-c", script], input=text, text=True, check=True, capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "4711")
    }  # fmt: skip
    assert len(seen) == 1
    assert "Program(" in seen.pop()


def parts(value: object) -> list[object]:
    """A value and everything it holds."""
    if isinstance(value, tuple):
        return [value, *(p for item in value for p in parts(item))]
    if is_dataclass(value):
        return [value, *(p for f in fields(value) for p in parts(getattr(value, f.name)))]
    return [value]


def test_nothing_in_a_program_can_be_changed() -> None:
    program: Program = build(strategy(MANY, when="up"))
    with pytest.raises(FrozenInstanceError):
        program.capital = 0  # type: ignore[misc]
    allowed = (str, int, float, bool, type(None), Enum, tuple)
    strange = {type(p).__name__ for p in parts(program) if not isinstance(p, allowed) and not is_dataclass(p)}
    assert strange == set()
    assert all(p.__dataclass_params__.frozen for p in parts(program) if is_dataclass(p))  # type: ignore[attr-defined]
    assert hash(program) == hash(build(strategy(MANY, when="up")))


@pytest.mark.parametrize(
    "members",
    [
        "signal a: ratio = a;",
        "signal a: ratio = b + 1.0; signal b: ratio = a * 2.0;",
        "signal a: ratio = ema(a, 3);",
        "signal a: ratio = mean(window(a, 3));",
        "signal a: ratio = a fby 1.0;",
    ],
)
def test_a_value_that_needs_itself_in_the_same_instant_is_refused(members: str) -> None:
    assert codes(strategy(members)) == ["E0306"]
