import { RandomStream, stream } from "../random/index.ts";
import type { StructureDocument } from "./document.ts";
import { CountMismatchError, MisplacedFieldError, UnknownNameError, ValueRangeError } from "./errors.ts";
import type { Place } from "./place.ts";

/** Where the cells of a population are: PyNN's `space` structures, with their defaults. */
const FIELDS = {
  Line: ["dx", "x0", "y", "z"],
  Grid2D: ["aspect_ratio", "dx", "dy", "x0", "y0", "z"],
  Grid3D: ["aspect_ratio_xy", "aspect_ratio_xz", "dx", "dy", "dz", "x0", "y0", "z0"],
  RandomBox: ["width", "height", "depth", "x0", "y0", "z0"],
  RandomSphere: ["radius", "x0", "y0", "z0"],
  Explicit: ["positions"],
} as const satisfies Record<string, readonly (keyof StructureDocument)[]>;

type StructureType = keyof typeof FIELDS;

/** Float64Array[size * 3]: x, y, z of each neuron, in space units. */
export function positionsFromDocument(
  document: StructureDocument,
  size: number,
  seed: number,
  population: number,
  place: Place,
): Float64Array {
  const known = Object.keys(FIELDS) as StructureType[];
  const type = known.find((candidate) => candidate === document.type);
  if (type === undefined) throw new UnknownNameError(place.field("type"), "structure", document.type ?? "", known);
  const fields: readonly string[] = FIELDS[type];
  for (const field of Object.keys(document)) {
    if (field !== "type" && !fields.includes(field)) throw new MisplacedFieldError(place.field(field), type, fields);
  }
  switch (type) {
    case "Line":
      return linePositions(size, document);
    case "Grid2D":
      return gridPositions(size, gridShape2D(size, document, place), document);
    case "Grid3D":
      return gridPositions(size, gridShape3D(size, document, place), document);
    case "RandomBox":
    case "RandomSphere":
      return randomPositions(type, size, document, new RandomStream(seed, stream("position", population)), place);
    case "Explicit": {
      const { positions = [] } = document;
      if (positions.length !== size * 3) {
        throw new CountMismatchError(
          place.field("positions"),
          positions.length,
          size * 3,
          "coordinates",
          "Give x, y, z of each neuron in turn.",
        );
      }
      return Float64Array.from(positions);
    }
  }
}

/** Positions of a population without a structure: PyNN's default, a line with one unit between neighbours. */
export function linePositions(
  size: number,
  { dx = 1, x0 = 0, y = 0, z = 0 }: Pick<StructureDocument, "dx" | "x0" | "y" | "z"> = {},
): Float64Array {
  const positions = new Float64Array(size * 3);
  for (let i = 0; i < size; i++) positions.set([x0 + dx * i, y, z], i * 3);
  return positions;
}

/** Cells along x, y and z. */
type Shape = readonly [number, number, number];

/** `aspect_ratio` is nx / ny, and nx · ny must be the size. */
function gridShape2D(size: number, { aspect_ratio = 1 }: StructureDocument, place: Place): Shape {
  const nx = Math.round(Math.sqrt(aspect_ratio * size));
  const ny = Math.round(size / nx);
  if (!(aspect_ratio > 0) || nx * ny !== size) {
    throw new ValueRangeError(place.field("aspect_ratio"), aspect_ratio, `nx / ny with nx · ny = ${size}`);
  }
  return [nx, ny, 1];
}

/** `aspect_ratio_xy` is nx / ny and `aspect_ratio_xz` is nx / nz. */
function gridShape3D(
  size: number,
  { aspect_ratio_xy = 1, aspect_ratio_xz = 1 }: StructureDocument,
  place: Place,
): Shape {
  const nx = Math.round(Math.cbrt(aspect_ratio_xy * aspect_ratio_xz * size));
  const ny = Math.round(nx / aspect_ratio_xy);
  const nz = Math.round(nx / aspect_ratio_xz);
  if (!(aspect_ratio_xy > 0) || !(aspect_ratio_xz > 0) || nx * ny * nz !== size) {
    throw new ValueRangeError(
      place.field("aspect_ratio_xy"),
      aspect_ratio_xy,
      `nx / ny, and aspect_ratio_xz nx / nz, with nx · ny · nz = ${size}`,
    );
  }
  return [nx, ny, nz];
}

/** The last coordinate runs fastest, as in PyNN's "sequential" filling. */
function gridPositions(size: number, [, ny, nz]: Shape, document: StructureDocument): Float64Array {
  const { dx = 1, dy = 1, dz = 1, x0 = 0, y0 = 0, z0 = document.z ?? 0 } = document;
  const positions = new Float64Array(size * 3);
  for (let i = 0; i < size; i++) {
    const column = Math.floor(i / nz);
    positions.set([x0 + dx * Math.floor(column / ny), y0 + dy * (column % ny), z0 + dz * (i % nz)], i * 3);
  }
  return positions;
}

/** Uniform over a box with its corner, or a ball with its centre, at (x0, y0, z0). */
function randomPositions(
  type: "RandomBox" | "RandomSphere",
  size: number,
  document: StructureDocument,
  random: RandomStream,
  place: Place,
): Float64Array {
  const { width = 0, height = 0, depth = 0, radius = 1, x0 = 0, y0 = 0, z0 = 0 } = document;
  if (radius < 0) throw new ValueRangeError(place.field("radius"), radius, "at least 0");
  const positions = new Float64Array(size * 3);
  for (let i = 0; i < size; i++) {
    random.at(i);
    let x = random.uniform();
    let y = random.uniform();
    let z = random.uniform();
    if (type === "RandomBox") {
      positions.set([x0 + width * x, y0 + height * y, z0 + depth * z], i * 3);
      continue;
    }
    while ((2 * x - 1) ** 2 + (2 * y - 1) ** 2 + (2 * z - 1) ** 2 > 1) {
      x = random.uniform();
      y = random.uniform();
      z = random.uniform();
    }
    positions.set([x0 + radius * (2 * x - 1), y0 + radius * (2 * y - 1), z0 + radius * (2 * z - 1)], i * 3);
  }
  return positions;
}
