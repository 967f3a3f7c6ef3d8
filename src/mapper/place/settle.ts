import { type CellGrid, stepFrom } from "./cells.ts";
import { hubsOf } from "./hubs.ts";
import type { TrafficGraph } from "./traffic-graph.ts";

/** Cells with room that are compared for a node before the best of them is taken. */
const CELLS_COMPARED = 4;

/** Nodes farther than this from the nearest room do not go there themselves: others make way for them. */
const FAR_HOPS = 3;

/**
 * Moves every node from where it would like to be to a cell that has room. Large nodes first, as they are the hardest
 * to fit. Where there is room nearby, a node takes the cell with least traffic times distance; where there is none, it
 * stays, and on each cell of the way to the nearest room one node as large moves on by one: nobody ends up far from
 * where its neighbours are, however full the machine is.
 *
 * @param cellOf Int32Array[nodes]: wished cells on entry, cells within capacity on return; pinned nodes stay
 * @param slack share of each cell's room that may be overdrawn
 * @returns nodes for which no cell has room; they are left at their wish
 */
export function settle(graph: TrafficGraph, grid: CellGrid, cellOf: Int32Array, slack: number): number[] {
  const settling = new Settling(graph, grid, cellOf, slack);
  const unsettled: number[] = [];
  for (const node of largestFirst(graph, grid)) {
    if (graph.pinned[node]! < 0 && !settling.settle(node)) unsettled.push(node);
  }
  return unsettled;
}

class Settling {
  readonly #graph: TrafficGraph;
  readonly #hub: Uint8Array;
  readonly #grid: CellGrid;
  readonly #cellOf: Int32Array;
  readonly #freeCores: Int32Array;
  readonly #freeSdram: Float64Array;
  /** Nodes settled in a cell, as a list: `first[cell]`, then `next[node]`; -1 at the end. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  // The search for room: cells in the order they are reached from a wish, from where, and after how many steps. It is
  // the same for all nodes with that wish, and goes on where it was left off.
  readonly #queue: Int32Array;
  readonly #seen: Int32Array;
  readonly #from: Int32Array;
  readonly #steps: Int32Array;
  #search = 0;
  #wish = -1;
  /** Cells reached, and how many of them have been searched on from. */
  #reached = 0;
  #searched = 0;
  /** How many of the first cells reached have no room for even the smallest node. */
  #full = 0;
  readonly #leastCores: number;

  constructor(graph: TrafficGraph, grid: CellGrid, cellOf: Int32Array, slack: number) {
    this.#graph = graph;
    this.#hub = hubsOf(graph.start);
    this.#grid = grid;
    this.#cellOf = cellOf;
    this.#freeCores = Int32Array.from(grid.cores, (free) => Math.floor(free * (1 + slack)));
    this.#freeSdram = Float64Array.from(grid.sdram, (free) => free * (1 + slack));
    this.#first = new Int32Array(grid.count).fill(-1);
    this.#next = new Int32Array(graph.nodeCount);
    this.#queue = new Int32Array(grid.count);
    this.#seen = new Int32Array(grid.count);
    this.#from = new Int32Array(grid.count);
    this.#steps = new Int32Array(grid.count);
    this.#leastCores = graph.cores.reduce((least, cores) => Math.min(least, cores), Infinity);
  }

  /** Gives a node a cell; false if none has room. */
  settle(node: number): boolean {
    this.#searchFrom(this.#cellOf[node]!);
    let best = -1;
    let bestCost = Infinity;
    let compared = 0;
    for (let at = this.#full; compared < CELLS_COMPARED && this.#reach(at); at++) {
      const cell = this.#queue[at]!;
      if (at === this.#full && this.#freeCores[cell]! < this.#leastCores) this.#full++;
      if (!this.#hasRoom(cell, node)) continue;
      if (compared === 0 && this.#steps[cell]! > FAR_HOPS && this.#makeWay(cell, node)) return true;
      // Nodes that made way in vain may have taken the room.
      if (!this.#hasRoom(cell, node)) continue;
      compared++;
      const cost = this.#cost(node, cell);
      if (cost < bestCost) {
        best = cell;
        bestCost = cost;
      }
    }
    if (best < 0) return false;
    this.#enter(node, best);
    return true;
  }

  #searchFrom(wish: number): void {
    if (wish === this.#wish) return;
    this.#wish = wish;
    this.#queue[0] = wish;
    this.#seen[wish] = ++this.#search;
    this.#steps[wish] = 0;
    this.#reached = 1;
    this.#searched = 0;
    this.#full = 0;
  }

  /** Searches until so many cells and one more are reached; false if there are no more. */
  #reach(at: number): boolean {
    while (this.#reached <= at) {
      if (this.#searched === this.#reached) return false;
      const cell = this.#queue[this.#searched++]!;
      for (let link = 0; link < 6; link++) {
        const next = stepFrom(this.#grid, cell, link);
        if (next < 0 || this.#seen[next] === this.#search) continue;
        this.#seen[next] = this.#search;
        this.#from[next] = cell;
        this.#steps[next] = this.#steps[cell]! + 1;
        this.#queue[this.#reached++] = next;
      }
    }
    return true;
  }

  /**
   * Passes the room in a cell on towards the node's wish, one node as large moving a step the other way each time;
   * the node takes it where it ends up. False, and the node still without a cell, if it does not fit there.
   */
  #makeWay(room: number, node: number): boolean {
    let to = room;
    while (this.#steps[to]! > 0) {
      const from = this.#from[to]!;
      const mover = this.#bestMover(from, to, node);
      if (mover < 0) break;
      this.#leave(mover, from);
      this.#enter(mover, to);
      // A larger node leaves room behind.
      if (this.#graph.cores[mover]! > this.#graph.cores[node]!) this.#full = 0;
      to = from;
    }
    if (!this.#hasRoom(to, node)) {
      this.#full = 0;
      return false;
    }
    this.#enter(node, to);
    return true;
  }

  /** The node, no hub, at least as large as `like` that loses least by moving from one cell to another with room for it; -1 for none. */
  #bestMover(from: number, to: number, like: number): number {
    const { cores } = this.#graph;
    let best = -1;
    let bestChange = Infinity;
    for (let node = this.#first[from]!; node >= 0; node = this.#next[node]!) {
      if (this.#hub[node] === 1 || cores[node]! < cores[like]! || !this.#hasRoom(to, node)) continue;
      const change = this.#cost(node, to) - this.#cost(node, from);
      if (change >= bestChange) continue;
      best = node;
      bestChange = change;
    }
    return best;
  }

  #hasRoom(cell: number, node: number): boolean {
    return this.#freeCores[cell]! >= this.#graph.cores[node]! && this.#freeSdram[cell]! >= this.#graph.sdram[node]!;
  }

  /** Traffic times distance of a node if it were in a cell. */
  #cost(node: number, cell: number): number {
    const { start, neighbour, weight } = this.#graph;
    const { place, distance, middle } = this.#grid;
    const here = middle - place[cell]!;
    let cost = 0;
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      cost += weight[at]! * distance[place[this.#cellOf[neighbour[at]!]!]! + here]!;
    }
    return cost;
  }

  #enter(node: number, cell: number): void {
    this.#cellOf[node] = cell;
    this.#freeCores[cell]! -= this.#graph.cores[node]!;
    this.#freeSdram[cell]! -= this.#graph.sdram[node]!;
    this.#next[node] = this.#first[cell]!;
    this.#first[cell] = node;
  }

  #leave(node: number, cell: number): void {
    this.#freeCores[cell]! += this.#graph.cores[node]!;
    this.#freeSdram[cell]! += this.#graph.sdram[node]!;
    if (this.#first[cell] === node) {
      this.#first[cell] = this.#next[node]!;
      return;
    }
    let at = this.#first[cell]!;
    while (this.#next[at] !== node) at = this.#next[at]!;
    this.#next[at] = this.#next[node]!;
  }
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
