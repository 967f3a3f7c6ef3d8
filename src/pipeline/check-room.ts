import { usablePart } from "../machine/components.ts";
import type { Machine } from "../machine/machine.ts";
import { partition } from "../mapper/partition.ts";
import { coreCount } from "../mapper/place/assign-cores.ts";
import { NoRoomError } from "../mapper/place/errors.ts";
import type { EncodedCells } from "../models/cell-model.ts";
import type { Network } from "../network/network.ts";
import { type CoreLimits, coreLimits, MOST_NEURONS } from "./core-limits.ts";

/** Slowing a run down further than this is no advice. */
const SLOWEST = 1000;

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
  const onChip = Int32Array.from(machine.applicationCores, coreCount);
  const usable = usablePart(machine, onChip);
  const free = onChip.reduce((sum, count, chip) => sum + count * usable[chip]!, 0);
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
    {
      cores: { needed: cores, free },
      sdram: { needed: 0, free: 0 },
      unplaced: cores - free,
      cutOffCores: onChip.reduce((sum, count, chip) => sum + count * (1 - usable[chip]!), 0),
    },
    alternatives,
  );
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
