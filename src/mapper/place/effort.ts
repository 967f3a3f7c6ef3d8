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
  /** Proposals a node on the levels of the race. */
  readonly raceProposals: number;
  /** Proposals a node, and look-ups in all, on each finer level of the traffic graph. */
  readonly lineProposals: number;
  readonly lineWork: number;
  /** Look-ups in all when annealing the nets themselves. */
  readonly netWork: number;
}

const SCALE = { fast: 0.15, normal: 1, best: 8 } as const;

/** Netlists up to here get work in proportion to their size; beyond, as size to the power of {@link GROWTH}. */
const LINEAR_NODES = 16_000;
const GROWTH = 0.5;

/** On a 2020s core, `normal` takes 0.5 s for 2,000 nodes, 5 s for 14,000 and half a minute for a million. */
export function budgetFor(effort: Effort, nodes: number): Budget {
  const scale = SCALE[effort];
  const size = Math.min(nodes, LINEAR_NODES) * Math.max(1, nodes / LINEAR_NODES) ** GROWTH;
  const large = nodes > 5000;
  return {
    starts: Math.max(2, Math.round((large ? 16 : 8) * Math.min(2, scale))),
    raceNodes: large ? 1200 : 500,
    raceProposals: Math.ceil((large ? 1000 : 300) * Math.min(3, scale)),
    lineProposals: Math.ceil(200 * Math.min(2, scale)),
    lineWork: scale * 8000 * size,
    netWork: scale * 60_000 * size,
  };
}
