import type { RouteForest } from "../netlist.ts";
import { isDefaultRouted } from "../tables/default-route.ts";

/**
 * What it is worth to share a route that default routing makes anyway, next to 1 for one that needs an entry: such keys
 * need entries only where merged entries of other routes catch them.
 */
const DEFAULT_ROUTE_WORTH = 0.25;

/**
 * Nets with identical trees, taken together, and what tells the bundles apart: the route each asks of each chip.
 *
 * A chip together with a route that some net asks of it is a feature; features are numbered in ascending order of chips.
 */
export interface RouteBundles {
  readonly count: number;
  /** Int32Array[bundles + 1]: nets of bundle b are `nets[netStart[b] .. netStart[b + 1])`, ascending. */
  readonly netStart: Int32Array;
  readonly nets: Int32Array;
  /** Int32Array[bundles + 1]: features of bundle b are `feature[featureStart[b] .. featureStart[b + 1])`, ascending. */
  readonly featureStart: Int32Array;
  readonly feature: Int32Array;
  /** Float64Array, parallel to `feature`: what it is worth to have it in common. */
  readonly worth: Float64Array;
  /** Int32Array[features]: chip of each. */
  readonly featureChip: Int32Array;
}

/** Bundles in the order of their first nets. O(nodes + chips) time and space, by counting and hashing. */
export function bundleByRoute(forest: RouteForest): RouteBundles {
  const netCount = forest.start.length - 1;
  const { netFeature, netWorth, featureChip } = featuresOfNets(forest);

  const bundleOf = new Int32Array(netCount);
  const firstNet: number[] = [];
  const byHash = new Map<number, number[]>();
  for (let net = 0; net < netCount; net++) {
    const features = netFeature.subarray(forest.start[net]!, forest.start[net + 1]!);
    const hash = hashOf(features);
    let alike = byHash.get(hash);
    if (!alike) {
      alike = [];
      byHash.set(hash, alike);
    }
    let bundle = alike.find((other) => isSame(features, netFeature, forest.start, firstNet[other]!));
    if (bundle === undefined) {
      bundle = firstNet.length;
      alike.push(bundle);
      firstNet.push(net);
    }
    bundleOf[net] = bundle;
  }

  const count = firstNet.length;
  const netStart = new Int32Array(count + 1);
  for (const bundle of bundleOf) netStart[bundle + 1]!++;
  const featureStart = new Int32Array(count + 1);
  for (let bundle = 0; bundle < count; bundle++) {
    const net = firstNet[bundle]!;
    netStart[bundle + 1]! += netStart[bundle]!;
    featureStart[bundle + 1] = featureStart[bundle]! + forest.start[net + 1]! - forest.start[net]!;
  }
  const nets = new Int32Array(netCount);
  const next = netStart.slice();
  for (let net = 0; net < netCount; net++) nets[next[bundleOf[net]!]!++] = net;
  const feature = new Int32Array(featureStart[count]!);
  const worth = new Float64Array(featureStart[count]!);
  for (let bundle = 0; bundle < count; bundle++) {
    const from = forest.start[firstNet[bundle]!]!;
    const to = forest.start[firstNet[bundle]! + 1]!;
    feature.set(netFeature.subarray(from, to), featureStart[bundle]!);
    worth.set(netWorth.subarray(from, to), featureStart[bundle]!);
  }
  return { count, netStart, nets, featureStart, feature, worth, featureChip };
}

/** Features of each net, ascending, in the places of its nodes. */
function featuresOfNets(forest: RouteForest): {
  netFeature: Int32Array;
  netWorth: Float64Array;
  featureChip: Int32Array;
} {
  const nodeCount = forest.chip.length;
  const nodeNet = new Int32Array(nodeCount);
  for (let net = 0; net + 1 < forest.start.length; net++) {
    nodeNet.fill(net, forest.start[net]!, forest.start[net + 1]!);
  }
  const byChip = countingOrder(forest.chip);

  const nodeFeature = new Int32Array(nodeCount);
  const featureChip: number[] = [];
  const numberOf = new Map<number, number>();
  let chip = -1;
  for (const node of byChip) {
    if (forest.chip[node] !== chip) {
      chip = forest.chip[node]!;
      numberOf.clear();
    }
    let feature = numberOf.get(forest.route[node]!);
    if (feature === undefined) {
      feature = featureChip.length;
      featureChip.push(chip);
      numberOf.set(forest.route[node]!, feature);
    }
    nodeFeature[node] = feature;
  }

  const netFeature = new Int32Array(nodeCount);
  const netWorth = new Float64Array(nodeCount);
  const next = forest.start.slice();
  for (const node of countingOrder(nodeFeature)) {
    const at = next[nodeNet[node]!]!++;
    netFeature[at] = nodeFeature[node]!;
    netWorth[at] = isDefaultRouted(forest.arrival[node]!, forest.route[node]!) ? DEFAULT_ROUTE_WORTH : 1;
  }
  return { netFeature, netWorth, featureChip: Int32Array.from(featureChip) };
}

/** Indices of small non-negative numbers in ascending order of the numbers, equal ones in their own order. */
function countingOrder(numbers: Int32Array): Int32Array {
  let largest = -1;
  for (const number of numbers) largest = Math.max(largest, number);
  const next = new Int32Array(largest + 2);
  for (const number of numbers) next[number + 1]!++;
  for (let number = 0; number <= largest; number++) next[number + 1]! += next[number]!;
  const order = new Int32Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) order[next[numbers[at]!]!++] = at;
  return order;
}

function hashOf(features: Int32Array): number {
  let hash = features.length;
  for (const feature of features) hash = Math.imul(hash ^ feature, 0x9e37_79b1) ^ (hash >>> 15);
  return hash;
}

function isSame(features: Int32Array, netFeature: Int32Array, start: Int32Array, net: number): boolean {
  const from = start[net]!;
  if (start[net + 1]! - from !== features.length) return false;
  for (let at = 0; at < features.length; at++) if (features[at] !== netFeature[from + at]) return false;
  return true;
}
