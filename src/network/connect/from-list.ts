import type { Connectivity } from "../connectivity.ts";
import type { ConnectionList, Network } from "../network.ts";
import { postArray } from "./rows.ts";
import type { Sides } from "./sides.ts";
import { delayTicks, synapseDelays, synapseWeights, weightCheck } from "./synapse-values.ts";

/** Explicit connections, sorted by pre and post neuron; equal pairs stay in the order of the list. */
export function connectList(network: Network, index: number, list: ConnectionList, sides: Sides): Connectivity {
  const { name } = network.projections[index]!;
  const { preFirst, preCount, postFirst, postCount } = sides;
  const kept: number[] = [];
  for (let i = 0; i < list.pre.length; i++) {
    const pre = list.pre[i]!;
    const post = list.post[i]!;
    if (pre >= preFirst && pre < preFirst + preCount && post >= postFirst && post < postFirst + postCount) kept.push(i);
  }
  const order = Uint32Array.from(kept).sort(
    (a, b) => list.pre[a]! - list.pre[b]! || list.post[a]! - list.post[b]! || a - b,
  );
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const rowStart = new Uint32Array(sides.prePopulationSize + 1);
  const post = postArray(sides.postPopulationSize, order.length);
  order.forEach((i, s) => {
    const pre = list.pre[i]! - preFirst;
    const target = list.post[i]! - postFirst;
    rowStart[(preNeurons?.[pre] ?? pre) + 1]!++;
    post[s] = postNeurons?.[target] ?? target;
  });
  for (let pre = 0; pre < sides.prePopulationSize; pre++) rowStart[pre + 1]! += rowStart[pre]!;
  const synapses = { preSize: sides.prePopulationSize, postSize: sides.postPopulationSize, rowStart, post };
  const { weight, delayMs } = list;
  const checked = weightCheck(network, index);
  const toTicks = delayTicks(network, `${name}.connector.connections`);
  return {
    ...synapses,
    weight:
      weight === undefined
        ? synapseWeights(network, index, synapses)
        : Float32Array.from(order, (i) => checked(weight[i]!)),
    delayTicks:
      delayMs === undefined
        ? synapseDelays(network, index, synapses)
        : Uint16Array.from(order, (i) => toTicks(delayMs[i]!)),
  };
}
