import type { CoreContent } from "../image/core-image.ts";
import type { DeployedSignal } from "../image/deployment.ts";
import { RECORDING_KINDS } from "../image/layout.ts";
import type { Slice } from "../mapper/partition.ts";
import type { EncodedCells } from "../models/cell-model.ts";
import type { Population } from "../network/network.ts";

/** What one core records, before it is known for how many ticks there is room. */
export interface CoreRecording {
  readonly kind: number;
  readonly state: number;
  readonly intervalTicks: number;
  readonly sampleWords: number;
  readonly columns?: Uint32Array;
}

/** Recordings of one slice: spikes first, then variables in the order the user listed them. */
export function coreRecordings(
  population: Population,
  cells: EncodedCells | undefined,
  slice: Slice,
  planes: number,
): CoreRecording[] {
  const neurons = slice.hi - slice.lo;
  const recordings: CoreRecording[] = [];
  if (population.record.some((r) => r.variable === "spikes")) {
    recordings.push({
      kind: RECORDING_KINDS.spikes,
      state: 0,
      intervalTicks: 1,
      sampleWords: planes * Math.ceil(neurons / 32),
    });
  }
  for (const r of population.record) {
    if (r.variable === "spikes") continue;
    const recordable = cells!.recordables.find((known) => known.variable === r.variable)!;
    const columns = r.neurons?.filter((n) => n >= slice.lo && n < slice.hi).map((n) => n - slice.lo);
    // A slice without any recorded neuron has nothing to store.
    if (columns?.length === 0) continue;
    recordings.push({
      kind: RECORDING_KINDS.state,
      state: cells!.model.states.indexOf(recordable.state),
      intervalTicks: r.intervalTicks,
      sampleWords: columns?.length ?? neurons,
      ...(columns === undefined ? {} : { columns: Uint32Array.from(columns) }),
    });
  }
  return recordings;
}

/** SDRAM bytes recorded in one tick, on average. */
export function bytesPerTick(recordings: readonly CoreRecording[]): number {
  return recordings.reduce((sum, r) => sum + (r.sampleWords * 4) / r.intervalTicks, 0);
}

/** Recordings with room for `ticks` ticks. */
export function withCapacity(recordings: readonly CoreRecording[], ticks: number): CoreContent["recordings"] {
  return recordings.map((r) => ({ ...r, capacity: Math.ceil(ticks / r.intervalTicks) + 1 }));
}

/** How the user reads what a population records. */
export function deployedSignals(population: Population, cells: EncodedCells | undefined): DeployedSignal[] {
  return population.record.flatMap((r): DeployedSignal[] => {
    if (r.variable === "spikes") return [];
    const { unit, scale } = cells!.recordables.find((known) => known.variable === r.variable)!;
    const neurons = Uint32Array.from(r.neurons ?? Array.from({ length: population.size }, (_, n) => n));
    return [
      {
        variable: r.variable,
        unit,
        intervalTicks: r.intervalTicks,
        neurons,
        scale: Float64Array.from(neurons, (n) => (typeof scale === "number" ? scale : scale[n]!)),
      },
    ];
  });
}
