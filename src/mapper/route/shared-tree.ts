import { oppositeLink } from "../../machine/geometry.ts";
import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { BroadcastGroup } from "./broadcast-groups.ts";
import { NO_LINK } from "./tree-grower.ts";

/** A tree over chips, without direction: any chip on it may send. */
export interface SharedTree {
  /** Chips in an order in which each comes after its parent; the first is the root. */
  readonly chips: Int32Array;
  /** Uint8Array[chips of the tree]: link to the parent; {@link NO_LINK} at the root. */
  readonly parentLink: Uint8Array;
  /** Int32Array[chips of the tree]: index of the parent; -1 at the root. */
  readonly parent: Int32Array;
}

/**
 * A tree over all chips of a group, with as many leaves and as even a load as can be had together.
 *
 * Grown from the chip that sends most, always over the best link to a chip not yet on it: one that stays within the
 * limit comes before one that does not, then one from a chip that has children already (on a leaf, packets of all groups
 * take the same route, so their entries merge), then one from nearer the root, then the least loaded. Where the group's
 * chips are not neighbours, the nearest joins by a shortest path.
 *
 * O(chips of the group squared).
 *
 * @param load Float64Array[chips * 6]: weight over each link so far; read only
 * @param limit weight that no link should carry in the end
 * @returns the tree, or the chip that no path leads to
 */
export function sharedTree(
  machine: Machine,
  group: BroadcastGroup,
  root: number,
  load: Float64Array,
  limit: number,
): SharedTree | number {
  const { neighbour } = machine;
  const chips: number[] = [root];
  const parentLink: number[] = [NO_LINK];
  const parent: number[] = [-1];
  const depth: number[] = [0];
  const children: number[] = [0];
  const indexOf = new Int32Array(machine.alive.length).fill(-1);
  const wanted = new Uint8Array(machine.alive.length);
  for (const chip of group.chips) wanted[chip] = 1;
  indexOf[root] = 0;
  let left = group.chips.length - wanted[root]!;

  const join = (from: number, link: number): void => {
    const to = neighbour[chips[from]! * LINK_COUNT + link]!;
    indexOf[to] = chips.length;
    chips.push(to);
    parentLink.push(oppositeLink(link));
    parent.push(from);
    depth.push(depth[from]! + 1);
    children.push(0);
    children[from]!++;
    left -= wanted[to]!;
  };
  while (left > 0) {
    let best = -1;
    let bestLink = 0;
    for (let from = 0; from < chips.length; from++) {
      for (let link = 0; link < LINK_COUNT; link++) {
        const to = neighbour[chips[from]! * LINK_COUNT + link]!;
        if (to < 0 || wanted[to] === 0 || indexOf[to]! >= 0) continue;
        if (best >= 0 && !better(from, link, best, bestLink)) continue;
        best = from;
        bestLink = link;
      }
    }
    if (best >= 0) join(best, bestLink);
    else if (!joinNearest()) return group.chips.find((chip) => indexOf[chip]! < 0)!;
  }
  return { chips: Int32Array.from(chips), parentLink: Uint8Array.from(parentLink), parent: Int32Array.from(parent) };

  function better(from: number, link: number, than: number, thanLink: number): boolean {
    const weight = load[chips[from]! * LINK_COUNT + link]! + group.weight;
    const thanWeight = load[chips[than]! * LINK_COUNT + thanLink]! + group.weight;
    if (weight > limit || thanWeight > limit) return weight < thanWeight;
    const inner = children[from]! > 0 || from === 0;
    const thanInner = children[than]! > 0 || than === 0;
    if (inner !== thanInner) return inner;
    if (depth[from] !== depth[than]) return depth[from]! < depth[than]!;
    return weight < thanWeight;
  }

  /** Joins the wanted chip nearest to the tree, and the chips on the way. */
  function joinNearest(): boolean {
    const cameFrom = new Int32Array(machine.alive.length).fill(-1);
    const cameOver = new Uint8Array(machine.alive.length);
    const queue = chips.slice();
    for (const chip of queue) {
      for (let link = 0; link < LINK_COUNT; link++) {
        const next = neighbour[chip * LINK_COUNT + link]!;
        if (next < 0 || indexOf[next]! >= 0 || cameFrom[next]! >= 0) continue;
        cameFrom[next] = chip;
        cameOver[next] = link;
        if (wanted[next] === 1) {
          const path: number[] = [];
          for (let at = next; indexOf[at]! < 0; at = cameFrom[at]!) path.unshift(at);
          for (const at of path) join(indexOf[cameFrom[at]!]!, cameOver[at]!);
          return true;
        }
        queue.push(next);
      }
    }
    return false;
  }
}

/**
 * Cuts the shared tree down to what one net needs, as seen from its source.
 *
 * O(chips of the tree).
 *
 * @param needed Uint8Array[chips of the machine]: 1 at the net's chips, its source's among them
 * @param visit called for every link the net's packets cross, from the source outwards
 */
export function pruneTree(
  tree: SharedTree,
  source: number,
  needed: Uint8Array,
  visit: (chip: number, link: number) => void,
): void {
  const { chips, parentLink, parent } = tree;
  const below = new Int32Array(chips.length);
  let at = -1;
  for (let index = chips.length - 1; index >= 0; index--) {
    below[index]! += needed[chips[index]!]!;
    if (index > 0) below[parent[index]!]! += below[index]!;
    if (chips[index] === source) at = index;
  }
  // Up from the source to the highest chip that is needed or has needed chips on another side, then down everywhere.
  const entered = new Uint8Array(chips.length);
  entered[at] = 1;
  while (at > 0 && below[0]! > below[at]!) {
    visit(chips[at]!, parentLink[at]!);
    at = parent[at]!;
    entered[at] = 1;
  }
  for (let index = 1; index < chips.length; index++) {
    if (entered[index] === 1 || below[index] === 0 || entered[parent[index]!] === 0) continue;
    entered[index] = 1;
    visit(chips[parent[index]!]!, oppositeLink(parentLink[index]!));
  }
}
