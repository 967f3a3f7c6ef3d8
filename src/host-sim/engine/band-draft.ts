import {
  CORE_BLOCK_WORDS,
  CORE_WORDS,
  OCTET,
  OCTET_BYTES,
  OCTET_WORDS,
  rowBytes,
} from "../../codegen/wasm/core-block.ts";
import type { Band, Numbering } from "./bands.ts";
import type { CoreCode } from "./core-code.ts";
import type { EngineCore } from "./engine-core.ts";
import type { CoreGroup, StateRecord } from "./loop-words.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { draftRecordings, type SpikeRecord } from "./recording-draft.ts";

/** Where the words of a core of a band lie. */
export interface DraftedCore {
  readonly states: number;
  readonly saturations: number;
  /** Address of each recording's buffer, by the image's numbering. */
  readonly buffers: readonly number[];
}

/** A band with a place for all its words. */
export interface BandDraft extends CoreGroup {
  /** In the order of the band. */
  readonly cores: readonly DraftedCore[];
  readonly fill: (words: Uint32Array) => void;
}

/**
 * @param codes of the band's cores
 * @param tick first tick of the recordings
 */
export function draftBand(
  plan: MemoryPlan,
  band: Band,
  cores: readonly EngineCore[],
  codes: readonly CoreCode[],
  { firstSource, ringOffset }: Numbering,
  tick: number,
): BandDraft {
  const code = codes[0]!;
  const stateRows = cores[band.cores[0]!]!.image.config("states");
  const wholeBlock = plan.allocate(CORE_BLOCK_WORDS * 4);
  const states = plan.allocate(stateRows * band.bytes);
  const perNeuron = plan.allocate(code.perNeuron.length * band.bytes);
  const shared = plan.allocate(code.shared.length * 4);
  const octets = plan.allocate(band.bytes);
  const members = band.cores.map((i, k) => {
    const { image } = cores[i]!;
    const block = plan.allocate(CORE_BLOCK_WORDS * 4);
    const bytes = rowBytes(image.config("neurons"));
    const recordings = draftRecordings(plan, image, block, bytes, tick);
    const [offset, saturations] = [band.offsets[k]!, plan.allocate(4)];
    return { i, image, block, bytes, recordings, offset, saturations, perNeuron: codes[k]!.perNeuron };
  });

  const blockWords = (i: number, offset: number, bytes: number): Uint32Array => {
    const words = new Uint32Array(CORE_BLOCK_WORDS);
    words[CORE_WORDS.bytes] = bytes;
    words[CORE_WORDS.strideBytes] = band.bytes;
    words[CORE_WORDS.firstIndex] = cores[i]!.image.config("firstIndex");
    words[CORE_WORDS.firstSource] = firstSource[i]!;
    words[CORE_WORDS.substeps] = code.substeps;
    words[CORE_WORDS.states] = states + offset;
    words[CORE_WORDS.perNeuron] = perNeuron + offset;
    words[CORE_WORDS.shared] = shared;
    words[CORE_WORDS.ringOffset] = ringOffset[i]! * 4;
    words[CORE_WORDS.octets] = octets + offset;
    return words;
  };
  return {
    update: code.update.plain,
    updateRecording: code.update.recording,
    blocks: [wholeBlock],
    coreBlocks: members.map(({ block }) => block),
    records: members.flatMap(({ recordings }): readonly StateRecord[] => recordings.states),
    cores: members.map(({ offset, saturations, recordings }) => ({
      states: states + offset,
      saturations,
      buffers: recordings.buffers,
    })),
    fill: (words) => {
      const put = (address: number, data: ArrayLike<number>): void => words.set(data, address >>> 2);
      put(wholeBlock, blockWords(band.cores[0]!, 0, band.bytes));
      put(shared, code.shared);
      for (const { i, image, block, bytes, recordings, offset, saturations, perNeuron: own } of members) {
        const neurons = image.config("neurons");
        put(block, blockWords(i, offset, bytes));
        for (let k = 0; k < stateRows; k++) {
          put(states + k * band.bytes + offset, wholeOctets(image.state(k), neurons, bytes));
        }
        own.forEach((param, k) => {
          put(perNeuron + k * band.bytes + offset, wholeOctets(param, neurons, bytes));
        });
        for (let at = 0; at < bytes; at += OCTET_BYTES) {
          put(octets + offset + at, octetWords(neurons, at, saturations, recordings.spikes, tick));
        }
      }
    },
  };
}

/**
 * A row with the last neuron's word in the lanes that fill it up: with words that no neuron has, a model could look
 * beside its tables.
 */
function wholeOctets(row: Uint32Array, neurons: number, bytes: number): Uint32Array {
  const words = new Uint32Array(bytes / 4).fill(row[neurons - 1]!);
  words.set(row.subarray(0, neurons));
  return words;
}

/** @param at byte of the eight in the core's row */
function octetWords(
  neurons: number,
  at: number,
  saturations: number,
  spikes: SpikeRecord | undefined,
  tick: number,
): Uint32Array {
  const words = new Uint32Array(OCTET);
  words[OCTET_WORDS.neurons] = 2 ** Math.min(OCTET, neurons - at / 4) - 1;
  words[OCTET_WORDS.saturations] = saturations;
  if (spikes !== undefined) {
    words[OCTET_WORDS.spikeSampleBytes] = spikes.sampleBytes;
    words[OCTET_WORDS.spikePlaneBytes] = spikes.planeBytes;
    words[OCTET_WORDS.spikeRecord] = spikes.buffer + at / OCTET_BYTES - Math.imul(tick, spikes.sampleBytes);
  }
  return words;
}
