import { describe, expect, it } from "vitest";
import { GeometricGaps } from "../../src/network/connect/geometric.ts";
import { philoxBlocks, RandomStream, stream } from "../../src/random/index.ts";
import { deviations } from "./edges.ts";

const anyStream = stream("connectivity", 0);

/** The definition: trials one after the other, X < 2^32 (1-p)^k asked for each k. */
function gapOf(x: number, p: number, longest: number): number {
  let gap = 0;
  let survival = 2 ** 32;
  while (gap < longest) {
    survival *= 1 - p;
    if (x >= survival) break;
    gap++;
  }
  return gap;
}

describe("GeometricGaps", () => {
  it.each([0.003, 0.02, 0.1, 0.5, 0.9, 0.999])("reads a word as the definition does, p = %f", (p) => {
    const gaps = new GeometricGaps(p, 4000);
    const random = new RandomStream(5, anyStream);
    const words = new Uint32Array(4);
    for (let element = 0; element < 3000; element++) {
      philoxBlocks(words, 1, 0, element, 0, anyStream.variable, 5, anyStream.id);
      // The first word decides, unless it is the whole part of a survival value, which none of these is.
      expect(gaps.draw(random.at(element))).toBe(gapOf(words[0]! + 0.5, p, 4000));
    }
  });

  it.each([
    { p: 1e-6, because: "all gaps are longer than the table" },
    { p: 1e-4, because: "most are" },
    { p: 0.05, because: "none is" },
    { p: 0.7, because: "most are 0" },
  ])("has the geometric law's mean and its chance of 0 ($because)", ({ p }) => {
    const n = 4000;
    const gaps = new GeometricGaps(p, 2 ** 31);
    const random = new RandomStream(1, anyStream);
    let sum = 0;
    let zeros = 0;
    for (let i = 0; i < n; i++) {
      const gap = gaps.draw(random);
      sum += gap;
      if (gap === 0) zeros++;
    }
    const mean = (1 - p) / p;
    const sd = Math.sqrt(1 - p) / p;
    expect(Math.abs(sum / n - mean)).toBeLessThan((5 * sd) / Math.sqrt(n));
    expect(deviations(zeros, n, p)).toBeLessThan(5);
  });
});
