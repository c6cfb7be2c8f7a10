"""Puts a run into one HTML page. Equal run folder, data and packages: equal bytes; no clock and no path is in it."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.util
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from . import text
from .candles import Candles, candles
from .errors import ReportError
from .folder import RunFolder
from .months import monthly_returns
from .sample import Samples, sample
from .stops import stop_levels
from .tables import blocks, headline, statistics_rows, trade_rows

CHARTS = "lwcharts"  # the package that carries TradingView's Lightweight Charts
MOST_MARKS = 20_000  # fills and stop levels in the page, each
MOST_VISIBLE = 500  # of either; while more would be in view, none is drawn


@dataclass(frozen=True)
class Library:
    """The chart library as it goes into the page: text, licence line, version of the package."""

    script: str
    licence: str
    package: str


def render(run: RunFolder, data: Path | None) -> str:
    """The page. `data`: the file of the bars, if the user names it. Raises ReportError."""
    library = chart_library()
    drawn = candles(run, data)
    samples = sample(run, drawn)
    environment = jinja2.Environment(
        loader=jinja2.BaseLoader(),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "percent": text.percent,
        "duration": text.duration,
        "day": text.day,
        "instant": text.instant,
    }
    summary = run.summary
    shown, count = trade_rows(run)
    return environment.from_string(_asset("report.html.j2")).render(
        style=_asset("report.css"),
        script=_asset("report.js"),
        library=library,
        chart=_chart(run, drawn, samples),
        summary=summary,
        headline=headline(summary),
        statistics=statistics_rows(summary),
        years=monthly_returns(run),
        trades=shown,
        trade_count=count,
        blocks=blocks(summary),
        manifest=run.manifest,
        candles=drawn,
        group=samples.group,
        most_marks=MOST_MARKS,
        most_visible=MOST_VISIBLE,
        every=text.duration(run.every),
    )


def chart_library() -> Library:
    """Reads the library's text without importing the package, which would bring pandas with it."""
    found = importlib.util.find_spec(CHARTS)
    if found is None or not found.submodule_search_locations:
        raise ReportError(f"the package {CHARTS} is missing", "pip install 'stratc[report]'", missing=True)
    file = Path(found.submodule_search_locations[0], "vendor", "lightweight-charts.standalone.production.js")
    try:
        script = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ReportError(
            f"{CHARTS} lacks its {file.name}", "pip install --force-reinstall 'stratc[report]'"
        ) from error
    licence = script.partition("*/")[0].strip("/*! \n").replace("\n * ", "\n")
    digest = hashlib.sha256(script.encode()).hexdigest()
    package = f"{CHARTS} {importlib.metadata.version(CHARTS)}, SHA-256 of the script {digest}"
    return Library(script.replace("</script", "<\\/script"), licence.replace("@license\n", ""), package)


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _packed(values: Any) -> str:
    """Doubles as base64 of their little-endian bytes."""
    return base64.b64encode(np.asarray(values, "<f8").tobytes()).decode()


def _chart(run: RunFolder, drawn: Candles, samples: Samples) -> str:
    """What the script draws, as JSON that may stand in a <script>."""
    drawn_name = run.summary["instruments"][0]["name"]
    its_fills = [row for row in run.fills if row["instrument"] == drawn_name]
    fills, levels = its_fills[:MOST_MARKS], stop_levels(run)[:MOST_MARKS]
    columns = {
        "time": samples.starts / 1e9,
        "open": samples.open,
        "high": samples.high,
        "low": samples.low,
        "close": samples.close,
        "equity": samples.equity,
        "hold": [] if samples.hold is None else samples.hold,
        "drawdown": -100 * samples.drawdown,
        "fillBar": samples.index(_integers([row["ts_ns"] for row in fills])),
        "fillPrice": [float(row["price"]) for row in fills],
        "fillSide": [1.0 if row["side"] == "buy" else -1.0 for row in fills],
        "stopBegin": samples.index(_integers([level.begin for level in levels])),
        "stopEnd": samples.index(_integers([level.end - 1 for level in levels])),
        "stopPrice": [level.price for level in levels],
    }
    unit = str(run.summary["instruments"][0]["price_unit"])
    chart = {
        "columns": {name: _packed(values) for name, values in columns.items()},
        "whole": drawn.whole,
        "mostVisible": MOST_VISIBLE,
        "decimals": len(unit.partition(".")[2]) if "e" not in unit.lower() else 8,
        "quote": run.summary["instruments"][0]["quote"],
    }
    return json.dumps(chart, sort_keys=True).replace("<", "\\u003c")


def _integers(values: list[Any]) -> Any:
    return np.array([int(value) for value in values], np.int64)
