"""Program → C: the text a person reads, the bits it computes, and the machine of semantics.md 5d."""

import math
import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stratc.compiler.program import (
    Bound,
    Default,
    Expr,
    Kind,
    Machine,
    Na,
    ParamRef,
    Program,
    Select,
    ValueRef,
    Verb,
    WarmUp,
)
from stratc.targets.cpu.lower_program import generate
from stratc.targets.cpu.toolchain import find_toolchain
from tests.support import kernels
from tests.support.programs import (
    CLOSE,
    HOUR,
    NUMBER,
    DataflowBuilder,
    MachineBuilder,
    after,
    apply,
    at,
    command,
    cross,
    everything,
    integer,
    number,
    param,
    program,
    ref,
    smallest,
    state,
    template,
)

TRUE = apply("lt", number(0.0), number(1.0))
UP = apply("gt", CLOSE, number(100.0))


def test_the_generated_file_reads_as_it_should(golden: str) -> None:
    assert generate(cross(), "name: CROSS\n") == golden


def test_the_text_depends_on_the_program_alone() -> None:
    assert generate(everything(), "x") == generate(everything(), "x")


@pytest.mark.parametrize("compiler", [name for name in ("gcc", "clang") if shutil.which(name)] or ["cc"])
@pytest.mark.parametrize("make", [cross, everything, smallest])
def test_every_construct_compiles_without_a_warning(
    make: Callable[[], Program], compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", compiler)
    (tmp_path / "it.c").write_text(generate(make(), "a: 1\n"), encoding="utf-8")
    find_toolchain().compile("it.c", tmp_path / "it.o", folder=tmp_path)


# ---- the dataflow


def prices(count: int) -> list[int]:
    source = random.Random(7)
    return [source.choice((9000, 10000, 11000, 10000 + source.randrange(-4000, 4000))) for _ in range(count)]


def bar(kernel: Any, index: int, price: int) -> Any:
    return kernel.step_bar(index * HOUR, (index + 1) * HOUR, price, price, price, price)


def run(module: Any, px: list[int], params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Every signal after every bar."""
    kernel = module.Kernel(params)
    rows = []
    for i, price in enumerate(px):
        bar(kernel, i, price)
        rows.append(kernel.signals())
    return rows


def bits(value: float | None) -> bytes | None:
    return None if value is None else struct.pack("<d", value)


def strided(values: list[float]) -> float:
    sums = [0.0] * 4
    for i, value in enumerate(values):
        sums[i % 4] += value
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


class Neumaier:
    def __init__(self) -> None:
        self.sum = self.compensation = 0.0

    def add(self, value: float) -> None:
        total = self.sum + value
        if abs(self.sum) >= abs(value):
            self.compensation += (self.sum - total) + value
        else:
            self.compensation += (value - total) + self.sum
        self.sum = total


def sums(values: list[float], length: int) -> list[float]:
    """As the docstring of Window has it, step by step."""
    found, running = [], Neumaier()
    for k, value in enumerate(values, 1):
        held = values[max(0, k - length) : k]
        if length <= 32:
            found.append(strided(held))
            continue
        if k % length == 0:
            running = Neumaier()
            for old in held:
                running.add(old)
        else:
            running.add(value)
            if k > length:
                running.add(-values[k - length - 1])
        found.append(running.sum + running.compensation)
    return found


@pytest.mark.parametrize("length", [1, 2, 3, 5, 32, 33, 40])
def test_folds_are_exact_to_the_bit(length: int, tmp_path: Path) -> None:
    folds = ("sum", "mean", "variance", "min", "max")
    d = DataflowBuilder()
    source = d.let("source", apply("mul", CLOSE, number(0.1)))
    for fold in folds:
        d.window(f"by_param_{fold}", fold, ref(source), ParamRef(Kind.INTEGER, 0), 64)
        d.window(f"fixed_{fold}", fold, ref(source), integer(length), length)
    machine = Machine((state("IDLE"),), 0, 0)
    made = program(d.equations, [e.name for e in d.equations], machine, params=(param("n", Kind.INTEGER, 2, 1, 64),))
    px = prices(150)
    rows = run(kernels.load(made, tmp_path), px, {"n": length})
    values = [price / 100 * 0.1 for price in px]
    expected_sums = sums(values, length)
    for i, row in enumerate(rows):
        held = values[max(0, i + 1 - length) : i + 1]
        mean = expected_sums[i] / len(held)
        expected = {
            "sum": expected_sums[i],
            "mean": mean,
            "variance": strided([(v - mean) * (v - mean) for v in held]) / len(held),
            "min": min(held),
            "max": max(held),
        }
        for fold in folds:
            assert bits(row[f"by_param_{fold}"]) == bits(expected[fold]), (fold, i)
            assert bits(row[f"fixed_{fold}"]) == bits(expected[fold]), (fold, i)


def test_equal_extremes_give_the_newest_and_nan_loses(tmp_path: Path) -> None:
    d = DataflowBuilder()
    huge = apply("mul", apply("mul", CLOSE, number(1e308)), number(1e308))
    nan = apply("sub", huge, huge)
    source = d.let("source", _select(apply("eq", CLOSE, number(5.0)), nan, _select(UP, number(-0.0), number(0.0))))
    d.window("low", "min", ref(source), integer(2), 2)
    d.window("high", "max", ref(source), integer(2), 2)
    made = program(d.equations, ["source", "low", "high"], Machine((state("IDLE"),), 0, 0))
    rows = run(kernels.load(made, tmp_path), [20000, 5000, 20000, 500, 500, 5000])
    minus, plus = bits(-0.0), bits(0.0)
    found = [(bits(row["low"]), bits(row["high"])) for row in rows]
    assert found[:4] == [(minus, minus), (plus, plus), (minus, minus), (minus, minus)]
    assert math.isnan(rows[4]["low"])
    assert found[5] == (plus, plus)


def _select(condition: Expr, then: Expr, other: Expr) -> Expr:
    return Select(NUMBER, condition, then, other)


def test_memories_delays_and_windows_begin_when_their_source_is_ready(tmp_path: Path) -> None:
    d = DataflowBuilder()
    back = d.delay("back", CLOSE, ParamRef(Kind.INTEGER, 0), 9, warm_up=after(0, (0, 1)))
    d.delay("one", CLOSE, integer(1), 1, warm_up=after(1))
    total = d.memory("total", number(0.5), ValueRef(NUMBER, 3), commit_after=after(0, (0, 1)))
    d.let("total_next", apply("add", ref(total), ref(back)))
    d.window("mean", "mean", ref(back), integer(3), 3, push_after=after(0, (0, 1)), warm_up=after(2, (0, 1)))
    names = [e.name for e in d.equations]
    made = program(d.equations, names, Machine((state("IDLE"),), 0, 0), params=(param("n", Kind.INTEGER, 2, 1, 9),))
    px = [100, 200, 300, 400, 500, 600]
    rows = run(kernels.load(made, tmp_path), px)
    assert [row["back"] for row in rows] == [None, None, 1.0, 2.0, 3.0, 4.0]
    assert [row["one"] for row in rows] == [None, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [row["total"] for row in rows] == [0.5, 0.5, 0.5, 1.5, 3.5, 6.5]
    assert [row["mean"] for row in rows] == [None, None, None, None, 2.0, 3.0]
    assert [row["back"] for row in run(kernels.load(made, tmp_path), px, {"n": 4})] == [None] * 4 + [1.0, 2.0]


def test_all_memories_change_at_once(tmp_path: Path) -> None:
    """Two memories that swap, in two functions."""
    d = DataflowBuilder()
    first = d.memory("first", number(1.0), ValueRef(NUMBER, 1))
    d.signal = "second"
    d.memory("second", number(2.0), ref(first))
    made = program(d.equations, ["first", "second"], Machine((state("IDLE"),), 0, 0))
    rows = run(kernels.load(made, tmp_path), [100] * 4)
    assert [(row["first"], row["second"]) for row in rows] == [(1.0, 2.0), (2.0, 1.0), (1.0, 2.0), (2.0, 1.0)]


def test_what_is_missing_stays_missing_until_a_default(tmp_path: Path) -> None:
    d = DataflowBuilder()
    ratio = d.let("ratio", apply("div", number(1.0), apply("sub", CLOSE, number(2.0))))
    last = d.memory("last", Na(NUMBER), ref(ratio), optional=True)
    d.let("before", Default(NUMBER, ref(last), number(-1.0), WarmUp()))
    d.let("root", apply("sqrt", apply("sub", CLOSE, number(2.0))))
    d.let("rest", apply("mod", CLOSE, apply("sub", CLOSE, number(2.0))))
    d.let("late", Default(NUMBER, ref(ratio), number(9.0), after(2)))
    made = program(d.equations, [e.name for e in d.equations], Machine((state("IDLE"),), 0, 0))
    rows = run(kernels.load(made, tmp_path), [100, 200, 300, 450])
    assert [row["ratio"] for row in rows] == [-1.0, None, 1.0, 0.4]
    assert [row["last"] for row in rows] == [None, -1.0, None, 1.0]
    assert [row["before"] for row in rows] == [-1.0, -1.0, -1.0, 1.0]
    assert [row["root"] for row in rows] == [None, 0.0, 1.0, math.sqrt(2.5)]
    assert [row["rest"] for row in rows] == [0.0, None, 0.0, 2.0]
    assert [row["late"] for row in rows] == [9.0, 9.0, 1.0, 0.4]


def test_every_construct_runs(tmp_path: Path) -> None:
    module = kernels.load(everything(), tmp_path)
    kernel = module.Kernel()
    for i, price in enumerate(prices(60)):
        if i == 10:
            kernel.start(i * HOUR)
        bar(kernel, i, price)
    found = kernel.signals()
    count = 1 + 3 * 59
    assert found["i_wide"] == float((2**62 * count + 2**63) % 2**64 - 2**63)
    assert found["i_mod"] == count % 4
    assert found["l_cash"] == 100_000.0
    assert found["l_px"] is None
    kernel.stop(60 * HOUR)


# ---- the machine


def machine_of(*states: Any, timers: int = 0, **more: Any) -> Program:
    entry = template("entry", "BUY", number(1.0), 0)
    return program([], [], Machine(states, 0, timers), templates=(entry,), notes=("note",), **more)


NOTE = command(Verb.NOTIFY, None, 0)
SUBMIT = command(Verb.SUBMIT, 0)


def path(kernel: Any) -> list[tuple[int, int, int]]:
    """(from, to, cause) of the transitions of the last step."""
    taken = [r for r in kernel.records() if r.kind == 3]
    return [(r.id if r.id < 2**15 else -1, r.aux, r.payload[0]) for r in taken]


def test_the_machine_runs_to_completion_and_enters_no_state_twice(tmp_path: Path) -> None:
    m = MachineBuilder()
    made = machine_of(
        state("A", m.when(UP, 1, feeds=(0,))),
        state("B", m.when(UP, 2, feeds=(0,))),
        state(
            "C",
            m.when(UP, 0, feeds=(0,)),
            m.when(UP, None, NOTE, feeds=(0,)),
            m.when(UP, 1, feeds=(0,)),
        ),
    )
    kernel = kernels.load(made, tmp_path).Kernel()
    bar(kernel, 0, 20000)
    assert path(kernel) == []
    kernel.start(HOUR)
    assert path(kernel) == [(-1, 0, 4)]
    bar(kernel, 1, 20000)
    assert path(kernel) == [(0, 1, 1), (1, 2, 1), (2, 2, 1)]
    assert kernel.state == "C"
    bar(kernel, 2, 20000)
    assert path(kernel) == [(2, 0, 1), (0, 1, 1)]


def test_start_enters_and_tests_and_stop_ends_it(tmp_path: Path) -> None:
    m = MachineBuilder()
    made = machine_of(state("A", m.when(TRUE, 1, SUBMIT)), state("B", m.after(integer(HOUR), 0)), timers=1)
    kernel = kernels.load(made, tmp_path).Kernel()
    bar(kernel, 0, 20000)
    (submit,) = kernel.start(HOUR)
    assert (kernel.state, submit.name, kernel.next_deadline()) == ("B", "submit", (2 * HOUR, 0))
    (cancel,) = kernel.stop(HOUR)
    assert (cancel.name, cancel.fields["id"], kernel.next_deadline()) == ("cancel", submit.fields["id"], None)
    bar(kernel, 1, 20000)
    assert kernel.records() == []


def test_an_event_is_seen_in_its_own_instant_and_taken_once(tmp_path: Path) -> None:
    m = MachineBuilder()
    made = machine_of(
        state("A", m.when(TRUE, 1, SUBMIT)),
        state("B", m.on("filled", 0, 2)),
        state("C", m.on("filled", None, 3), m.on("closed", None, None, NOTE)),
        state("D"),
    )
    module = kernels.load(made, tmp_path)
    kernel = module.Kernel()
    bar(kernel, 0, 20000)
    (submit,) = kernel.start(HOUR)
    kernel.step_report(kernels.fill(module, submit, 20000), HOUR)
    assert path(kernel) == [(1, 2, 2), (2, 2, 2)]
    assert kernel.position == 1.0
    bar(kernel, 1, 20000)
    assert path(kernel) == []


def test_after_fires_once_per_stay_and_leaving_disarms_it(tmp_path: Path) -> None:
    m = MachineBuilder()
    made = machine_of(
        state("A", m.after(integer(HOUR), None, NOTE), m.when(UP, 1, feeds=(0,))),
        state("B", m.when(UP, 0, feeds=(0,))),
        timers=1,
    )
    kernel = kernels.load(made, tmp_path).Kernel()
    kernel.start(0)
    assert kernel.next_deadline() == (HOUR, 0)
    kernel.step_timer(0, HOUR, HOUR)
    assert (path(kernel), kernel.next_deadline()) == ([(0, 0, 3)], None)
    kernel.step_timer(0, HOUR, HOUR)
    assert path(kernel) == []
    bar(kernel, 1, 20000)
    bar(kernel, 2, 20000)
    assert (kernel.state, kernel.next_deadline()) == ("A", (4 * HOUR, 0))
    bar(kernel, 3, 20000)
    assert kernel.next_deadline() is None


def test_a_when_without_a_feed_is_tested_always_and_a_cooldown_holds_it_back(tmp_path: Path) -> None:
    m = MachineBuilder()
    made = machine_of(
        state("A", m.when(UP, 1, feeds=(0,))),
        state("B", m.after(integer(1), 2, cooldown=integer(2 * HOUR))),
        state("C", m.when(TRUE, 0)),
        timers=1,
    )
    kernel = kernels.load(made, tmp_path).Kernel()
    kernel.start(0)
    bar(kernel, 0, 20000)
    kernel.step_timer(0, HOUR + 1, HOUR + 1)
    assert kernel.state == "C"
    bar(kernel, 1, 5000)
    assert kernel.state == "C"
    bar(kernel, 2, 5000)
    assert kernel.state == "C"
    kernel.step_control(0, 3 * HOUR + 1)
    assert kernel.state == "A"


def test_limits_are_what_the_parameters_make_them(tmp_path: Path) -> None:
    share = ParamRef(NUMBER, 0)
    bounds = (
        Bound("abs(position) <= share", share, at(10)),
        Bound("abs(position) <= share / 2", apply("div", share, number(2.0)), at(11)),
    )
    m = MachineBuilder()
    made = machine_of(
        state("A", m.when(TRUE, 1, SUBMIT)), state("B"), bounds=bounds, params=(param("share", NUMBER, 0.25, 0.0, 9.0),)
    )
    module = kernels.load(made, tmp_path)
    for value, expected in ((9.0, [900_000, 450_000]), (2.0, [200_000, 100_000]), (1.0, [100_000, 50_000]), (0.0, [0])):
        kernel = module.Kernel({"share": value})
        bar(kernel, 0, 20000)
        kernel.start(HOUR)
        risk = [struct.unpack("<4q", r.payload) for r in kernel.records() if r.kind == 2]
        assert [(worst, limit) for worst, limit, _, _ in risk] == [(100_000, limit) for limit in expected], value


def test_signals_are_logged_when_they_change(tmp_path: Path) -> None:
    d = DataflowBuilder()
    d.let("up", UP, warm_up=after(1))
    module = kernels.load(program(d.equations, ["up"], Machine((state("A"),), 0, 0)), tmp_path)
    kernel = module.Kernel()
    seen = []
    for i, price in enumerate([20000, 20000, 20000, 5000, 5000]):
        bar(kernel, i, price)
        seen.append([(r.id, r.aux, struct.unpack("<d", r.payload[:8])[0]) for r in kernel.records()])
    assert seen == [[], [(0, 1, 1.0)], [], [(0, 1, 0.0)], []]


def test_every_nan_of_a_signal_is_the_same_nan(tmp_path: Path) -> None:
    d = DataflowBuilder()
    huge = apply("mul", apply("mul", CLOSE, number(1e308)), number(1e308))
    d.let("one", apply("sub", huge, huge))
    d.let("other", apply("neg", apply("sub", huge, huge)))
    made = program(d.equations, ["one", "other"], Machine((state("IDLE"),), 0, 0))
    (row,) = run(kernels.load(made, tmp_path), [20000])
    assert {bits(row["one"]), bits(row["other"])} == {bits(math.nan)}


def test_what_only_parameters_move_is_computed_by_init() -> None:
    d = DataflowBuilder()
    share = apply("div", number(2.0), apply("to_number", apply("add", ParamRef(Kind.INTEGER, 0), integer(1))))
    d.let("moved", apply("mul", Default(NUMBER, share, number(1.0), WarmUp()), CLOSE))
    made = program(d.equations, ["moved"], Machine((state("A"),), 0, 0), params=(param("n", Kind.INTEGER, 2, 1, 9),))
    before, init = generate(made, "").split("cross_init(")
    assert "c->moved_settled_ok ? c->moved_settled : 1.0" in before
    assert "2.0 / " not in before
    assert "2.0 / (double)stratc_add(c->n, 1)" in init


def test_what_init_computes_comes_before_what_reads_it(tmp_path: Path) -> None:
    """A part of one settled expression is another one, written later in the program."""
    d = DataflowBuilder()
    part = apply("add", ParamRef(NUMBER, 0), number(1.0))
    d.let("whole", apply("mul", apply("mul", part, part), CLOSE))
    d.let("alone", apply("mul", part, CLOSE))
    made = program(d.equations, ["whole", "alone"], Machine((state("A"),), 0, 0), params=(param("r", NUMBER, 2.0),))
    (row,) = run(kernels.load(made, tmp_path), [100])
    assert row["whole"] == 3.0 * row["alone"]
