import { describe, expect, it } from "vitest";
import { Place } from "../../src/network/place.ts";
import { positionsFromDocument } from "../../src/network/structure.ts";

type Structure = Parameters<typeof positionsFromDocument>[0];

function points(structure: Structure, size: number, seed = 1): number[][] {
  const positions = positionsFromDocument(structure, size, seed, 0, Place.root("here"));
  return Array.from({ length: size }, (_, i) => [...positions.subarray(i * 3, i * 3 + 3)]);
}

describe("structures place cells as PyNN's space module does", () => {
  it.each([
    {
      structure: { type: "Line" },
      size: 3,
      at: [
        [0, 0, 0],
        [1, 0, 0],
        [2, 0, 0],
      ],
    },
    {
      structure: { type: "Line", dx: 2, x0: 1, y: 5, z: 6 },
      size: 2,
      at: [
        [1, 5, 6],
        [3, 5, 6],
      ],
    },
    {
      structure: { type: "Grid2D" },
      size: 4,
      at: [
        [0, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [1, 1, 0],
      ],
    },
    {
      structure: { type: "Grid2D", aspect_ratio: 3, dx: 10, dy: 20, z: 7 },
      size: 3,
      at: [
        [0, 0, 7],
        [10, 0, 7],
        [20, 0, 7],
      ],
    },
    {
      structure: { type: "Grid3D", dz: 5, z0: 1 },
      size: 8,
      at: [
        [0, 0, 1],
        [0, 0, 6],
        [0, 1, 1],
        [0, 1, 6],
        [1, 0, 1],
        [1, 0, 6],
        [1, 1, 1],
        [1, 1, 6],
      ],
    },
    {
      structure: { type: "Explicit", positions: [1, 2, 3, 4, 5, 6] },
      size: 2,
      at: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
  ])("$structure.type of $size", ({ structure, size, at }) => {
    expect(points(structure, size)).toEqual(at);
  });

  it("RandomBox fills its box, on both sides of its middle", () => {
    const cells = points({ type: "RandomBox", width: 2, height: 4, depth: 0, x0: 10 }, 400);
    for (const [x, y, z] of cells) expect(x! >= 10 && x! < 12 && y! >= 0 && y! < 4 && z === 0).toBe(true);
    expect(Math.abs(cells.filter(([x]) => x! > 11).length - 200)).toBeLessThan(60);
  });

  it("RandomSphere fills its ball: an eighth lies within half the radius", () => {
    const cells = points({ type: "RandomSphere", radius: 2, y0: 1 }, 4000);
    const distances = cells.map(([x, y, z]) => Math.sqrt(x! ** 2 + (y! - 1) ** 2 + z! ** 2));
    expect(distances.every((d) => d <= 2)).toBe(true);
    expect(Math.abs(distances.filter((d) => d < 1).length - 500)).toBeLessThan(6 * Math.sqrt(4000 * 0.125 * 0.875));
  });

  it("random positions are a function of seed and neuron", () => {
    const structure = { type: "RandomBox", width: 1, height: 1, depth: 1 };
    expect(points(structure, 10).slice(0, 5)).toEqual(points(structure, 5));
    expect(points(structure, 5, 2)).not.toEqual(points(structure, 5, 1));
  });

  it.each([
    { structure: { type: "Grid2D" }, size: 3, code: "VALUE_RANGE" },
    { structure: { type: "Grid2D", aspect_ratio: 0 }, size: 4, code: "VALUE_RANGE" },
    { structure: { type: "Grid3D" }, size: 9, code: "VALUE_RANGE" },
    { structure: { type: "Explicit", positions: [1, 2] }, size: 1, code: "COUNT_MISMATCH" },
    {
      structure: { type: "Explicit" },
      size: 1,
      code: "COUNT_MISMATCH",
      remedy: "Give x, y, z of each neuron in turn.",
    },
    { structure: { type: "Line", dy: 1 }, size: 1, code: "MISPLACED_FIELD" },
    { structure: { type: "Torus" }, size: 1, code: "UNKNOWN_NAME" },
  ])("rejects $structure for $size cells", ({ structure, size, code, remedy = expect.any(String) }) => {
    expect(() => points(structure, size)).toThrow(expect.objectContaining({ code, remedy }));
  });
});
