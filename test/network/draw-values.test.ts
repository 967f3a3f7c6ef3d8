import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HH_cond_exp, IF_cond_exp, NetworkBuilder } from "../../src/network/builder/index.ts";
import {
  CELL_TYPES,
  cellValues,
  type Distribution,
  drawValues,
  initialValues,
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
  it("has every parameter and state variable of the cell type, one number where all neurons agree", () => {
    const uniform = { distribution: "uniform", low: -70, high: -60 } as const;
    const { parameters, initial } = cellValues(population(IF_cond_exp({ v_rest: uniform })), 0);
    expect(Object.keys(parameters)).toEqual(Object.keys(CELL_TYPES.IF_cond_exp!.parameters));
    expect(parameters.tau_m).toBe(20);
    expect(parameters.v_rest).toEqual(parameterValues(population(IF_cond_exp({ v_rest: uniform })), 0, "v_rest"));
    expect(initial).toEqual({ v: parameters.v_rest, gsyn_exc: 0, gsyn_inh: 0 });
  });
});

describe("initialValues", () => {
  it("start at the cell type's default, which for v may be another parameter", () => {
    expect(initialValues(population(IF_cond_exp({ v_rest: -70 })), 0, "v")[7]).toBe(-70);
    expect(initialValues(population(HH_cond_exp()), 0, "h")[7]).toBe(1);
  });

  it("that depend on a drawn parameter take the parameter as drawn", () => {
    const network = population(IF_cond_exp({ v_rest: { distribution: "uniform", low: -70, high: -60 } }));
    expect(initialValues(network, 0, "v")).toEqual(parameterValues(network, 0, "v_rest"));
  });

  it("of different variables are different numbers", () => {
    const uniform = { distribution: "uniform", low: 0, high: 1 };
    const network = population(IF_cond_exp(), { gsyn_exc: uniform, gsyn_inh: uniform });
    expect(initialValues(network, 0, "gsyn_exc")).not.toEqual(initialValues(network, 0, "gsyn_inh"));
  });

  it("that stray out of range are rejected", () => {
    const network = population(IF_cond_exp(), { gsyn_exc: { distribution: "normal", mu: 0, sigma: 1 } });
    expect(() => initialValues(network, 0, "gsyn_exc")).toThrow(expect.objectContaining({ code: "DRAWN_VALUE" }));
  });

  describe("of gates that start at rest", () => {
    const at = (v: number, gate: string): number =>
      initialValues(population(HH_cond_exp({}, { gates_start: "steady-state" }), { v }), 0, gate)[0]!;

    it.each([
      // With u = v + 63: a and b of the channels of Traub and Miles, written out.
      {
        gate: "m",
        v: -60,
        a: (0.32 * (13 - 3)) / (Math.exp((13 - 3) / 4) - 1),
        b: (0.28 * (3 - 40)) / (Math.exp((3 - 40) / 5) - 1),
      },
      { gate: "h", v: -60, a: 0.128 * Math.exp((17 - 3) / 18), b: 4 / (1 + Math.exp((40 - 3) / 5)) },
      { gate: "n", v: -60, a: (0.032 * (15 - 3)) / (Math.exp((15 - 3) / 5) - 1), b: 0.5 * Math.exp((10 - 3) / 40) },
      { gate: "m", v: -50, a: 1.28, b: (0.28 * (13 - 40)) / (Math.exp((13 - 40) / 5) - 1) },
      { gate: "n", v: -48, a: 0.16, b: 0.5 * Math.exp((10 - 15) / 40) },
    ])("$gate at $v mV is a / (a + b)", ({ gate, v, a, b }) => {
      expect(at(v, gate)).toBeCloseTo(a / (a + b), 12);
    });

    it("a gate the user gave stays as given", () => {
      const network = population(HH_cond_exp({}, { gates_start: "steady-state" }), { m: 0.25 });
      expect(initialValues(network, 0, "m")[0]).toBe(0.25);
    });
  });
});
