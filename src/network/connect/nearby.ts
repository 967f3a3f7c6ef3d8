import type { Distances } from "./distances.ts";

/** Cubes are numbered by doubles, which are exact up to here. */
const MOST_CUBES = Number.MAX_SAFE_INTEGER;
/** Squares of smaller differences lose their digits. */
const LEAST_REACH = 1e-150;

/**
 * Finds the post cells near a pre cell without looking at the others: space is cut into cubes as wide as the reach, and
 * post cells are sorted by the number of their cube. In the row of cubes along z they follow each other, so that those
 * of the 27 cubes around a cell are 9 stretches of the list.
 *
 * Roundings cannot hide a cell: a difference that is within the reach stays within the widened one, and rounding,
 * subtraction, division by the side and floor never turn the order of two coordinates round.
 */
export class Nearby {
  private readonly distances: Distances;
  /** A little more than the reach asked for: roundings of a distance are smaller. */
  private readonly reach: number;
  private readonly side: number;
  /** Least coordinate of a post cell and number of cubes, along x, y and z. */
  private readonly least: readonly number[];
  private readonly cubes: readonly number[];
  /** Uint32Array[post side]: numbers, by cube and ascending within one. */
  private readonly sorted: Uint32Array;
  /** Float64Array[post side]: cube of each entry of `sorted`. */
  private readonly cubeOf: Float64Array;

  /** @param reach distance up to which cells are found */
  constructor(distances: Distances, reach: number) {
    this.distances = distances;
    this.reach = Math.max(reach * (1 + 1e-9), LEAST_REACH);
    const { postPositions: positions } = distances;
    const size = positions.length / 3;
    this.least = [0, 1, 2].map((axis) => extreme(positions, axis, Math.min));
    const extents = [0, 1, 2].map((axis) => extreme(positions, axis, Math.max) - this.least[axis]!);
    let side = this.reach;
    while (cubesAlong(extents, side).reduce((product, n) => product * n, 1) > MOST_CUBES) side *= 2;
    this.side = side;
    this.cubes = cubesAlong(extents, side);
    const cube = new Float64Array(size);
    for (let post = 0; post < size; post++) {
      const [x, y, z] = [0, 1, 2].map((axis) => this.along(axis, positions[post * 3 + axis]!)) as [
        number,
        number,
        number,
      ];
      cube[post] = this.number(x, y, z);
    }
    this.sorted = Uint32Array.from({ length: size }, (_, post) => post).sort((a, b) => cube[a]! - cube[b]! || a - b);
    this.cubeOf = Float64Array.from(this.sorted, (post) => cube[post]!);
  }

  /**
   * Writes the numbers of the post cells in the cubes around a pre cell, which are all that are within reach and some
   * that are not, to the start of `found`, in any order, and returns how many there are.
   *
   * @param found Uint32Array[post side]
   */
  around(pre: number, found: Uint32Array): number {
    const { sorted, cubeOf } = this;
    const { prePositions } = this.distances;
    const [x, y, z] = [0, 1, 2].map((axis) => this.span(axis, prePositions[pre * 3 + axis]!)) as [Span, Span, Span];
    let count = 0;
    for (let i = x.first; i <= x.last; i++) {
      for (let j = y.first; j <= y.last; j++) {
        const last = this.number(i, j, z.last);
        for (let at = this.lowerBound(this.number(i, j, z.first)); at < sorted.length && cubeOf[at]! <= last; at++) {
          found[count++] = sorted[at]!;
        }
      }
    }
    return count;
  }

  private span(axis: number, coordinate: number): Span {
    return { first: this.along(axis, coordinate - this.reach), last: this.along(axis, coordinate + this.reach) };
  }

  private along(axis: number, coordinate: number): number {
    const cubes = this.cubes[axis]!;
    if (cubes === 1) return 0;
    return Math.min(Math.max(Math.floor((coordinate - this.least[axis]!) / this.side), 0), cubes - 1);
  }

  private number(x: number, y: number, z: number): number {
    return (x * this.cubes[1]! + y) * this.cubes[2]! + z;
  }

  /** First entry of the list whose cube has at least this number. */
  private lowerBound(cube: number): number {
    let low = 0;
    let high = this.cubeOf.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.cubeOf[middle]! < cube) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Cubes from the first to the last along one axis. */
interface Span {
  readonly first: number;
  readonly last: number;
}

function cubesAlong(extents: readonly number[], side: number): number[] {
  // Coordinates that are no finite numbers all share a cube.
  return extents.map((extent) => (Number.isFinite(extent) ? Math.floor(extent / side) + 1 : 1));
}

function extreme(positions: Float64Array, axis: number, choose: (a: number, b: number) => number): number {
  let value = positions[axis] ?? 0;
  for (let at = axis; at < positions.length; at += 3) value = choose(value, positions[at]!);
  return value;
}
