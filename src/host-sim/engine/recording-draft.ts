import { CORE_WORDS } from "../../codegen/wasm/core-block.ts";
import type { ImageView } from "../../image/image-view.ts";
import { RECORDING_KINDS } from "../../image/layout.ts";
import type { StateRecord } from "./loop-words.ts";
import type { MemoryPlan } from "./memory-plan.ts";

/** A core's recordings with a place for what is recorded. */
export interface RecordingDraft {
  /** Address of each recording's buffer, by the image's numbering. */
  readonly buffers: readonly number[];
  readonly spikes: SpikeRecord | undefined;
  readonly states: readonly StateRecord[];
}

export interface SpikeRecord {
  readonly buffer: number;
  /** Bytes of a tick, and of one plane's row of bits. */
  readonly sampleBytes: number;
  readonly planeBytes: number;
}

/**
 * @param block address of the core's block
 * @param rowBytes of one word a neuron, as they are stored
 * @param tick first tick of the recordings
 */
export function draftRecordings(
  plan: MemoryPlan,
  image: ImageView,
  block: number,
  rowBytes: number,
  tick: number,
): RecordingDraft {
  const recordings = Array.from({ length: image.config("recordings") }, (_, k) => image.recording(k));
  // Vectors are stored whole: the last sample may write past its end, but by less than a row is long.
  const buffers = recordings.map((r) => plan.allocate(r.capacity * r.sampleWords * 4 + rowBytes));
  const planes = Math.max(1, image.config("spikePlanes"));
  const spikes = recordings.findIndex((r) => r.kind === RECORDING_KINDS.spikes);
  const states: StateRecord[] = [];
  recordings.forEach((r, k) => {
    if (r.kind !== RECORDING_KINDS.state) return;
    states.push({
      pointer: block + (CORE_WORDS.records + states.length) * 4,
      intervalTicks: r.intervalTicks,
      sampleBytes: r.sampleWords * 4,
      buffer: buffers[k]!,
      firstSample: Math.ceil(tick / r.intervalTicks),
      scratch: plan.allocate(rowBytes),
      columns: r.columns,
    });
  });
  const sampleBytes = (recordings[spikes]?.sampleWords ?? 0) * 4;
  return {
    buffers,
    spikes: spikes < 0 ? undefined : { buffer: buffers[spikes]!, sampleBytes, planeBytes: sampleBytes / planes },
    states,
  };
}
