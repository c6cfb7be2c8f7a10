"""`stratc report` in a real browser: nothing fails, nothing is fetched, all of the run is in view."""

import json
from pathlib import Path

import pytest

from stratc.runtime.report.folder import RunFolder, read
from stratc.runtime.report.page import render
from tests.support.browser import Browser
from tests.support.runs import CROSS, YEAR, backtest

pytestmark = pytest.mark.browser
SETTLED = "new Promise(done => setTimeout(() => requestAnimationFrame(() => done(true)), 100))"
BUYS = """(() => {
  const canvas = report.chart.takeScreenshot(true), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) count += pixels[i] === 0x1f && pixels[i + 1] === 0x5f && pixels[i + 2] === 0xd0;
  return count;
})()"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    stops = Path(__file__).with_name("stops.strat")
    return read(backtest(stops, tmp_path_factory.mktemp("page") / "run", "--stats-as", "vectorbt", "--trials", "7"))


@pytest.fixture(scope="module")
def page(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(run, YEAR), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_without_error_or_request_and_shows_the_whole_run(
    run: RunFolder, page: Path, tmp_path: Path, scheme: str
) -> None:
    with Browser() as browser:
        browser.prefer(scheme)
        browser.open(page)
        browser.evaluate(SETTLED)
        visible = browser.evaluate("report.chart.timeScale().getVisibleRange()")
        panes = browser.evaluate("report.chart.panes().map(pane => pane.getSeries().length)")
        paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        browser.screenshot(tmp_path / "page.png")
        browser.print(tmp_path / "page.pdf")
    assert (browser.errors, browser.requests) == ([], [])
    first, last = (int(end - run.every) // 10**9 for end in (run.ends[0], run.ends[-1]))
    assert visible == {"from": first, "to": last}
    assert panes == [1, 2, 1]
    assert paper == {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 23, 27)"}[scheme]
    assert (tmp_path / "page.png").stat().st_size > 100_000  # an empty chart is a tenth of it
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_every_candle_of_the_chart_is_a_bar_of_the_run(run: RunFolder, page: Path) -> None:
    with Browser() as browser:
        browser.open(page)
        bars = browser.evaluate("report.chart.panes()[0].getSeries()[0].data().map(b => [b.time, b.close])")
        equity = browser.evaluate("Array.from(report.column.equity)")
    assert bars == [[(end - run.every) / 1e9, close] for end, close in zip(run.ends.tolist(), run.close, strict=True)]
    assert equity == run.equity.tolist()


def test_fills_are_drawn_and_give_way_when_too_many_are_in_view(page: Path) -> None:
    with Browser() as browser:
        browser.prefer("light")
        browser.open(page)
        browser.evaluate(SETTLED)
        drawn = browser.evaluate(BUYS)
        browser.evaluate("report.chart.timeScale().setVisibleLogicalRange({ from: 0, to: 20 })")
        browser.evaluate(SETTLED)
        before_the_first = browser.evaluate(BUYS)
        crowded = json.dumps({"mostVisible": 10})
        source = page.read_text(encoding="utf-8").replace('"mostVisible": 500', crowded[1:-1])
        page.with_name("crowded.html").write_text(source, encoding="utf-8")
        browser.open(page.with_name("crowded.html"))
        browser.evaluate(SETTLED)
        hidden = browser.evaluate(BUYS)
    assert drawn > 100
    assert before_the_first == hidden == 0
    assert browser.errors == []


def test_headings_sort_the_trades_and_the_legend_hides_holding(run: RunFolder, page: Path) -> None:
    nets = "Array.from(document.querySelectorAll('#trades tbody tr'), row => Number(row.cells[10].dataset.v))"
    heading = "document.querySelectorAll('#trades thead button')[10].click()"
    with Browser() as browser:
        browser.open(page)
        by_time = browser.evaluate(nets)
        browser.evaluate(heading)
        rising = browser.evaluate(nets)
        browser.evaluate(heading)
        falling = browser.evaluate(nets)
        browser.evaluate("document.getElementById('hold').click()")
        shown = browser.evaluate("report.chart.panes()[1].getSeries().map(s => s.options().visible)")
    assert len(by_time) == len(run.trades)
    assert (rising, falling) == (sorted(by_time), sorted(by_time, reverse=True))
    assert rising != by_time
    assert shown == [False, True]


def test_a_page_without_candles_draws_closes(tmp_path: Path) -> None:
    folder = backtest(CROSS, tmp_path / "run", "--from", "2021-03-01", "--to", "2021-03-02")
    run = read(folder)
    run.summary["data"]["file"] = "nowhere.arrow"
    (tmp_path / "report.html").write_text(render(run, None), encoding="utf-8")
    with Browser() as browser:
        browser.open(tmp_path / "report.html")
        kinds = browser.evaluate("report.chart.panes()[0].getSeries().map(s => s.seriesType())")
        note = browser.evaluate("document.querySelector('.note').textContent")
        trades = browser.evaluate("document.body.textContent.includes('No trade was made.')")
    assert (kinds, browser.errors, trades) == (["Line"], [], not run.trades)
    assert "nowhere.arrow was not found; --data bars=FILE draws candles" in note
