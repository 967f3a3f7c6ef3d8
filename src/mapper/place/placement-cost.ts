import type { CellGrid } from "./cells.ts";
import { cellsTouched } from "./cells-touched.ts";
import type { Hypergraph } from "./hypergraph.ts";
import { TouchedCells } from "./touched-cells.ts";

/** Does a placement cost no more than `limit`? O(pins); the trees are built only if their cells leave it open. */
export function costsAtMost(graph: Hypergraph, grid: CellGrid, cellOf: Int32Array, limit: number): boolean {
  const touched = cellsTouched(graph, grid.count, cellOf);
  let least = 0;
  for (let net = 0; net < graph.netCount; net++) least += graph.netWeight[net]! * (touched[net]! - 1);
  return least <= limit && placementCost(graph, grid, cellOf) <= limit;
}

/** Weight times tree length, over all nets. O(pins). */
export function placementCost(graph: Hypergraph, grid: CellGrid, cellOf: Int32Array): number {
  const touched = new TouchedCells(graph, grid, cellOf, 0);
  let total = 0;
  for (let net = 0; net < graph.netCount; net++) total += graph.netWeight[net]! * touched.length[net]!;
  return total;
}

/**
 * What no placement can undercut: a net's cores fill some number of chips, and each but the first costs a hop. O(pins).
 */
export function leastCost(graph: Hypergraph, grid: CellGrid): number {
  let largest = 0;
  for (let cell = 0; cell < grid.count; cell++) largest = Math.max(largest, grid.cores[cell]!);
  let total = 0;
  for (let net = 0; net < graph.netCount; net++) {
    let cores = 0;
    for (let at = graph.netStart[net]!; at < graph.netStart[net + 1]!; at++) cores += graph.cores[graph.pins[at]!]!;
    total += graph.netWeight[net]! * (Math.ceil(cores / Math.max(1, largest)) - 1);
  }
  return total;
}
