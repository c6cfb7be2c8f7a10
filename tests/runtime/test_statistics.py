"""runtime/native/statistics.c against the formulas of docs/statistics.md, written out in numpy."""

import itertools
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tests.support.native import copied, open_library

SOURCES = ["base.c", "output.c", "json.c", "power.c", "normal.c", "moments.c", "curve.c", "statistics.c"]
HEADERS = ["base.h", "output.h", "json.h", "moments.h", "curve.h", "statistics.h", "views.h", "statistics_json.h"]
FFI, LIBRARY = open_library([*SOURCES, "statistics_json.c"], HEADERS)
HOUR = 3_600_000_000_000
DAY = 24 * HOUR
START = 18_628 * DAY  # 2021-01-01
CAPITAL = 1_000_000
ALL_DAYS, SESSIONS = 365, 252


@dataclass
class Bar:
    end: int
    equity: int
    in_position: bool = False


def bars_of(*equities: int, every: int = DAY) -> list[Bar]:
    return [Bar(START + (i + 1) * every, equity) for i, equity in enumerate(equities)]


def begun(periods: int = ALL_DAYS, rf: float = 0.0, trials: int = 1, start: int = START) -> Any:
    state = FFI.new("stratc_tally *")
    LIBRARY.stratc_tally_begin(state, start, CAPITAL, periods, rf, trials)
    return state


def tally(bars: list[Bar], periods: int = ALL_DAYS, rf: float = 0.0, trials: int = 1) -> Any:
    state = begun(periods, rf, trials)
    for bar in bars:
        LIBRARY.stratc_tally_bar(state, bar.end, bar.equity, 0, bar.in_position)
    return state


def finish(state: Any) -> Any:
    out = FFI.new("stratc_statistics *")
    LIBRARY.stratc_statistics_finish(state, {"realised": 5, "unrealised": -3, "fees": 2}, out)
    return copied(FFI, out)


def statistics(bars: list[Bar], periods: int = ALL_DAYS, rf: float = 0.0, trials: int = 1) -> Any:
    return finish(tally(bars, periods, rf, trials))


def named(seen: Any, name: str) -> Any:
    """A statistic of the run or of its equity curve."""
    return getattr(seen, name) if hasattr(seen, name) else getattr(seen.own, name)


def value(statistic: Any) -> float | None:
    return float(statistic.value) if statistic.known else None


def daily_marks(bars: list[Bar], periods: int) -> list[int]:
    last = {(bar.end - 1) // DAY: bar.equity for bar in bars}
    if periods == SESSIONS:
        return [last[day] for day in sorted(last)]
    marks: list[int] = []
    for day in range(min(last), max(last) + 1):
        marks.append(last.get(day, marks[-1] if marks else 0))
    return marks


def reference(bars: list[Bar], periods: int, rf: float) -> dict[str, float | None]:
    marks = np.array(daily_marks(bars, periods), float)
    returns = marks[1:] / marks[:-1] - 1
    excess = returns - rf / periods
    deviation = float(returns.std(ddof=1)) if len(returns) >= 2 else 0.0
    downside = math.sqrt(np.mean(np.minimum(excess, 0.0) ** 2)) if len(returns) else 0.0
    curve = np.array([CAPITAL] + [bar.equity for bar in bars], float)
    peaks = np.maximum.accumulate(curve)
    drawdown = float(((peaks - curve) / peaks).max())
    years = (bars[-1].end - START) / (365.25 * DAY)
    growth = math.log(curve[-1] / CAPITAL) / years
    cagr = math.expm1(growth) if growth < 709.78 else math.inf
    return {
        "total_return": curve[-1] / CAPITAL - 1,
        "cagr": cagr,
        "volatility": deviation * math.sqrt(periods) if len(returns) >= 2 else None,
        "sharpe": float(excess.mean()) / deviation * math.sqrt(periods) if deviation else None,
        "sortino": float(excess.mean()) / downside * math.sqrt(periods) if downside else None,
        "max_drawdown": drawdown,
        "calmar": cagr / drawdown if drawdown else None,
        "exposure": sum(bar.in_position for bar in bars) / len(bars),
    }


def longest_drawdown(bars: list[Bar]) -> tuple[int, int]:
    """In nanoseconds and in bars."""
    times, curve = [START, *(bar.end for bar in bars)], [CAPITAL, *(bar.equity for bar in bars)]
    longest, count, top = 0, 0, 0
    for i in range(1, len(curve)):
        was_below = any(equity < curve[top] for equity in curve[top:i])
        if curve[i] < curve[top] or was_below:
            longest, count = max(longest, times[i] - times[top]), max(count, i - top)
        if curve[i] >= curve[top]:
            top = i
    return longest, count


# Steps of a few hours cross days; steps of days leave days without a bar.
CURVES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(CAPITAL // 2, 2 * CAPITAL), st.booleans()), min_size=1, max_size=60
)


@given(CURVES, st.sampled_from([ALL_DAYS, SESSIONS]), st.sampled_from([0.0, 0.05]))
def test_every_number_equals_its_formula(curve: list[tuple[int, int, bool]], periods: int, rf: float) -> None:
    ends = np.cumsum([hours for hours, _, _ in curve])
    bars = [Bar(START + int(end) * HOUR, equity, held) for end, (_, equity, held) in zip(ends, curve, strict=True)]
    seen = statistics(bars, periods, rf)
    for name, expected in reference(bars, periods, rf).items():
        number = value(named(seen, name))
        if name == "sharpe" and expected and abs(expected) > 1e9:
            continue  # a deviation that is only numpy's rounding
        if expected is None or expected == math.inf:
            assert number is None, name
        else:
            assert number == pytest.approx(expected, rel=1e-9, abs=1e-12), name
    assert seen.own.sharpe.n == len(daily_marks(bars, periods)) - 1
    assert (seen.own.max_drawdown_ns, seen.own.max_drawdown_bars) == longest_drawdown(bars)


def confidence(bars: list[Bar], periods: int, rf: float, trials: int) -> dict[str, float]:
    """Bailey and López de Prado's two probabilities, from the returns alone."""
    marks = daily_marks(bars, periods)
    returns = [b / a - 1 for a, b in itertools.pairwise(marks)]
    n, normal = len(returns), NormalDist()
    mean = math.fsum(returns) / n
    second, third, fourth = (math.fsum((x - mean) ** k for x in returns) / n for k in (2, 3, 4))
    skewness, kurtosis = third / second**1.5, fourth / second**2
    sharpe = (mean - rf / periods) / math.sqrt(second * n / (n - 1))
    error = math.sqrt((1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2) / (n - 1))
    best = 0.0
    if trials > 1:
        gamma = 0.5772156649015329
        first, second_ = normal.inv_cdf(1 - 1 / trials), normal.inv_cdf(1 - 1 / (trials * math.e))
        best = ((1 - gamma) * first + gamma * second_) / math.sqrt(n - 1)
    return {
        "skewness": skewness,
        "kurtosis": kurtosis,
        "psr": normal.cdf(sharpe / error),
        "deflated_sharpe": normal.cdf((sharpe - best) / error),
    }


@given(
    st.lists(st.integers(CAPITAL // 2, 2 * CAPITAL), min_size=4, max_size=80).filter(lambda x: len(set(x)) > 3),
    st.sampled_from([ALL_DAYS, SESSIONS]),
    st.sampled_from([0.0, 0.05]),
    st.sampled_from([1, 2, 30, 10**6]),
)
def test_probabilities_equal_their_formulas(curve: list[int], periods: int, rf: float, trials: int) -> None:
    seen = statistics(bars_of(*curve), periods, rf, trials)
    for name, expected in confidence(bars_of(*curve), periods, rf, trials).items():
        assert value(named(seen, name)) == pytest.approx(expected, rel=1e-8, abs=1e-10), name
        assert named(seen, name).n == len(curve) - 1
    if trials == 1:
        assert value(seen.deflated_sharpe) == value(seen.psr)


def test_more_trials_leave_less_confidence() -> None:
    curve = bars_of(*(CAPITAL + 50 * i + 1000 * (i % 3) for i in range(100)))
    seen = [value(statistics(curve, trials=n).deflated_sharpe) for n in (1, 2, 10, 100, 1000)]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)


def test_a_flat_curve_has_no_probability() -> None:
    seen = statistics(bars_of(*[CAPITAL] * 10), trials=5)
    assert [value(named(seen, n)) for n in ("skewness", "kurtosis", "psr", "deflated_sharpe")] == [None] * 4


def test_holding_is_the_curve_of_cash_and_price() -> None:
    closes, cash, unit = [300, 250, 400, 390, 410], 12_345, 3_000
    state = begun(rf=0.05)
    LIBRARY.stratc_tally_hold(state, cash, unit)
    for i, close in enumerate(closes):
        LIBRARY.stratc_tally_bar(state, START + (i + 1) * DAY, CAPITAL, close, False)
    seen, own = finish(state), statistics(bars_of(*(cash + unit * close for close in closes)), rf=0.05).own
    assert seen.held
    assert (seen.hold.final_equity, seen.hold.max_drawdown_ns) == (cash + unit * 410, own.max_drawdown_ns)
    for name in ("total_return", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar"):
        assert value(getattr(seen.hold, name)) == value(getattr(own, name)) is not None, name


def test_holding_beyond_64_bits_is_no_number() -> None:
    state = begun()
    LIBRARY.stratc_tally_hold(state, 1, 2**40)
    for i, close in enumerate([1, 2**30, 1]):
        LIBRARY.stratc_tally_bar(state, START + (i + 1) * DAY, CAPITAL, close, False)
    assert not finish(state).held


def test_costs_are_fees_over_capital() -> None:
    assert value(statistics(bars_of(CAPITAL)).costs) == 2 / CAPITAL
    assert not statistics(bars_of(CAPITAL)).held


def test_a_year_of_days_has_364_returns() -> None:
    seen = statistics(bars_of(*range(CAPITAL, CAPITAL + 365)))
    assert (seen.own.sharpe.n, seen.bars, seen.end_ns - seen.start_ns) == (364, 365, 365 * DAY)


def test_a_bar_that_ends_at_midnight_belongs_to_the_day_it_ends() -> None:
    bars = bars_of(*[CAPITAL] * 23, CAPITAL + 10, CAPITAL + 99, every=HOUR)
    assert statistics(bars[:24]).own.sharpe.n == 0
    assert statistics(bars).own.sharpe.n == 1


def test_days_without_bars_count_only_where_the_venue_never_closes() -> None:
    bars = [Bar(START + DAY, CAPITAL), Bar(START + 4 * DAY, CAPITAL + 300), Bar(START + 5 * DAY, CAPITAL + 100)]
    assert statistics(bars, ALL_DAYS).own.sharpe.n == 4
    assert statistics(bars, SESSIONS).own.sharpe.n == 2


def test_days_before_1970_are_days_too() -> None:
    state = begun(start=-3 * DAY)
    for end in (-2 * DAY, -1 * DAY, 0, 1, DAY):
        LIBRARY.stratc_tally_bar(state, end, CAPITAL + end % 7, 0, False)
    assert finish(state).own.sharpe.n == 3


def test_one_bar_has_no_daily_statistics() -> None:
    seen = statistics(bars_of(CAPITAL + 100))
    assert value(seen.own.total_return) == pytest.approx(1e-4)
    assert [value(s) for s in (seen.own.volatility, seen.own.sharpe, seen.own.sortino)] == [None] * 3
    assert (value(seen.own.max_drawdown), value(seen.own.calmar)) == (0.0, None)


def test_no_bar_at_all_has_no_statistics() -> None:
    seen = statistics([])
    names = [
        "total_return",
        "cagr",
        "volatility",
        "sharpe",
        "sortino",
        "max_drawdown",
        "calmar",
        "exposure",
        "turnover",
    ]
    assert [value(named(seen, name)) for name in names] == [None] * len(names)
    assert (seen.bars, seen.own.final_equity) == (0, CAPITAL)


def test_a_flat_curve_has_no_ratio() -> None:
    seen = statistics(bars_of(*[CAPITAL] * 10))
    assert [value(s) for s in (seen.own.total_return, seen.own.volatility, seen.own.max_drawdown)] == [0.0, 0.0, 0.0]
    assert [value(s) for s in (seen.own.sharpe, seen.own.sortino, seen.own.calmar)] == [None, None, None]
    assert seen.own.max_drawdown_ns == 0


def test_a_curve_that_never_falls_has_no_sortino() -> None:
    seen = statistics(bars_of(CAPITAL, CAPITAL + 5, CAPITAL + 5, CAPITAL + 20))
    assert value(seen.own.sortino) is None
    assert value(seen.own.sharpe) is not None


@pytest.mark.parametrize("ruin", [0, -5])
def test_returns_after_ruin_are_undefined(ruin: int) -> None:
    seen = statistics(bars_of(CAPITAL, CAPITAL // 2, ruin, CAPITAL))
    assert [value(s) for s in (seen.own.volatility, seen.own.sharpe, seen.own.sortino)] == [None] * 3
    assert value(seen.own.max_drawdown) == 1 - ruin / CAPITAL


def test_ruin_on_the_last_day_is_a_return_and_has_no_growth_rate() -> None:
    seen = statistics(bars_of(CAPITAL, CAPITAL + 100, 0))
    assert value(seen.own.volatility) is not None
    assert (value(seen.own.total_return), value(seen.own.cagr), value(seen.own.calmar)) == (-1.0, None, None)


def test_a_drawdown_lasts_from_its_peak_to_the_recovery() -> None:
    curve = [CAPITAL, CAPITAL + 100, CAPITAL + 100, CAPITAL + 50, CAPITAL + 99, CAPITAL + 100, CAPITAL + 90]
    assert statistics(bars_of(*curve)).own.max_drawdown_ns == 3 * DAY


def test_a_drawdown_without_recovery_lasts_to_the_end() -> None:
    assert statistics(bars_of(CAPITAL - 1, CAPITAL - 2)).own.max_drawdown_ns == 2 * DAY


def test_trades_are_counted_after_fees() -> None:
    state = tally(bars_of(CAPITAL, CAPITAL))
    for pnl, fees, bars in [(100, 10, 2), (-50, 10, 4), (10, 10, 6), (5, 10, 8)]:
        LIBRARY.stratc_tally_trade(state, pnl, fees, START, START + bars * HOUR, bars)
    LIBRARY.stratc_tally_fill(state, CAPITAL)
    LIBRARY.stratc_tally_fill(state, CAPITAL // 2)
    seen = finish(state)
    assert (seen.trades, seen.wins) == (4, 1)
    assert (value(seen.win_rate), value(seen.profit_factor)) == (0.25, pytest.approx(90 / 65))
    assert (value(seen.mean_trade), value(seen.mean_bars_held)) == (25 / 4, 5.0)
    assert (value(seen.mean_held_ns), value(seen.turnover)) == (5.0 * HOUR, 1.5)


def test_without_a_losing_trade_there_is_no_profit_factor() -> None:
    state = tally(bars_of(CAPITAL))
    LIBRARY.stratc_tally_trade(state, 100, 0, START, START + DAY, 1)
    assert value(finish(state).profit_factor) is None
    assert value(finish(tally(bars_of(CAPITAL))).win_rate) is None


def test_finishing_does_not_end_the_tally() -> None:
    bars = bars_of(CAPITAL, CAPITAL + 10, CAPITAL - 5)
    state = tally(bars[:2])
    finish(state)
    LIBRARY.stratc_tally_bar(state, bars[2].end, bars[2].equity, 0, False)
    assert value(finish(state).own.sharpe) == value(statistics(bars).own.sharpe)


def json_of(seen: Any, path: Path, decimals: int = 2) -> Any:
    file, error, writer = FFI.new("stratc_output_file *"), FFI.new("stratc_error *"), FFI.new("stratc_json *")
    assert LIBRARY.stratc_output_open(file, os.fsencode(path), error)
    LIBRARY.stratc_json_begin(writer, file)
    LIBRARY.stratc_statistics_json(writer, seen.c, decimals)
    assert LIBRARY.stratc_output_commit(file, error)
    return json.loads(path.read_text())


def test_every_number_carries_its_convention(tmp_path: Path) -> None:
    block = json_of(statistics(bars_of(CAPITAL, CAPITAL + 10_000, CAPITAL - 5), rf=0.02), tmp_path / "s.json")
    sharpe = block["sharpe"]
    assert {**sharpe, "value": 0} == {"value": 0, "interval": "1d", "periods": 365, "ddof": 1, "rf": 0.02, "n": 2}
    assert block["sortino"]["ddof"] == 0
    assert block["volatility"]["rf"] is None
    drawdown = {"interval": "bar", "periods": None, "ddof": None, "rf": None, "n": 3}
    assert drawdown.items() <= block["max_drawdown"].items()
    assert block["win_rate"] == {
        "value": None,
        "interval": "trade",
        "periods": None,
        "ddof": None,
        "rf": None,
        "n": 0,
    }
    assert (block["capital"], block["final_equity"], block["realised"]) == (10_000, 9_999.95, 0.05)
    assert (block["unrealised"], block["fees"], block["bars"]) == (-0.03, 0.02, 3)


def test_the_mean_trade_is_money(tmp_path: Path) -> None:
    state = tally(bars_of(CAPITAL))
    LIBRARY.stratc_tally_trade(state, 250, 0, START, START + DAY, 1)
    assert json_of(finish(state), tmp_path / "s.json")["mean_trade"]["value"] == 2.5
