"""The options of the simulation: what is accepted stands in the summary, what is not says what was expected."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.host import Bar, run, write_bars

BARS: list[Bar] = [(100, 101, 99, 100), (100, 110, 95, 108), (108, 109, 100, 101)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_bars(tmp_path / "bars.csv", BARS)


def summary(data: Path, *options: str) -> Any:
    done = run("stop", "backtest", f"--data=bars={data}", "--json", *options)
    assert done.code == 0, done.err
    return done.summary


def test_the_defaults_are_the_honest_ones(data: Path) -> None:
    said = summary(data)["assumptions"]
    assert (said["path"], said["fill"], said["participation"]) == ("adverse", "next_open", 0.1)
    (terms,) = said["terms"]
    assert (terms["through"], terms["half_spread"]) == (1, 0)
    assert terms["slippage"] == {"model": "none", "amount": 0.0}
    assert set(said["latency_ns"].values()) == {0}


@pytest.mark.parametrize(
    ("option", "key", "value"),
    [
        ("--path=nearest", "path", "nearest"),
        ("--fill=close", "fill", "close of the bar decided on (optimistic)"),
        ("--through=3", "through", 3),
        ("--spread=3", "half_spread", 2),
        ("--participation=off", "participation", None),
        ("--participation=2.5pct", "participation", 0.025),
        ("--participation=100%", "participation", 1.0),
        ("--slippage=2ticks", "slippage", {"model": "price units", "amount": 2}),
        ("--slippage=1.5bps", "slippage", {"model": "share of the price", "amount": 0.00015}),
        (
            "--slippage=volume:50bps",
            "slippage",
            {"model": "share of the price at a fill as large as the bar's volume", "amount": 0.005},
        ),
        ("--latency=all=5ms", "latency_ns", dict.fromkeys(("new", "replace", "cancel", "ack", "fill"), 5_000_000)),
        (
            "--latency=new=1s,fill=2us",
            "latency_ns",
            {"new": 10**9, "replace": 0, "cancel": 0, "ack": 0, "fill": 2000},
        ),
    ],
)
def test_what_was_asked_for_stands_in_the_summary(data: Path, option: str, key: str, value: object) -> None:
    said = summary(data, option)["assumptions"]
    assert (said | said["terms"][0])[key] == value


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("--path=worst", "adverse, favourable"),
        ("--path=", "adverse, favourable"),
        ("--fill=open", "next_open or close"),
        ("--through=-1", "0 or more"),
        ("--through=1.5", "whole number"),
        ("--through=99999999999999999999", "whole number"),
        ("--spread=two", "whole number"),
        ("--slippage=2", "2ticks"),
        ("--slippage=-1bps", "none"),
        ("--slippage=volume:2ticks", "volume:50bps"),
        ("--slippage=..bps", "none"),
        ("--participation=0pct", "above 0"),
        ("--participation=101pct", "100pct"),
        ("--participation=10", "10pct"),
        ("--latency=5ms", "WAY=DURATION"),
        ("--latency=new=", "WAY=DURATION"),
        ("--latency=new=5", "WAY=DURATION"),
        ("--latency=new=5ms,", "WAY=DURATION"),
        ("--latency=old=5ms", "replace, cancel"),
        ("--bounds=maybe", "on or off"),
        ("--data-hash=maybe", "on or off"),
    ],
)
def test_a_wrong_value_is_a_usage_error_that_says_what_was_expected(data: Path, option: str, word: str) -> None:
    done = run("stop", "backtest", f"--data=bars={data}", option)
    assert done.code == 2
    assert option.split("=", 1)[0] in done.err
    assert word in done.err


def test_an_option_given_twice_is_refused(data: Path) -> None:
    done = run("stop", "backtest", f"--data=bars={data}", "--path=ohlc", "--path=olhc")
    assert (done.code, "given twice" in done.err) == (2, True)


def test_without_a_volume_column_no_cap_is_set_and_that_is_counted(data: Path) -> None:
    said = summary(data)
    assert said["simulation"]["bars_without_volume_column"] == len(BARS)
    assert said["simulation"]["short_of_volume"] == 0


def test_the_profit_of_both_paths_is_given_unless_bounds_are_off(data: Path) -> None:
    both = summary(data, "--set=above=105", "--set=below=97")["simulation"]
    assert both["ambiguous_bars"] == 1
    assert both["profit"]["adverse"] < both["profit"]["favourable"]
    assert summary(data, "--bounds=off")["simulation"]["profit"] is None


def test_each_bound_is_what_a_run_under_that_path_ends_with(data: Path) -> None:
    options = ("--set=above=105", "--set=below=97")
    bounds = summary(data, *options)["simulation"]["profit"]
    for path in ("adverse", "favourable"):
        said = summary(data, *options, f"--path={path}")
        assert said["statistics"]["final_equity"] - said["options"]["capital"] == pytest.approx(bounds[path], abs=1e-9)


def test_the_hash_of_the_data_can_be_left_out(data: Path) -> None:
    assert len(summary(data)["data"]["sha256"]) == 64
    assert summary(data, "--data-hash=off")["data"]["sha256"] is None
