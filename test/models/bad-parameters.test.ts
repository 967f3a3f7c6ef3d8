import { describe, expect, it } from "vitest";
import { spin3 } from "../../src/machine/index.ts";
import {
  type CellDescription,
  DCSource,
  HH_cond_exp,
  IF_cond_alpha,
  IF_cond_exp,
  IF_curr_alpha,
  IF_curr_delta,
  IF_curr_exp,
  Izhikevich,
  NoisyCurrentSource,
} from "../../src/network/builder/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { type CellExperiment, cellNetwork } from "./emulated-cells.ts";

function refusal(experiment: Partial<CellExperiment> & { readonly cell: CellDescription }): Record<string, unknown> {
  try {
    deploy(cellNetwork({ timestepMs: 1, ticks: 10, ...experiment }), spin3());
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("was not refused");
}

const POTENTIALS = ["v_rest", "v_reset", "v_thresh"];
const CELLS = [
  { name: "IF_cond_exp", make: IF_cond_exp, potentials: [...POTENTIALS, "e_rev_E", "e_rev_I"] },
  { name: "IF_cond_alpha", make: IF_cond_alpha, potentials: [...POTENTIALS, "e_rev_E", "e_rev_I"] },
  { name: "IF_curr_exp", make: IF_curr_exp, potentials: POTENTIALS },
  { name: "IF_curr_alpha", make: IF_curr_alpha, potentials: POTENTIALS },
  { name: "IF_curr_delta", make: IF_curr_delta, potentials: POTENTIALS },
  {
    name: "HH_cond_exp",
    make: (p: Record<string, number>) => HH_cond_exp(p, { substeps: 10 }),
    potentials: ["e_rev_Na", "e_rev_K", "e_rev_leak", "e_rev_E", "e_rev_I"],
  },
  { name: "Izhikevich", make: Izhikevich, potentials: ["c"] },
] as const;

describe("parameters that no word of the model holds are refused by name, value and range", () => {
  it.each(CELLS.flatMap(({ name, make, potentials }) => potentials.map((parameter) => ({ name, make, parameter }))))(
    "$parameter of $name beyond the range of potentials",
    ({ make, parameter }) => {
      const cell = (make as (p: Record<string, number>) => CellDescription)({ [parameter]: -130 });
      expect(refusal({ cell })).toMatchObject({
        code: "PARAMETER_RANGE",
        parameter,
        value: -130,
        place: `population cells: ${parameter}`,
        remedy: "It must lie from -127 to 128 mV.",
      });
    },
  );

  it.each(CELLS)("initial v of $name beyond the range of potentials", ({ make }) => {
    const cell = (make as () => CellDescription)();
    expect(refusal({ cell, initial: { v: 129 } })).toMatchObject({ code: "PARAMETER_RANGE", parameter: "initial v" });
  });

  it.each(CELLS)("i_offset of $name that moves V too far in a step", ({ make }) => {
    const cell = (make as (p: Record<string, number>) => CellDescription)({ i_offset: 5000 });
    expect(refusal({ cell })).toMatchObject({ code: "PARAMETER_RANGE", parameter: "i_offset", value: 5000 });
  });

  it.each(CELLS.slice(0, 5))("a v_reset of $name that is not below its own v_thresh", ({ make }) => {
    const refused = (p: Record<string, number | readonly number[]>) =>
      refusal({ cell: (make as (parameters: typeof p) => CellDescription)(p), size: 3 });
    expect(refused({ v_reset: -50, v_thresh: -50 })).toMatchObject({
      code: "PARAMETER_RANGE",
      place: "population cells: v_reset",
      found: "found -50",
      remedy: "It must lie below v_thresh, -50 mV.",
    });
    expect(refused({ v_reset: -60, v_thresh: [-50, -61, -50] })).toMatchObject({
      found: "found -60",
      remedy: "It must lie below v_thresh, -61 mV.",
    });
  });

  it.each([IF_cond_exp, IF_cond_alpha])("tau_m of conductance cells below half a sub-step", (make) => {
    expect(refusal({ cell: make({ tau_m: 0.1 }) })).toMatchObject({ code: "PARAMETER_RANGE", parameter: "tau_m" });
    expect(() => deploy(cellNetwork({ timestepMs: 1, ticks: 1, cell: make({ tau_m: 0.13 }) }), spin3())).not.toThrow();
  });

  it("tau_refrac of more steps than a word counts", () => {
    const cell = IF_cond_exp({ tau_refrac: 1e6 }, { substeps: 64 });
    expect(refusal({ cell, timestepMs: 0.001 })).toMatchObject({ parameter: "tau_refrac" });
  });

  it("reversal potentials so far from V that driving forces overflow", () => {
    expect(refusal({ cell: IF_cond_exp({ e_rev_E: 120 }) })).toMatchObject({ parameter: "e_rev_E", value: 120 });
  });

  it("HH conductances that are too strong for the sub-step, even one neuron's", () => {
    const gbar_Na = [20, 20, 300];
    const cell = HH_cond_exp({ gbar_Na });
    expect(refusal({ cell, size: 3, timestepMs: 0.1 })).toMatchObject({ parameter: "gbar_Na", value: 300 });
    expect(refusal({ cell: HH_cond_exp({}, { substeps: 2 }), timestepMs: 1 })).toMatchObject({
      parameter: "gbar_Na",
      value: 20,
    });
  });

  it("an HH v_offset that differs between neurons, since rates are tabulated once a core", () => {
    const cell = HH_cond_exp({ v_offset: [-63, -60] });
    expect(refusal({ cell, size: 2, timestepMs: 0.1 })).toMatchObject({ code: "ONE_VALUE_NEEDED" });
  });

  it.each([
    { parameter: "b", value: 2 },
    { parameter: "a", value: 9 },
    { parameter: "d", value: 200 },
  ])("Izhikevich's $parameter of $value", ({ parameter, value }) => {
    expect(refusal({ cell: Izhikevich({ [parameter]: value }) })).toMatchObject({ parameter, value });
  });

  it("an initial u of Izhikevich beyond its format", () => {
    expect(refusal({ cell: Izhikevich(), initial: { u: 200 } })).toMatchObject({ parameter: "initial u" });
  });

  it("sub-steps of Izhikevich that are too long", () => {
    expect(refusal({ cell: Izhikevich({}, { substeps: 2 }) })).toMatchObject({
      parameter: "option substeps",
      remedy: expect.stringContaining("at least 4"),
    });
  });

  it("an initial conductance that the state cannot hold", () => {
    expect(refusal({ cell: IF_cond_exp({ cm: 0.01 }), initial: { gsyn_exc: 5 } })).toMatchObject({
      parameter: "initial gsyn_exc",
    });
  });

  it.each([
    { cm: 1e-6, weight: 1, found: "weights of 1.000, more than its state holds" },
    { cm: 1e6, weight: 1e-9, found: "weights are at most 1.000e-9, less than the smallest step" },
  ])("a cm of $cm nF for weights of $weight uS", ({ cm, weight, found }) => {
    const arrivals = [{ tick: 2, receptor: "excitatory", weight }];
    expect(refusal({ cell: IF_cond_exp({ cm }), arrivals })).toMatchObject({
      code: "WEIGHT_RANGE",
      found: expect.stringContaining(found),
    });
  });

  it("a cm of 1e-6 nF is nobody's business where there are no weights", () => {
    expect(() =>
      deploy(cellNetwork({ timestepMs: 1, ticks: 1, cell: IF_cond_exp({ cm: 1e-6 }) }), spin3()),
    ).not.toThrow();
  });

  it("injected currents that are too strong together with i_offset", () => {
    const currents = [{ source: DCSource({ amplitude: 50, start: 3 }) }];
    expect(refusal({ cell: IF_curr_exp({ i_offset: 90 }), currents })).toMatchObject({ parameter: "injected current" });
  });

  it("a noise that could leave the range, and a fifth noise into one neuron", () => {
    const noise = NoisyCurrentSource({ mean: 0, stdev: 30 });
    expect(refusal({ cell: IF_curr_exp(), currents: [{ source: noise }] })).toMatchObject({ value: 30 });
    const weak = { source: NoisyCurrentSource({ mean: 0, stdev: 0.1 }) };
    expect(refusal({ cell: IF_curr_exp(), currents: [weak, weak, weak, weak, weak] })).toMatchObject({
      code: "PARAMETER_RANGE",
    });
  });
});
