"""Whole runs of hand-written programs: when each input comes, what fills, and what the run folder then says."""

import os
import random
import struct
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather

from stratc.runtime.logs import read_log, verify
from stratc.runtime.schemas.frames import ENUMS, MESSAGES
from tests.support.host import HOUR, T0, Bar, backtest, binary, fills, rows, run, write_bars

FLAT: Bar = (100, 101, 99, 100)
FILES = {"summary.json", "manifest.yaml", "fills.csv", "trades.csv", "equity.arrow", "strategy.log", "order.log"}


def stop(tmp_path: Path, bars: list[Bar], *, skip: tuple[int, ...] = (), **params: object) -> Path:
    """The run folder of programs/stop.c over the bars."""
    data = write_bars(tmp_path / "bars.csv", bars, skip=skip)
    settings = [f"--set={name}={value}" for name, value in params.items()]
    backtest("stop", data, "--path=direction", *settings, out=tmp_path / "run")
    return tmp_path / "run"


def frames(out: Path) -> list[dict[str, Any]]:
    """The order log with its frames decoded and times in hours."""

    def decode(frame: bytes) -> dict[str, object]:
        _, kind, _, _, seq, now, _, _ = struct.unpack_from("<HHHHQQII", frame)
        name, size, body, fields = MESSAGES[kind]
        assert size == len(frame)
        values = dict(zip((f[0] for f in fields), struct.unpack_from(body, frame, 32), strict=False))
        event = ENUMS["report"][values["event"]] if name == "report" else name
        return {**values, "seq": seq, "hour": (now - T0) / HOUR, "event": event}

    return [
        dict(r["frame"]) | {"input": r["seq"], "dir": r["kind"]}
        for r in read_log(out / "order.log", decode_frame=decode)
    ]


# ---- fills


def test_a_market_order_decided_on_a_bar_fills_at_the_next_open(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, (100.37, 101, 99, 100), FLAT])
    assert fills(out) == [(1.0, "entry", "buy", "100.37", "open")]


def test_where_time_has_a_hole_the_order_waits_for_the_next_open(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, (100.37, 101, 99, 100), FLAT], skip=(1, 2, 3))
    assert fills(out) == [(4.0, "entry", "buy", "100.37", "open")]
    assert [(f["event"], f["hour"]) for f in frames(out)][:3] == [("submit", 1.0), ("ACK", 1.0), ("FILL", 4.0)]


def test_a_stop_sent_by_a_fill_joins_the_line_of_the_same_bar(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, (100, 104, 94, 102)], below=97)
    assert fills(out) == [(1.0, "entry", "buy", "100.00", "open"), (1 + 1 / 6, "protect", "sell", "97.00", "trigger")]


def test_a_stop_beyond_which_the_market_opens_fills_at_the_open(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, (90, 91, 89, 90)], below=97)
    assert fills(out)[1] == (2.0, "protect", "sell", "90.00", "gap")


def test_a_stop_sent_inside_a_bar_sees_only_what_is_left_of_it(tmp_path: Path) -> None:
    rising = stop(tmp_path, [FLAT, (100, 110, 95, 108)], above=105, below=97)
    assert [f[1:] for f in fills(rising)] == [("entry_stop", "buy", "105.00", "trigger")]
    falling = stop(tmp_path, [FLAT, (100, 110, 95, 98)], above=105, below=100)
    assert fills(falling) == [
        (pytest.approx(1 + 1 / 6), "entry_stop", "buy", "105.00", "trigger"),
        (pytest.approx(1 + 5 / 9), "protect", "sell", "100.00", "trigger"),
    ]


def test_an_order_of_the_last_bar_never_fills_and_the_stop_takes_it_back(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, FLAT], bar=3)
    assert fills(out) == []
    assert [f["event"] for f in frames(out)] == ["submit", "ACK", "cancel", "CLOSE"]
    assert {f["hour"] for f in frames(out)} == {3.0}


# ---- timers


def test_a_timer_fires_at_its_own_time_and_its_order_fills_on_the_line(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, (100, 112, 97, 109)], hold="80min", below=90)
    assert fills(out)[1] == (pytest.approx(2 + 1 / 3), "leave", "sell", "97.00", "line")
    assert [f["event"] for f in frames(out)][-5:] == ["cancel", "submit", "CLOSE", "ACK", "FILL"]


def test_a_timer_at_the_end_of_a_bar_comes_before_it_and_meets_the_next(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, (103, 112, 97, 109)], hold="1h")
    assert fills(out)[1] == (2.0, "leave", "sell", "103.00", "open")


def test_a_timer_fires_where_no_bar_is_and_its_order_waits(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, (103, 112, 97, 109)], skip=(2, 3), hold="90min", below=90)
    assert fills(out)[1] == (4.0, "leave", "sell", "103.00", "open")
    assert next(f["hour"] for f in frames(out) if f["event"] == "CLOSE") == 2.5


def test_at_equal_time_a_fill_comes_before_a_timer(tmp_path: Path) -> None:
    # Both at 20 minutes into the bar: the stop at the low, the timer 80 minutes after the entry.
    out = stop(tmp_path, [FLAT, FLAT, (100, 112, 97, 109)], hold="80min", below=97)
    assert fills(out)[1][1:] == ("protect", "sell", "97.00", "trigger")
    assert len(fills(out)) == 2


# ---- denials


@pytest.mark.parametrize(
    ("params", "why"),
    [({"size": 10}, "RISK"), ({"size": 0}, "MIN_QTY"), ({"above": -1}, "NA"), ({"size": "1e9"}, "RANGE")],
)
def test_a_denial_returns_as_the_next_input_at_the_same_time(
    tmp_path: Path, params: dict[str, object], why: str
) -> None:
    data = write_bars(tmp_path / "bars.csv", [FLAT, FLAT])
    settings = [f"--set={name}={value}" for name, value in params.items()]
    done = backtest("stop", data, *settings, out=tmp_path / "run")
    assert done.summary["denials"] == {why: 1}
    assert done.summary["fills"]["count"] == 0
    (denial,) = frames(tmp_path / "run")
    # Inputs: 1 start, 2 the first bar, 3 the denial.
    assert (denial["event"], denial["input"], denial["hour"], denial["why"]) == (
        "DENY",
        3,
        1.0,
        ENUMS["why"].index(why),
    )


def test_a_strategy_that_never_comes_to_rest_is_stopped(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [FLAT, FLAT])
    done = run(
        "stop", "backtest", f"--data=bars={data}", "--set=size=10", "--set=again=true", "--out=run", cwd=tmp_path
    )
    assert done.code == 70
    assert "does not come to rest at 2021-01-01T01:00:00Z" in done.err
    assert not (tmp_path / "run" / "summary.json").exists()


# ---- money


def test_fees_are_rounded_up_and_pnl_is_exact(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, (100.01, 101, 99, 100), FLAT, FLAT], hold="1h", size=0.123)
    # Notional 12.30123, at 3.3333 bps 0.0041003...: 0.00411; the sale at 100.00: 12.3 -> 0.0040999... -> 0.00410.
    assert [(r["qty"], r["fee"]) for r in rows(out / "fills.csv")] == [("0.123", "0.00411"), ("0.123", "0.00410")]
    (trade,) = rows(out / "trades.csv")
    assert (trade["pnl"], trade["fees"], trade["state"]) == ("-0.00123", "0.00821", "closed")


def test_a_position_open_at_the_end_is_marked_at_the_last_close_and_listed(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [FLAT, FLAT, (100, 105, 99, 104.5)])
    done = backtest("stop", data, "--set=below=50", out=tmp_path / "run")
    assert done.summary["open"] == {
        "positions": [{"instrument": "BAS_QUO", "position": 1, "mark": 104.5}],
        "orders": [],
    }
    assert done.summary["trades"] == {"closed": 0, "open": 1}
    assert done.summary["statistics"]["unrealised"] == 4.5
    (trade,) = rows(tmp_path / "run" / "trades.csv")
    assert (trade["exit_ns"], trade["exit_price"], trade["pnl"], trade["bars"], trade["state"]) == (
        "",
        "",
        "4.50000",
        "2",
        "open",
    )


def test_a_fill_that_turns_the_position_ends_one_trade_and_begins_the_next(tmp_path: Path) -> None:
    out = stop(tmp_path, [FLAT, FLAT, (110, 111, 99, 108)], hold="1h", sell=3)
    first, second = rows(out / "trades.csv")
    assert (first["side"], first["qty"], first["pnl"], first["state"]) == ("long", "1.000", "10.00000", "closed")
    assert (second["side"], second["qty"], second["pnl"], second["state"]) == ("short", "2.000", "4.00000", "open")
    assert sum(Decimal(t["fees"]) for t in (first, second)) == sum(Decimal(r["fee"]) for r in rows(out / "fills.csv"))


# ---- the run folder


def walk(count: int, seed: int = 7) -> list[Bar]:
    """A random walk on the grid of a cent."""
    source, price, bars = random.Random(seed), 10_000, []
    for _ in range(count):
        first = price + source.randint(-20, 20)
        last = max(500, first + source.randint(-150, 150))
        high, low = max(first, last) + source.randint(0, 60), min(first, last) - source.randint(0, 60)
        bars.append((first / 100, high / 100, low / 100, last / 100))
        price = last
    return bars


def reference(bars: list[Bar], fast: int, slow: int) -> list[tuple[int, float, int, float]]:
    """The obvious loop: entry and exit bar and price of every closed trade."""
    a = b = bars[0][3]
    above, entry, found = False, None, []
    for i, bar in enumerate(bars[:-1]):
        if i > 0:
            a += 2 / (fast + 1) * (bar[3] - a)
            b += 2 / (slow + 1) * (bar[3] - b)
        before, above = above, a > b
        if i + 1 < slow:
            continue
        if above and not before and entry is None:
            entry = i + 1
        elif not above and entry is not None:
            found.append((entry, bars[entry][0], i + 1, bars[i + 1][0]))
            entry = None
    return found


def test_trades_equal_a_plain_loop(tmp_path: Path) -> None:
    bars = walk(1500)
    backtest("cross", write_bars(tmp_path / "bars.csv", bars), out=tmp_path / "run")
    closed = [t for t in rows(tmp_path / "run" / "trades.csv") if t["state"] == "closed"]
    got = [
        (
            (int(t["entry_ns"]) - T0) // HOUR,
            float(t["entry_price"]),
            (int(t["exit_ns"]) - T0) // HOUR,
            float(t["exit_price"]),
        )
        for t in closed
    ]
    assert got == reference(bars, 3, 8)
    assert len(got) > 50
    assert all(Decimal(t["pnl"]) == Decimal(t["exit_price"]) - Decimal(t["entry_price"]) for t in closed)
    assert all(int(t["bars"]) == exit_ - entry for t, (entry, _, exit_, _) in zip(closed, got, strict=True))


def test_equity_is_capital_plus_profit_minus_fees_on_every_bar(tmp_path: Path) -> None:
    bars = walk(400)
    backtest("cross", write_bars(tmp_path / "bars.csv", bars), out=tmp_path / "run")
    table = feather.read_table(tmp_path / "run" / "equity.arrow").to_pydict()
    assert table["close"] == [bar[3] for bar in bars]
    cash, lots, peak, index = Decimal(100_000), Decimal(0), Decimal(100_000), 0
    orders = rows(tmp_path / "run" / "fills.csv")
    for i, bar in enumerate(bars):
        while index < len(orders) and int(orders[index]["ts_ns"]) <= T0 + i * HOUR:
            row = orders[index]
            sign = 1 if row["side"] == "buy" else -1
            lots += sign * Decimal(row["qty"])
            cash -= sign * Decimal(row["qty"]) * Decimal(row["price"]) + Decimal(row["fee"])
            index += 1
        equity = cash + lots * Decimal(f"{bar[3]:.2f}")
        peak = max(peak, equity)
        assert table["equity"][i] == float(equity)
        assert table["position"][i] == float(lots)
        assert table["drawdown"][i] == pytest.approx(float((peak - equity) / peak), abs=1e-15)
        parts = table["realised"][i] + table["unrealised"][i] - table["fees"][i]
        assert 100_000 + parts == pytest.approx(float(equity))
    assert index == len(orders)


def test_signals_are_null_until_ready_and_bools_are_bools(tmp_path: Path) -> None:
    backtest("cross", write_bars(tmp_path / "bars.csv", walk(30)), "--dump-signals", out=tmp_path / "run")
    table = feather.read_table(tmp_path / "run" / "signals.arrow")
    assert table.column_names == ["ts_ns", "fast_ema", "slow_ema", "above"]
    assert table.schema.types == [pa.timestamp("ns", "UTC"), pa.float64(), pa.float64(), pa.bool_()]
    assert table["ts_ns"].cast(pa.int64()).to_pylist() == [T0 + (i + 1) * HOUR for i in range(30)]
    assert table["above"].to_pylist()[:7] == [None] * 7
    assert table["above"].null_count == 7
    assert table["fast_ema"].null_count == 0


def test_warm_up_bars_move_the_signals_and_nothing_else(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", walk(300))
    whole = backtest("cross", data, "--dump-signals", out=tmp_path / "whole")
    part = backtest("cross", data, "--dump-signals", "--from=2021-01-05", "--warmup=96", out=tmp_path / "part")
    since = T0 + 96 * HOUR
    signals = [feather.read_table(tmp_path / name / "signals.arrow") for name in ("whole", "part")]
    assert signals[0].slice(96).to_pylist() == signals[1].to_pylist()
    assert all(int(r["ts_ns"]) > since for r in rows(tmp_path / "part" / "fills.csv"))
    assert part.summary["period"]["start_ns"] == since
    assert part.summary["period"]["bars"] == 204
    assert part.summary["period"]["warmup_bars"] == 96
    assert part.summary["statistics"]["bars"] == 204
    assert whole.summary["period"]["warmup_bars"] == 0


def test_from_and_to_take_text_and_nanoseconds_alike(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", walk(100))
    text = backtest("cross", data, "--from=2021-01-02", "--to=2021-01-03T12:00", out=tmp_path / "text")
    number = backtest("cross", data, f"--from={T0 + 24 * HOUR}", f"--to={T0 + 60 * HOUR}", out=tmp_path / "number")
    assert text.out == number.out
    assert text.summary["period"]["bars"] == 36


def test_frames_are_numbered_without_gaps_and_the_logs_verify(tmp_path: Path) -> None:
    backtest("cross", write_bars(tmp_path / "bars.csv", walk(300)), out=tmp_path / "run")
    for direction in ("IN", "OUT"):
        numbers = [f["seq"] for f in frames(tmp_path / "run") if f["dir"] == direction]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers
    inputs = [f["input"] for f in frames(tmp_path / "run")]
    assert inputs == sorted(inputs)
    assert all(verify(tmp_path / "run" / name).finished for name in ("strategy.log", "order.log"))


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", walk(500))
    (tmp_path / "elsewhere").mkdir()
    copy = tmp_path / "elsewhere" / "bars.csv"
    copy.write_bytes(data.read_bytes())
    backtest("cross", data, "--dump-signals", out=tmp_path / "one")
    command = [binary("cross", sanitize=False), "backtest", f"--data=bars={copy}", "--out=two", "--dump-signals"]
    environment = {**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    assert {p.name for p in (tmp_path / "one").iterdir()} == FILES | {"signals.arrow"}
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_without_a_run_folder_nothing_is_written(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", walk(50))
    done = run("cross", "backtest", f"--data=bars={data}", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "final equity" in done.out
    assert list(tmp_path.iterdir()) == [data]


def test_the_table_reads_as_documented(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [FLAT, FLAT, (100, 105, 99, 104.5)])
    done = run("stop", "backtest", f"--data=bars={data}")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert ["capital", "100000.00", "QUO"] in lines
    assert ["open", "position", "1.000", "BAS", "marked", "at", "104.50", "QUO"] in lines
    assert ["Sharpe", "-", "per", "1d,", "n", "0,", "x", "sqrt(365),", "ddof", "1,", "rf", "0"] in lines
