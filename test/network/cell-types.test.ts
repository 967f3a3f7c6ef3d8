import { describe, expect, it } from "vitest";
import { defaultSubsteps, MAX_CHANNEL_SUBSTEP_MS } from "../../src/network/cell-types.ts";
import { CELL_TYPES } from "../../src/network/index.ts";
import { inRange } from "../../src/network/value-from-document.ts";

describe.each(Object.entries(CELL_TYPES))("%s", (name, type) => {
  it("is listed under its own name", () => expect(type.name).toBe(name));

  it("has defaults that are in range", () => {
    for (const spec of Object.values(type.parameters)) expect(inRange(spec.default, spec)).toBe(true);
    for (const spec of Object.values(type.variables)) {
      const value = typeof spec.default === "string" ? type.parameters[spec.default]!.default : spec.default;
      expect(inRange(value, spec)).toBe(true);
    }
    for (const option of Object.values(type.options)) {
      if (option.kind === "word") expect(option.words).toContain(option.default);
    }
  });

  it("records state variables only", () => {
    expect(Object.keys(type.variables)).toEqual(expect.arrayContaining(Object.keys(type.recordables)));
  });
});

/** `pyNN/standardmodels/cells.py` of PyNN 0.12. */
describe("defaults are PyNN's", () => {
  const membrane = { v_rest: -65, cm: 1, tau_m: 20, tau_refrac: 0.1, v_reset: -65, v_thresh: -50, i_offset: 0 };
  it.each([
    ["IF_curr_exp", { ...membrane, tau_syn_E: 5, tau_syn_I: 5 }],
    ["IF_cond_exp", { ...membrane, tau_syn_E: 5, tau_syn_I: 5, e_rev_E: 0, e_rev_I: -70 }],
    ["IF_curr_alpha", { ...membrane, tau_syn_E: 0.5, tau_syn_I: 0.5 }],
    ["IF_cond_alpha", { ...membrane, tau_syn_E: 0.3, tau_syn_I: 0.5, e_rev_E: 0, e_rev_I: -70 }],
    ["IF_curr_delta", membrane],
    ["Izhikevich", { a: 0.02, b: 0.2, c: -65, d: 2, i_offset: 0 }],
    [
      "HH_cond_exp",
      {
        gbar_Na: 20,
        gbar_K: 6,
        g_leak: 0.01,
        cm: 0.2,
        v_offset: -63,
        e_rev_Na: 50,
        e_rev_K: -90,
        e_rev_leak: -65,
        e_rev_E: 0,
        e_rev_I: -80,
        tau_syn_E: 0.2,
        tau_syn_I: 2,
        i_offset: 0,
      },
    ],
    ["SpikeSourcePoisson", { rate: 1, start: 0, duration: 1e10 }],
  ])("%s", (name, defaults) => {
    const found = Object.entries(CELL_TYPES[name]!.parameters).map(([parameter, spec]) => [parameter, spec.default]);
    expect(Object.fromEntries(found)).toMatchObject(defaults);
  });
});

describe("sub-steps that follow from the timestep", () => {
  it.each([
    [100, 1, 1],
    [250, 1, 3],
    [1000, 4, 10],
  ])("a tick of %i µs has %i for leaky cells and %i for Hodgkin–Huxley cells", (micros, leaky, channels) => {
    expect(defaultSubsteps(micros)).toBe(leaky);
    expect(defaultSubsteps(micros, MAX_CHANNEL_SUBSTEP_MS)).toBe(channels);
  });
});
