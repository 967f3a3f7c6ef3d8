import { LOCAL, type RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import { cubeContains, cubesMeet, matchesNothing } from "./ternary-cube.ts";

/**
 * What an existing table does, as disjoint key blocks: of each entry, the keys that no earlier entry takes.
 *
 * @param table entries in router order; they may overlap
 * @param arrival link the packets of each entry come in by, or LOCAL (7) where it is unknown or a core sends them;
 *   taken to be LOCAL throughout when left out, so that every key of the table needs an entry
 *
 * O(entries²) time, O(entries log entries) when they are disjoint aligned blocks already.
 */
export function firstMatchBlocks(table: RoutingTable, arrival?: Uint8Array): ChipRoutes {
  const arrivals = arrival ?? new Uint8Array(table.key.length).fill(LOCAL);
  if (areDisjointRanges(table)) return { ...table, arrival: arrivals };

  const key: number[] = [];
  const mask: number[] = [];
  const source: number[] = [];
  for (let entry = 0; entry < table.key.length; entry++) {
    if (matchesNothing(table.key[entry]!, table.mask[entry]!)) continue;
    const cubes = [table.key[entry]!, table.mask[entry]!];
    while (cubes.length > 0) {
      const cubeMask = cubes.pop()!;
      const cubeKey = cubes.pop()!;
      const earlier = firstMeetingBefore(table, entry, cubeKey, cubeMask);
      if (earlier < 0) {
        key.push(cubeKey >>> 0);
        mask.push(cubeMask >>> 0);
        source.push(entry);
      } else if (!cubeContains(table.key[earlier]!, table.mask[earlier]!, cubeKey, cubeMask)) {
        const apart = table.mask[earlier]! & ~cubeMask;
        const bit = apart & -apart;
        cubes.push(cubeKey | bit, cubeMask | bit, cubeKey, cubeMask | bit);
      }
    }
  }
  return {
    chip: table.chip,
    key: Uint32Array.from(key),
    mask: Uint32Array.from(mask),
    route: Uint32Array.from(source, (entry) => table.route[entry]!),
    arrival: Uint8Array.from(source, (entry) => arrivals[entry]!),
  };
}

function firstMeetingBefore(table: RoutingTable, end: number, key: number, mask: number): number {
  for (let entry = 0; entry < end; entry++) {
    if (
      cubesMeet(table.key[entry]!, table.mask[entry]!, key, mask) &&
      !matchesNothing(table.key[entry]!, table.mask[entry]!)
    ) {
      return entry;
    }
  }
  return -1;
}

/** Are all entries aligned power-of-two ranges of keys, and no two of them overlap? */
function areDisjointRanges({ key, mask }: RoutingTable): boolean {
  const byKey = Int32Array.from({ length: key.length }, (_, entry) => entry).sort((a, b) => key[a]! - key[b]!);
  let end = 0;
  for (const entry of byKey) {
    const size = (~mask[entry]! >>> 0) + 1;
    const isRange = (size & (size - 1)) === 0 && !matchesNothing(key[entry]!, mask[entry]!);
    if (!isRange || key[entry]! < end) return false;
    end = key[entry]! + size;
  }
  return true;
}
