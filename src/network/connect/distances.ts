import type { Network } from "../network.ts";
import { linePositions } from "../structure.ts";
import type { Sides } from "./sides.ts";

/** Distance in space units between a pre and a post number of a connector's sides. */
export function distances(network: Network, sides: Sides): (pre: number, post: number) => number {
  const of = ({ population, neuron }: ReturnType<Sides["preCells"]>): Float64Array => {
    const places = network.populations.map(({ positions, size }) => positions ?? linePositions(size));
    const out = new Float64Array(population.length * 3);
    for (let i = 0; i < population.length; i++) {
      const all = places[population[i]!]!;
      const at = neuron[i]! * 3;
      out.set([all[at]!, all[at + 1]!, all[at + 2]!], i * 3);
    }
    return out;
  };
  const from = of(sides.preCells());
  const to = of(sides.postCells());
  return (pre, post) => {
    const dx = from[pre * 3]! - to[post * 3]!;
    const dy = from[pre * 3 + 1]! - to[post * 3 + 1]!;
    const dz = from[pre * 3 + 2]! - to[post * 3 + 2]!;
    // Not Math.hypot, whose bits are the engine's choice.
    return Math.sqrt(dx * dx + dy * dy + dz * dz);
  };
}
