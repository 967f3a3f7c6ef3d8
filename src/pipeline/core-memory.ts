/** What a core's image takes of SDRAM, and how long its recordings may run before they must be read. */
import type { MatrixCapacity } from "../image/core-image.ts";
import { NEURON_ALIGNMENT } from "../image/layout.ts";
import type { Machine } from "../machine/machine.ts";
import type { Slice } from "../mapper/partition.ts";
import type { EncodedCells } from "../models/cell-model.ts";
import { msToTicks, type Network } from "../network/network.ts";
import { bytesPerTick, coreRecordings, withCapacity } from "./recordings.ts";
import type { SpikeEvents } from "./spike-array.ts";
import type { CoreRows } from "./synapses.ts";

/** Part of a chip's SDRAM that one core may fill: a chip has 16 or 17. */
const SDRAM_SHARE = 1 / 18;
/** Recordings are cut no finer than this, however large the matrices. */
const SHORTEST_CUT = 64;

/** Upper bound on an image: its fixed parts with some slack, its rows in the largest phase, its recordings. */
export function sdramNeed(
  network: Network,
  machine: Machine,
  slice: Slice,
  rows: CoreRows,
  cells: EncodedCells | undefined,
  events: SpikeEvents | undefined,
): number {
  const recordings = coreRecordings(network.populations[slice.population]!, cells, slice, planesOf(cells, events));
  const fixed = fixedBytes(slice, rows, cells, events);
  const ticks = cutTicks(network, machine, bytesPerTick(recordings), fixed);
  const recorded = withCapacity(recordings, ticks).reduce((sum, r) => sum + r.capacity * r.sampleWords * 4 + 16, 0);
  return Math.ceil((fixed + recorded) / 4) * 4;
}

/** Bytes of an image without its recordings, with some slack. */
export function fixedBytes(
  slice: Slice,
  rows: CoreRows,
  cells: EncodedCells | undefined,
  events: SpikeEvents | undefined,
): number {
  const stride = slice.hi - slice.lo + NEURON_ALIGNMENT;
  const { sourceKeys, rowStarts, rows: rowWords } = matrixCapacity(rows);
  const words =
    512 +
    (cells === undefined ? 0 : (cells.model.states.length + cells.model.params.length) * stride) +
    Object.values(cells?.tables ?? {}).reduce((sum, t) => sum + t.length + NEURON_ALIGNMENT, 0) +
    4 * sourceKeys +
    rowStarts +
    rowWords +
    (events === undefined ? 0 : 2 * events.count(slice)) +
    stride * 4;
  return words * 4;
}

/** Ticks that the recordings of one core may run before they must be read. */
export function cutTicks(network: Network, machine: Machine, recordedBytes: number, fixed: number): number {
  const total = totalTicks(network);
  if (recordedBytes === 0) return total;
  let smallest = Number.POSITIVE_INFINITY;
  machine.sdramBytes.forEach((bytes, chip) => {
    if (machine.alive[chip] === 1 && machine.applicationCores[chip] !== 0) smallest = Math.min(smallest, bytes);
  });
  const room = smallest * SDRAM_SHARE - fixed;
  return Math.max(Math.min(SHORTEST_CUT, total), Math.min(total, Math.floor(room / recordedBytes)));
}

/** Ticks of all phases. */
export function totalTicks(network: Network): number {
  return network.phases.reduce((sum, p) => sum + msToTicks(p.durationMs, network.timestepMicros), 0);
}

/** Room for the largest matrix of any phase. */
export function matrixCapacity(rows: CoreRows): MatrixCapacity {
  const most = (measure: (phase: CoreRows["phases"][number]) => number): number =>
    Math.max(...rows.phases.map(measure));
  return {
    sourceKeys: most((p) => p.sources.length),
    rowStarts: most((p) => p.rowStarts.length),
    rows: most((p) => p.rows.length),
  };
}

/** Most spikes that a neuron sends in a tick. */
export function planesOf(cells: EncodedCells | undefined, events: SpikeEvents | undefined): number {
  if (events !== undefined) return events.planes;
  return Math.max(cells!.model.receive.spikes.length, cells!.model.step.spikes.length);
}
