import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { spikeCounts } from "../results/firing-statistics.ts";
import { sampleCount } from "../results/pieces.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type { Recordings, Signal, SignalSeries } from "../results/results.ts";
import { type SignalRange, signalHistogram, signalRange } from "../results/signal-statistics.ts";
import { spikeTrains } from "../results/spike-trains.ts";
import { bottomAxis, leftAxis } from "./axis.ts";
import { legend } from "./legend.ts";
import { populationColours } from "./palette.ts";
import { element, FAINT_INK, label, picture } from "./svg.ts";

export interface HistogramOptions {
  /** Pixels. Default 470 by 280. */
  readonly width?: number;
  readonly height?: number;
  /** Default 100. */
  readonly bins?: number;
  /** Ends of the axis in the variable's unit. Default: see {@link signalHistogramSvg}. */
  readonly domain?: readonly [low: number, high: number];
  readonly roles?: ReadonlyMap<string, PopulationRole>;
}

const MARGIN = { left: 64, right: 18, top: 62, bottom: 48 } as const;
const DEFAULT_BINS = 100;

/** Variables that at least one population recorded, in the order they first appear. */
export function recordedVariables(results: Recordings): readonly string[] {
  return [...new Set(results.populations.flatMap(({ signals }) => signals.map(({ variable }) => variable)))];
}

/**
 * Histogram of a recorded variable over all its cells and samples, one outline a population, as an SVG file. Heights
 * are shares of the population's samples per bin, so that populations of any size compare. Rare extremes, one sample
 * in a thousand at each end, may lie beyond the axis; the title then says so.
 */
export function signalHistogramSvg(results: Recordings, variable: string, options: HistogramOptions = {}): string {
  const recorded = results.populations.flatMap(({ name, signals }) => {
    const signal = signals.find((candidate) => candidate.variable === variable);
    const range = signal && signalRange(signal);
    return signal === undefined || range === undefined ? [] : [{ name, signal, range }];
  });
  const domain = options.domain ?? usualRange(recorded);
  const bins = options.bins ?? DEFAULT_BINS;
  const outlines = recorded.map(({ name, signal }) => ({ name, shares: sharesOf(signal, domain, bins) }));
  const unit = recorded[0]?.signal.unit ?? "";
  const beyond = recorded.some(({ range }) => range.min < domain[0] || range.max > domain[1]);
  const title = `${variable} of all cells and samples${beyond ? ", extremes left out" : ""}`;
  return histogramSvg(results, title, `${variable} (${unit})`, {
    ...options,
    domain,
    outlines,
    share: "share of samples",
  });
}

/** Histogram of the cells' spike counts, one outline a population, as an SVG file. */
export function spikeCountHistogramSvg(results: Recordings, options: HistogramOptions = {}): string {
  const recorded = results.populations.flatMap((population) => {
    const trains = spikeTrains(results, population);
    return trains === undefined || population.cellType.startsWith("SpikeSource")
      ? []
      : [{ name: population.name, counts: spikeCounts(trains) }];
  });
  const most = recorded.reduce((top, { counts }) => counts.reduce((a, b) => Math.max(a, b), top), 0);
  const binWidth = Math.max(1, Math.ceil((most + 1) / (options.bins ?? DEFAULT_BINS)));
  const bins = Math.max(1, Math.ceil((most + 1) / binWidth));
  const outlines = recorded.map(({ name, counts }) => {
    const shares = new Float64Array(bins);
    for (const count of counts) shares[Math.floor(count / binWidth)]! += 1 / counts.length;
    return { name, shares };
  });
  const title = `Spikes of each cell${binWidth === 1 ? "" : ` in bins of ${binWidth}`}`;
  const domain = [0, bins * binWidth] as const;
  return histogramSvg(results, title, "spikes", { ...options, domain, outlines, share: "share of cells" });
}

interface Outlines extends HistogramOptions {
  readonly domain: readonly [number, number];
  /** Share of each bin; bins are equal and cover the domain. */
  readonly outlines: readonly { readonly name: string; readonly shares: Float64Array }[];
  /** What a height is a share of. */
  readonly share: string;
}

function histogramSvg(results: Recordings, title: string, xTitle: string, options: Outlines): string {
  const { outlines, domain } = options;
  const width = options.width ?? 470;
  const height = options.height ?? 280;
  const colours = populationColours(results.populations, options.roles);
  const highest = outlines.reduce((most, { shares }) => shares.reduce((a, b) => Math.max(a, b), most), 0);
  const value = scaleLinear(domain, [MARGIN.left, width - MARGIN.right]);
  const share = scaleLinear([0, highest || 1], [height - MARGIN.bottom, MARGIN.top]).nice(4);
  const empty = label(width / 2, height / 2, "nothing recorded", { "text-anchor": "middle", fill: FAINT_INK });
  return picture(width, height, `${title}, ${results.networkName}`, [
    label(14, 22, title, { "font-size": 13, "font-weight": 600 }),
    legend(
      outlines.map(({ name }) => ({ name, colour: colours.get(name)! })),
      width - MARGIN.right,
      44,
    ),
    leftAxis(share, MARGIN.left, { title: options.share, ticks: 4, grid: width - MARGIN.left - MARGIN.right }, 50),
    ...(outlines.length === 0 ? [empty] : []),
    ...outlines.map(({ name, shares }) => {
      const colour = colours.get(name)!;
      const d = outlinePath(shares, (bin) => value(domain[0] + (bin * (domain[1] - domain[0])) / shares.length), share);
      return element("path", { d, fill: colour, "fill-opacity": 0.22, stroke: colour, "stroke-width": 1.2 });
    }),
    bottomAxis(value, height - MARGIN.bottom, { title: xTitle, ticks: 6 }),
  ]);
}

function outlinePath(shares: Float64Array, x: (bin: number) => number, y: (share: number) => number): string {
  const baseline = y(0);
  const outline = area<number>()
    .x((_, bin) => x(bin))
    .y0(baseline)
    .y1((value) => y(value))
    .curve(curveStepAfter)
    .digits(1);
  // The last bin's step needs its own end.
  return outline([...shares, shares.at(-1) ?? 0])!;
}

function sharesOf(signal: Signal | SignalSeries, [low, high]: readonly [number, number], bins: number): Float64Array {
  const { count } = signalHistogram(signal, low, high, bins);
  return Float64Array.from(count, (samples) => samples / (sampleCount(signal) * signal.neurons.length));
}

type RecordedSignal = { readonly signal: Signal | SignalSeries; readonly range: SignalRange };

/** Fine bins in which the rare extremes are looked for. */
const FINE_BINS = 2000;
const RARE = 0.001;

/** From the lowest to the highest value, less the rarest at each end when they would squeeze the rest into half. */
function usualRange(recorded: readonly RecordedSignal[]): readonly [number, number] {
  const low = Math.min(...recorded.map(({ range }) => range.min));
  const high = Math.max(...recorded.map(({ range }) => range.max));
  if (!(low < high)) return low === high ? [low - 0.5, high + 0.5] : [0, 1];
  const ends = recorded.map(({ signal }) => {
    const { count } = signalHistogram(signal, low, high, FINE_BINS);
    const edge = (bin: number): number => low + (bin * (high - low)) / FINE_BINS;
    return [edge(binsBelow(count, RARE)), edge(FINE_BINS - binsBelow(count.toReversed(), RARE))] as const;
  });
  const usual = [Math.min(...ends.map(([from]) => from)), Math.max(...ends.map(([, to]) => to))] as const;
  const kept = usual[1] - usual[0] < (high - low) / 2 ? usual : ([low, high] as const);
  const [from, to] = scaleLinear(kept, [0, 1]).nice(8).domain();
  return [from!, to!];
}

/** How many of the first bins together hold no more than a share of everything. */
function binsBelow(count: Uint32Array, share: number): number {
  const limit = share * count.reduce((a, b) => a + b, 0);
  let bin = 0;
  for (let sum = count[0]!; sum <= limit && bin < count.length - 1; sum += count[bin]!) bin++;
  return bin;
}
