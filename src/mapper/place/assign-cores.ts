import type { Machine } from "../../machine/machine.ts";

/**
 * Gives the vertices of every chip its application cores, lowest vertex and lowest core first. O(vertices + chips).
 *
 * @param chip Int32Array[vertices]: no more vertices on a chip than it has application cores
 * @returns Uint8Array[vertices]: virtual core, 1 to 17
 */
export function assignCores(chip: Int32Array, machine: Machine): Uint8Array {
  const free = machine.applicationCores.slice();
  return Uint8Array.from(chip, (at) => {
    const lowest = free[at]! & -free[at]!;
    free[at]! ^= lowest;
    return 31 - Math.clz32(lowest);
  });
}

/** Number of cores in a bit set. */
export function coreCount(cores: number): number {
  let count = 0;
  for (let rest = cores; rest !== 0; rest &= rest - 1) count++;
  return count;
}
