import type { CellGrid } from "./cells.ts";
import { cellsTouched } from "./cells-touched.ts";
import { hubsOf } from "./hubs.ts";
import type { Hypergraph } from "./hypergraph.ts";
import { FULL, Moves, type Schedule } from "./moves.ts";
import { FAR_CELL_HOPS, lookupsOfTree, TouchedCells } from "./touched-cells.ts";

/**
 * Improves a placement by simulated annealing. What counts is what the hardware pays for: weight times the hops of a
 * tree over the cells a net touches, summed over nets.
 *
 * Nodes take turns, and where to is drawn from the nodes on its nets; if there is no room, a node of that cell changes
 * places with it, unless that is a hub. A proposal builds the trees of the nets of both nodes, those that change. Space O(pins).
 *
 * @param cellOf Int32Array[nodes]: within every cell's room before and after; changed in place
 * @returns weight times tree hops over all nets
 */
export function annealNets(
  graph: Hypergraph,
  grid: CellGrid,
  cellOf: Int32Array,
  schedule: Schedule,
  seed: number,
): number {
  const { nodeCount, pinned, netCount, netStart, pins, netWeight, nodeStart, nets } = graph;
  const touched = new TouchedCells(graph, grid, cellOf, FAR_CELL_HOPS);
  // In turn, cell by cell: what one proposal looks up the next finds in the cache.
  const movable = Int32Array.from({ length: nodeCount }, (_, node) => node).filter(
    (node) => pinned[node]! < 0 && nodeStart[node + 1]! > nodeStart[node]!,
  );
  movable.sort((a, b) => cellOf[a]! - cellOf[b]! || a - b);
  let total = 0;
  let weights = 0;
  for (let net = 0; net < netCount; net++) {
    total += netWeight[net]! * touched.length[net]!;
    weights += netWeight[net]!;
  }
  if (movable.length === 0) return total;

  const hub = hubsOf(nodeStart);
  const moves = new Moves(graph, grid, cellOf, schedule, weights / netCount, seed);
  /** Int32Array[nets]: proposal in which the net was seen at the other node; negative, seen at both. */
  const seenIn = new Int32Array(netCount);
  const newLength = new Float64Array(2 * mostNets(graph));
  for (let proposal = 1; proposal <= schedule.proposals; proposal++) {
    moves.cool(proposal);
    const node = movable[proposal % movable.length]!;
    const first = nodeStart[node]!;
    const end = nodeStart[node + 1]!;
    const from = cellOf[node]!;
    const drawn = nets[first + moves.draw(end - first)]!;
    const to = moves.near(pins[netStart[drawn]! + moves.draw(netStart[drawn + 1]! - netStart[drawn]!)]!);
    if (to < 0 || to === from || grid.cores[to]! === 0) continue;
    const other = moves.partner(node, to);
    if (other === FULL || (other >= 0 && hub[other] === 1)) continue;

    // A net of both nodes touches what it touched before when they change places.
    const otherFirst = other < 0 ? 0 : nodeStart[other]!;
    const otherEnd = other < 0 ? 0 : nodeStart[other + 1]!;
    for (let at = otherFirst; at < otherEnd; at++) seenIn[nets[at]!] = proposal;
    let change = 0;
    let kept = 0;
    for (let at = first; at < end; at++) {
      const net = nets[at]!;
      if (seenIn[net] === proposal) {
        seenIn[net] = -proposal;
        kept++;
        continue;
      }
      const length = touched.lengthAfter(net, from, to, pins[netStart[net]!] === node);
      newLength[at - first] = length;
      change += netWeight[net]! * (length - touched.length[net]!);
    }
    const shift = end - first;
    for (let at = otherFirst; at < otherEnd; at++) {
      const net = nets[at]!;
      if (seenIn[net] === -proposal) continue;
      const length = touched.lengthAfter(net, to, from, pins[netStart[net]!] === other);
      newLength[at - otherFirst + shift] = length;
      change += netWeight[net]! * (length - touched.length[net]!);
    }
    if (!moves.accepts(change)) continue;

    for (let at = first; at < end; at++) {
      const net = nets[at]!;
      if (kept === 0 || seenIn[net] !== -proposal) touched.move(net, from, to, newLength[at - first]!);
    }
    for (let at = otherFirst; at < otherEnd; at++) {
      const net = nets[at]!;
      if (seenIn[net] !== -proposal) touched.move(net, to, from, newLength[at - otherFirst + shift]!);
    }
    moves.apply(node, to, other);
    total += change;
  }
  return total;
}

/**
 * Look-ups that a proposal costs on average for a placement like this one: two nodes, the nets of each, and for each net
 * its list of cells and, if the list is short, the square of that for its tree.
 */
export function lookupsAProposal(graph: Hypergraph, grid: CellGrid, cellOf: Int32Array): number {
  const touched = cellsTouched(graph, grid.count, cellOf);
  let sum = 0;
  for (let net = 0; net < graph.netCount; net++) {
    sum += (graph.netStart[net + 1]! - graph.netStart[net]!) * lookupsOfTree(touched[net]!);
  }
  return 50 + (2 * sum) / Math.max(1, graph.nodeCount);
}

function mostNets({ nodeCount, nodeStart }: Hypergraph): number {
  let most = 0;
  for (let node = 0; node < nodeCount; node++) most = Math.max(most, nodeStart[node + 1]! - nodeStart[node]!);
  return most;
}
