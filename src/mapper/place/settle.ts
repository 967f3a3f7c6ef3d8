import { type CellGrid, stepFrom } from "./cells.ts";
import type { TrafficGraph } from "./traffic-graph.ts";

/** Cells with room that are compared for a node before the best of them is taken. */
const CELLS_COMPARED = 4;

/**
 * Moves every node from where it would like to be to a cell that has room: of the nearest few with room the one with
 * least traffic times distance. Large nodes first, as they are the hardest to fit.
 *
 * @param cellOf Int32Array[nodes]: wished cells on entry, cells within capacity on return; pinned nodes stay
 * @param slack share of each cell's room that may be overdrawn
 * @returns nodes for which no cell has room; they are left at their wish
 */
export function settle(graph: TrafficGraph, grid: CellGrid, cellOf: Int32Array, slack: number): number[] {
  const { cores, sdram, pinned, start, neighbour, weight } = graph;
  const { place, distance, middle } = grid;
  const freeCores = Int32Array.from(grid.cores, (free) => Math.floor(free * (1 + slack)));
  const freeSdram = Float64Array.from(grid.sdram, (free) => free * (1 + slack));
  const unsettled: number[] = [];
  const queue = new Int32Array(grid.count);
  const seen = new Int32Array(grid.count).fill(-1);

  for (const node of largestFirst(graph, grid)) {
    if (pinned[node]! >= 0) continue;
    const wish = cellOf[node]!;
    let best = -1;
    let bestCost = Infinity;
    let compared = 0;
    queue[0] = wish;
    seen[wish] = node;
    for (let head = 0, tail = 1; head < tail && compared < CELLS_COMPARED; head++) {
      const cell = queue[head]!;
      if (freeCores[cell]! >= cores[node]! && freeSdram[cell]! >= sdram[node]!) {
        compared++;
        const here = middle - place[cell]!;
        let cost = 0;
        for (let at = start[node]!; at < start[node + 1]!; at++) {
          cost += weight[at]! * distance[place[cellOf[neighbour[at]!]!]! + here]!;
        }
        if (cost < bestCost) {
          best = cell;
          bestCost = cost;
        }
      }
      for (let link = 0; link < 6; link++) {
        const next = stepFrom(grid, cell, link);
        if (next < 0 || seen[next] === node) continue;
        seen[next] = node;
        queue[tail++] = next;
      }
    }
    if (best < 0) {
      unsettled.push(node);
      continue;
    }
    freeCores[best]! -= cores[node]!;
    freeSdram[best]! -= sdram[node]!;
    cellOf[node] = best;
  }
  return unsettled;
}

/** Nodes by the larger of their shares of a mean cell's cores and SDRAM, in steps, so that order survives among equals. */
function largestFirst({ nodeCount, cores, sdram }: TrafficGraph, grid: CellGrid): Int32Array {
  let allCores = 0;
  let allSdram = 0;
  for (let cell = 0; cell < grid.count; cell++) {
    allCores += grid.cores[cell]!;
    allSdram += grid.sdram[cell]!;
  }
  const share = Float64Array.from({ length: nodeCount }, (_, node) => {
    const most = Math.max(cores[node]! / allCores, sdram[node]! / allSdram) * grid.count;
    return most < 0.1 ? 0 : Math.ceil(most * 20);
  });
  return Int32Array.from({ length: nodeCount }, (_, node) => node).sort((a, b) => share[b]! - share[a]! || a - b);
}
