"""Operations are counted as one counts them by hand, from the text of program.py and the strategy."""

import pytest

from stratc.compiler.cost.counts import Counts, of_expr
from stratc.compiler.cost.equations import at_worst, default, largest
from stratc.compiler.cost.report import Cost, cost
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Default, FieldRef, ParamRef, Select, WarmUp
from stratc.lang.source import Source
from tests.support.programs import (
    BOOL,
    CLOSE,
    INTEGER,
    NUMBER,
    DataflowBuilder,
    apply,
    cross,
    everything,
    integer,
    number,
    param,
    smallest,
)

TEXT = """\
use ta { ema };
strategy SMALL "small" {
  instrument BTC_USDT: spot(venue = "v", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.001 BTC);
  account { capital = 1_000 USDT; }
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param n: count = 4 in 2 .. 40;
  signal mid = (bars.high + bars.low) / 2.0;
  signal slow = mean(window(mid, n));
  signal up = mid > slow and bars.close > bars.close[1];
  risk { bound abs(position) <= 5 BTC else reject; guard bars.close > slow * 0.5 else cancel_all; }
  order entry { side = BUY; kind = MARKET; qty = 1 BTC; }
  machine {
    initial state IDLE { when warm -> READY; }
    state READY {
      when up and flat do submit(entry); on filled do flatten;
      on denied do notify("denied"); on closed do notify("closed");
    }
  }
}
"""


def small() -> Cost:
    compilation = compile_source(Source("small.strat", TEXT))
    assert compilation.program is not None, compilation.diagnostics.found
    return cost(compilation.program)


def test_a_small_strategy_counted_by_hand() -> None:
    mid, slow, up = small().parts
    # high + low; / 2.0
    assert (mid.name, mid.line, mid.bytes, mid.most) == ("mid", 7, 0, Counts(arithmetic=2))
    # A mean of 40: a compensated sum is added up anew (40 times 6 + 1 + 1), + compensation, / 40; 40 loads and 3 stores.
    assert (slow.bytes, slow.most) == (40 * 8 + 32, Counts(40 * 6 + 2, 40, 40, 43))
    # A mean of 4: four partial sums take 4 additions, 3 join them, / 4; 1 store and 4 loads.
    assert slow.usual == slow.amortised == Counts(arithmetic=8, memory=5)
    # >, >, and; close[1] is loaded and stored
    assert (up.bytes, up.most, up.usual) == (8 + 8, Counts(comparisons=3, memory=2), up.most)


def test_machine_risk_and_orders_counted_by_hand() -> None:
    found = small()
    assert (found.machine.states, found.machine.transitions, found.machine.timers) == (2, 5, 0)
    # A report in IDLE: `when warm` reads no feed, so it is tested, and in READY the three `on` are.
    assert found.machine.tested == 4
    assert found.machine.operations == 1  # and
    # slow * 0.5; >
    assert (found.risk.standing, found.risk.operations) == (1, 2)
    assert (found.templates, found.slots) == (1, 2)  # `flatten` has a slot too


def test_the_critical_path_by_hand() -> None:
    steps = [(step.name, step.place.line, step.operations) for step in small().path.steps]
    # A load, 40 additions, five operations of the last compensation but one of which is the 40th addition, + it, / 40.
    assert steps[-2:] == [("slow", 8, 0), ("up", 9, 2)]
    assert small().path.operations == 1 + 40 + 4 + 1 + 1 + 2
    # At the defaults the way from the feed is the longer one: high + low, / 2; one addition, two that join, / 4; >, and.
    assert small().usual_path == 2 + 1 + 2 + 1 + 2


def test_each_kind_of_operation_is_counted_as_its_own() -> None:
    choice = Select(NUMBER, apply("not", apply("lt", CLOSE, number(1.0))), apply("neg", CLOSE), CLOSE)
    assert of_expr(choice) == Counts(arithmetic=1, comparisons=2, selects=1)
    assert of_expr(Default(NUMBER, apply("div", CLOSE, CLOSE), number(1.0), WarmUp())) == Counts(1, 0, 1)
    assert of_expr(None) == of_expr(CLOSE) == Counts()


def test_what_only_parameters_move_costs_an_instant_nothing() -> None:
    factor = apply("div", number(2.0), apply("to_number", ParamRef(INTEGER, 0)))
    assert of_expr(factor) == Counts()
    assert of_expr(apply("mul", factor, CLOSE)) == Counts(arithmetic=1)


def test_a_memory_loads_chooses_and_stores() -> None:
    d = DataflowBuilder()
    d.memory("m", FieldRef(0, "open"), apply("add", CLOSE, number(1.0)))
    d.delay("d", apply("sub", CLOSE, number(1.0)), integer(3), 3)
    assert [at_worst(e, largest) for e in d.equations] == [Counts(1, 0, 1, 2), Counts(1, 0, 0, 2)]


def test_the_length_at_the_defaults_is_what_the_parameters_say() -> None:
    d = DataflowBuilder()
    length = apply("add", apply("mul", integer(2), ParamRef(INTEGER, 0)), integer(1))
    window = d.window("w", "sum", CLOSE, length, 201)
    assert default([param("n", INTEGER, 7, 1, 100)])(window) == 15
    assert largest(window) == 201


def test_a_program_without_signals_costs_nothing() -> None:
    found = cost(smallest())
    assert (found.parts, found.bytes, found.most, found.path.steps, found.machine.tested) == ((), 0, Counts(), (), 0)


@pytest.mark.parametrize("made", [cross, everything])
def test_every_equation_is_in_one_part(made: object) -> None:
    program = made()  # type: ignore[operator]
    found = cost(program)
    assert sorted(part.name for part in found.parts) == sorted({e.signal for e in program.equations})
    for measure, lengths in (("most", largest), ("usual", default(program.params))):
        assert getattr(found, measure).total == sum(at_worst(e, lengths).total for e in program.equations)


def test_conditions_of_booleans_count_as_comparisons() -> None:
    assert of_expr(apply("or", apply("gt", CLOSE, number(1.0)), ParamRef(BOOL, 0))) == Counts(comparisons=2)
