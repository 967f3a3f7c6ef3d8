import { usablePart } from "../machine/components.ts";
import type { Machine } from "../machine/machine.ts";
import { partition } from "../mapper/partition.ts";
import { coreCount } from "../mapper/place/assign-cores.ts";
import { NoRoomError } from "../mapper/place/errors.ts";
import type { EncodedCells } from "../models/cell-model.ts";
import { expectedSynapses } from "../network/check-connector.ts";
import { Sides } from "../network/connect/sides.ts";
import type { Network } from "../network/network.ts";
import { type CoreLimits, coreLimits, MOST_NEURONS } from "./core-limits.ts";

/** Slowing a run down further than this is no advice. */
const SLOWEST = 1000;

/** A synapse is a word of a row. */
const SYNAPSE_BYTES = 4;
/** Random numbers of synapses are less than this many standard deviations below their mean. */
const DEVIATIONS = 8;

/**
 * Refuses a network whose synapses alone take more SDRAM than the part of the machine that can be used has, before they
 * are drawn.
 *
 * @throws {NoRoomError}
 */
export function checkSynapseRoom(network: Network, machine: Machine): void {
  const mean = network.projections.reduce((sum, projection) => {
    const sides = new Sides(network.populations, projection);
    const share = (sides.preCount / sides.preSize) * (sides.postCount / sides.postSize);
    return sum + (expectedSynapses(projection.connector, sides) * share || 0);
  }, 0);
  const { sdram: free, cores, cutOffCores } = usableRoom(machine);
  if ((mean - DEVIATIONS * Math.sqrt(mean)) * SYNAPSE_BYTES <= free) return;
  const synapses = Math.round(mean);
  throw new NoRoomError(
    machine.name,
    { cores: { needed: 0, free: cores }, sdram: { needed: synapses * SYNAPSE_BYTES, free }, unplaced: 0, cutOffCores },
    [`with at most ${Math.floor(free / SYNAPSE_BYTES)} of its ${synapses} synapses`],
  );
}

/**
 * Refuses a network that takes more cores than the part of the machine that can be used has.
 *
 * @param cores that the network takes with these limits
 * @throws {NoRoomError} with everything that would change that
 */
export function checkRoom(
  network: Network,
  machine: Machine,
  cells: readonly (EncodedCells | undefined)[],
  limits: CoreLimits,
  cores: number,
): void {
  const { cores: free, cutOffCores } = usableRoom(machine);
  if (cores <= free) return;
  const sizes = network.populations.map(({ size }) => size);
  const fits = (other: CoreLimits, of: Network = network): boolean =>
    partition(sizes, coreLimits(of, cells, other)).length <= free;
  const alternatives: string[] = [];
  const { neuronsPerCore, timeScale = 1 } = limits;
  if (neuronsPerCore !== undefined) {
    const least = leastFitting(neuronsPerCore + 1, MOST_NEURONS, (n) => fits({ ...limits, neuronsPerCore: n }));
    if (least !== undefined) alternatives.push(`with at least ${least} neurons a core (--neurons-per-core ${least})`);
  }
  const ownLimits = network.populations.some(({ maxNeuronsPerCore }) => maxNeuronsPerCore !== undefined);
  const without = network.populations.map(({ maxNeuronsPerCore: _, ...population }) => population);
  if (ownLimits && fits(limits, { ...network, populations: without }))
    alternatives.push("with larger max_neurons_per_core of the populations");
  const slower = leastFitting(Math.floor(timeScale) + 1, SLOWEST, (factor) => fits({ ...limits, timeScale: factor }));
  if (slower !== undefined) alternatives.push(`slowed down ${slower} times (--timescale ${slower})`);
  throw new NoRoomError(
    machine.name,
    { cores: { needed: cores, free }, sdram: { needed: 0, free: 0 }, unplaced: cores - free, cutOffCores },
    alternatives,
  );
}

/** Cores and bytes of SDRAM of the part of the machine to be used, and the cores elsewhere. */
function usableRoom(machine: Machine): { cores: number; sdram: number; cutOffCores: number } {
  const onChip = Int32Array.from(machine.applicationCores, coreCount);
  const room = { cores: 0, sdram: 0, cutOffCores: 0 };
  usablePart(machine, onChip).forEach((usable, chip) => {
    if (usable === 0) room.cutOffCores += onChip[chip]!;
    else {
      room.cores += onChip[chip]!;
      room.sdram += machine.sdramBytes[chip]!;
    }
  });
  return room;
}

/** The least whole number of a range that fits, if any does; all above one that fits do. */
function leastFitting(from: number, to: number, fits: (n: number) => boolean): number | undefined {
  if (from > to || !fits(to)) return undefined;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
