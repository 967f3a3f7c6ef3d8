import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { Netlist, Placement, RouteForest } from "../netlist.ts";
import { type BroadcastGroup, broadcastGroups } from "./broadcast-groups.ts";
import { UnreachableTargetError } from "./errors.ts";
import { ForestBuilder } from "./forest-builder.ts";
import { type NetChips, netChips } from "./net-chips.ts";
import { pruneTree, sharedTree } from "./shared-tree.ts";
import { TreeGrower } from "./tree-grower.ts";

/** Share of all that is broadcast that no link should carry: a chip has six links, and few chips have all six to use. */
const LINK_SHARE = 0.4;

/** A net leaves its population's tree if a tree of its own is shorter by this factor. */
const OWN_TREE_GAIN = 1.03;

/**
 * A multicast tree for every net, over working links only.
 *
 * Nets of a population that reach much the same chips share a tree, so that their routing entries merge; the trees of
 * different groups spread over different links. Every other net gets a tree of its own.
 *
 * O(chips of a net × its targets) a net; the same for the same input.
 *
 * @throws {UnreachableTargetError} no path of working links to a sink
 */
export function route(netlist: Netlist, machine: Machine, placement: Placement): RouteForest {
  const chipCount = machine.alive.length;
  const ends = netChips(netlist, placement, chipCount);
  const load = new Float64Array(chipCount * LINK_COUNT);
  const grower = new TreeGrower(machine, load);
  const trunks = broadcastTrees(netlist, machine, ends, load, grower);

  const builder = new ForestBuilder(machine, netlist.netCount);
  for (let net = 0; net < netlist.netCount; net++) {
    builder.begin(ends.source[net]!);
    const trunk = trunks.get(net);
    if (trunk) {
      for (let at = 0; at < trunk.length; at += 2) builder.extend(trunk[at]!, trunk[at + 1]!);
    } else {
      growOwn(netlist, machine, ends, net, grower);
      grower.forEachLink((chip, link) => {
        load[chip * LINK_COUNT + link]! += netlist.netWeight[net]!;
        builder.extend(chip, link);
      });
    }
    for (let at = netlist.netSinkStart[net]!; at < netlist.netSinkStart[net + 1]!; at++) {
      const sink = netlist.netSinks[at]!;
      builder.deliver(placement.chip[sink]!, placement.core[sink]!);
    }
  }
  return builder.finish();
}

/**
 * Trees of the nets that broadcast, as chips and the links they send over, in turn, from the source outwards.
 *
 * @param load added to
 */
function broadcastTrees(
  netlist: Netlist,
  machine: Machine,
  ends: NetChips,
  load: Float64Array,
  grower: TreeGrower,
): Map<number, number[]> {
  const groups = broadcastGroups(netlist, ends, machine.alive.length);
  const limit = LINK_SHARE * groups.reduce((sum, group) => sum + group.weight, 0);
  const trees = new Map<number, number[]>();
  const needed = new Uint8Array(machine.alive.length);
  for (const group of groups) {
    const root = heaviestSource(netlist, ends, group);
    const tree = sharedTree(machine, group, root, load, limit);
    if (typeof tree === "number") throw unreachable(machine, ends, group, tree);
    for (const net of group.nets) {
      const targets = ends.targets.subarray(ends.start[net]!, ends.start[net + 1]!);
      const source = ends.source[net]!;
      needed[source] = 1;
      for (const chip of targets) needed[chip] = 1;
      let links: number[] = [];
      pruneTree(tree, source, needed, (chip, link) => links.push(chip, link));
      needed[source] = 0;
      for (const chip of targets) needed[chip] = 0;
      if (links.length / 2 > OWN_TREE_GAIN * targets.length) {
        growOwn(netlist, machine, ends, net, grower);
        if (links.length / 2 > OWN_TREE_GAIN * (grower.count - 1)) {
          links = [];
          grower.forEachLink((chip, link) => links.push(chip, link));
        }
      }
      for (let at = 0; at < links.length; at += 2) {
        load[links[at]! * LINK_COUNT + links[at + 1]!]! += netlist.netWeight[net]!;
      }
      trees.set(net, links);
    }
  }
  return trees;
}

function growOwn(_netlist: Netlist, machine: Machine, ends: NetChips, net: number, grower: TreeGrower): void {
  const source = ends.source[net]!;
  const missed = grower.grow(source, ends.targets.subarray(ends.start[net]!, ends.start[net + 1]!));
  if (missed >= 0) throw new UnreachableTargetError(machine, net, source, missed);
}

/** The chip of the group that sends most. */
function heaviestSource(netlist: Netlist, ends: NetChips, group: BroadcastGroup): number {
  const weight = new Map<number, number>();
  for (const net of group.nets) {
    const chip = ends.source[net]!;
    weight.set(chip, (weight.get(chip) ?? 0) + netlist.netWeight[net]!);
  }
  return [...weight].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function unreachable(machine: Machine, ends: NetChips, group: BroadcastGroup, chip: number): UnreachableTargetError {
  const to = (net: number): boolean => {
    for (let at = ends.start[net]!; at < ends.start[net + 1]!; at++) if (ends.targets[at] === chip) return true;
    return false;
  };
  const net = group.nets.find(to) ?? group.nets.find((other) => ends.source[other] === chip)!;
  const target = to(net) ? chip : ends.targets[ends.start[net]!]!;
  return new UnreachableTargetError(machine, net, ends.source[net]!, target);
}
