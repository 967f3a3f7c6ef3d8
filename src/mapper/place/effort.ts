/** How hard to look for a good placement. */
export type Effort = "fast" | "normal" | "best";

/**
 * Work that placement may do, counted in table look-ups and not in seconds, so that the result hangs on no clock.
 */
export interface Budget {
  /** Independent starts on the coarsest level; half of them go on at each finer one. */
  readonly starts: number;
  /** Levels with more nodes than this see one start only. */
  readonly raceNodes: number;
  /** Proposals a node, and look-ups of all starts together, on each level of the race. */
  readonly raceProposals: number;
  readonly raceWork: number;
  /** Layouts by least stress tried for each way of spreading the network. */
  readonly layouts: number;
  /** Proposals a node, and look-ups in all, on each finer level of the traffic graph. */
  readonly lineProposals: number;
  readonly lineWork: number;
  /** Look-ups in all when annealing the nets themselves. */
  readonly netWork: number;
}

const SCALE = { fast: 0.15, normal: 1, best: 8 } as const;

/** Netlists below this get as much work as one of this size, but a node never more than {@link SMALL_FAVOUR} times its share. */
const SMALL_NODES = 1500;
const SMALL_FAVOUR = 4;

/** Netlists up to here get work in proportion to their size; beyond, as size to some power. */
const LINEAR_NODES = 16_000;
const LINE_GROWTH = 0.2;
const NET_GROWTH = 0.5;

/** CPU seconds of `normal` on a server core: 0.5 to 0.9 for 2,000 nodes, 4 for 14,000, 50 for a million. */
export function budgetFor(effort: Effort, nodes: number): Budget {
  const scale = SCALE[effort];
  const size = Math.min(Math.max(nodes, Math.min(SMALL_NODES, SMALL_FAVOUR * nodes)), LINEAR_NODES);
  const linear = scale * size;
  const beyond = Math.max(1, nodes / LINEAR_NODES);
  const large = nodes > 5000;
  return {
    starts: Math.max(2, Math.round((large ? 16 : 8) * Math.min(2, scale))),
    raceNodes: large ? 1200 : 1000,
    raceProposals: Math.ceil(1000 * Math.min(3, scale)),
    raceWork: 11_000 * linear,
    layouts: large ? 8 : 0,
    lineProposals: Math.ceil(200 * Math.min(2, scale)),
    lineWork: 4500 * linear * beyond ** LINE_GROWTH,
    netWork: 52_000 * linear * beyond ** NET_GROWTH,
  };
}
