import { annealLines } from "./anneal-lines.ts";
import type { Budget } from "./effort.ts";
import { inherit, type Level } from "./hierarchy.ts";
import { layoutStarts } from "./layout-starts.ts";
import { settle } from "./settle.ts";

/**
 * Share of a cell's room that may be overdrawn above the finest level, where nodes are too large to fill it evenly.
 *
 * Where there are many nodes, slack of that size would let whole regions draw together, and the finest level could make
 * room in them only by moving nodes far. There it is a share of a node, or a little more than a core or two.
 */
const SLACK = 0.25;
const MANY_NODES = 5000;
const OVERDRAWN_SHARE = 0.25;
const LEAST_OVERDRAWN = 2;

/** Layouts by least stress join the race on the finest level with no more nodes than this. */
const LAYOUT_NODES = 320;

/** Temperatures (see {@link Schedule}): melt the coarsest level, loosen those of the race, settle the finer ones. */
const MELTED = 3;
const LOOSE = 1;
const FIRM = 0.3;
const COLD = 0.03;

/** One of the placements that race on the coarse levels. */
interface Rival {
  cellOf: Int32Array;
  /** Nodes that no cell had room for. */
  homeless: number;
  readonly seed: number;
  traffic: number;
}

/**
 * Places a traffic graph from coarse to fine: on each level the nodes go where their parents are, then anneal.
 *
 * What goes wrong on the coarsest level (a network laid out with a twist) is never mended on a finer one, but shows in
 * the cost a few levels down. So many starts are made there, where they are cheap, and on every level the better half
 * goes on; below {@link Budget.raceNodes} nodes the best one goes on alone.
 *
 * @param levels finest first
 * @returns Int32Array[nodes]: chip of each node, or nothing if some node found no chip with room
 */
export function placeMultilevel(levels: readonly Level[], budget: Budget, seed: number): Int32Array | undefined {
  const top = levels.length - 1;
  let last = top;
  while (last > 1 && levels[last - 1]!.graph.nodeCount <= budget.raceNodes) last--;

  // All begin alike, and settling takes no chances.
  const middle = inTheMiddle(levels[top]!);
  const homelessThere = settleOn(top, middle);
  let rivals = Array.from(
    { length: budget.starts },
    (_, start): Rival => ({
      cellOf: middle.slice(),
      homeless: homelessThere,
      seed: seed + start * 7919,
      traffic: 0,
    }),
  );
  const entry = budget.layouts > 0 ? entryLevel(levels, last) : -1;
  for (let level = top; level >= last; level--) {
    if (level < top) {
      for (const rival of rivals) {
        rival.cellOf = inherit(rival.cellOf, levels[level + 1]!, levels[level]!);
        rival.homeless = settleOn(level, rival.cellOf);
      }
    }
    if (level === entry) {
      for (const cellOf of layoutStarts(levels[level]!, budget.layouts, seed)) {
        rivals.push({ cellOf, homeless: settleOn(level, cellOf), seed, traffic: 0 });
      }
    }
    for (const rival of rivals) {
      rival.traffic = anneal(level, rival.cellOf, rival.seed, budget.raceWork / rivals.length);
    }
    rivals.sort((a, b) => a.traffic - b.traffic);
    rivals = rivals.slice(0, Math.ceil(rivals.length / 2));
  }
  let { cellOf, homeless } = rivals[0]!;
  for (let level = last - 1; level >= 0; level--) {
    cellOf = inherit(cellOf, levels[level + 1]!, levels[level]!);
    homeless = settleOn(level, cellOf);
    anneal(level, cellOf, seed, budget.lineWork);
  }
  return homeless === 0 ? cellOf : undefined;

  /** Puts pinned nodes where they belong and all others where there is room; returns for how many there is none. */
  function settleOn(level: number, cellOf: Int32Array): number {
    const { graph, grid } = levels[level]!;
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.pinned[node]! >= 0) cellOf[node] = grid.ofChip[graph.pinned[node]!]!;
    }
    return settle(graph, grid, cellOf, slackOf(levels[level]!, level === 0)).length;
  }

  /** Returns the traffic that is left. */
  function anneal(level: number, cellOf: Int32Array, seed: number, work: number): number {
    const { graph, grid } = levels[level]!;
    const slack = slackOf(levels[level]!, level === 0);
    const hot = level === top ? MELTED : level >= last ? LOOSE : FIRM;
    const aNode =
      level === top ? 4 * budget.raceProposals : level >= last ? budget.raceProposals : budget.lineProposals;
    const linesAProposal = 2 * Math.max(1, graph.neighbour.length / graph.nodeCount);
    const proposals = Math.ceil(Math.min(graph.nodeCount * aNode, work / linesAProposal));
    return annealLines(graph, grid, cellOf, { proposals, hot, cold: COLD, slack }, seed + level);
  }
}

/** The finest level of the race that is small enough for layouts; -1 if none is. */
function entryLevel(levels: readonly Level[], last: number): number {
  for (let level = last; level < levels.length; level++) {
    if (levels[level]!.graph.nodeCount <= LAYOUT_NODES) return level;
  }
  return -1;
}

function inTheMiddle({ graph, grid }: Level): Int32Array {
  const middle = Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
  return new Int32Array(graph.nodeCount).fill(middle);
}

/** Share of a cell's room that may be overdrawn. */
function slackOf({ graph, grid }: Level, finest: boolean): number {
  if (finest) return 0;
  if (graph.nodeCount < MANY_NODES) return SLACK;
  const mean = sumOf(graph.cores) / graph.nodeCount;
  const cell = sumOf(grid.cores) / grid.cores.reduce((used, cores) => used + (cores > 0 ? 1 : 0), 0);
  return Math.min(SLACK, Math.max(LEAST_OVERDRAWN, OVERDRAWN_SHARE * mean) / cell);
}

function sumOf(values: Int32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
