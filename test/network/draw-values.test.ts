import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IF_cond_exp, NetworkBuilder } from "../../src/network/builder/index.ts";
import {
  CELL_TYPES,
  cellValues,
  type Distribution,
  drawValues,
  type Network,
  parameterValues,
} from "../../src/network/index.ts";
import { stream } from "../../src/random/index.ts";

const anyStream = stream("initial", 0, "v");

function population(cell = IF_cond_exp(), initial = {}): Network {
  const net = new NetworkBuilder({ seed: 9 });
  net.population("cells", 1000, cell, { initial });
  return net.run(1).build();
}

describe("drawValues", () => {
  it("repeats a number and copies a list", () => {
    expect([...drawValues(3, 2, 1, anyStream)]).toEqual([3, 3]);
    expect([...drawValues([4, 5, 6], 2, 1, anyStream, 1)]).toEqual([5, 6]);
  });

  const laws: readonly (readonly [Distribution, mean: number, variance: number])[] = [
    [{ distribution: "uniform", low: -60, high: -50 }, -55, 100 / 12],
    [{ distribution: "normal", mu: 2, sigma: 3 }, 2, 9],
    [{ distribution: "exponential", beta: 4 }, 4, 16],
    [{ distribution: "lognormal", mu: 0, sigma: 0.5 }, Math.exp(0.125), (Math.exp(0.25) - 1) * Math.exp(0.25)],
    // Half a normal: mean sqrt(2/pi), variance 1 - 2/pi, the upper end too far to matter.
    [{ distribution: "normal_clipped", mu: 0, sigma: 1, low: 0, high: 40 }, Math.sqrt(2 / Math.PI), 1 - 2 / Math.PI],
    // Nearly uniform over a window much narrower than sigma.
    [{ distribution: "normal_clipped", mu: 0.5, sigma: 1000, low: 0, high: 1 }, 0.5, 1 / 12],
  ];

  it.each(laws)("of %j has the law's mean", (distribution, mean, variance) => {
    const n = 10_000;
    const values = drawValues(distribution, n, 3, anyStream);
    const found = values.reduce((sum, x) => sum + x, 0) / n;
    expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
  });

  it("draws any slice as it draws the whole", () => {
    fc.assert(
      fc.property(fc.constantFrom(...laws), fc.nat(50), fc.nat(50), ([distribution], first, n) => {
        const whole = drawValues(distribution, first + n, 3, anyStream);
        expect(drawValues(distribution, n, 3, anyStream, first)).toEqual(whole.subarray(first));
      }),
    );
  });

  it("keeps clipped numbers inside, also where the window is a point", () => {
    const inside = drawValues({ distribution: "normal_clipped", mu: 1, sigma: 5, low: 0, high: 2 }, 500, 1, anyStream);
    expect(inside.every((x) => x >= 0 && x <= 2)).toBe(true);
    const point = drawValues({ distribution: "normal_clipped", mu: 1, sigma: 5, low: 1, high: 1 }, 3, 1, anyStream);
    expect([...point]).toEqual([1, 1, 1]);
  });
});

describe("cellValues", () => {
  const uniform = { distribution: "uniform", low: -70, high: -60 } as const;

  it("has every parameter and the variables the user initialised, one number where one was given", () => {
    const network = population(IF_cond_exp({ v_rest: uniform }), { v: -65 });
    const { parameters, initial } = cellValues(network, 0);
    expect(Object.keys(parameters)).toEqual(Object.keys(CELL_TYPES.IF_cond_exp!.parameters));
    expect(parameters.tau_m).toBe(20);
    expect(parameters.v_rest).toEqual(parameterValues(network, 0, "v_rest"));
    expect(initial).toEqual({ v: -65 });
  });

  it("draws different variables differently", () => {
    const one = { distribution: "uniform", low: 0, high: 1 };
    const { initial } = cellValues(population(IF_cond_exp(), { gsyn_exc: one, gsyn_inh: one }), 0);
    expect(initial.gsyn_exc).not.toEqual(initial.gsyn_inh);
  });

  it("rejects what strays out of range", () => {
    const strays = { distribution: "normal", mu: 0, sigma: 1 } as const;
    const drawn = expect.objectContaining({ code: "DRAWN_VALUE" });
    expect(() => cellValues(population(IF_cond_exp(), { gsyn_exc: strays }), 0)).toThrow(drawn);
    expect(() => cellValues(population(IF_cond_exp({ tau_m: strays })), 0)).toThrow(drawn);
  });
});

describe("parameterValues", () => {
  it("draws what the parameter becomes in a later phase from the same stream", () => {
    const network = population(IF_cond_exp({ tau_m: { distribution: "uniform", low: 10, high: 20 } }));
    const later = parameterValues(network, 0, "tau_m", { distribution: "uniform", low: 20, high: 40 });
    expect(later).toEqual(parameterValues(network, 0, "tau_m").map((tau) => 20 + (tau - 10) * 2));
  });
});
