import { scaleLinear } from "d3-scale";
import { meanRateHz } from "../results/firing-statistics.ts";
import { spikeCount, spikePieces } from "../results/pieces.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type { PopulationRecordings, Recordings } from "../results/results.ts";
import { spikeTrains } from "../results/spike-trains.ts";
import { bottomAxis, leftAxis, turnedLabel } from "./axis.ts";
import { populationColours } from "./palette.ts";
import type { Mark } from "./phase-marks.ts";
import { element, FAINT_INK, INK, label, picture, px, RULE } from "./svg.ts";

export interface RasterOptions {
  /** Pixels of the whole picture. Default 960. */
  readonly width?: number;
  /** Pixels all bands share by population size. Default 460. */
  readonly height?: number;
  /** Roles by population name, for the colours. */
  readonly roles?: ReadonlyMap<string, PopulationRole>;
  /** Moments worth a line, such as the start of a phase. */
  readonly marks?: readonly Mark[];
}

/** Dots stand on a grid of this many steps a pixel; spikes that share a point of it are drawn once. */
const STEPS_PER_PIXEL = 4;
/** So that a population of 20 cells beside one of 4000 can still be seen. */
const SMALLEST_BAND = 24;
const BAND_GAP = 12;
const LEFT = 74;
const RIGHT = 148;
const TOP = 46;
const BOTTOM = 48;

/**
 * Raster of a run as an SVG file: one band a population, its cells upwards, one dot a spike, one path a population.
 * The same results give the same bytes.
 */
export function rasterSvg(results: Recordings, options: RasterOptions = {}): string {
  const width = options.width ?? 960;
  const plotWidth = width - LEFT - RIGHT;
  const recorded = results.populations.filter(({ spikes, size }) => spikes !== undefined && size > 0);
  const bands = layOutBands(recorded, options.height ?? 460);
  const plotHeight = bands.length === 0 ? 60 : bands.at(-1)!.top + bands.at(-1)!.height;
  const durationMs = (results.ticks * results.timestepMicros) / 1000;
  const time = scaleLinear([0, durationMs], [LEFT, LEFT + plotWidth]);
  const colours = populationColours(results.populations, options.roles);
  const title = `Spikes of ${results.networkName}, seed ${results.seed}`;
  return picture(width, TOP + plotHeight + BOTTOM, title, [
    label(LEFT, 26, results.networkName, { "font-size": 15, "font-weight": 600 }),
    label(LEFT + plotWidth, 26, `seed ${results.seed}, timestep ${results.timestepMicros / 1000} ms`, {
      "text-anchor": "end",
      fill: FAINT_INK,
    }),
    ...(bands.length === 0
      ? [label(LEFT + plotWidth / 2, TOP + 34, "no spikes were recorded", { "text-anchor": "middle" })]
      : [turnedLabel(20, TOP + plotHeight / 2, "neuron")]),
    ...bands.map((band) => bandMarkup(band, results, plotWidth, colours.get(band.population.name)!)),
    ...(options.marks ?? []).map(({ timeMs, text }) => markMarkup(time(timeMs), plotHeight, text)),
    bottomAxis(time, TOP + plotHeight, { title: "time (ms)", ticks: 10 }),
  ]);
}

interface Band {
  readonly population: PopulationRecordings;
  /** Pixels below {@link TOP}. */
  readonly top: number;
  readonly height: number;
}

/** First population at the top. */
function layOutBands(populations: readonly PopulationRecordings[], height: number): readonly Band[] {
  const cells = populations.reduce((sum, { size }) => sum + size, 0);
  let top = 0;
  return populations.map((population) => {
    const band = { population, top, height: Math.max(SMALLEST_BAND, Math.round((height * population.size) / cells)) };
    top += band.height + BAND_GAP;
    return band;
  });
}

function bandMarkup({ population, top, height }: Band, results: Recordings, plotWidth: number, colour: string): string {
  const y = TOP + top;
  const neurons = scaleLinear([0, population.size], [y + height, y]);
  const rate = meanRateHz(spikeTrains(results, population)!) ?? 0;
  const labelX = LEFT + plotWidth + 12;
  const middle = y + height / 2;
  const cells = `${population.size} ${population.size === 1 ? "cell" : "cells"}`;
  return [
    element("rect", { x: LEFT, y, width: plotWidth, height, fill: "#fafbfc", stroke: RULE }),
    element("path", {
      d: spikePath(population, results.ticks, plotWidth, height),
      transform: `translate(${LEFT} ${px(y)}) scale(${1 / STEPS_PER_PIXEL})`,
      stroke: colour,
      "stroke-width": dotDiameter(population, plotWidth, height) * STEPS_PER_PIXEL,
      "stroke-linecap": "round",
      fill: "none",
    }),
    leftAxis(neurons, LEFT, { ticks: Math.max(1, Math.floor(height / 45)), whole: true }),
    element("rect", { x: labelX, y: middle - 13, width: 4, height: 26, fill: colour }),
    label(labelX + 10, middle - 2, shortened(population.name), { "font-weight": 600 }),
    label(labelX + 10, middle + 12, `${cells}, ${rate.toFixed(1)} Hz`, { fill: FAINT_INK, "font-size": 11 }),
  ].join("");
}

/** Zero-length strokes with round ends, moving relatively: about 7 bytes a spike. */
function spikePath(population: PopulationRecordings, ticks: number, plotWidth: number, height: number): string {
  const columns = plotWidth * STEPS_PER_PIXEL;
  const rows = height * STEPS_PER_PIXEL;
  const drawn = new Uint8Array((columns + 1) * (rows + 1));
  const parts: string[] = [];
  let penX = 0;
  let penY = 0;
  for (const { tick, neuron } of spikePieces(population.spikes!)) {
    for (let i = 0; i < tick.length; i++) {
      const x = Math.round((tick[i]! / ticks) * columns);
      const y = Math.round(rows - ((neuron[i]! + 0.5) / population.size) * rows);
      const point = y * (columns + 1) + x;
      if (drawn[point] === 1) continue;
      drawn[point] = 1;
      const dy = y - penY;
      parts.push(`m${x - penX}${dy < 0 ? "" : " "}${dy}h0`);
      penX = x;
      penY = y;
    }
  }
  return parts.join("");
}

/** Dots shrink as they get denser, so that structure stays visible in a full plot. */
function dotDiameter(population: PopulationRecordings, plotWidth: number, height: number): number {
  const perPixel = spikeCount(population.spikes!) / (plotWidth * height);
  return perPixel < 0.005 ? 2.4 : perPixel < 0.05 ? 1.8 : 1.3;
}

function markMarkup(x: number, plotHeight: number, text: string): string {
  return [
    element("line", { x1: x, x2: x, y1: TOP - 4, y2: TOP + plotHeight, stroke: INK, "stroke-dasharray": "4 3" }),
    label(x, TOP - 7, text, { "text-anchor": "middle", "font-size": 11 }),
  ].join("");
}

function shortened(name: string): string {
  return name.length <= 18 ? name : `${name.slice(0, 17)}…`;
}
