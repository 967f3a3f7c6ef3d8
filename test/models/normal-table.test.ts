import { describe, expect, it } from "vitest";
import { type Model, param } from "../../src/codegen/ir.ts";
import { referenceTick } from "../../src/codegen/reference.ts";
import {
  LARGEST_NORMAL,
  NORMAL_BITS,
  NORMAL_TABLE,
  normalQuantile,
  normalTable,
  normalVariate,
} from "../../src/models/normal-table.ts";

const MODEL: Model = {
  name: "variate",
  receptors: [],
  states: ["z"],
  params: ["word"],
  coreParams: [],
  tables: [NORMAL_TABLE],
  receive: { set: { z: normalVariate(param("word")) }, spikes: [], saturates: [] },
  step: { set: {}, spikes: [], saturates: [] },
};
const tables = { [NORMAL_TABLE]: normalTable() };

function variate(word: number): number {
  const neuron = { states: { z: 0 }, params: { word }, tables, index: 0 };
  referenceTick(MODEL, neuron, {}, 0, 1);
  return neuron.states.z / 2 ** NORMAL_BITS;
}

/** P(Z > x) by Simpson's rule. */
function upperTail(x: number): number {
  const [steps, end] = [4000, x + 12];
  const h = (end - x) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-((x + i * h) ** 2) / 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe("normal variates by table", () => {
  it("rest on quantiles whose tails, integrated numerically, are the probabilities asked for", () => {
    for (const p of [1e-9, 1e-6, 1e-3, 0.02, 0.03, 0.2, 0.49]) {
      expect(upperTail(-normalQuantile(p)) / p).toBeCloseTo(1, 7);
    }
  });

  it("are the quantile of half the word, to 3e-4 out to 4.9 standard deviations", () => {
    for (let h = 2048; h < 2 ** 31; h = Math.ceil(h * 1.01)) {
      const exact = -normalQuantile(h / 2 ** 32);
      expect(Math.abs(variate(h << 1) - exact)).toBeLessThan(3e-4);
    }
  });

  it("take their sign from bit 0 and nothing else", () => {
    for (const word of [0, 2, 0x1234_5678, 0x7fff_fffe, 0xffff_fffe]) expect(variate(word | 1) + variate(word)).toBe(0);
  });

  it("are never larger than they may be", () => {
    expect(variate(0)).toBeLessThan(LARGEST_NORMAL);
    expect(variate(0)).toBeGreaterThan(6);
  });
});
