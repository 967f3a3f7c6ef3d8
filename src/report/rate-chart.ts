import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { rateOverTimeHz } from "../results/population-activity.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type { Recordings } from "../results/results.ts";
import { spikeTrains } from "../results/spike-trains.ts";
import { bottomAxis, leftAxis } from "./axis.ts";
import { legend } from "./legend.ts";
import { populationColours } from "./palette.ts";
import { element, label, picture } from "./svg.ts";

export interface RateChartOptions {
  /** Pixels. Default 960 by 240. */
  readonly width?: number;
  readonly height?: number;
  /** Width of a bin in ms. Default {@link rateBinMs}. */
  readonly binMs?: number;
  readonly roles?: ReadonlyMap<string, PopulationRole>;
}

const MARGIN = { left: 74, right: 24, top: 46, bottom: 48 } as const;

/** Bins of 5 ms for runs up to 2 s, wider for longer ones so that a chart never has more than 400. */
export function rateBinMs(run: Pick<Recordings, "ticks" | "timestepMicros">): number {
  const durationMs = (run.ticks * run.timestepMicros) / 1000;
  return Math.max(5, Math.ceil(durationMs / 400));
}

/** Mean rate of a cell over time, one stepped line a population, as an SVG file. */
export function rateChartSvg(results: Recordings, options: RateChartOptions = {}): string {
  const width = options.width ?? 960;
  const height = options.height ?? 240;
  const binMs = options.binMs ?? rateBinMs(results);
  const colours = populationColours(results.populations, options.roles);
  const curves = results.populations.flatMap((population) => {
    const trains = spikeTrains(results, population);
    return trains === undefined ? [] : [{ name: population.name, rates: rateOverTimeHz(trains, binMs) }];
  });
  const highest = curves.reduce((most, { rates }) => rates.reduce((a, b) => Math.max(a, b), most), 0);
  const durationMs = (results.ticks * results.timestepMicros) / 1000;
  const time = scaleLinear([0, durationMs], [MARGIN.left, width - MARGIN.right]);
  const rate = scaleLinear([0, highest || 1], [height - MARGIN.bottom, MARGIN.top]).nice(5);
  const baseline = rate(0);
  const stepped = area<number>()
    .x((_, bin) => time(Math.min(bin * binMs, durationMs)))
    .y0(baseline)
    .y1((hz) => rate(hz))
    .curve(curveStepAfter)
    .digits(1);
  return picture(width, height, `Rates of ${results.networkName}`, [
    label(MARGIN.left, 26, `Mean rate in bins of ${binMs} ms`, { "font-size": 13, "font-weight": 600 }),
    leftAxis(rate, MARGIN.left, { title: "rate (Hz)", ticks: 5, grid: width - MARGIN.left - MARGIN.right }),
    ...curves.map(({ name, rates }) => {
      const colour = colours.get(name)!;
      // The last bin's step needs its own end.
      const d = stepped([...rates, rates.at(-1) ?? 0])!;
      return element("path", { d, fill: colour, "fill-opacity": 0.14, stroke: colour, "stroke-width": 1.2 });
    }),
    bottomAxis(time, height - MARGIN.bottom, { title: "time (ms)", ticks: 10 }),
    legend(
      curves.map(({ name }) => ({ name, colour: colours.get(name)! })),
      width - MARGIN.right,
      26,
    ),
  ]);
}
