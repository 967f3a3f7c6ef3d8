import type { CellGrid } from "./cells.ts";
import { hubsOf } from "./hubs.ts";
import { FULL, Moves, type Schedule } from "./moves.ts";
import type { TrafficGraph } from "./traffic-graph.ts";

/**
 * Improves a placement of a traffic graph by simulated annealing. What counts is traffic times distance, summed over
 * pairs of nodes.
 *
 * Nodes take turns, and where to is drawn from the nodes it talks to; if there is no room, a node of that cell changes
 * places with it, unless that is a hub. A proposal costs as many look-ups as the nodes have neighbours. Space O(nodes + cores).
 *
 * @param cellOf Int32Array[nodes]: within every cell's room before and after; changed in place
 * @returns traffic times hops over all pairs
 */
export function annealLines(
  graph: TrafficGraph,
  grid: CellGrid,
  cellOf: Int32Array,
  schedule: Schedule,
  seed: number,
): number {
  const { nodeCount, pinned, start, neighbour, weight } = graph;
  const { place, distance, middle } = grid;
  // In turn, cell by cell: what one proposal looks up the next finds in the cache.
  const movable = Int32Array.from({ length: nodeCount }, (_, node) => node).filter(
    (node) => pinned[node]! < 0 && start[node + 1]! > start[node]!,
  );
  movable.sort((a, b) => cellOf[a]! - cellOf[b]! || a - b);
  let total = 0;
  let weights = 0;
  for (let node = 0; node < nodeCount; node++) {
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      total += (weight[at]! * distance[place[cellOf[neighbour[at]!]!]! - place[cellOf[node]!]! + middle]!) / 2;
      weights += weight[at]! / 2;
    }
  }
  if (movable.length === 0) return total;

  const hub = hubsOf(start);
  const moves = new Moves(graph, grid, cellOf, schedule, weights / nodeCount, seed);
  for (let proposal = 1; proposal <= schedule.proposals; proposal++) {
    moves.cool(proposal);
    const node = movable[proposal % movable.length]!;
    const first = start[node]!;
    const end = start[node + 1]!;
    const from = cellOf[node]!;
    const to = moves.near(neighbour[first + moves.draw(end - first)]!);
    if (to < 0 || to === from || grid.cores[to]! === 0) continue;
    const other = moves.partner(node, to);
    if (other === FULL || (other >= 0 && hub[other] === 1)) continue;

    // Pair distances do not change between two nodes that change places.
    const here = middle - place[from]!;
    const there = middle - place[to]!;
    let change = 0;
    for (let at = first; at < end; at++) {
      const next = neighbour[at]!;
      if (next === other) continue;
      const away = place[cellOf[next]!]!;
      change += weight[at]! * (distance[away + there]! - distance[away + here]!);
    }
    if (other >= 0) {
      for (let at = start[other]!; at < start[other + 1]!; at++) {
        const next = neighbour[at]!;
        if (next === node) continue;
        const away = place[cellOf[next]!]!;
        change += weight[at]! * (distance[away + here]! - distance[away + there]!);
      }
    }
    if (!moves.accepts(change)) continue;
    moves.apply(node, to, other);
    total += change;
  }
  return total;
}
