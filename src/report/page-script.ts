/**
 * What runs in the report page: decodes the recordings and draws them with uPlot (global `uPlot`), zoomed together.
 *
 * Plain JavaScript as text, since it goes into the page as it stands. Data: element `run-data`, see `page-data.ts`.
 */
export const PAGE_SCRIPT: string = `"use strict";
(() => {
  const data = JSON.parse(document.getElementById("run-data").textContent);
  const ARRAYS = { Uint8: Uint8Array, Uint16: Uint16Array, Uint32: Uint32Array, Float32: Float32Array };
  const unpack = ({ type, base64 }) => new ARRAYS[type](Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
  const charts = [];
  const AXIS = { stroke: "#61707f", grid: { stroke: "#e6ebf0", width: 1 }, ticks: { stroke: "#c3ccd5", width: 1 } };
  const FONT = "11px system-ui, sans-serif";
  const widthOf = (element) => Math.max(320, element.clientWidth);

  /** The same stretch of time in all charts. */
  let following = false;
  const followTime = (chart, scale) => {
    if (scale !== "x" || following) return;
    following = true;
    const { min, max } = chart.scales.x;
    for (const other of charts) if (other !== chart) other.setScale("x", { min, max });
    following = false;
  };

  /** Dashed lines with words at the moments worth one. */
  const paintMarks = ({ ctx, bbox, scales, valToPos }) => {
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = "#1f2933";
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.font = 11 * ratio + "px system-ui, sans-serif";
    ctx.textAlign = "center";
    for (const { timeMs, text } of data.marks) {
      if (timeMs < scales.x.min || timeMs > scales.x.max) continue;
      const x = valToPos(timeMs, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(text, x, bbox.top - 3 * ratio);
    }
    ctx.restore();
  };

  const common = (element, height) => ({
    width: widthOf(element),
    height,
    cursor: { sync: { key: "time" }, drag: { x: true, y: true, uni: 24 }, points: { show: false } },
    scales: { x: { time: false } },
    hooks: { setScale: [followTime], draw: [paintMarks] },
  });
  const timeAxis = {
    ...AXIS,
    font: FONT,
    label: "time (ms)",
    labelSize: 18,
    size: 34,
    values: (_, times) => times.map((ms) => String(Math.round(ms * 1000) / 1000)),
  };

  const show = (element, options, values) => {
    const chart = new uPlot(options, values, element);
    charts.push(chart);
    new ResizeObserver(() => {
      if (chart.width !== widthOf(element)) chart.setSize({ width: widthOf(element), height: chart.height });
    }).observe(element);
    return chart;
  };

  const drawRaster = (element) => {
    const cells = data.rasters.reduce((sum, { size }) => sum + size, 0);
    // A band of rows a population, the first on top; small ones get room to be seen.
    let next = 0;
    const bands = data.rasters.toReversed().map((raster) => {
      const rows = Math.max(raster.size, cells * 0.05);
      const steps = unpack(raster.tickSteps);
      const time = new Float64Array(steps.length);
      let tick = 0;
      steps.forEach((step, i) => {
        tick += step;
        time[i] = tick * data.timestepMs;
      });
      const band = { ...raster, first: next, rows, rowsPerCell: rows / raster.size, time, neuron: unpack(raster.neurons) };
      next += rows + cells * 0.012;
      return band;
    });
    const top = next;
    const bandAt = (row) => bands.find(({ first, rows }) => row >= first && row < first + rows);
    const cellText = (row) => {
      const band = bandAt(row);
      return band ? band.name + "[" + Math.floor((row - band.first) / band.rowsPerCell) + "]" : "";
    };
    /** Hands each band's lower and upper edge on the canvas to a painter that cannot leave the plot. */
    const paintBands = (painter) => (chart) => {
      const { ctx, bbox } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const band of bands) {
        painter(chart, band, chart.valToPos(band.first, "y", true), chart.valToPos(band.first + band.rows, "y", true));
      }
      ctx.restore();
    };
    const paintBackground = ({ ctx, bbox }, _band, y0, y1) => {
      ctx.fillStyle = "#fafbfc";
      ctx.fillRect(bbox.left, y1, bbox.width, y0 - y1);
    };
    const paintSpikes = ({ ctx, bbox, scales }, band, y0, y1) => {
      const ratio = uPlot.pxRatio;
      const { min, max } = scales.x;
      const perCell = (y0 - y1) / band.size;
      const shown = lowerBound(band.time, max, true) - lowerBound(band.time, min, false);
      const density = shown / Math.max(1, (bbox.width * Math.abs(y0 - y1)) / (ratio * ratio));
      const dot = ratio * Math.max(density > 0.05 ? 1.2 : density > 0.005 ? 1.8 : 2.6, Math.min(4, perCell / ratio * 0.6));
      ctx.fillStyle = band.colour;
      const perMs = bbox.width / (max - min);
      for (let i = lowerBound(band.time, min, false); i < band.time.length && band.time[i] <= max; i++) {
        const x = bbox.left + (band.time[i] - min) * perMs;
        ctx.fillRect(x - dot / 2, y0 - (band.neuron[i] + 0.5) * perCell - dot / 2, dot, dot);
      }
    };
    const note = document.getElementById("raster-cell");
    const point = (chart) => {
      const { left, top } = chart.cursor;
      const inside = left >= 0 && top >= 0;
      note.textContent = inside
        ? cellText(chart.posToVal(top, "y")) + " at " + chart.posToVal(left, "x").toFixed(1) + " ms"
        : "";
    };
    const base = common(element, Math.min(620, 180 + 60 * bands.length + cells * 0.16));
    const options = {
      ...base,
      legend: { show: false },
      scales: { ...base.scales, y: { auto: false, min: 0, max: top, range: (_, min, max) => [min, max] } },
      hooks: {
        ...base.hooks,
        drawClear: [paintBands(paintBackground)],
        draw: [paintBands(paintSpikes), paintMarks],
        setCursor: [point],
      },
      axes: [
        timeAxis,
        {
          ...AXIS,
          grid: { show: false },
          font: FONT,
          size: 112,
          splits: (chart, _axis, min, max) => {
            const pixels = chart.bbox.height / uPlot.pxRatio / (max - min);
            return bands.flatMap(({ first, rows, size, rowsPerCell }) => {
              const wanted = Math.max(1, Math.floor((Math.min(max, first + rows) - Math.max(min, first)) * pixels / 38));
              const rough = Math.max(1, Math.min(size, (max - min) / rowsPerCell) / wanted);
              const decade = 10 ** Math.floor(Math.log10(rough));
              const step = decade * [1, 2, 5, 10].find((factor) => factor * decade >= rough);
              const values = [];
              for (let cell = 0; cell < size; cell += step) values.push(first + (cell + 0.5) * rowsPerCell);
              return values.filter((row) => row >= min && row <= max);
            });
          },
          values: (_, rows) => rows.map(cellText),
        },
      ],
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
    };
    const chart = show(element, options, [[0, data.durationMs], [0, top]]);
    chart.over.addEventListener("dblclick", () => chart.setScale("y", { min: 0, max: top }));
  };

  /** Index of the first time not below (or, with after, above) a bound. */
  const lowerBound = (times, bound, after) => {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (after ? times[middle] <= bound : times[middle] < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const drawCurves = (element, { title, unit, stepMs, curves, stepped, height }) => {
    const values = curves.map((curve) => Array.from(unpack(curve.values)));
    const length = Math.max(0, ...values.map((list) => list.length));
    const time = Array.from({ length }, (_, i) => i * stepMs);
    if (stepped && length > 0) {
      time.push(data.durationMs);
      for (const list of values) list.push(list[list.length - 1]);
    }
    const base = common(element, height);
    show(
      element,
      {
        ...base,
        legend: { show: true, live: true },
        axes: [timeAxis, { ...AXIS, font: FONT, size: 94, label: title + " (" + unit + ")", labelSize: 18 }],
        series: [
          { label: "ms", value: (_, ms) => (ms === null ? "" : ms.toFixed(1)) },
          ...curves.map(({ name, colour, thin }) => ({
            label: name,
            stroke: thin ? colour + "88" : colour,
            fill: stepped ? colour + "22" : undefined,
            width: thin ? 0.8 : 1.6,
            points: { show: false },
            paths: stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
            value: (_, value) => (value === null || value === undefined ? "" : value.toPrecision(4)),
          })),
        ],
      },
      [time, ...values],
    );
  };

  const raster = document.getElementById("raster");
  if (raster !== null && data.rasters.length > 0) drawRaster(raster);
  const rates = document.getElementById("rates");
  if (rates !== null && data.rates.curves.length > 0) {
    drawCurves(rates, { title: "rate", unit: "Hz", stepMs: data.rates.binMs, curves: data.rates.curves, stepped: true, height: 220 });
  }
  data.traces.forEach((traces, index) => {
    const element = document.getElementById("traces-" + index);
    drawCurves(element, { title: traces.variable, unit: traces.unit, stepMs: traces.stepMs, curves: traces.curves, height: 240 });
  });
})();
`;
