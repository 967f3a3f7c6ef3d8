/** The router of an emulated chip, set up as SCAMP sets it up and read as a host reads it. */
import type { RoutingTable } from "../../mapper/netlist.ts";
import type { CoreNumbering } from "../board/core-numbering.ts";
import type { Chip } from "../chip/chip.ts";
import { MULTICAST_ENTRIES } from "../chip/multicast-table.ts";

const CONTROL = 0x00;
const ROUTES = 0x4000;
const KEYS = 0x8000;
const MASKS = 0xc000;
const COUNTERS = 0x300;
/** wait1 of 240 router cycles, no emergency routing. */
const CONTROL_SETTING = 0x0040_0001;
/** Diagnostic filters of multicast packets from cores of the chip, from others, and dropped. */
const FILTERS = [
  { counter: 0, filter: 0x01fe_7cf1 },
  { counter: 1, filter: 0x01fe_bcf1 },
  { counter: 8, filter: 0x0001_fcf1 },
] as const;
const FILTER_REGISTERS = 0x200;
const COUNTER_ENABLES = 0x2c;
const ALL_COUNTERS = 0xffff;

/** Packets counted, by diagnostic counter. */
export type RouterCounts = readonly { readonly counter: number; readonly packets: number }[];

/** Fills the table, clears what is left of it, and sets control and diagnostic filters. */
export function loadRouter({ router }: Chip, numbering: CoreNumbering, { key, mask, route }: RoutingTable): void {
  router.write(CONTROL, CONTROL_SETTING | (numbering.monitorPhysical << 8));
  for (const { counter, filter } of FILTERS) router.write(FILTER_REGISTERS + 4 * counter, filter);
  router.write(COUNTER_ENABLES, ALL_COUNTERS);
  for (let i = 0; i < MULTICAST_ENTRIES; i++) {
    const used = i < key.length;
    router.write(ROUTES + 4 * i, used ? numbering.physicalRoute(route[i]!) : 0);
    router.write(KEYS + 4 * i, used ? key[i]! | 0 : -1);
    router.write(MASKS + 4 * i, used ? mask[i]! | 0 : 0);
  }
}

export function readCounts({ router }: Chip): RouterCounts {
  return FILTERS.map(({ counter }) => ({ counter, packets: router.read(COUNTERS + 4 * counter) >>> 0 }));
}
