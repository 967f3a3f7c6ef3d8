import type { CellGrid } from "./cells.ts";
import type { Hypergraph } from "./hypergraph.ts";

/** Trees of nets that touch more cells than this are estimated, not built. */
const MOST_CELLS_BUILT = 14;

/** What each cell adds to an estimated tree per hop from the source: enough to pull large nets together. */
export const FAR_CELL_HOPS = 0.06;

/** Look-ups that {@link TouchedCells.lengthAfter} costs for a net that touches so many cells, roughly. */
export function lookupsOfTree(cells: number): number {
  return cells > MOST_CELLS_BUILT ? 25 + 2 * cells : 25 + cells + 0.6 * cells * cells;
}

/**
 * Which cells each net touches, how many of its pins lie in each, and how long its tree is; kept up to date as nodes
 * move one at a time.
 *
 * The tree of a net is the minimum spanning tree over its cells. It hangs on no order and no source, and a router comes
 * within a few per cent of it. For a net over more than {@link MOST_CELLS_BUILT} cells it is estimated as one hop a cell
 * and a little more for cells far from the source: such nets fill whole regions, where every cell has a neighbour.
 *
 * Space O(pins + cells); looking up a cell of a net is a scan of its list.
 */
export class TouchedCells {
  readonly #graph: Hypergraph;
  readonly #grid: CellGrid;
  readonly #farCellHops: number;
  /** Int32Array[nets + 1]: the list of net n is at `[start[n] .. start[n] + touched[n])`. */
  readonly #start: Int32Array;
  readonly #touched: Int32Array;
  readonly #cell: Int32Array;
  readonly #pins: Int32Array;
  /** Float64Array[nets]: hops of the net's tree. */
  readonly length: Float64Array;
  readonly #cellOf: Int32Array;
  // Scratch of one tree.
  readonly #at = new Int32Array(MOST_CELLS_BUILT + 2);
  readonly #near = new Float64Array(MOST_CELLS_BUILT + 2);

  /**
   * @param cellOf Int32Array[nodes]: cell of each node; the caller moves nodes by {@link move} only
   * @param farCellHops {@link FAR_CELL_HOPS}, or 0 for the bare number of cells
   */
  constructor(graph: Hypergraph, grid: CellGrid, cellOf: Int32Array, farCellHops: number) {
    const { netCount, netStart, pins } = graph;
    this.#graph = graph;
    this.#grid = grid;
    this.#farCellHops = farCellHops;
    this.#cellOf = cellOf;
    this.#start = new Int32Array(netCount + 1);
    for (let net = 0; net < netCount; net++) {
      this.#start[net + 1] = this.#start[net]! + Math.min(grid.count, netStart[net + 1]! - netStart[net]!);
    }
    this.#touched = new Int32Array(netCount);
    this.#cell = new Int32Array(this.#start[netCount]!);
    this.#pins = new Int32Array(this.#start[netCount]!);
    this.length = new Float64Array(netCount);
    for (let net = 0; net < netCount; net++) {
      for (let at = netStart[net]!; at < netStart[net + 1]!; at++) this.#add(net, cellOf[pins[at]!]!);
      this.length[net] = this.#treeWith(net, -1, -1);
    }
  }

  /** Tree length of a net if one of its pins moved from cell `from` to cell `to`. O(cells touched), squared if built. */
  lengthAfter(net: number, from: number, to: number, isSource: boolean): number {
    const start = this.#start[net]!;
    const end = start + this.#touched[net]!;
    let leaves = -1;
    let joins = true;
    for (let at = start; at < end; at++) {
      const cell = this.#cell[at]!;
      if (cell === to) joins = false;
      else if (cell === from && this.#pins[at] === 1) leaves = cell;
    }
    if (leaves < 0 && !joins && (!isSource || end - start <= MOST_CELLS_BUILT)) return this.length[net]!;
    return this.#treeWith(net, leaves, joins ? to : -1, isSource ? to : -1);
  }

  /** Moves one pin of a net; its length becomes what {@link lengthAfter} told. */
  move(net: number, from: number, to: number, length: number): void {
    let at = this.#start[net]!;
    while (this.#cell[at] !== from) at++;
    if (--this.#pins[at]! === 0) {
      const last = this.#start[net]! + --this.#touched[net]!;
      this.#cell[at] = this.#cell[last]!;
      this.#pins[at] = this.#pins[last]!;
    }
    this.#add(net, to);
    this.length[net] = length;
  }

  #add(net: number, cell: number): void {
    const start = this.#start[net]!;
    const end = start + this.#touched[net]!;
    // Pins come in runs that lie in one cell: the last cell of the list is the likeliest.
    let at = end > start && this.#cell[end - 1] === cell ? end - 1 : start;
    while (at < end && this.#cell[at] !== cell) at++;
    if (at === end) {
      this.#cell[at] = cell;
      this.#pins[at] = 1;
      this.#touched[net]!++;
    } else {
      this.#pins[at]!++;
    }
  }

  /** Tree length over the net's cells, less `without`, and `plus`; -1 for neither. */
  #treeWith(net: number, without: number, plus: number, source = -1): number {
    const { place, distance, middle } = this.#grid;
    const at = this.#at;
    const near = this.#near;
    const start = this.#start[net]!;
    const end = start + this.#touched[net]!;
    const cells = end - start - (without >= 0 ? 1 : 0) + (plus >= 0 ? 1 : 0);
    if (cells <= 1) return 0;
    if (cells > MOST_CELLS_BUILT) {
      const from = place[source >= 0 ? source : this.#cellOf[this.#graph.pins[this.#graph.netStart[net]!]!]!]!;
      let far = plus >= 0 ? distance[place[plus]! - from + middle]! : 0;
      for (let index = start; index < end; index++) {
        const cell = this.#cell[index]!;
        if (cell !== without) far += distance[place[cell]! - from + middle]!;
      }
      return cells - 1 + this.#farCellHops * far;
    }
    let count = 0;
    for (let index = start; index < end; index++) {
      const cell = this.#cell[index]!;
      if (cell !== without) at[count++] = place[cell]!;
    }
    if (plus >= 0) at[count++] = place[plus]!;

    // Prim's algorithm; the cells not yet in the tree are at[0 .. count), each `near` hops from it.
    let last = at[--count]!;
    if (count === 1) return distance[at[0]! - last + middle]!;
    let best = 0;
    for (let index = 0; index < count; index++) {
      near[index] = distance[at[index]! - last + middle]!;
      if (near[index]! < near[best]!) best = index;
    }
    let length = near[best]!;
    last = at[best]!;
    at[best] = at[--count]!;
    near[best] = near[count]!;
    while (count > 0) {
      best = 0;
      for (let index = 0; index < count; index++) {
        const hops = distance[at[index]! - last + middle]!;
        if (hops < near[index]!) near[index] = hops;
        if (near[index]! < near[best]!) best = index;
      }
      length += near[best]!;
      last = at[best]!;
      at[best] = at[--count]!;
      near[best] = near[count]!;
    }
    return length;
  }
}
