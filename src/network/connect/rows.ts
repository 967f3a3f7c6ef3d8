import type { EdgeConnector, RowConnector } from "./row-connector.ts";
import type { Sides } from "./sides.ts";

/** Rows of the whole pre population and the posts in them. */
export interface Rows {
  readonly rowStart: Uint32Array;
  readonly post: Uint16Array | Uint32Array;
}

export function postArray(postSize: number, synapses: number): Uint16Array | Uint32Array {
  return postSize <= 0x1_0000 ? new Uint16Array(synapses) : new Uint32Array(synapses);
}

/** Row by row into a buffer sized by expectation, so that at most a fortieth is ever allocated beside the result. */
export function rowsFromRows(connector: RowConnector, sides: Sides): Rows {
  const { prePopulationSize, postPopulationSize, preFirst, preCount, postFirst, postCount } = sides;
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const whole = postCount === sides.postSize;
  const share = (preCount / sides.preSize) * (postCount / sides.postSize);
  let post = postArray(postPopulationSize, roomFor(connector.expectedSynapses * share));
  const row = new Uint32Array(connector.longestRow);
  const rowStart = new Uint32Array(prePopulationSize + 1);
  let count = 0;
  let neuron = 0;
  for (let i = 0; i < preCount; i++) {
    const target = preNeurons === undefined ? i : preNeurons[i]!;
    while (neuron <= target) rowStart[neuron++] = count;
    const length = connector.fillRow(preFirst + i, row);
    if (count + length > post.length) {
      const grown = postArray(postPopulationSize, Math.ceil((count + length) * 1.25));
      grown.set(post);
      post = grown;
    }
    if (whole && postNeurons === undefined) {
      for (let k = 0; k < length; k++) post[count++] = row[k]!;
    } else {
      for (let k = 0; k < length; k++) {
        const number = row[k]! - postFirst;
        if (number < 0 || number >= postCount) continue;
        post[count++] = postNeurons === undefined ? number : postNeurons[number]!;
      }
    }
  }
  while (neuron <= prePopulationSize) rowStart[neuron++] = count;
  return { rowStart, post: count > post.length * 0.95 ? post.subarray(0, count) : post.slice(0, count) };
}

/** Room for a random number of synapses with this mean: eight standard deviations of a Poisson law more. */
function roomFor(expected: number): number {
  return Math.ceil(expected + 8 * Math.sqrt(expected)) + 64;
}

/** Counts, then places; rows whose posts do not come in order are sorted at the end. */
export function rowsFromEdges(connector: EdgeConnector, sides: Sides): Rows {
  const { prePopulationSize, postPopulationSize, preFirst, preCount, postFirst, postCount } = sides;
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const rowStart = new Uint32Array(prePopulationSize + 1);
  const own = (visit: (pre: number, post: number) => void) => (pre: number, post: number) => {
    const i = pre - preFirst;
    const k = post - postFirst;
    if (i < 0 || i >= preCount || k < 0 || k >= postCount) return;
    visit(preNeurons === undefined ? i : preNeurons[i]!, postNeurons === undefined ? k : postNeurons[k]!);
  };
  connector.forEachEdge(
    own((pre) => {
      rowStart[pre + 1]!++;
    }),
  );
  for (let pre = 0; pre < prePopulationSize; pre++) rowStart[pre + 1]! += rowStart[pre]!;
  const post = postArray(postPopulationSize, rowStart[prePopulationSize]!);
  const next = rowStart.slice(0, prePopulationSize);
  connector.forEachEdge(
    own((pre, target) => {
      post[next[pre]!++] = target;
    }),
  );
  if (!connector.ascending) {
    for (let pre = 0; pre < prePopulationSize; pre++) post.subarray(rowStart[pre]!, rowStart[pre + 1]!).sort();
  }
  return { rowStart, post };
}
