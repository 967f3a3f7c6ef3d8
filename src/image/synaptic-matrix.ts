import type { Connectivity } from "../network/connectivity.ts";
import type { SourceKey, SynapticMatrix } from "./core-image.ts";
import { toWeightUnits, type WeightGrid } from "./weight-grid.ts";

/** Widths of the fields of a synaptic word below its 16 bits of weight; together at most 16. */
export interface RowFormat {
  readonly neuronBits: number;
  readonly receptorBits: number;
  readonly delayBits: number;
  readonly delayStages: number;
}

/** Bits below the weight. */
const FIELD_BITS = 16;
/** Ring-buffer slots are worth their DTCM up to this many; longer delays go by stages. */
const MAX_DELAY_BITS = 7;

/**
 * The format for a core of `neurons` neurons with delays up to `maxDelay` ticks.
 *
 * @param ringWords most words of DTCM the ring buffer may take
 */
export function rowFormat(neurons: number, receptors: number, maxDelay: number, ringWords: number): RowFormat {
  const neuronBits = bitsFor(neurons);
  const receptorBits = bitsFor(receptors);
  const wanted = Math.max(1, bitsFor(maxDelay + 1));
  const room = Math.floor(Math.log2(Math.max(2, ringWords / 2 ** (neuronBits + receptorBits))));
  const delayBits = Math.max(1, Math.min(wanted, room, MAX_DELAY_BITS, FIELD_BITS - neuronBits - receptorBits));
  return { neuronBits, receptorBits, delayBits, delayStages: Math.max(1, Math.ceil(maxDelay / (2 ** delayBits - 1))) };
}

function bitsFor(values: number): number {
  return values <= 1 ? 0 : Math.ceil(Math.log2(values));
}

/** One projection onto the population whose matrices are built. */
export interface Afferent {
  readonly connectivity: Connectivity;
  readonly receptor: number;
  readonly grid: WeightGrid;
  /** Global numbers of the pre population's slices, with their ranges of neurons. */
  readonly preSlices: readonly PreSlice[];
}

export interface PreSlice {
  readonly slice: number;
  readonly lo: number;
  readonly hi: number;
}

/** The rows of one core, before keys are known. */
export interface SliceRows {
  /** Pre slices with at least one synapse here, ascending. */
  readonly sources: readonly PreSlice[];
  /** Row starts of all sources one after another: neurons * stages words each, and one final word. */
  readonly rowStarts: Uint32Array;
  readonly rows: Uint32Array;
  readonly longestRow: number;
}

/**
 * Builds the rows of one population's slices in ascending order.
 *
 * Cost: every synapse is looked at twice, in order; a cursor for each pre neuron remembers where the next slice begins.
 */
export class MatrixBuilder {
  readonly #afferents: readonly Afferent[];
  readonly #cursors: readonly Uint32Array[];

  constructor(afferents: readonly Afferent[]) {
    this.#afferents = afferents;
    this.#cursors = afferents.map(({ connectivity }) => connectivity.rowStart.slice(0, connectivity.preSize));
  }

  /** Rows onto neurons below `hi` of the population that no earlier call has taken; `lo` is where those begin. */
  next(lo: number, hi: number, format: RowFormat): SliceRows {
    const ends = this.#afferents.map(({ connectivity }, a) => rowEnds(connectivity, this.#cursors[a]!, hi));
    const bySlice = this.#afferentsBySlice();
    const sources: PreSlice[] = [];
    const starts: Uint32Array[] = [];
    let synapses = 0;
    this.#afferents.forEach((_, a) => {
      const [cursor, end] = [this.#cursors[a]!, ends[a]!];
      for (let i = 0; i < end.length; i++) synapses += end[i]! - cursor[i]!;
    });
    const rows = new Uint32Array(synapses);
    let filled = 0;
    let longestRow = 0;
    for (const [pre, afferents] of bySlice) {
      const any = afferents.some((a) => {
        for (let i = pre.lo; i < pre.hi; i++) if (ends[a]![i]! > this.#cursors[a]![i]!) return true;
        return false;
      });
      if (!any) continue;
      sources.push(pre);
      const rowStart = new Uint32Array((pre.hi - pre.lo) * format.delayStages);
      for (let i = pre.lo; i < pre.hi; i++) {
        for (let stage = 0; stage < format.delayStages; stage++) {
          rowStart[(i - pre.lo) * format.delayStages + stage] = filled;
          const before = filled;
          for (const a of afferents) {
            filled = this.#appendRow(a, this.#cursors[a]![i]!, ends[a]![i]!, lo, format, stage, rows, filled);
          }
          longestRow = Math.max(longestRow, filled - before);
        }
      }
      starts.push(rowStart);
    }
    this.#afferents.forEach((_, a) => {
      this.#cursors[a]!.set(ends[a]!);
    });
    const rowStarts = new Uint32Array(starts.reduce((sum, s) => sum + s.length, 1));
    let at = 0;
    for (const s of starts) {
      rowStarts.set(s, at);
      at += s.length;
    }
    rowStarts[at] = filled;
    return { sources, rowStarts, rows, longestRow };
  }

  #appendRow(
    afferent: number,
    from: number,
    to: number,
    lo: number,
    format: RowFormat,
    stage: number,
    rows: Uint32Array,
    at: number,
  ): number {
    if (from === to) return at;
    const { connectivity, receptor, grid } = this.#afferents[afferent]!;
    const { post, weight, delayTicks } = connectivity;
    const perStage = 2 ** format.delayBits - 1;
    const delayShift = format.receptorBits + format.neuronBits;
    const receptorField = receptor << format.neuronBits;
    const oneWeight = typeof weight === "number" ? toWeightUnits(weight, grid) << 16 : 0;
    for (let s = from; s < to; s++) {
      const delay = typeof delayTicks === "number" ? delayTicks : delayTicks[s]!;
      const within = delay - stage * perStage;
      if (format.delayStages > 1 && (within < 1 || within > perStage)) continue;
      const units = typeof weight === "number" ? oneWeight : toWeightUnits(weight[s]!, grid) << 16;
      rows[at++] = units | (within << delayShift) | receptorField | (post[s]! - lo);
    }
    return at;
  }

  #afferentsBySlice(): readonly (readonly [PreSlice, readonly number[]])[] {
    const bySlice = new Map<number, [PreSlice, number[]]>();
    this.#afferents.forEach(({ preSlices }, a) => {
      for (const pre of preSlices) {
        const known = bySlice.get(pre.slice);
        if (known === undefined) bySlice.set(pre.slice, [pre, [a]]);
        else known[1].push(a);
      }
    });
    return [...bySlice.values()].sort(([a], [b]) => a.slice - b.slice);
  }
}

/** Where the synapses onto neurons below `hi` end in each row, from where the last slice ended. */
function rowEnds({ post, rowStart, preSize }: Connectivity, cursor: Uint32Array, hi: number): Uint32Array {
  const ends = new Uint32Array(preSize);
  for (let i = 0; i < preSize; i++) {
    const rowEnd = rowStart[i + 1]!;
    let at = cursor[i]!;
    while (at < rowEnd && post[at]! < hi) at++;
    ends[i] = at;
  }
  return ends;
}

/** The rows with the keys their sources were given, in the order a binary search needs. */
export function synapticMatrix(
  slice: SliceRows,
  format: RowFormat,
  keyOf: (source: PreSlice) => { readonly key: number; readonly mask: number },
): SynapticMatrix {
  let firstRow = 0;
  const sourceKeys = slice.sources.map((source): SourceKey => {
    const { key, mask } = keyOf(source);
    const entry = { key, mask, firstRow, neurons: source.hi - source.lo };
    firstRow += entry.neurons * format.delayStages;
    return entry;
  });
  return { sourceKeys: sourceKeys.sort((a, b) => a.key - b.key), rowStarts: slice.rowStarts, rows: slice.rows };
}
