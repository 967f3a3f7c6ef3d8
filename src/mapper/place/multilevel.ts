import { annealLines } from "./anneal-lines.ts";
import type { Budget } from "./effort.ts";
import { inherit, type Level } from "./hierarchy.ts";
import { settle } from "./settle.ts";

/** Share of a cell's room that may be overdrawn above the finest level, where nodes are too large to fill it evenly. */
const SLACK = 0.25;

/** Temperatures (see {@link Schedule}): melt the coarsest level, loosen those of the race, settle the finer ones. */
const MELTED = 3;
const LOOSE = 1;
const FIRM = 0.3;
const COLD = 0.03;

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

  let rivals = Array.from({ length: budget.starts }, (_, start) => ({
    cellOf: inTheMiddle(levels[top]!),
    seed: seed + start * 7919,
    traffic: 0,
  }));
  for (let level = top; level >= last; level--) {
    for (const rival of rivals) {
      if (level < top) rival.cellOf = inherit(rival.cellOf, levels[level + 1]!, levels[level]!);
      rival.traffic = anneal(level, rival.cellOf, rival.seed, budget.raceWork / rivals.length).traffic;
    }
    rivals.sort((a, b) => a.traffic - b.traffic);
    rivals = rivals.slice(0, Math.ceil(rivals.length / 2));
  }
  let { cellOf } = rivals[0]!;
  let homeless = 0;
  for (let level = last - 1; level >= 0; level--) {
    cellOf = inherit(cellOf, levels[level + 1]!, levels[level]!);
    homeless = anneal(level, cellOf, seed, budget.lineWork).homeless;
  }
  return homeless === 0 ? cellOf : undefined;

  function anneal(
    level: number,
    cellOf: Int32Array,
    seed: number,
    work: number,
  ): { traffic: number; homeless: number } {
    const { graph, grid } = levels[level]!;
    const slack = level > 0 ? SLACK : 0;
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.pinned[node]! >= 0) cellOf[node] = grid.ofChip[graph.pinned[node]!]!;
    }
    const homeless = settle(graph, grid, cellOf, slack).length;
    const hot = level === top ? MELTED : level >= last ? LOOSE : FIRM;
    const aNode =
      level === top ? 4 * budget.raceProposals : level >= last ? budget.raceProposals : budget.lineProposals;
    const linesAProposal = 2 * Math.max(1, graph.neighbour.length / graph.nodeCount);
    const proposals = Math.ceil(Math.min(graph.nodeCount * aNode, work / linesAProposal));
    const traffic = annealLines(graph, grid, cellOf, { proposals, hot, cold: COLD, slack }, seed + level);
    return { traffic, homeless };
  }
}

function inTheMiddle({ graph, grid }: Level): Int32Array {
  const middle = Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
  return new Int32Array(graph.nodeCount).fill(middle);
}
