import type { SourceKey, SynapticMatrix } from "./core-image.ts";

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
