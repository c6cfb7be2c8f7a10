"""Backtests of several instruments: each is filled along its own bars, and what does not depend on each other adds up."""

import csv
import json
import random
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather

from tests.support.runs import run_stratc

HOUR = 3_600 * 10**9
T0 = 1_609_459_200 * 10**9
ASSETS = ("BTC", "ETH")
OF = {"BTC": ("0.1", "0.001", 500.0), "ETH": ("0.01", "0.01", 20.0)}  # tick, lot, and the price it starts from

SIZES = {"BTC": ("0.5", "4"), "ETH": ("7.5", "0.15")}  # of an order, and how far from the close it rests
INSTRUMENT = """
  instrument {A}_USD: perp(venue = "paper", base = {A}, quote = USD, tick = {tick} USD, lot = {lot} {A}, allow = BOTH,
                           taker_fee = 7bps);"""
FEED = """
  feed {a}: ohlcv({A}_USD, every = 1h);"""
ORDERS = """
  order buy_{a}  on {A}_USD {{ side = BUY;  kind = LIMIT; qty = {size} {A}; price = {a}.close - {gap} USD; tif = GTD; expires = 2h; }}
  order cover_{a} on {A}_USD {{ side = BUY;  kind = STOP; qty = {size} {A}; trigger = {a}.close + {gap} USD; tif = GTD; expires = 90min; }}
  order sell_{a} on {A}_USD {{ side = SELL; kind = LIMIT; qty = {size} {A}; price = {a}.close + {gap} USD; tif = GTD; expires = 150min; }}
  order dump_{a} on {A}_USD {{ side = SELL; kind = MARKET; qty = {size} {A}; }}"""
STRATEGY = """strategy CLOCKWORK "Orders by the clock" {{{instruments}
  account {{ capital = 1_000_000 USD; leverage = 10; }}{feeds}
  risk {{ bound exposure <= {limit} USD else reject; }}{orders}
  machine {{
    initial state IDLE {{ when warm -> FIRST; }}
    state FIRST  {{ after 3h -> SECOND do {enter}; on closed do notify("over"); on denied do notify("refused"); }}
    state SECOND {{ after 2h -> THIRD do {leave}; on closed do notify("over"); on denied do notify("refused"); }}
    state THIRD  {{ after 4h -> FIRST do {end}; on closed do notify("over"); on denied do notify("refused"); }}
  }}
}}
"""


def strategy(assets: tuple[str, ...], limit: str = "1_000_000", traded: tuple[str, ...] | None = None) -> str:
    """Sends orders on every asset that is traded by the clock alone, so that none depends on another's fills."""
    traded = assets if traded is None else traded

    def each(template: str, of: tuple[str, ...]) -> str:
        parts = (dict(zip(("tick", "lot", "size", "gap"), (*OF[A][:2], *SIZES[A]), strict=True)) | {"A": A} for A in of)
        return "".join(template.format(a=part["A"].lower(), **part) for part in parts)

    def submits(*verbs: str) -> str:
        return ", ".join(f"submit({verb}_{a.lower()})" for a in traded for verb in verbs)

    return STRATEGY.format(
        instruments=each(INSTRUMENT, assets), feeds=each(FEED, assets), orders=each(ORDERS, traded), limit=limit,
        enter=submits("buy", "cover"), leave=submits("sell"), end=submits("dump"),
    )  # fmt: skip


def bars(asset: str, count: int, skip: frozenset[int] = frozenset(), seed: int = 1) -> dict[str, list[Any]]:
    chance, tick = random.Random(f"{asset} {seed}"), float(OF[asset][0])
    price = OF[asset][2]
    table: dict[str, list[Any]] = {n: [] for n in ("ts_event", "open", "high", "low", "close", "volume")}
    for hour in range(count):
        moves = [round(price * chance.uniform(-0.015, 0.015) / tick) * tick for _ in range(3)]
        opened = price + moves[0] * chance.choice((0, 0, 1))
        close = price + moves[1]
        high = max(opened, close) + abs(moves[2])
        low = min(opened, close) - abs(moves[2])
        price = close
        if hour in skip:
            continue
        row = (T0 + hour * HOUR, *(round(x / tick) * tick for x in (opened, high, low, close)), 1e6)
        for column, value in zip(table.values(), row, strict=True):
            column.append(round(value, 6) if isinstance(value, float) else value)
    return table


def write(folder: Path, asset: str, count: int, **more: Any) -> Path:
    path = folder / f"{asset}{len(list(folder.iterdir()))}.arrow"
    feather.write_feather(pa.table(bars(asset, count, **more)), str(path), compression="uncompressed")
    return path


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, found = tmp_path_factory.mktemp("built"), {}
    texts = {
        "both": strategy(ASSETS), "other_order": strategy(ASSETS[::-1]), "BTC": strategy(("BTC",)), "ETH": strategy(("ETH",)),
        "ETH_beside": strategy(ASSETS, traded=("ETH",)), "limited": strategy(ASSETS, limit="380"),
    }  # fmt: skip
    for name, text in texts.items():
        source = folder / f"{name.lower()}.strat"
        source.write_text(text)
        run_stratc("build", str(source), "--out", str(folder / name), cwd=folder)
        found[name] = folder / name / name.lower()
    return found


def run(binary: Path, data: dict[str, Path], out: Path, *options: str) -> dict[str, Any]:
    given = [part for asset, path in data.items() for part in ("--data", f"{asset.lower()}={path}")]
    command = [str(binary), "backtest", *given, "--out", str(out), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(json.loads(done.stdout, parse_float=Decimal))


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(newline="") as file:
        return list(csv.DictReader(file))


def told(out: Path, name: str, asset: str, *without: str) -> list[dict[str, str]]:
    """The rows about one asset, without what numbers them over all."""
    every = (row for row in rows(out, name) if row["instrument"] == f"{asset}_USD")
    return [{key: value for key, value in row.items() if key not in without} for row in every]


GAPS = {"BTC": frozenset({50, 51, 52, 120}), "ETH": frozenset({52, 53, 200})}
OPTIONS = (
    (),
    ("--path", "favourable"),
    ("--path", "nearest", "--through", "0"),
    ("--latency", "all=900ms"),
    ("--slippage", "3ticks", "--spread", "2", "--participation", "off"),
    ("--fill", "close"),
)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: " ".join(o) or "defaults")
@pytest.mark.parametrize("gaps", [False, True])
def test_orders_that_depend_on_nothing_else_add_up(
    binaries: dict[str, Path], tmp_path: Path, options: tuple[str, ...], gaps: bool
) -> None:
    """Fills and trades of two instruments in one run are those of a run of each, and so is the profit."""
    skip = GAPS if gaps else dict.fromkeys(ASSETS, frozenset())
    data = {asset: write(tmp_path, asset, 300, skip=skip[asset]) for asset in ASSETS}
    whole = run(binaries["both"], data, tmp_path / "both", *options)
    profit = Decimal(0)
    for asset in ASSETS:
        alone = run(binaries[asset], {asset: data[asset]}, tmp_path / asset, *options)
        profit += alone["statistics"]["final_equity"] - 1_000_000
        if not gaps:  # a bar that only the other has sets the clock of both
            for name, without in (("fills.csv", ("order_id",)), ("trades.csv", ("number",))):
                assert told(tmp_path / "both", name, asset, *without) == told(tmp_path / asset, name, asset, *without)
    assert len(rows(tmp_path / "both", "fills.csv")) > 60
    if not gaps:
        assert whole["statistics"]["final_equity"] - 1_000_000 == profit


def test_the_order_of_declaration_changes_only_the_numbers_of_orders(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = {asset: write(tmp_path, asset, 300) for asset in ASSETS}
    one, two = (run(binaries[name], data, tmp_path / name) for name in ("both", "other_order"))
    for asset in ASSETS:
        first, second = (told(tmp_path / n, "fills.csv", asset, "order_id") for n in ("both", "other_order"))
        assert first == second
    assert one["statistics"]["final_equity"] == two["statistics"]["final_equity"]


def test_an_instrument_that_is_not_traded_changes_nothing(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = {asset: write(tmp_path, asset, 300) for asset in ASSETS}
    run(binaries["ETH_beside"], data, tmp_path / "beside")
    run(binaries["ETH"], {"ETH": data["ETH"]}, tmp_path / "alone")
    for name in ("fills.csv", "trades.csv"):
        assert told(tmp_path / "beside", name, "ETH", "order_id") == told(tmp_path / "alone", name, "ETH", "order_id")
    equity = [feather.read_table(tmp_path / n / "equity.arrow")["equity"] for n in ("beside", "alone")]
    assert equity[0] == equity[1]


def test_nothing_is_filled_where_its_instrument_has_no_bar(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = {asset: write(tmp_path, asset, 300, skip=GAPS[asset]) for asset in ASSETS}
    run(binaries["both"], data, tmp_path / "run")
    for row in rows(tmp_path / "run", "fills.csv"):
        asset, hour = row["instrument"][:3], (int(row["ts_ns"]) - T0 - 1) // HOUR
        covered = hour not in GAPS[asset] or (int(row["ts_ns"]) - T0) % HOUR == 0
        assert covered, row


def test_a_bound_of_the_account_counts_every_instrument(binaries: dict[str, Path], tmp_path: Path) -> None:
    """0.5 BTC are worth about 250 USD, 7.5 ETH about 150: both fit alone, together they do not."""
    data = {asset: write(tmp_path, asset, 60) for asset in ASSETS}
    summary = run(binaries["limited"], data, tmp_path / "run")
    assert summary["denials"]["RISK"] > 3
    held = dict.fromkeys(ASSETS, Decimal(0))
    prices = {a: feather.read_table(p).to_pydict() for a, p in data.items()}
    for row in rows(tmp_path / "run", "fills.csv"):
        asset = row["instrument"][:3]
        held[asset] += Decimal(row["qty"]) * (1 if row["side"] == "buy" else -1)
        hour = min((int(row["ts_ns"]) - T0) // HOUR, 59)
        gross = sum(abs(float(held[a])) * prices[a]["high"][hour] for a in ASSETS)
        assert gross < 380 * 1.1, row  # prices may move on after the order was sent


def test_the_account_of_several_instruments_is_in_the_files(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = {asset: write(tmp_path, asset, 100) for asset in ASSETS}
    summary = run(binaries["both"], data, tmp_path / "run")
    equity = feather.read_table(tmp_path / "run" / "equity.arrow")
    assert equity.column_names[6:] == ["position_BTC_USD", "close_BTC_USD", "position_ETH_USD", "close_ETH_USD"]
    assert [of["name"] for of in summary["instruments"]] == ["BTC_USD", "ETH_USD"]
    last = equity.slice(len(equity) - 1).to_pylist()[0]
    for position in summary["open"]["positions"]:
        name = position["instrument"]
        assert (float(position["position"]), float(position["mark"])) == (
            last[f"position_{name}"],
            last[f"close_{name}"],
        )
    cash = Decimal(1_000_000)
    for row in rows(tmp_path / "run", "fills.csv"):
        paid = Decimal(row["price"]) * Decimal(row["qty"])
        cash += (-paid if row["side"] == "buy" else paid) - Decimal(row["fee"])
    worth = sum(Decimal(str(last[f"position_{a}_USD"])) * Decimal(str(last[f"close_{a}_USD"])) for a in ASSETS)
    assert abs(cash + worth - summary["statistics"]["final_equity"]) < Decimal("0.0001")


def test_two_runs_give_the_same_bytes(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = {asset: write(tmp_path, asset, 300, skip=GAPS[asset]) for asset in ASSETS}
    for name in ("one", "two"):
        run(binaries["both"], data, tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_every_feed_needs_its_file(binaries: dict[str, Path], tmp_path: Path) -> None:
    data = write(tmp_path, "BTC", 30)
    command = [str(binaries["both"]), "backtest", "--data", f"btc={data}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "eth" in done.stderr
