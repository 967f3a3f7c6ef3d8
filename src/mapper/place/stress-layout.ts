/** Rounds over all pairs: the first move nodes across the whole layout, the last by a fraction of an edge. */
const ROUNDS = 30;

/** Last step size, as a share of the square of the shortest path. */
const LAST_STEP = 0.1;

/** Mean distance of two points of a square of side 1, and of a square whose edges meet. */
const MEAN_PLANE = 0.5214;
const MEAN_TORUS = 0.3826;

/** Where a layout goes: a rectangle, in chips. */
export interface LayoutShape {
  readonly width: number;
  readonly height: number;
  /** Do its edges meet? */
  readonly wrapX: boolean;
  readonly wrapY: boolean;
}

/** Points of the nodes, within the rectangle where it wraps, near it where it does not. */
export interface Layout {
  /** Mean square of by how much distances are wrong, each in proportion to itself. */
  readonly stress: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Lays the nodes of a graph out on a rectangle such that distances are in proportion to shortest paths, near ones above
 * all: least stress, by stochastic descent over all pairs in random order (Zheng, Pawar and Goodman 2018,
 * arXiv:1710.04626).
 *
 * Every pair pulls, however far apart, so a layout folds or twists far more seldom than one that grew from local moves.
 * Time O(nodes² × rounds), space O(nodes²): for some hundred nodes.
 *
 * @param paths Float32Array[nodes * nodes]: lengths of the shortest paths, Infinity where there is none
 */
export function stressLayout(nodeCount: number, paths: Float32Array, shape: LayoutShape, random: () => number): Layout {
  const { width, height, wrapX, wrapY } = shape;
  const x = Float64Array.from({ length: nodeCount }, () => random() * width);
  const y = Float64Array.from({ length: nodeCount }, () => random() * height);
  const { first, second, length } = pairsOf(nodeCount, paths, shape);
  let shortest = Infinity;
  let longest = 0;
  for (const wanted of length) {
    shortest = Math.min(shortest, wanted);
    longest = Math.max(longest, wanted);
  }
  const order = Int32Array.from(length, (_, pair) => pair);
  const cooling = ((LAST_STEP * shortest * shortest) / (longest * longest)) ** (1 / (ROUNDS - 1));
  for (let round = 0, step = longest * longest; round < ROUNDS; round++, step *= cooling) {
    for (let at = order.length - 1; at >= 0; at--) {
      const other = Math.floor(random() * (at + 1));
      const pair = order[other]!;
      order[other] = order[at]!;
      order[at] = pair;
      const a = first[pair]!;
      const b = second[pair]!;
      let dx = x[a]! - x[b]!;
      let dy = y[a]! - y[b]!;
      if (wrapX) dx -= width * Math.round(dx / width);
      if (wrapY) dy -= height * Math.round(dy / height);
      const wanted = length[pair]!;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance === 0) continue;
      const share = (Math.min(1, step / (wanted * wanted)) * (distance - wanted)) / (2 * distance);
      x[a]! -= share * dx;
      y[a]! -= share * dy;
      x[b]! += share * dx;
      y[b]! += share * dy;
    }
  }
  let stress = 0;
  for (let pair = 0; pair < length.length; pair++) {
    let dx = x[first[pair]!]! - x[second[pair]!]!;
    let dy = y[first[pair]!]! - y[second[pair]!]!;
    if (wrapX) dx -= width * Math.round(dx / width);
    if (wrapY) dy -= height * Math.round(dy / height);
    const wrong = Math.sqrt(dx * dx + dy * dy) / length[pair]! - 1;
    stress += (wrong * wrong) / length.length;
  }
  return { stress, x: centred(x, width, wrapX), y: centred(y, height, wrapY) };
}

/** Pairs of nodes between which there is a path, with the distance they should have. */
function pairsOf(
  nodeCount: number,
  paths: Float32Array,
  shape: LayoutShape,
): { first: Int32Array; second: Int32Array; length: Float32Array } {
  const first = new Int32Array((nodeCount * (nodeCount - 1)) / 2);
  const second = new Int32Array(first.length);
  const length = new Float32Array(first.length);
  let count = 0;
  let sum = 0;
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) {
      const path = paths[a * nodeCount + b]!;
      if (path === Infinity) continue;
      first[count] = a;
      second[count] = b;
      length[count++] = path;
      sum += path;
    }
  }
  const along = (side: number, wraps: boolean): number => side * (wraps ? MEAN_TORUS : MEAN_PLANE);
  const mean = Math.sqrt(along(shape.width, shape.wrapX) * along(shape.height, shape.wrapY));
  const scale = sum > 0 ? (mean * count) / sum : 1;
  return {
    first: first.subarray(0, count),
    second: second.subarray(0, count),
    length: length.subarray(0, count).map((path) => path * scale),
  };
}

/** Back into the rectangle if it wraps, with the mean in its middle if it does not. */
function centred(at: Float64Array, side: number, wraps: boolean): Float64Array {
  if (wraps) return at.map((value) => value - side * Math.floor(value / side));
  let sum = 0;
  for (const value of at) sum += value;
  const shift = side / 2 - sum / Math.max(1, at.length);
  return at.map((value) => value + shift);
}
