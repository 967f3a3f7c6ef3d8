import type { RandomStream } from "../../random/index.ts";
import type { RowSet } from "./row-set.ts";

export interface FixedNumberOptions {
  /** Synapses of each neuron, or in all. */
  readonly n: number;
  readonly withReplacement: boolean;
  readonly allowSelfConnections: boolean;
}

/**
 * Puts n of the numbers 0 .. size - 1 into the empty set, each choice equally likely.
 * @param excluded a number that is never chosen, or -1
 */
export function choose(
  random: RandomStream,
  n: number,
  size: number,
  excluded: number,
  withReplacement: boolean,
  set: RowSet,
): void {
  const candidates = excluded < 0 ? size : size - 1;
  // Drawn numbers from the excluded one on stand for those one higher.
  const shift = excluded < 0 ? size : excluded;
  if (withReplacement) {
    for (let i = 0; i < n; i++) {
      const drawn = random.below(candidates);
      set.add(drawn < shift ? drawn : drawn + 1);
    }
  } else if (n <= candidates / 2) {
    for (let i = 0; i < n; ) {
      const drawn = random.below(candidates);
      if (set.addNew(drawn < shift ? drawn : drawn + 1)) i++;
    }
  } else {
    // Most are chosen: choose those to leave out.
    for (let number = 0; number < size; number++) if (number !== excluded) set.addNew(number);
    for (let i = n; i < candidates; ) {
      const drawn = random.below(candidates);
      if (set.delete(drawn < shift ? drawn : drawn + 1)) i++;
    }
  }
}
