"""runtime/native/views.c: vectorbt and backtesting.py themselves on the same curve, plain formulas for the others."""

import datetime
import math
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from backtesting._stats import compute_stats
from hypothesis import assume, given, settings, strategies as st

from tests.support.native import copied, open_library

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vectorbt

SOURCES = ["base.c", "power.c", "normal.c", "moments.c", "curve.c", "statistics.c", "views.c"]
FFI, LIBRARY = open_library(SOURCES, ["base.h", "moments.h", "curve.h", "statistics.h", "views.h"])
NAUTILUS, VECTORBT, BACKTESTING, TRADINGVIEW = 1, 2, 3, 4
HOUR = 3_600_000_000_000
DAY = 24 * HOUR
START = 18_628 * DAY  # Friday, 2021-01-01
CAPITAL = 1_000_000
NAMES = ["total_return", "annual_return", "volatility", "sharpe", "sortino", "max_drawdown", "calmar"]

Curve = list[tuple[int, int]]


def view(kind: int, every: int, curve: Curve) -> Any:
    state, out = FFI.new("stratc_view *"), FFI.new("stratc_view_statistics *")
    LIBRARY.stratc_view_begin(state, kind, every, CAPITAL)
    for end, equity in curve:
        LIBRARY.stratc_view_bar(state, end, equity)
    LIBRARY.stratc_view_finish(state, out)
    return copied(FFI, out)


def values(kind: int, every: int, curve: Curve) -> dict[str, float]:
    """The numbers that are not null."""
    seen = view(kind, every, curve)
    return {name: getattr(seen, name).value for name in NAMES if getattr(seen, name).known}


def bars(equities: list[int], every: int) -> Curve:
    return [(START + (i + 1) * every, equity) for i, equity in enumerate(equities)]


def same(seen: dict[str, float], expected: dict[str, float], *, rel: float = 1e-8) -> None:
    known = {name: number for name, number in expected.items() if math.isfinite(number)}
    assert seen == pytest.approx(known, rel=rel, abs=1e-11)


# Neighbours differ little, so that a year of the steepest steps still is a number.
STEPS = st.lists(st.integers(-20_000, 20_000), min_size=3, max_size=150)


def walk(steps: list[int]) -> list[int]:
    equities = [CAPITAL]
    for step in steps:
        equities.append(max(CAPITAL // 2, equities[-1] + step))
    return equities[1:]


def index_of(curve: Curve, every: int) -> Any:
    return pd.to_datetime([end - every for end, _ in curve])


@given(STEPS.filter(lambda s: min(walk(s)) < max(walk(s))), st.sampled_from([HOUR, 4 * HOUR, DAY]))
@settings(max_examples=40)
def test_vectorbt_says_the_same(steps: list[int], every: int) -> None:
    curve = bars(walk(steps), every)
    equities = np.array([CAPITAL, *(equity for _, equity in curve)], float)
    returns = pd.Series(equities[1:] / equities[:-1] - 1, index=index_of(curve, every))
    assume(returns.std() > 1e-9)  # else it is made of the last bits, and so is what is divided by it
    peer = returns.vbt.returns(freq=pd.Timedelta(every))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "total_return": peer.total(),
            "annual_return": peer.annualized(),
            "volatility": peer.annualized_volatility(),
            "sharpe": peer.sharpe_ratio(),
            "sortino": peer.sortino_ratio(),
            "max_drawdown": -peer.max_drawdown(),
            "calmar": peer.calmar_ratio(),
        }
    same(values(VECTORBT, every, curve), expected)
    assert vectorbt.__version__ == "1.2.0"


def stats_of_backtesting(curve: Curve, every: int) -> Any:
    index, equity = index_of(curve, every), np.array([equity for _, equity in curve], float)
    trades = pd.DataFrame(columns=["EntryBar", "ExitBar", "PnL", "ReturnPct", "Duration"], dtype=float)
    prices = pd.DataFrame({"Close": np.linspace(1.0, 2.0, len(curve))}, index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compute_stats(trades, equity, prices, None)


@given(STEPS, st.sampled_from([HOUR, 4 * HOUR, DAY]))
@settings(max_examples=40)
def test_backtesting_says_the_same(steps: list[int], every: int) -> None:
    curve = bars(walk(steps), every)
    peer = stats_of_backtesting(curve, every)
    expected = {
        "total_return": peer["Return [%]"] / 100,
        "annual_return": peer["Return (Ann.) [%]"] / 100,
        "volatility": peer["Volatility (Ann.) [%]"] / 100,
        "sharpe": peer["Sharpe Ratio"],
        "sortino": peer["Sortino Ratio"],
        "max_drawdown": -peer["Max. Drawdown [%]"] / 100,
        "calmar": peer["Calmar Ratio"],
    }
    spread = abs(expected["volatility"]) > 1e-3  # below, its difference of powers is rounding
    if not spread:
        expected = {name: number for name, number in expected.items() if name not in ("volatility", "sharpe")}
    seen = values(BACKTESTING, every, curve)
    same({name: number for name, number in seen.items() if spread or name in expected}, expected, rel=1e-6)


def test_backtesting_counts_252_days_where_weekends_have_no_bars() -> None:
    weekdays = [day for day in range(60) if (day + 4) % 7 not in (5, 6)]  # the first is a Friday
    curve = [(START + (day + 1) * DAY, CAPITAL + 1000 * (day % 5)) for day in weekdays]
    assert view(BACKTESTING, DAY, curve).sharpe.periods == 252
    assert view(BACKTESTING, DAY, bars([CAPITAL] * 60, DAY)).sharpe.periods == 365
    assert stats_of_backtesting(curve, DAY)["Sharpe Ratio"] == pytest.approx(view(BACKTESTING, DAY, curve).sharpe.value)


def marks(curve: Curve, key: Any) -> list[int]:
    """The last equity of each period that has a bar."""
    return list({key(end): equity for end, equity in curve}.values())


def returns_of(levels: list[int]) -> list[float]:
    return [b / a - 1 for a, b in pairwise(levels)]


def deviation(numbers: list[float]) -> float:
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1))


def downside(numbers: list[float], target: float) -> float:
    return math.sqrt(math.fsum(min(x - target, 0) ** 2 for x in numbers) / len(numbers))


def quotient(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.inf


CURVES = st.lists(st.tuples(st.integers(1, 90), st.integers(-20_000, 20_000)), min_size=1, max_size=150)


def irregular(steps: list[tuple[int, int]]) -> Curve:
    """Bars whose ends skip days."""
    ends = np.cumsum([hours for hours, _ in steps])
    equities = walk([change for _, change in steps])
    return [(START + int(end) * HOUR, equity) for end, equity in zip(ends, equities, strict=True)]


@given(CURVES)
def test_nautilus_formulas(steps: list[tuple[int, int]]) -> None:
    curve = irregular(steps)
    levels = [CAPITAL, *marks(curve, lambda end: (end - 1) // DAY)]
    returns = returns_of(levels)
    mean, spread = math.fsum(returns) / len(returns), deviation(returns) if len(returns) > 1 else math.nan
    drawdown = max(1 - level / max(levels[: i + 1]) for i, level in enumerate(levels))
    annual = (levels[-1] / CAPITAL) ** (252 / len(returns)) - 1
    expected = {
        "total_return": levels[-1] / CAPITAL - 1,
        "annual_return": annual,
        "volatility": spread * math.sqrt(252),
        "sharpe": quotient(mean, spread) * math.sqrt(252),
        "sortino": quotient(mean, downside(returns, 0)) * math.sqrt(252) if len(returns) > 1 else math.nan,
        "max_drawdown": drawdown,
        "calmar": quotient(annual, drawdown),
    }
    assume(not spread < 1e-7)  # returns that are equal but for rounding
    same(values(NAUTILUS, HOUR, curve), expected)


def month(end: int) -> tuple[int, int]:
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=(end - 1) // DAY)
    return day.year, day.month


@given(CURVES)
def test_tradingview_formulas(steps: list[tuple[int, int]]) -> None:
    curve = irregular(steps)
    returns, rate, interval = returns_of([CAPITAL, *marks(curve, month)]), 0.02 / 12, "1mo"
    if len(returns) < 3:
        returns, rate, interval = returns_of([CAPITAL, *marks(curve, lambda end: (end - 1) // DAY)]), 0.02 / 365, "1d"
    expected = {"total_return": curve[-1][1] / CAPITAL - 1}
    if len(returns) >= 3:
        excess, spread = math.fsum(returns) / len(returns) - rate, deviation(returns)
        assume(spread > 1e-7)
        expected |= {"sharpe": quotient(excess, spread), "sortino": quotient(excess, downside(returns, rate))}
    same(values(TRADINGVIEW, HOUR, curve), expected)
    seen = view(TRADINGVIEW, HOUR, curve).sharpe
    assert (FFI.string(seen.interval).decode(), seen.rf, seen.periods, seen.n) == (interval, 0.02, 0, len(returns))


def test_leap_years_and_month_ends_divide_months() -> None:
    curve = [(START + (day + 1) * DAY, CAPITAL + 997 * (day * day % 11)) for day in range(4 * 366)]
    months = returns_of([CAPITAL, *marks(curve, month)])
    assert view(TRADINGVIEW, DAY, curve).sharpe.n == len(months) == 49
    assert values(TRADINGVIEW, DAY, curve)["sharpe"] == pytest.approx(
        (math.fsum(months) / 49 - 0.02 / 12) / deviation(months)
    )


@pytest.mark.parametrize("kind", [NAUTILUS, VECTORBT, BACKTESTING, TRADINGVIEW])
def test_no_bar_ruin_and_flat_curves_are_null_where_undefined(kind: int) -> None:
    assert values(kind, HOUR, []) == {}
    ruined = bars([CAPITAL, CAPITAL // 2, -5, CAPITAL, CAPITAL + 1], DAY)
    assert {"volatility", "sharpe", "sortino"} & set(values(kind, DAY, ruined)) == set()
    flat = values(kind, DAY, bars([CAPITAL] * 200, DAY))
    below_the_rate = {"sortino"} if kind == TRADINGVIEW else set()  # nothing is less than 2 % a year
    assert {"sharpe", "sortino", "calmar"} & set(flat) == below_the_rate
    assert flat["total_return"] == 0.0


def test_each_engine_carries_its_own_conventions() -> None:
    curve = bars([CAPITAL + 1000 * (i * i % 7) for i in range(24 * 120)], HOUR)
    seen = {kind: view(kind, HOUR, curve).sharpe for kind in (NAUTILUS, VECTORBT, BACKTESTING, TRADINGVIEW)}
    fields = [(FFI.string(s.interval).decode(), s.periods, s.ddof, s.rf, s.n) for s in seen.values()]
    assert fields == [
        ("1d", 252, 1, 0.0, 120),
        ("bar", 8760, 1, 0.0, 2880),
        ("1d", 365, 1, 0.0, 119),
        ("1mo", 0, 1, 0.02, 4),
    ]
    assert len({round(s.value, 6) for s in seen.values()}) == 4
