import type { Machine } from "../machine/machine.ts";
import type { Netlist } from "../mapper/netlist.ts";
import { partition, type Slice } from "../mapper/partition.ts";
import type { Network } from "../network/network.ts";
import { checkRoom } from "./check-room.ts";
import { type CoreLimits, coreLimits } from "./core-limits.ts";
import { sdramNeed } from "./core-memory.ts";
import type { EncodedNetwork } from "./encode-network.ts";
import { pinnedChip } from "./pinned-chip.ts";
import { type CoreRows, cutIntoRows } from "./synapses.ts";

/** What every core runs, the rows it gets its inputs by, and who talks to whom. */
export interface CutNetwork {
  readonly slices: readonly Slice[];
  readonly rows: readonly CoreRows[];
  readonly netlist: Netlist;
}

/**
 * @throws {CoreTooSmallError} a cell that no core can hold
 * @throws {NoRoomError} more cores than the machine has
 */
export function cutIntoCores(
  network: Network,
  machine: Machine,
  encoded: EncodedNetwork,
  limits: CoreLimits,
): CutNetwork {
  const sizes = network.populations.map((p) => p.size);
  const slices = partition(sizes, coreLimits(network, encoded.cells, limits));
  // Rows take longer to cut than cores to count.
  checkRoom(network, machine, encoded.cells, limits, slices.length);
  const rows = cutIntoRows(network, encoded.synapses, slices);
  return { slices, rows, netlist: netlistOf(network, machine, slices, rows, encoded) };
}

/** One net a slice that some core listens to in some phase. */
function netlistOf(
  network: Network,
  machine: Machine,
  slices: readonly Slice[],
  rows: readonly CoreRows[],
  { cells, events }: EncodedNetwork,
): Netlist {
  const sinks = slices.map(() => new Set<number>());
  rows.forEach(({ phases }, target) => {
    for (const phase of phases) for (const { slice } of phase.sources) sinks[slice]!.add(target);
  });
  const sources = slices.map((_, s) => s).filter((s) => sinks[s]!.size > 0);
  const netSinkStart = new Int32Array(sources.length + 1);
  sources.forEach((s, net) => {
    netSinkStart[net + 1] = netSinkStart[net]! + sinks[s]!.size;
  });
  const netSinks = new Int32Array(netSinkStart[sources.length]!);
  sources.forEach((s, net) => {
    netSinks.set(Int32Array.from(sinks[s]!).sort(), netSinkStart[net]!);
  });
  const pins = network.populations.map((population) => pinnedChip(population, machine));
  return {
    vertexCount: slices.length,
    sdramBytes: Uint32Array.from(slices, (s, v) =>
      sdramNeed(network, machine, s, rows[v]!, cells[s.population], events[s.population]),
    ),
    netCount: sources.length,
    netSource: Int32Array.from(sources),
    netSinkStart,
    netSinks,
    netWeight: Float64Array.from(sources, (s) => slices[s]!.hi - slices[s]!.lo),
    pinnedChip: Int32Array.from(slices, (s) => pins[s.population]!),
    sameChipGroups: [],
    population: Int32Array.from(slices, (s) => s.population),
  };
}
