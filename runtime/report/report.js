"use strict";
// Draws the chart from the packed columns, and lets the trade table be sorted.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const column = {};
  for (const [name, packed] of Object.entries(data.columns)) {
    column[name] = new Float64Array(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)).buffer);
  }
  const count = column.time.length;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const points = (values) => Array.from(values, (value, i) => ({ time: column.time[i], value }));

  // Fills and stop levels, drawn over the candles. Bars are numbered as they are in the columns.
  class Marks {
    attached({ chart, series, requestUpdate }) {
      Object.assign(this, { scale: chart.timeScale(), series, requestUpdate });
    }
    paneViews() {
      return [{ zOrder: () => "top", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => this.draw(scope)) }) }];
    }
    draw({ context }) {
      const visible = this.scale.getVisibleLogicalRange();
      if (!visible) return;
      const few = (begins, ends) => {
        const found = [];
        for (let i = 0; i < begins.length && found.length <= data.mostVisible; i++) {
          if (ends[i] >= visible.from - 1 && begins[i] <= visible.to + 1) found.push(i);
        }
        return found.length > data.mostVisible ? [] : found; // more would hide the prices
      };
      const x = (bar) => this.scale.logicalToCoordinate(bar);
      const half = this.scale.options().barSpacing / 2;
      context.lineWidth = 1.5;
      context.strokeStyle = colour("stop");
      context.beginPath();
      few(column.stopBegin, column.stopEnd).forEach((i) => {
        const y = this.series.priceToCoordinate(column.stopPrice[i]);
        context.moveTo(x(column.stopBegin[i]) - half, y);
        context.lineTo(x(column.stopEnd[i]) + half, y);
      });
      context.stroke();
      const fills = few(column.fillBar, column.fillBar);
      const size = Math.max(5, Math.min(10, half * 2 + 4));
      for (const side of [1, -1]) {
        context.fillStyle = colour(side > 0 ? "buy" : "sell");
        context.strokeStyle = colour("card");
        context.lineWidth = 1;
        context.beginPath();
        fills.filter((i) => column.fillSide[i] === side).forEach((i) => {
          const at = x(column.fillBar[i]);
          const y = this.series.priceToCoordinate(column.fillPrice[i]);
          context.moveTo(at, y);
          context.lineTo(at - size * 0.7, y + side * size * 1.3);
          context.lineTo(at + size * 0.7, y + side * size * 1.3);
          context.closePath();
        });
        context.stroke();
        context.fill();
      }
    }
  }

  const { createChart, CandlestickSeries, LineSeries, BaselineSeries } = LightweightCharts;
  const price = { type: "price", precision: data.decimals, minMove: 10 ** -data.decimals };
  const percent = { type: "custom", minMove: 0.01, formatter: (value) => `${value.toFixed(2)} %` };
  const money = { type: "custom", minMove: 0.01, formatter: (value) => value.toLocaleString("en-US", { maximumFractionDigits: 0 }) };
  const chart = createChart(document.getElementById("chart"), {
    autoSize: true,
    timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.001, borderVisible: false, lockVisibleTimeRangeOnResize: true },
    rightPriceScale: { borderVisible: false },
    localization: { locale: "en-GB" },
  });
  const quiet = { priceLineVisible: false, lastValueVisible: false };
  const bars = data.whole
    ? chart.addSeries(CandlestickSeries, { ...quiet, priceFormat: price }, 0)
    : chart.addSeries(LineSeries, { ...quiet, priceFormat: price, lineWidth: 1 }, 0);
  bars.setData(data.whole
    ? Array.from(column.time, (time, i) => ({ time, open: column.open[i], high: column.high[i], low: column.low[i], close: column.close[i] }))
    : points(column.close));
  bars.attachPrimitive(new Marks());
  const hold = chart.addSeries(LineSeries, { ...quiet, priceFormat: money, lineWidth: 1 }, 1);
  hold.setData(points(column.hold));
  const equity = chart.addSeries(LineSeries, { ...quiet, priceFormat: money, lineWidth: 2 }, 1);
  equity.setData(points(column.equity));
  const drawdown = chart.addSeries(BaselineSeries, { ...quiet, priceFormat: percent, lineWidth: 1, baseValue: { type: "price", price: 0 } }, 2);
  drawdown.setData(points(column.drawdown));
  chart.panes().forEach((pane, i) => pane.setStretchFactor([6, 3, 2][i]));

  const paint = () => {
    chart.applyOptions({
      layout: { background: { color: colour("card") }, textColor: colour("soft"), panes: { separatorColor: colour("line") }, attributionLogo: true },
      grid: { vertLines: { color: colour("grid") }, horzLines: { color: colour("grid") } },
    });
    const up = colour("up"), down = colour("down");
    bars.applyOptions(data.whole
      ? { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false }
      : { color: colour("soft") });
    hold.applyOptions({ color: colour("hold") });
    equity.applyOptions({ color: colour("equity") });
    const deep = colour("drawdown");
    drawdown.applyOptions({ topLineColor: deep, bottomLineColor: deep, bottomFillColor1: `${deep}18`, bottomFillColor2: `${deep}50` });
  };
  const whole = () => chart.timeScale().setVisibleLogicalRange({ from: -0.5, to: count - 0.5 });
  paint();
  whole();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  matchMedia("print").addEventListener("change", paint);
  document.getElementById("whole").addEventListener("click", whole);
  document.getElementById("hold")?.addEventListener("click", ({ currentTarget }) => {
    const shown = currentTarget.getAttribute("aria-pressed") !== "true";
    currentTarget.setAttribute("aria-pressed", shown);
    hold.applyOptions({ visible: shown });
  });
  window.report = { chart, column, whole };

  // A click on a heading sorts by it, the next one the other way round.
  const table = document.getElementById("trades");
  table?.querySelectorAll("thead th").forEach((heading, i) => heading.addEventListener("click", () => {
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const key = (row) => row.cells[i].dataset.v ?? row.cells[i].textContent;
    const order = (a, b) => (a === "" || b === "" || isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
    const rows = Array.from(table.tBodies[0].rows).sort((a, b) => (rising ? 1 : -1) * order(key(a), key(b)));
    table.tBodies[0].append(...rows);
  }));
})();
