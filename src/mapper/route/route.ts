import { gridHops, gridShape, oppositeLink } from "../../machine/geometry.ts";
import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { Netlist, Placement, RouteForest } from "../netlist.ts";
import { UnreachableTargetError } from "./errors.ts";
import { ForestBuilder } from "./forest-builder.ts";

export interface RouteOptions {
  /** Same seed, same routes. Default 1. */
  readonly seed?: number;
}

/**
 * A multicast tree for every net over working links only: sinks join in order of distance from the source, each by a
 * shortest path to the tree as it then is.
 *
 * O(sinks × chips) a net at worst; the search stops at the first chip of the tree.
 *
 * @throws {UnreachableTargetError} no path of working links to a sink
 */
export function route(
  netlist: Netlist,
  machine: Machine,
  placement: Placement,
  _options: RouteOptions = {},
): RouteForest {
  const builder = new ForestBuilder(machine, netlist.netCount);
  const shape = gridShape(machine);
  const towards = new Uint8Array(machine.alive.length);
  const seen = new Int32Array(machine.alive.length).fill(-1);
  const queue = new Int32Array(machine.alive.length);
  let search = 0;

  for (let net = 0; net < netlist.netCount; net++) {
    const source = placement.chip[netlist.netSource[net]!]!;
    const sinks = netlist.netSinks.subarray(netlist.netSinkStart[net]!, netlist.netSinkStart[net + 1]!);
    builder.begin(source);
    const hops = (chip: number): number =>
      gridHops(
        shape,
        (chip % shape.width) - (source % shape.width),
        Math.floor(chip / shape.width) - Math.floor(source / shape.width),
      );
    const targets = [...new Set(Array.from(sinks, (sink) => placement.chip[sink]!))]
      .map((chip) => ({ chip, hops: hops(chip) }))
      .sort((a, b) => a.hops - b.hops || a.chip - b.chip);
    for (const { chip: target } of targets) {
      let at = joinTree(target, search++);
      if (at < 0) throw new UnreachableTargetError(machine, net, source, target);
      while (at !== target) {
        const link = towards[at]!;
        builder.extend(at, link);
        at = machine.neighbour[at * LINK_COUNT + link]!;
      }
    }
    for (const sink of sinks) builder.deliver(placement.chip[sink]!, placement.core[sink]!);
  }
  return builder.finish();

  /** Nearest chip of the tree to the target, or -1; `towards` leads from it to the target. */
  function joinTree(target: number, stamp: number): number {
    seen[target] = stamp;
    queue[0] = target;
    for (let head = 0, tail = 1; head < tail; head++) {
      const chip = queue[head]!;
      if (builder.has(chip)) return chip;
      for (let link = 0; link < LINK_COUNT; link++) {
        const next = machine.neighbour[chip * LINK_COUNT + link]!;
        if (next < 0 || seen[next] === stamp) continue;
        seen[next] = stamp;
        towards[next] = oppositeLink(link);
        queue[tail++] = next;
      }
    }
    return -1;
  }
}
