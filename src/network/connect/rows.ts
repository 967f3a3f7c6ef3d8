import { TooManySynapsesError } from "../errors.ts";
import type { ColumnConnector, RowConnector } from "./row-connector.ts";
import type { Sides } from "./sides.ts";

/** Rows of the whole pre population and the posts in them. */
export interface Rows {
  readonly rowStart: Uint32Array;
  readonly post: Uint16Array | Uint32Array;
}

/**
 * Room for the post neurons of so many synapses.
 *
 * @param projection its name, for the error
 * @throws {TooManySynapsesError} there is no memory for them, or no number
 */
export function postArray(postSize: number, synapses: number, projection: string): Uint16Array | Uint32Array {
  if (synapses <= 0xffff_ffff) {
    try {
      return postSize <= 0x1_0000 ? new Uint16Array(synapses) : new Uint32Array(synapses);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new TooManySynapsesError(projection, synapses);
}

/** Row by row into a buffer sized by expectation, so that large projections are rarely copied. */
export function rowsFromRows(connector: RowConnector, sides: Sides, projection: string): Rows {
  const { prePopulationSize, postPopulationSize, preFirst, preCount, postFirst, postCount } = sides;
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const whole = postCount === sides.postSize;
  const share = (preCount / sides.preSize) * (postCount / sides.postSize);
  let post = postArray(postPopulationSize, roomFor(connector.expectedSynapses * share), projection);
  const row = new Uint32Array(connector.longestRow);
  const rowStart = new Uint32Array(prePopulationSize + 1);
  let count = 0;
  let neuron = 0;
  for (let i = 0; i < preCount; i++) {
    const target = preNeurons === undefined ? i : preNeurons[i]!;
    while (neuron <= target) rowStart[neuron++] = count;
    const length = connector.fillRow(preFirst + i, row);
    if (count + length > post.length) {
      const grown = postArray(postPopulationSize, Math.ceil((count + length) * 1.25), projection);
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

/** Draws every column once, then moves its synapses to their rows; posts come in ascending order by themselves. */
export function rowsFromColumns({ columnLength, fillColumn }: ColumnConnector, sides: Sides, projection: string): Rows {
  const { prePopulationSize, postPopulationSize, preFirst, preCount, postFirst, postCount } = sides;
  const preNeurons = sides.preNeurons();
  const postNeurons = sides.postNeurons();
  const column = new Uint32Array(columnLength);
  /** Numbers of the pre side, column after column. */
  const drawn = postArray(sides.preSize, postCount * columnLength, projection);
  const rowStart = new Uint32Array(prePopulationSize + 1);
  /** Int32Array[pre side]: pre neuron of each number, or -1 where it is another part's. */
  const rowOf = new Int32Array(sides.preSize).fill(-1);
  for (let i = 0; i < preCount; i++) rowOf[preFirst + i] = preNeurons === undefined ? i : preNeurons[i]!;
  for (let k = 0; k < postCount; k++) {
    fillColumn(postFirst + k, column);
    for (let c = 0; c < columnLength; c++) {
      drawn[k * columnLength + c] = column[c]!;
      const row = rowOf[column[c]!]!;
      if (row >= 0) rowStart[row + 1]!++;
    }
  }
  for (let pre = 0; pre < prePopulationSize; pre++) rowStart[pre + 1]! += rowStart[pre]!;
  const post = postArray(postPopulationSize, rowStart[prePopulationSize]!, projection);
  const next = rowStart.slice(0, prePopulationSize);
  for (let k = 0; k < postCount; k++) {
    const target = postNeurons === undefined ? k : postNeurons[k]!;
    for (let at = k * columnLength; at < (k + 1) * columnLength; at++) {
      const row = rowOf[drawn[at]!]!;
      if (row >= 0) post[next[row]!++] = target;
    }
  }
  return { rowStart, post };
}
