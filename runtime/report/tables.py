"""The page's tables as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import text
from .folder import Row, RunFolder

MOST_TRADES = 2_000  # in the page; the first and the last of more

_PERCENT = "percent"
_STATISTICS = [
    ("total_return", "Total return", _PERCENT),
    ("cagr", "CAGR", _PERCENT),
    ("annual_return", "Annual return", _PERCENT),
    ("volatility", "Volatility", _PERCENT),
    ("sharpe", "Sharpe ratio", ""),
    ("sortino", "Sortino ratio", ""),
    ("calmar", "Calmar ratio", ""),
    ("max_drawdown", "Max drawdown", _PERCENT),
    ("psr", "Probabilistic Sharpe ratio", _PERCENT),
    ("deflated_sharpe", "Deflated Sharpe ratio", _PERCENT),
    ("skewness", "Skewness of daily returns", ""),
    ("kurtosis", "Kurtosis of daily returns", ""),
    ("profit_factor", "Profit factor", ""),
    ("win_rate", "Win rate", _PERCENT),
    ("mean_trade", "Mean trade", "money"),
    ("mean_bars_held", "Mean bars held", ""),
    ("mean_held_ns", "Mean time held", "duration"),
    ("exposure", "Exposure", _PERCENT),
    ("turnover", "Turnover", ""),
    ("costs", "Costs, of the capital", _PERCENT),
]
# Blocks of the summary with a place of their own in the page; every other one is an assumption or a count of it.
_ELSEWHERE = {"status", "statistics", "buy_and_hold", "stats_as"}
_FIRST = ["assumptions", "simulation", "fills", "denials", "open"]


@dataclass(frozen=True)
class Cell:
    """A number and the convention it was computed by."""

    value: str
    convention: str


def headline(summary: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The few numbers that stand on top: name, value, remark."""
    own, hold = summary["statistics"], summary["buy_and_hold"]
    quote = summary["instruments"][0]["quote"]
    profit = (summary.get("simulation") or {}).get("profit")
    paths = f", {text.grouped(profit['adverse'])} to {text.grouped(profit['favourable'])} by path" if profit else ""
    held = f"buy and hold {text.percent(hold['total_return']['value'] if hold else None)}"
    return [
        ("Final equity", text.grouped(own["final_equity"]), f"{quote}, of {text.grouped(own['capital'])}"),
        ("Profit", text.grouped(own["final_equity"] - own["capital"]), f"{quote}{paths}"),
        ("Total return", text.percent(own["total_return"]["value"]), held),
        ("Sharpe ratio", text.plain(own["sharpe"]["value"]), f"above 0 with {text.percent(own['psr']['value'])}"),
        (
            "Max drawdown",
            text.percent(own["max_drawdown"]["value"]),
            f"longest {text.duration(own['max_drawdown_ns'])}",
        ),
        ("Trades", f"{own['trades']:,}", f"{text.percent(own['win_rate']['value'])} won"),
        ("Fees", text.grouped(own["fees"]), f"{quote}, {text.percent(own['costs']['value'])} of capital"),
    ]


def statistics_rows(summary: Mapping[str, Any]) -> list[tuple[str, list[Cell | None]]]:
    """Each statistic with a cell per column: the run, buy and hold, the other engine's view where there is one."""
    columns = [summary["statistics"], summary["buy_and_hold"] or {}, summary["stats_as"] or {}]
    quote = summary["instruments"][0]["quote"]
    rows = []
    for name, title, form in _STATISTICS:
        cells = [_cell(column[name], form, quote) if name in column else None for column in columns]
        if any(cells):
            rows.append((title, cells))
    for name, title in (("max_drawdown_bars", "Longest drawdown, bars"), ("max_drawdown_ns", "Longest drawdown")):
        lengths = [column.get(name) for column in columns]
        shown = [text.duration(n) if name.endswith("ns") else f"{n or 0:,}" for n in lengths]
        rows.append((title, [None if n is None else Cell(s, "bar") for n, s in zip(lengths, shown, strict=True)]))
    return rows


def _cell(statistic: Mapping[str, Any], form: str, quote: str) -> Cell:
    value = statistic["value"]
    match form:
        case "percent":
            shown = text.percent(value)
        case "money":
            shown = text.NOTHING if value is None else f"{text.grouped(value)} {quote}"
        case "duration":
            shown = text.duration(value)
        case _:
            shown = text.plain(value)
    return Cell(shown, text.convention(statistic))


def trade_rows(run: RunFolder) -> tuple[list[dict[str, Any]], int]:
    """The trades that are shown, and how many there are."""
    trades = run.trades
    if len(trades) > MOST_TRADES:
        trades = trades[: MOST_TRADES // 2] + trades[-MOST_TRADES // 2 :]
    return [_trade(row, run) for row in trades], len(run.trades)


def _trade(row: Row, run: RunFolder) -> dict[str, Any]:
    end = int(row["exit_ns"] or run.summary["period"]["end_ns"])
    net = Decimal(row["pnl"]) - Decimal(row["fees"])
    return {
        **row,
        "entry": text.instant(int(row["entry_ns"])),
        "exit": text.instant(int(row["exit_ns"])) if row["exit_ns"] else "open",
        "held_ns": end - int(row["entry_ns"]),
        "net": net,
        "shown": {name: text.exact(row[name]) for name in ("qty", "entry_price", "exit_price")},
        "net_shown": text.grouped(net),
        "fees_shown": text.grouped(Decimal(row["fees"])),
    }


def blocks(summary: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every other block of the summary: its name and its members. Nothing that the run counted is left out."""
    names = [name for name in _FIRST if name in summary]
    names += [name for name in summary if name not in names and name not in _ELSEWHERE]
    return [(name.replace("_", " "), _members(name, summary[name])) for name in names]


def _members(name: str, block: object) -> list[tuple[str, str]]:
    if not isinstance(block, Mapping):
        return [(name.replace("_", " "), text.setting(block))]
    return [(key.replace("_", " "), _member(key, value)) for key, value in block.items()] or [("none", "")]


def _member(key: str, value: object) -> str:
    """Nanoseconds as time: an instant where the number is one since 1970."""
    if isinstance(value, Mapping) and key.endswith("_ns"):
        return ", ".join(f"{name} {text.duration(ns)}" for name, ns in value.items())
    if isinstance(value, int) and not isinstance(value, bool) and key.endswith("_ns"):
        since_1970 = key in ("start_ns", "end_ns", "first_ns", "last_ns", "from_ns", "to_ns")
        return text.instant(value) if since_1970 else text.duration(value)
    return text.setting(value)
