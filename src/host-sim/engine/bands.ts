import { rowBytes } from "../../codegen/wasm/core-block.ts";
import type { CoreCode } from "./core-code.ts";
import type { EngineCore } from "./engine-core.ts";

/**
 * Cores of one worker whose cells are computed alike lie side by side, as if they were one core: what has to be done
 * before the first cell of a core, a tenth of the time of small ones, is done once for all of them.
 */
export interface Band {
  readonly cores: readonly number[];
  /** Byte at which each of the cores begins in a row of one word a neuron. */
  readonly offsets: readonly number[];
  /** Bytes of a row. */
  readonly bytes: number;
}

/**
 * @param mine the cores of a worker
 * @param codes undefined for a SpikeSourceArray, which has a band of its own
 */
export function bandsOf(
  cores: readonly EngineCore[],
  mine: readonly number[],
  codes: readonly (CoreCode | undefined)[],
): Band[] {
  const kinds = new Map<string, number[]>();
  for (const i of mine) {
    const kind = codes[i]?.kind ?? `source ${i}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [i]);
    else known.push(i);
  }
  return [...kinds.values()].map((members) => {
    let bytes = 0;
    const offsets = members.map((i) => {
      const offset = bytes;
      bytes += rowBytes(cores[i]!.image.config("neurons"));
      return offset;
    });
    return { cores: members, offsets, bytes };
  });
}

/** Numbers that the cores' neurons and inputs go by. */
export interface Numbering {
  /** Engine-wide number of neuron 0 of each core; between cores some numbers are no neuron's. */
  readonly firstSource: Int32Array;
  readonly sources: number;
  /** Word of each core's inputs within a slot of its worker's ring, and words from one receptor to the next. */
  readonly ringOffset: Int32Array;
  readonly receptorWords: Int32Array;
  /** Words of a slot of each worker's ring. */
  readonly slotWords: readonly number[];
}

/** @param bands of each worker */
export function numbering(cores: readonly EngineCore[], bands: readonly (readonly Band[])[]): Numbering {
  const words = (): Int32Array => new Int32Array(cores.length);
  const [firstSource, ringOffset, receptorWords] = [words(), words(), words()];
  let sources = 0;
  const slotWords = bands.map((mine) => {
    let slot = 0;
    for (const band of mine) {
      band.cores.forEach((i, k) => {
        firstSource[i] = sources + band.offsets[k]! / 4;
        ringOffset[i] = slot + band.offsets[k]! / 4;
        receptorWords[i] = band.bytes / 4;
      });
      sources += band.bytes / 4;
      slot += (band.bytes / 4) * cores[band.cores[0]!]!.image.config("receptors");
    }
    return slot;
  });
  return { firstSource, sources, ringOffset, receptorWords, slotWords };
}
