"""What a program means never depends on how much is proved (docs/decisions/0008-proved-domains.md), and what is proved is true.

Random texts that are valid without proofs are compiled with and without them and run side by side.
"""

import math
from typing import Any

import pytest

from stratc.compiler.checker import proofs
from stratc.compiler.interpreter import Fault, Interpreter
from stratc.compiler.intervals.solve import of_equations
from stratc.compiler.pipeline import Compilation, compile_source
from stratc.compiler.program import Operation, Program
from stratc.compiler.walk import later, now, subexpressions
from stratc.lang.source import Source
from tests.support.random_inputs import RandomInputs
from tests.support.random_signals import random_strategy

SEEDS, INSTANTS = 200, 120


def compiled(text: str) -> Compilation:
    return compile_source(Source("x.strat", text))


def without_proofs(text: str, monkeypatch: pytest.MonkeyPatch) -> Compilation:
    with monkeypatch.context() as patched:
        patched.setattr(proofs, "has_result", lambda *_: False)
        return compiled(text)


def bits(value: Any) -> Any:
    return value.hex() if isinstance(value, float) and math.isfinite(value) else str(value)


def same_run(sure: Program, unsure: Program, seed: int) -> None:
    """Every signal that is ready, frame and record of the two is the same, to the bit."""
    inputs = RandomInputs(seed, sure)
    runs = [Interpreter(p, [q.value for q in p.params], p.capital) for p in (sure, unsure)]
    intervals = of_equations(sure)
    for _ in range(INSTANTS):
        assert runs[0].next_deadline() == runs[1].next_deadline()
        given = inputs.next(runs[0].next_deadline())
        outputs, faults = [], []
        for run in runs:
            try:
                outputs.append(run.step(given))
            except Fault as fault:
                faults.append(str(fault))
        if faults:
            assert len(faults) == 2
            assert faults[0] == faults[1]
            return
        assert str(outputs[0]) == str(outputs[1]), (given, outputs)
        inputs.saw(outputs[0])
        signals = [[bits(v) for v in run.signal_values()] for run in runs]
        assert signals[0] == signals[1], (seed, given)
        ready_values_lie_inside(runs[0], intervals)


def ready_values_lie_inside(run: Interpreter, intervals: Any) -> None:
    for equation, value in zip(run.program.equations, run.dataflow.values, strict=True):
        if run.dataflow.after(equation.warm_up):
            assert intervals[equation.index].holds(value), (equation, value, intervals[equation.index])


def plain_divisions(program: Program) -> int:
    found = [e for q in program.equations for x in (*now(q), *later(q)) for e in subexpressions(x)]
    return sum(isinstance(e, Operation) and e.operator in ("div", "mod", "sqrt") and not e.optional for e in found)


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_a_program_means_the_same_with_proofs_and_without(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    proved = compared = 0
    for seed in range(first, first + 50):
        text = random_strategy(seed)
        found = compiled(text)
        if found.program is None:
            assert {d.code for d in found.diagnostics.errors} == {"E0801"}  # a division that can only be by zero
            continue
        unsure = without_proofs(text, monkeypatch).program
        assert unsure is not None, text
        assert found.program.warm_up == unsure.warm_up
        assert [e.warm_up for e in found.program.equations] == [e.warm_up for e in unsure.equations]
        compared += 1
        proved += plain_divisions(found.program) > plain_divisions(unsure)
        same_run(found.program, unsure, seed)
    assert compared >= 40
    assert proved >= 30  # else nothing was compared


# ---- one by one

TEXT = """\
{top}
strategy S {{
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  account {{ capital = 10_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param r: ratio = 0.5 in {low} .. 2.0;
  param n: count = 5 in 2 .. 9;
  signal x = {signal};
  log x;
  risk {{ bound abs(position) <= 1 BTC else reject; }}
  order entry  {{ side = BUY;  kind = MARKET; qty = 0.1 BTC; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position); reduce_only = true; }}
  machine {{
    initial state IDLE {{ when warm -> LOOKING; }}
    state LOOKING {{ when {when} -> ENTERED do submit(entry); }}
    state ENTERED {{ on filled(entry) -> EXITED do submit(unwind); on closed(entry) -> LOOKING; on denied(entry) -> LOOKING; }}
    state EXITED {{ on flat -> IDLE; on closed(unwind) -> IDLE; on denied(unwind) -> IDLE; }}
  }}
}}
"""


def text(signal: str, when: str = "bars.close > bars.open", top: str = "", low: str = "0.25") -> str:
    return TEXT.format(signal=signal, when=when, top=top, low=low)


def errors(source: str) -> list[str]:
    return [d.code for d in compiled(source).diagnostics.errors]


PROVED = (
    "bars.close / bars.open",
    "(bars.close - bars.close[n]) / bars.close[n]",
    "1.0 / r",
    "bars.close / max(bars.volume / 1 BTC, 0.5) / 1 USDT * 1 BTC",
    "bars.close / mean(window(bars.close, n))",
    "sqrt(variance(window(bars.close / bars.open, n)))",
    "sqrt(abs(bars.close - bars.open) / 1 USDT * 1 BTC)",
    "(bars.close / 1 USDT * 1 BTC) % (r + 1.0)",
    "1.0 / (1.0 + abs(bars.close / bars.open))",
)
UNPROVED = (
    "bars.volume / bars.volume",
    "bars.close / (bars.close - bars.open)",
    "sqrt(bars.close / bars.open - 1.0)",
    "bars.volume / 1 BTC / r",  # may pass the largest number
    "1.0 / (r - 0.5)",
)


@pytest.mark.parametrize("signal", PROVED)
def test_a_proved_domain_needs_no_default(signal: str) -> None:
    assert errors(text(f"({signal}) + 0.0", when="x > 0.125")) == []


@pytest.mark.parametrize("signal", UNPROVED)
def test_an_unproved_one_does(signal: str) -> None:
    assert errors(text(signal, when="x > 0.5")) == ["E0215"]


def test_the_range_of_a_parameter_decides() -> None:
    assert errors(text("1.0 / r", when="x > 1.0")) == []
    assert errors(text("1.0 / r", when="x > 1.0", low="-1.0")) == ["E0215"]


MARKED = "(bars.close - bars.close[n]) / bars.close[n]"


@pytest.mark.parametrize(
    "signal",
    [
        f"{MARKED} ?? 0.0",
        f"({MARKED}) * 2.0 + 1.0 ?? 0.0",
        f"(if bars.close > bars.open then {MARKED} else 1.0) ?? 0.0",
        f"(1.0 fby {MARKED}) ?? 0.0",
        f"({MARKED})[2] ?? 0.0",
        f"same({MARKED}) ?? 0.0",
        f"inside({MARKED})",
    ],
)
def test_a_default_after_a_proof_does_not_answer_the_warm_up(signal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    top = (
        "node same(a: ratio?): ratio? { let b = a; yield b; }\n"
        "node inside(a: ratio?): ratio { let b = a; yield b * 2.0 ?? 0.0; }"
    )
    proved, unproved = (
        compiled(text(signal, top=top)).program,
        without_proofs(text(signal, top=top), monkeypatch).program,
    )
    assert proved is not None
    assert unproved is not None
    assert proved.warm_up == unproved.warm_up
    if "fby" not in signal:
        assert proved.warm_up.at([0.5, 5]) >= 5


def test_a_second_default_answers_the_warm_up() -> None:
    program = compiled(text(f"({MARKED} ?? 0.0) ?? 1.0")).program
    assert program is not None
    assert program.warm_up.at([0.5, 5]) <= 0


def test_a_plain_value_still_waits_only_for_its_default() -> None:
    program = compiled(text("mean(window(bars.close / bars.open, n)) ?? 1.0")).program
    assert program is not None
    assert program.warm_up.at([0.5, 5]) <= 0


def test_a_declared_plain_type_ends_the_mark() -> None:
    top = "node plain(a: ratio): ratio { yield a ?? 1.0; }"
    program = compiled(text(f"plain({MARKED})", top=top)).program
    assert program is not None
    assert program.warm_up.at([0.5, 5]) <= 0


def test_a_library_node_keeps_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """`stdev` writes `?? 0.0` for a root that is now proved: it is still ready after n bars, and the text of its call unchanged."""
    source = text("stdev(bars.close, n) / 1 USDT * 1 BTC", top="use ta { stdev };")
    proved, unproved = compiled(source).program, without_proofs(source, monkeypatch).program
    assert proved is not None
    assert unproved is not None
    assert proved.warm_up == unproved.warm_up
    assert proved.warm_up.at([0.5, 5]) == 4
