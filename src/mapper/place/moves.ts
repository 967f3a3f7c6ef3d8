import { type CellGrid, stepFrom } from "./cells.ts";

/** How hot to anneal, and how long. */
export interface Schedule {
  /** Moves and swaps proposed. */
  readonly proposals: number;
  /** First and last temperature, in units of a mean weight times one hop; it falls geometrically. */
  readonly hot: number;
  readonly cold: number;
  /** Share of the cores and SDRAM of a cell that may be overdrawn; 0 on real chips. */
  readonly slack: number;
}

/** What a node takes up, all arrays by node. */
export interface Sizes {
  readonly cores: Int32Array;
  readonly sdram: Float64Array;
  /** Chip the node is pinned to, or -1. */
  readonly pinned: Int32Array;
}

/** No node has to leave for the move; no node can. */
export const FREE = -1;
export const FULL = -2;

/** Proposals between two steps down in temperature. */
const STEP = 256;

/**
 * Which moves there are: where a node may go, who has to change places with it, and what is free in each cell. Also the
 * random numbers and the temperature of an annealing run. Every method is O(1).
 */
export class Moves {
  readonly #grid: CellGrid;
  readonly #sizes: Sizes;
  readonly #cellOf: Int32Array;
  readonly #freeCores: Int32Array;
  readonly #freeSdram: Float64Array;
  /** The nodes of cell c are `nodes[start[c] .. start[c] + count[c])`, in no order; node v is at `slot[v]` of its cell. */
  readonly #start: Int32Array;
  readonly #count: Int32Array;
  readonly #nodes: Int32Array;
  readonly #slot: Int32Array;
  readonly #cooling: number;
  #temperature: number;
  /** State of a xorshift generator, never 0. */
  #bits: number;

  /**
   * @param cellOf Int32Array[nodes]: changed in place by {@link apply}
   * @param scale weight of temperature 1
   */
  constructor(sizes: Sizes, grid: CellGrid, cellOf: Int32Array, schedule: Schedule, scale: number, seed: number) {
    const { slack, hot, cold, proposals } = schedule;
    this.#grid = grid;
    this.#sizes = sizes;
    this.#cellOf = cellOf;
    this.#freeCores = Int32Array.from(grid.cores, (free) => Math.floor(free * (1 + slack)));
    this.#freeSdram = Float64Array.from(grid.sdram, (free) => free * (1 + slack));
    this.#start = new Int32Array(grid.count + 1);
    // A node has at least one core, so a cell never holds more nodes than cores.
    for (let cell = 0; cell < grid.count; cell++) {
      this.#start[cell + 1] = this.#start[cell]! + this.#freeCores[cell]! + 1;
    }
    this.#count = new Int32Array(grid.count);
    this.#nodes = new Int32Array(this.#start[grid.count]!);
    this.#slot = new Int32Array(cellOf.length);
    for (let node = 0; node < cellOf.length; node++) {
      if (sizes.pinned[node]! < 0) this.#enter(node, cellOf[node]!);
    }
    this.#temperature = hot * scale;
    this.#cooling = (cold / hot) ** (STEP / Math.max(STEP, proposals));
    this.#bits = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  }

  /** A whole number from 0 to `below` - 1. */
  draw(below: number): number {
    return Math.floor((this.#word() / 4294967296) * below);
  }

  /** Lowers the temperature when it is time. */
  cool(proposal: number): void {
    if (proposal % STEP === 0) this.#temperature *= this.#cooling;
  }

  /** The cell of a node that the moving one talks to, or one beside it; -1 beyond the edge. */
  near(talksTo: number): number {
    const cell = this.#cellOf[talksTo]!;
    const direction = this.#word() >>> 28;
    return direction < 12 ? stepFrom(this.#grid, cell, direction % 6) : cell;
  }

  /** Who must change places with the node if it goes to another cell: a node of that cell, {@link FREE} or {@link FULL}. */
  partner(node: number, to: number): number {
    const { cores, sdram } = this.#sizes;
    if (this.#freeCores[to]! >= cores[node]! && this.#freeSdram[to]! >= sdram[node]!) return FREE;
    const count = this.#count[to]!;
    if (count === 0) return FULL;
    const other = this.#nodes[this.#start[to]! + this.draw(count)]!;
    const from = this.#cellOf[node]!;
    const moreCores = cores[node]! - cores[other]!;
    const moreSdram = sdram[node]! - sdram[other]!;
    const fits =
      this.#freeCores[to]! >= moreCores &&
      this.#freeSdram[to]! >= moreSdram &&
      this.#freeCores[from]! >= -moreCores &&
      this.#freeSdram[from]! >= -moreSdram;
    return fits ? other : FULL;
  }

  /** Better changes always, worse ones at times. */
  accepts(change: number): boolean {
    return change <= 0 || this.#word() / 4294967296 < Math.exp(-change / this.#temperature);
  }

  /** Carries the move out; `other` as {@link partner} told. */
  apply(node: number, to: number, other: number): void {
    const from = this.#cellOf[node]!;
    this.#leave(node, from);
    if (other >= 0) {
      this.#leave(other, to);
      this.#enter(other, from);
    }
    this.#enter(node, to);
  }

  #leave(node: number, cell: number): void {
    this.#freeCores[cell]! += this.#sizes.cores[node]!;
    this.#freeSdram[cell]! += this.#sizes.sdram[node]!;
    const slot = this.#slot[node]!;
    const last = this.#nodes[this.#start[cell]! + --this.#count[cell]!]!;
    this.#nodes[this.#start[cell]! + slot] = last;
    this.#slot[last] = slot;
  }

  #enter(node: number, cell: number): void {
    this.#freeCores[cell]! -= this.#sizes.cores[node]!;
    this.#freeSdram[cell]! -= this.#sizes.sdram[node]!;
    const slot = this.#count[cell]!++;
    this.#nodes[this.#start[cell]! + slot] = node;
    this.#slot[node] = slot;
    this.#cellOf[node] = cell;
  }

  #word(): number {
    let bits = this.#bits;
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    this.#bits = bits;
    return bits >>> 0;
  }
}
