import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { referenceTick } from "../../src/codegen/reference.ts";
import { IF_COND_EXP, IF_COND_EXP_MODEL } from "../../src/models/conductance-cells.ts";
import { MILLIVOLT } from "../../src/models/fixed-point.ts";

/** Vogels-Abbott cells with a 0.1 ms step. */
const PARAMETERS = {
  v_rest: -60,
  cm: 0.2,
  tau_m: 20,
  tau_refrac: 5,
  tau_syn_E: 5,
  tau_syn_I: 10,
  e_rev_E: 0,
  e_rev_I: -80,
  v_thresh: -50,
  v_reset: -60,
  i_offset: 0,
};
const TIMESTEP = 0.1;

interface Trace {
  readonly spikeTicks: number[];
  readonly v: number[];
}

/** The fixed-point model, and exponential Euler in double precision, side by side. */
function traces(
  iOffset: number,
  ticks: number,
  excitatory: (tick: number) => number = () => 0,
): { fixed: Trace; float: Trace } {
  const cells = IF_COND_EXP.encode({
    size: 1,
    timestepMs: TIMESTEP,
    parameters: { ...PARAMETERS, i_offset: iOffset },
    initial: { v: -60 },
    options: { substeps: 1 },
    weightUnits: { excitatory: 0.004, inhibitory: 0.051 },
    streamKey: 0,
  });
  const neuron = {
    states: { ...cells.states } as Record<string, number>,
    params: cells.params as Record<string, number>,
    tables: cells.tables,
    index: 0,
  };
  const fixed: Trace = { spikeTicks: [], v: [] };
  const float: Trace = { spikeTicks: [], v: [] };
  let [v, g, refractory] = [-60, 0, 0];
  const leak = PARAMETERS.cm / PARAMETERS.tau_m;
  for (let t = 0; t < ticks; t++) {
    const units = excitatory(t);
    const done = referenceTick(IF_COND_EXP_MODEL, neuron, { excitatory: units, inhibitory: 0 }, t, 1);
    fixed.v.push(done.recorded.v! / MILLIVOLT);
    if (done.spikes > 0) fixed.spikeTicks.push(t);
    g += units * 0.004;
    float.v.push(v);
    const mean = g * (PARAMETERS.tau_syn_E / TIMESTEP) * (1 - Math.exp(-TIMESTEP / PARAMETERS.tau_syn_E));
    const total = leak + mean;
    const rest = (leak * -60 + mean * 0 + iOffset) / total;
    if (refractory > 0) refractory--;
    else {
      v = rest + (v - rest) * Math.exp((-TIMESTEP * total) / PARAMETERS.cm);
      if (v >= -50) {
        float.spikeTicks.push(t);
        v = -60;
        refractory = 50;
      }
    }
    g *= Math.exp(-TIMESTEP / PARAMETERS.tau_syn_E);
  }
  return { fixed, float };
}

describe("IF_cond_exp against exponential Euler in double precision", () => {
  it.each([0.09, 0.11, 0.15, 0.2, 0.3, 0.5, 0.7, 1])("spikes in the same ticks for a step of %f nA, 1 s", (nA) => {
    const { fixed, float } = traces(nA, 10_000);
    expect(fixed.spikeTicks).toEqual(float.spikeTicks);
    const worst = Math.max(...fixed.v.map((v, t) => Math.abs(v - float.v[t]!)));
    expect(worst).toBeLessThan(1e-3);
  });

  it("follows a volley of synaptic input to a thousandth of a millivolt", () => {
    const { fixed, float } = traces(0, 2000, (t) => (t % 97 === 0 ? 4 : t % 31 === 0 ? 1 : 0));
    expect(float.spikeTicks.length).toBeGreaterThan(3);
    expect(fixed.spikeTicks).toEqual(float.spikeTicks);
    const worst = Math.max(...fixed.v.map((v, t) => Math.abs(v - float.v[t]!)));
    expect(worst).toBeLessThan(1e-3);
  });

  it("never leaves the range of the reversal potentials, whatever the input", () => {
    const { fixed } = traces(0, 200, (t) => (t * 7919) % 5000);
    expect(Math.max(...fixed.v)).toBeLessThanOrEqual(0);
    expect(Math.min(...fixed.v)).toBeGreaterThanOrEqual(-80);
  });
});

interface StepCurrent {
  readonly I_pA: number;
  readonly substeps: number;
  /** All spikes, and the ticks of the first 40. */
  readonly n: number;
  readonly spike_ticks: readonly number[];
  readonly v_mV_after_tick: Readonly<Record<string, number>>;
}

const steps = JSON.parse(readFileSync(new URL("./reference/lif-step-currents.json", import.meta.url), "utf8")) as {
  readonly lif: readonly StepCurrent[];
};

describe("IF_cond_exp against independent double-precision traces, 1 ms ticks for 1 s", () => {
  it.each(steps.lif)("$I_pA pA, $substeps sub-steps", (step) => {
    const cells = IF_COND_EXP.encode({
      size: 1,
      timestepMs: 1,
      parameters: { ...PARAMETERS, i_offset: step.I_pA / 1000 },
      initial: { v: -60 },
      options: { substeps: step.substeps },
      weightUnits: { excitatory: 0.004, inhibitory: 0.051 },
      streamKey: 0,
    });
    const states = { ...cells.states } as Record<string, number>;
    const params = cells.params as Record<string, number>;
    const spikes: number[] = [];
    for (let t = 0; t < 1000; t++) {
      const neuron = { states, params, tables: cells.tables, index: 0 };
      const done = referenceTick(IF_COND_EXP_MODEL, neuron, { excitatory: 0, inhibitory: 0 }, t, step.substeps);
      if (done.spikes > 0) spikes.push(t);
      const v = step.v_mV_after_tick[t];
      if (v !== undefined) expect(Math.abs(states.v! / MILLIVOLT - v)).toBeLessThan(1e-3);
    }
    expect(spikes).toHaveLength(step.n);
    expect(spikes.slice(0, step.spike_ticks.length)).toEqual(step.spike_ticks);
  });
});
