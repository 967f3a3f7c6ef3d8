import type { Network } from "../network.ts";
import { linePositions } from "../structure.ts";
import type { Cells, Sides } from "./sides.ts";

/** Where the cells of a connector's sides are, in space units. */
export interface Distances {
  /** Float64Array[post side * 3]: x, y, z of each number. */
  readonly postPositions: Float64Array;
  /** Float64Array[pre side * 3]. */
  readonly prePositions: Float64Array;
  /** From a number of the pre side to one of the post side. */
  between(pre: number, post: number): number;
}

export function distances(network: Network, sides: Sides): Distances {
  const positionsOf = ({ population, neuron }: Cells): Float64Array => {
    const places = network.populations.map(({ positions, size }) => positions ?? linePositions(size));
    const out = new Float64Array(population.length * 3);
    for (let i = 0; i < population.length; i++) {
      const all = places[population[i]!]!;
      const at = neuron[i]! * 3;
      out.set([all[at]!, all[at + 1]!, all[at + 2]!], i * 3);
    }
    return out;
  };
  const from = positionsOf(sides.preCells());
  const to = positionsOf(sides.postCells());
  return {
    prePositions: from,
    postPositions: to,
    between(pre, post) {
      const dx = from[pre * 3]! - to[post * 3]!;
      const dy = from[pre * 3 + 1]! - to[post * 3 + 1]!;
      const dz = from[pre * 3 + 2]! - to[post * 3 + 2]!;
      // Not Math.hypot, whose bits are the engine's choice.
      return Math.sqrt(dx * dx + dy * dy + dz * dz);
    },
  };
}
