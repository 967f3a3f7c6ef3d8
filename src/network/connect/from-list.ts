import type { Connectivity } from "../connectivity.ts";
import type { ConnectionList, Network } from "../network.ts";
import { postArray } from "./rows.ts";
import type { Sides } from "./sides.ts";
import { delayTicks, synapseDelays, synapseWeights, weightCheck } from "./synapse-values.ts";

/** Explicit connections, sorted by pre and post neuron; equal pairs stay in the order of the list. */
export function connectList(network: Network, index: number, list: ConnectionList, sides: Sides): Connectivity {
  const { name } = network.projections[index]!;
  const { preFirst, preCount, postFirst, postCount } = sides;
  const own = ownConnections(list, sides);
  const byPost = stableOrder(own, list.post, postFirst, postCount);
  const order = stableOrder(byPost, list.pre, preFirst, preCount);
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const rowStart = new Uint32Array(sides.prePopulationSize + 1);
  const post = postArray(sides.postPopulationSize, order.length, name);
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

/** Indices of the connections that lie between this projection's own views. */
function ownConnections(
  { pre, post }: ConnectionList,
  { preFirst, preCount, postFirst, postCount }: Sides,
): Uint32Array {
  const own = new Uint32Array(pre.length);
  let count = 0;
  for (let i = 0; i < pre.length; i++) {
    const row = pre[i]! - preFirst;
    const column = post[i]! - postFirst;
    if (row >= 0 && row < preCount && column >= 0 && column < postCount) own[count++] = i;
  }
  return own.subarray(0, count);
}

/** The indices sorted by their keys, which lie in `[first .. first + count)`; equal keys keep their order. */
function stableOrder(indices: Uint32Array, keys: Uint32Array, first: number, count: number): Uint32Array {
  const next = new Uint32Array(count + 1);
  for (const i of indices) next[keys[i]! - first + 1]!++;
  for (let key = 0; key < count; key++) next[key + 1]! += next[key]!;
  const sorted = new Uint32Array(indices.length);
  for (const i of indices) sorted[next[keys[i]! - first]!++] = i;
  return sorted;
}
