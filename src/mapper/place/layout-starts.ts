import type { CellGrid } from "./cells.ts";
import type { Level } from "./hierarchy.ts";
import { randomNumbers } from "./random.ts";
import { shortestPaths } from "./shortest-paths.ts";
import { type Layout, type LayoutShape, stressLayout } from "./stress-layout.ts";

/** From this share of the cores on, a network may fill the machine all around, and is tried with edges that meet. */
const FILLS = 0.75;

/**
 * Cells wished for by the nodes of a level, from layouts by least stress: the best of `tries`, for every way of spreading
 * the network over the machine.
 *
 * A network that fills a torus may be a torus itself, or a sheet, or joined along one axis. Which of them fits shows in
 * the traffic, not in the stress. A torus comes out untwisted about every other time.
 */
export function layoutStarts({ graph, grid }: Level, tries: number, seed: number): Int32Array[] {
  const paths = shortestPaths(graph);
  const random = randomNumbers(seed);
  return shapesFor(graph.cores, grid).map((shape) => {
    let best = stressLayout(graph.nodeCount, paths, shape, random);
    for (let tried = 1; tried < tries; tried++) {
      const next = stressLayout(graph.nodeCount, paths, shape, random);
      if (next.stress < best.stress) best = next;
    }
    return cellsOf(best, shape, grid);
  });
}

function shapesFor(cores: Int32Array, grid: CellGrid): LayoutShape[] {
  const { chipColumns, chipRows, wrapX, wrapY } = grid;
  const used = total(cores) / total(grid.cores);
  if (used < FILLS) {
    const side = Math.sqrt(used);
    return [{ width: chipColumns * side, height: chipRows * side, wrapX: false, wrapY: false }];
  }
  const ways = (wraps: boolean): boolean[] => (wraps ? [true, false] : [false]);
  return ways(wrapX).flatMap((x) =>
    ways(wrapY).map((y) => ({ width: chipColumns, height: chipRows, wrapX: x, wrapY: y })),
  );
}

/** The middle of the layout comes to the middle of the machine. */
function cellsOf(layout: Layout, shape: LayoutShape, grid: CellGrid): Int32Array {
  const { columns, rows, chipColumns, chipRows, wrapX, wrapY } = grid;
  return Int32Array.from(layout.x, (x, node) => {
    const chipX = x + (chipColumns - shape.width) / 2;
    const chipY = layout.y[node]! + (chipRows - shape.height) / 2;
    const column = inside(Math.floor((chipX * columns) / chipColumns), columns, wrapX);
    return inside(Math.floor((chipY * rows) / chipRows), rows, wrapY) * columns + column;
  });
}

function inside(at: number, count: number, wraps: boolean): number {
  if (wraps) return ((at % count) + count) % count;
  return Math.min(count - 1, Math.max(0, at));
}

function total(values: Int32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
