import type { Netlist } from "../netlist.ts";
import type { NetChips } from "./net-chips.ts";

/** Nets of one population that reach much the same chips, and can share one tree. */
export interface BroadcastGroup {
  readonly nets: Int32Array;
  /** Packets of all its nets. */
  readonly weight: number;
  /** Chips that any of the nets starts at or reaches, ascending. */
  readonly chips: Int32Array;
}

/** A population broadcasts if its nets touch this share of the chips that it touches as a whole, on average. */
const BROADCAST_SHARE = 0.6;

/** No group carries more than this share of all that is broadcast, unless a single chip sends more. */
const GROUP_SHARE = 0.5;

/** Over fewer chips than this groups are smaller in proportion: there are few ways around, and few entries to save. */
const FEW_CHIPS = 20;

/**
 * Finds the populations that broadcast, and divides each by source chips into groups of bearable weight, so that their
 * trees can spread the load. Heaviest first. O(nets + chips of all nets).
 */
export function broadcastGroups(
  netlist: Netlist,
  { source, start, targets }: NetChips,
  chipCount: number,
): BroadcastGroup[] {
  const populations = new Map<number, number[]>();
  for (let net = 0; net < netlist.netCount; net++) {
    if (start[net + 1] === start[net]) continue;
    const population = netlist.population[netlist.netSource[net]!]!;
    const nets = populations.get(population);
    if (nets) nets.push(net);
    else populations.set(population, [net]);
  }
  const seen = new Uint8Array(chipCount);
  const chipsOf = (nets: readonly number[]): Int32Array => {
    const chips: number[] = [];
    const add = (chip: number): void => {
      if (seen[chip] === 0) chips.push(chip);
      seen[chip] = 1;
    };
    for (const net of nets) {
      add(source[net]!);
      for (let at = start[net]!; at < start[net + 1]!; at++) add(targets[at]!);
    }
    for (const chip of chips) seen[chip] = 0;
    return Int32Array.from(chips).sort();
  };
  const weightOf = (nets: readonly number[]): number => nets.reduce((sum, net) => sum + netlist.netWeight[net]!, 0);

  const broadcasts = [...populations.values()].filter((nets) => {
    const touched = nets.reduce((sum, net) => sum + 1 + start[net + 1]! - start[net]!, 0);
    return nets.length > 1 && touched >= BROADCAST_SHARE * nets.length * chipsOf(nets).length;
  });
  const most = GROUP_SHARE * broadcasts.reduce((sum, nets) => sum + weightOf(nets), 0);
  const groups: BroadcastGroup[] = [];
  for (const nets of broadcasts) {
    nets.sort((a, b) => source[a]! - source[b]! || a - b);
    const few = Math.min(1, chipsOf(nets).length / FEW_CHIPS);
    const parts = Math.max(1, Math.ceil(weightOf(nets) / (most * few)));
    const share = weightOf(nets) / parts;
    let part: number[] = [];
    for (const [at, net] of nets.entries()) {
      part.push(net);
      const last = at + 1 === nets.length;
      const full = weightOf(part) >= share * 0.95 && source[nets[at + 1]!] !== source[net];
      if (!last && !full) continue;
      groups.push({ nets: Int32Array.from(part), weight: weightOf(part), chips: chipsOf(part) });
      part = [];
    }
  }
  return groups.sort((a, b) => b.weight - a.weight || a.nets[0]! - b.nets[0]!);
}
