import type { Machine } from "../../machine/machine.ts";
import { type CellGrid, cellGrid } from "./cells.ts";
import { type Coarsening, coarsen, type TrafficGraph } from "./traffic-graph.ts";
import type { Room } from "./units.ts";

/** One level of detail: a graph, the cells it is placed on, and how it came from the finer level. */
export interface Level {
  readonly graph: TrafficGraph;
  readonly grid: CellGrid;
  /** Int32Array[nodes of the next finer level]: node of this level it became part of; empty on the finest level. */
  readonly parent: Int32Array;
}

/** About this many nodes share a cell: few enough to move quickly, enough to fill cells evenly. */
const NODES_PER_CELL = 4;

/** The coarsest level has at most this many cells: enough to tell one way of laying out a network from another. */
const COARSEST_CELLS = 40;

/** Nodes left, at most, for each one before. */
const COARSENING = 3;

/**
 * Levels from the finest (the graph itself, on single chips) to the coarsest (some hundred nodes on a few cells).
 *
 * Nodes are joined until a cell holds about {@link NODES_PER_CELL}; then cells double in width and height.
 * O(edges + chips × levels).
 */
export function buildHierarchy(graph: TrafficGraph, machine: Machine, room: Room, random: () => number): Level[] {
  let grid = cellGrid(machine, room, machine.width, machine.height);
  let total = 0;
  for (const cores of graph.cores) total += cores;
  const levels: Level[] = [{ graph, grid, parent: new Int32Array() }];
  for (;;) {
    const finer = levels.at(-1)!.graph;
    if ((finer.nodeCount * meanOfUsed(grid.cores)) / total <= NODES_PER_CELL * 1.5) {
      if (grid.count <= COARSEST_CELLS) return levels;
      grid = cellGrid(machine, room, Math.ceil(grid.columns / 2), Math.ceil(grid.rows / 2));
    }
    const evenly = ((COARSENING + 1) * total) / finer.nodeCount + 1;
    const cores = Math.max(1, Math.floor(Math.min(meanOfUsed(grid.cores) / 2, evenly)));
    const step: Coarsening = coarsen(finer, COARSENING, { cores, sdram: meanOfUsed(grid.sdram) / 2 }, random);
    if (step.graph.nodeCount > finer.nodeCount * 0.8) return levels;
    levels.push({ graph: step.graph, grid, parent: step.parent });
  }
}

/** The cell of each node of the finer level, as a wish: the middle of where its parent is. */
export function inherit(parentCell: Int32Array, coarse: Level, fine: Level): Int32Array {
  const centre = new Int32Array(coarse.grid.count);
  for (let cell = 0; cell < coarse.grid.count; cell++) {
    const column = cell % coarse.grid.columns;
    const row = Math.floor(cell / coarse.grid.columns);
    // A little below the middle: of two middle cells the first.
    const fineColumn = Math.floor(((column + 0.49) * fine.grid.columns) / coarse.grid.columns);
    const fineRow = Math.floor(((row + 0.49) * fine.grid.rows) / coarse.grid.rows);
    centre[cell] = fineRow * fine.grid.columns + fineColumn;
  }
  return coarse.parent.map((node) => centre[parentCell[node]!]!);
}

function meanOfUsed(room: Int32Array | Float64Array): number {
  let sum = 0;
  let used = 0;
  for (const free of room) {
    if (free <= 0) continue;
    sum += free;
    used++;
  }
  return used === 0 ? 0 : sum / used;
}
