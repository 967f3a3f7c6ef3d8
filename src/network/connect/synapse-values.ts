import { RandomStream, stream } from "../../random/index.ts";
import { CELL_TYPES } from "../cell-types.ts";
import type { Connectivity } from "../connectivity.ts";
import { drawOne } from "../draw-values.ts";
import { CountMismatchError, DelayRangeError, WeightSignError } from "../errors.ts";
import { MAX_DELAY_TICKS, msToTicks, type Network, type Value } from "../network.ts";
import { isList } from "../value-from-document.ts";

type Synapses = Pick<Connectivity, "preSize" | "rowStart">;

/**
 * Weight of each synapse. Those of a row are a pure function of (seed, projection, pre neuron).
 *
 * @throws {WeightSignError} a drawn weight has the wrong sign for its receptor
 */
export function synapseWeights(network: Network, index: number, synapses: Synapses): Connectivity["weight"] {
  const { weight, name } = network.projections[index]!;
  if (typeof weight === "number") return weight;
  const weights = new Float32Array(synapses.rowStart[synapses.preSize]!);
  fill(
    weights,
    weight,
    `${name}.weight`,
    new RandomStream(network.seed, stream("weight", index)),
    synapses,
    weightCheck(network, index),
  );
  return weights;
}

/**
 * Whole ticks from pre spike to post effect, rounded once, here.
 *
 * @throws {DelayRangeError} a drawn delay is below a tick or beyond {@link MAX_DELAY_TICKS}
 */
export function synapseDelays(network: Network, index: number, synapses: Synapses): Connectivity["delayTicks"] {
  const { delay, name } = network.projections[index]!;
  const toTicks = delayTicks(network, `${name}.delay`);
  if (typeof delay === "number") return toTicks(delay);
  const ticks = new Uint16Array(synapses.rowStart[synapses.preSize]!);
  fill(ticks, delay, `${name}.delay`, new RandomStream(network.seed, stream("delay", index)), synapses, toTicks);
  return ticks;
}

/** A check that hands on weights whose sign suits the receptor. */
export function weightCheck(network: Network, index: number): (weight: number) => number {
  const { receptor, post, name } = network.projections[index]!;
  const cellType = network.populations[post.population]!.cell.type;
  const sign = CELL_TYPES[cellType]?.receptors[receptor]?.sign;
  return (weight) => {
    if (sign !== undefined && weight * sign < 0) {
      throw new WeightSignError(`${name}.weight`, weight, receptor, cellType, sign);
    }
    return weight;
  };
}

/** Ms to ticks, in range. */
export function delayTicks({ timestepMicros }: Network, place: string): (ms: number) => number {
  return (ms) => {
    const ticks = msToTicks(ms, timestepMicros);
    if (!(ticks >= 1 && ticks <= MAX_DELAY_TICKS)) {
      throw new DelayRangeError(place, ms, timestepMicros / 1000, (MAX_DELAY_TICKS * timestepMicros) / 1000);
    }
    return ticks;
  };
}

/** Fills row by row: a list in the order of the synapses, a distribution from the row's own random numbers. */
function fill(
  out: Float32Array | Uint16Array,
  value: Exclude<Value, number>,
  place: string,
  random: RandomStream,
  { preSize, rowStart }: Synapses,
  checked: (x: number) => number,
): void {
  if (isList(value)) {
    if (value.length !== out.length) throw new CountMismatchError(place, value.length, out.length, "synapses");
    for (let s = 0; s < out.length; s++) out[s] = checked(value[s]!);
    return;
  }
  for (let pre = 0; pre < preSize; pre++) {
    random.at(pre);
    const end = rowStart[pre + 1]!;
    for (let s = rowStart[pre]!; s < end; s++) out[s] = checked(drawOne(value, random));
  }
}
