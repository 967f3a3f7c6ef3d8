import type { SOURCE_WORDS } from "../../codegen/wasm/loop-layout.ts";
import type { ImageView } from "../../image/image-view.ts";
import type { DraftedCore } from "./band-draft.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { draftRecordings } from "./recording-draft.ts";

/** A tick that no run reaches. */
const NEVER = 0xffff_ffff;

/** A SpikeSourceArray with a place for its events and recordings. */
export interface SourceDraft {
  readonly words: Readonly<Record<keyof typeof SOURCE_WORDS, number>>;
  readonly core: DraftedCore;
  readonly fill: (words: Uint32Array) => void;
}

/** @param tick first tick to be run */
export function draftSource(plan: MemoryPlan, image: ImageView, firstSource: number, tick: number): SourceDraft {
  const { buffers, spikes } = draftRecordings(plan, image, 0, 0, tick);
  const events = image.regionWords("spikeTimes");
  const eventsAt = plan.allocate(events.byteLength + 4);
  return {
    words: {
      next: eventsAt + firstEvent(events, tick) * 8,
      firstSource,
      spikeRecord: spikes?.buffer ?? 0,
      planeBytes: spikes?.planeBytes ?? 0,
      sampleBytes: spikes?.sampleBytes ?? 0,
      recordStart: tick,
    },
    core: { states: 0, saturations: plan.allocate(4), buffers },
    fill: (words) => {
      words.set(events, eventsAt >>> 2);
      words[(eventsAt + events.byteLength) >>> 2] = NEVER;
    },
  };
}

/** Number of the first pair (tick, neuron) that is not before a tick. */
function firstEvent(events: Uint32Array, tick: number): number {
  let pair = 0;
  while (2 * pair < events.length && events[2 * pair]! < tick) pair++;
  return pair;
}
