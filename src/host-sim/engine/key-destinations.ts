import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { LOCAL, type RoutingTable } from "../../mapper/netlist.ts";

/** Keys `(k & mask) === key` reach the core. */
export interface Destination {
  readonly key: number;
  readonly mask: number;
  readonly chip: number;
  readonly core: number;
}

/**
 * Every core that packets of a key block reach, by the tables alone: where an entry tells keys of the block apart, the
 * block is split and each part goes its own way. Unmatched packets go straight on, or are lost at their source chip.
 *
 * @throws {RangeError} packets of the block circle in the machine
 */
export function keyDestinations(
  machine: Machine,
  tables: ReadonlyMap<number, RoutingTable>,
  sourceChip: number,
  key: number,
  mask: number,
): Destination[] {
  const found: Destination[] = [];
  const hopLimit = machine.alive.length * LINK_COUNT;
  const follow = (chip: number, arrival: number, k: number, m: number, hops: number): void => {
    if (hops > hopLimit) throw new RangeError(`packets with key 0x${k.toString(16)} circle in the machine`);
    const table = tables.get(chip);
    for (let i = 0; table !== undefined && i < table.key.length; i++) {
      const [entryKey, entryMask] = [table.key[i]!, table.mask[i]!];
      if (((entryKey ^ k) & entryMask & m) !== 0 || (entryKey & ~entryMask) !== 0) continue;
      const undecided = (entryMask & ~m) >>> 0;
      if (undecided === 0) {
        deliver(chip, table.route[i]!, k, m, hops);
        return;
      }
      // Some keys of the block match, others do not: take one bit at a time.
      const bit = (undecided & -undecided) >>> 0;
      follow(chip, arrival, k, (m | bit) >>> 0, hops + 1);
      follow(chip, arrival, (k | bit) >>> 0, (m | bit) >>> 0, hops + 1);
      return;
    }
    if (arrival !== LOCAL) deliver(chip, 1 << ((arrival + 3) % LINK_COUNT), k, m, hops);
  };
  const deliver = (chip: number, route: number, k: number, m: number, hops: number): void => {
    for (let core = 0; core < 18; core++) {
      if ((route & (1 << (core + LINK_COUNT))) !== 0) found.push({ key: k, mask: m, chip, core });
    }
    for (let link = 0; link < LINK_COUNT; link++) {
      const next = machine.neighbour[chip * LINK_COUNT + link]!;
      if ((route & (1 << link)) !== 0 && next >= 0) follow(next, (link + 3) % LINK_COUNT, k, m, hops + 1);
    }
  };
  follow(sourceChip, LOCAL, key, mask, 0);
  return found;
}
