import type { RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import { removeDefaultRoutes } from "./default-route.ts";

/**
 * A smaller table that sends every key block of the chip the same way: pairs of blocks that go the same way and differ
 * in one literal bit become one, until none is left.
 *
 * Nothing but the given keys is ever matched, so order plays no part. O(entries × bits) time.
 */
export function minimise(routes: ChipRoutes): RoutingTable {
  const table = removeDefaultRoutes(routes);
  const key = Array.from(table.key);
  const mask = Array.from(table.mask);
  const gone = new Uint8Array(key.length);
  for (let bit = 0; bit < 32; bit++) {
    const literal = (1 << bit) >>> 0;
    const seen = new Map<string, number>();
    for (let at = 0; at < key.length; at++) {
      if (gone[at] || (mask[at]! & literal) === 0) continue;
      const name = `${(key[at]! & ~literal) >>> 0} ${mask[at]} ${table.route[at]}`;
      const partner = seen.get(name);
      if (partner === undefined) {
        seen.set(name, at);
        continue;
      }
      seen.delete(name);
      gone[at] = 1;
      key[partner] = (key[partner]! & ~literal) >>> 0;
      mask[partner] = (mask[partner]! & ~literal) >>> 0;
    }
  }
  const kept = key.map((_, at) => at).filter((at) => !gone[at]);
  return {
    chip: routes.chip,
    key: Uint32Array.from(kept, (at) => key[at]!),
    mask: Uint32Array.from(kept, (at) => mask[at]!),
    route: Uint32Array.from(kept, (at) => table.route[at]!),
  };
}
