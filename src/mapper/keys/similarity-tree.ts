import type { RouteBundles } from "./route-bundles.ts";

/** A binary tree over bundles: bundles are nodes 0 to count - 1, inner node i joins `left[i - count]` and `right[i - count]`. */
export interface SimilarityTree {
  /** Int32Array[bundles - 1] */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The last node joined; the bundle itself when there is only one. */
  readonly root: number;
}

/**
 * Of all clusters that share a feature with one, only so many are compared with it: those nearest in cluster order. 128
 * finds no better keys.
 */
const MAX_COMPARED = 32;

/** What is still apart after so many rounds is joined as it comes. */
const MAX_ROUNDS = 128;

/**
 * Joins bundles by how many routes they share, most alike first: what is joined early will get keys that differ in few
 * bits, so that one entry holds them wherever they go the same way.
 *
 * A cluster asks a route of a chip if all its bundles that pass the chip do; where they disagree the chip counts no
 * more. The likeness of two clusters is the worth of the routes they share over the worth of all they ask (Jaccard's
 * index), where a route that many bundles ask counts for less, by the root of their number, as its keys will find
 * others to be merged with anyway. In each round every cluster looks for its most alike, and those who found each other
 * are joined; what shares nothing with others is joined as it comes.
 *
 * O(rounds × features × MAX_COMPARED) time at most, with rounds near the logarithm of the bundles; O(features) space.
 * Deterministic.
 */
export function similarityTree(bundles: RouteBundles): SimilarityTree {
  const left = new Int32Array(Math.max(0, bundles.count - 1));
  const right = new Int32Array(left.length);
  let joined = 0;
  const join = (a: number, b: number): number => {
    left[joined] = a;
    right[joined] = b;
    return bundles.count + joined++;
  };

  let clusters = startingClusters(bundles);
  for (let round = 0; round < MAX_ROUNDS && clusters.count > 1; round++) {
    const partner = mostAlike(clusters, bundles.featureChip.length);
    const next = joinMutual(clusters, partner, bundles.featureChip, join);
    if (next.count === clusters.count) break;
    clusters = next;
  }
  let nodes = Array.from(clusters.node.subarray(0, clusters.count));
  while (nodes.length > 1) {
    nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, pair) =>
      2 * pair + 1 < nodes.length ? join(nodes[2 * pair]!, nodes[2 * pair + 1]!) : nodes[2 * pair]!,
    );
  }
  return { left, right, root: nodes[0] ?? 0 };
}

/** Clusters of one round. A label is a feature all members agree on, or `~chip` where they do not. */
interface Clusters {
  count: number;
  /** Int32Array[clusters]: node of the tree. */
  readonly node: Int32Array;
  /** Int32Array[clusters]: bundles in the cluster. */
  readonly size: Int32Array;
  /** Int32Array[clusters + 1]: labels of cluster c are `label[start[c] .. start[c + 1])`, ascending by chip. */
  readonly start: Int32Array;
  readonly label: Int32Array;
  /** Float64Array, parallel to `label`: 0 where members disagree. */
  readonly worth: Float64Array;
}

function startingClusters(bundles: RouteBundles): Clusters {
  const asked = new Int32Array(bundles.featureChip.length);
  for (const feature of bundles.feature) asked[feature]!++;
  return {
    count: bundles.count,
    node: Int32Array.from({ length: bundles.count }, (_, bundle) => bundle),
    size: new Int32Array(bundles.count).fill(1),
    start: bundles.featureStart.slice(),
    label: bundles.feature.slice(),
    worth: bundles.worth.map((worth, at) => worth / Math.sqrt(asked[bundles.feature[at]!]!)),
  };
}

/** Int32Array[clusters]: the most alike other cluster of each, the smaller and then the earlier of equals, or -1. */
function mostAlike({ count, size, start, label, worth }: Clusters, featureCount: number): Int32Array {
  const first = new Int32Array(featureCount + 1);
  const total = new Float64Array(count);
  for (let cluster = 0; cluster < count; cluster++) {
    for (let at = start[cluster]!; at < start[cluster + 1]!; at++) {
      total[cluster]! += worth[at]!;
      if (label[at]! >= 0) first[label[at]! + 1]!++;
    }
  }
  for (let feature = 0; feature < featureCount; feature++) first[feature + 1]! += first[feature]!;
  const holder = new Int32Array(first[featureCount]!);
  const holderWorth = new Float64Array(first[featureCount]!);
  const next = first.slice(0, featureCount);
  for (let cluster = 0; cluster < count; cluster++) {
    for (let at = start[cluster]!; at < start[cluster + 1]!; at++) {
      if (label[at]! < 0) continue;
      const slot = next[label[at]!]!++;
      holder[slot] = cluster;
      holderWorth[slot] = worth[at]!;
    }
  }

  const partner = new Int32Array(count).fill(-1);
  const shared = new Float64Array(count);
  const met = new Int32Array(count);
  next.set(first.subarray(0, featureCount));
  for (let cluster = 0; cluster < count; cluster++) {
    let metCount = 0;
    for (let at = start[cluster]!; at < start[cluster + 1]!; at++) {
      const feature = label[at]!;
      if (feature < 0) continue;
      // Clusters come in ascending order, so `next` is where this one stands among the feature's holders.
      const own = next[feature]!++;
      const to = Math.min(first[feature + 1]!, Math.max(own + MAX_COMPARED / 2, first[feature]! + MAX_COMPARED));
      const from = Math.max(first[feature]!, to - MAX_COMPARED);
      for (let slot = from; slot < to; slot++) {
        const other = holder[slot]!;
        if (shared[other] === 0) met[metCount++] = other;
        shared[other]! += Math.min(worth[at]!, holderWorth[slot]!);
      }
    }
    let best = -1;
    let bestLikeness = 0;
    for (let at = 0; at < metCount; at++) {
      const other = met[at]!;
      const likeness = shared[other]! / (total[cluster]! + total[other]! - shared[other]!);
      shared[other] = 0;
      if (other === cluster) continue;
      const isBetter =
        likeness > bestLikeness ||
        (likeness === bestLikeness &&
          best >= 0 &&
          (size[other]! < size[best]! || (size[other] === size[best] && other < best)));
      if (!isBetter) continue;
      best = other;
      bestLikeness = likeness;
    }
    partner[cluster] = best;
  }
  return partner;
}

/** Clusters of the next round: those who are each other's partner become one. */
function joinMutual(
  clusters: Clusters,
  partner: Int32Array,
  featureChip: Int32Array,
  join: (a: number, b: number) => number,
): Clusters {
  const { count, start, label, worth } = clusters;
  const next: Clusters = {
    count: 0,
    node: new Int32Array(count),
    size: new Int32Array(count),
    start: new Int32Array(count + 1),
    label: new Int32Array(start[count]!),
    worth: new Float64Array(start[count]!),
  };
  let length = 0;
  const append = (value: number, itsWorth: number): void => {
    next.label[length] = value;
    next.worth[length++] = itsWorth;
  };
  const chipOf = (value: number): number => (value < 0 ? ~value : featureChip[value]!);

  for (let cluster = 0; cluster < count; cluster++) {
    const other = partner[cluster]!;
    const mutual = other >= 0 && partner[other] === cluster;
    if (mutual && other < cluster) continue;
    let a = start[cluster]!;
    const endA = start[cluster + 1]!;
    let b = mutual ? start[other]! : 0;
    const endB = mutual ? start[other + 1]! : 0;
    while (a < endA || b < endB) {
      const chipA = a < endA ? chipOf(label[a]!) : Number.POSITIVE_INFINITY;
      const chipB = b < endB ? chipOf(label[b]!) : Number.POSITIVE_INFINITY;
      if (chipA === chipB) {
        if (label[a] === label[b]) append(label[a]!, Math.max(worth[a]!, worth[b]!));
        else append(~chipA, 0);
        a++;
        b++;
      } else if (chipA < chipB) {
        append(label[a]!, worth[a]!);
        a++;
      } else {
        append(label[b]!, worth[b]!);
        b++;
      }
    }
    const at = next.count++;
    next.node[at] = mutual ? join(clusters.node[cluster]!, clusters.node[other]!) : clusters.node[cluster]!;
    next.size[at] = clusters.size[cluster]! + (mutual ? clusters.size[other]! : 0);
    next.start[at + 1] = length;
  }
  return next;
}
