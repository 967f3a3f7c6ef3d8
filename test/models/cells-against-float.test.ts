import { describe, expect, it } from "vitest";
import {
  type CellDescription,
  IF_cond_alpha,
  IF_cond_exp,
  IF_curr_alpha,
  IF_curr_delta,
  IF_curr_exp,
  Izhikevich,
} from "../../src/network/builder/index.ts";
import { type Arrival, emulatedCells, worstDifference } from "./emulated-cells.ts";
import {
  alpha,
  exponential,
  type FloatRun,
  type FloatTraces,
  floatConductanceCell,
  floatCurrentCell,
  floatDeltaCell,
  floatIzhikevich,
} from "./float-cells.ts";

const MEMBRANE = { v_rest: -65, cm: 0.25, tau_m: 12, tau_refrac: 2, v_reset: -68, v_thresh: -50, i_offset: 0.25 };
const SYNAPSES = { tau_syn_E: 4, tau_syn_I: 9 };
const REVERSAL = { e_rev_E: 0, e_rev_I: -80 };

/** Irregular input: weights are whole numbers of one unit, so that the grid is exact and arithmetic alone is compared. */
function arrivals(ticks: number, excitatory: number, inhibitory: number): Arrival[] {
  const list: Arrival[] = [];
  for (let tick = 3; tick < ticks; tick += 2 + ((tick * 7919) % 13)) {
    const inhibits = tick % 5 === 0;
    const times = 1 + (tick % 3);
    list.push({
      tick,
      receptor: inhibits ? "inhibitory" : "excitatory",
      weight: times * (inhibits ? inhibitory : excitatory),
    });
  }
  return list;
}

const STEPS = [
  { timestepMs: 0.1, substeps: 1, ticks: 3000 },
  { timestepMs: 1, substeps: 4, ticks: 400 },
];

interface Case {
  readonly name: string;
  readonly timestepMs: number;
  readonly substeps: number;
  readonly ticks: number;
  readonly weights: readonly [excitatory: number, inhibitory: number];
  readonly cell: (parameters: Record<string, number>) => CellDescription;
  readonly parameters: Record<string, number>;
  readonly float: (run: FloatRun) => FloatTraces;
}

const CASES: Case[] = STEPS.flatMap((steps): Case[] => [
  {
    name: "IF_cond_exp",
    ...steps,
    weights: [0.002, 0.003],
    cell: IF_cond_exp,
    parameters: { ...MEMBRANE, ...SYNAPSES, ...REVERSAL },
    float: (run: FloatRun) => floatConductanceCell(run, exponential),
  },
  {
    name: "IF_cond_alpha",
    ...steps,
    weights: [0.002, 0.003],
    cell: IF_cond_alpha,
    parameters: { ...MEMBRANE, ...SYNAPSES, ...REVERSAL },
    float: (run: FloatRun) => floatConductanceCell(run, alpha),
  },
  {
    name: "IF_curr_exp",
    ...steps,
    weights: [0.1, -0.15],
    cell: IF_curr_exp,
    parameters: { ...MEMBRANE, ...SYNAPSES },
    float: (run: FloatRun) => floatCurrentCell(run, exponential),
  },
  {
    name: "IF_curr_alpha",
    ...steps,
    weights: [0.1, -0.15],
    cell: IF_curr_alpha,
    parameters: { ...MEMBRANE, ...SYNAPSES },
    float: (run: FloatRun) => floatCurrentCell(run, alpha),
  },
  {
    name: "IF_curr_delta",
    ...steps,
    weights: [1.5, -1],
    cell: IF_curr_delta,
    parameters: MEMBRANE,
    float: floatDeltaCell,
  },
]);

describe("integrate-and-fire cells against their rule in double precision", () => {
  it.each(CASES)("$name, $substeps sub-steps of a $timestepMs ms tick: same spikes, V to 1e-3 mV", async (test) => {
    const { timestepMs, substeps, ticks, parameters, weights } = test;
    const inputs = arrivals(ticks, ...weights);
    const float = test.float({ parameters, timestepMs, substeps, ticks, v0: -63, arrivals: inputs });
    const fixed = await emulatedCells({
      cell: test.cell(parameters),
      timestepMs,
      ticks,
      initial: { v: -63 },
      arrivals: inputs,
    });
    expect(float.spikes.length).toBeGreaterThan(3);
    expect(fixed.spikes[0]).toEqual(float.spikes);
    expect(worstDifference(fixed.trace("v"), float.v)).toBeLessThan(1e-3);
  });

  it.each([
    { name: "IF_cond_alpha", cell: IF_cond_alpha, weight: 0.01, tolerance: 1e-5 },
    { name: "IF_curr_alpha", cell: IF_curr_alpha, weight: 0.5, tolerance: 1e-5 },
  ])("$name's synapse follows w (t/tau) exp(1 - t/tau)", async ({ cell, weight, tolerance }) => {
    const tau = 4;
    const traces = await emulatedCells({
      cell: cell({ tau_syn_E: tau, v_thresh: 100 }),
      timestepMs: 0.1,
      ticks: 400,
      record: ["gsyn_exc"],
      arrivals: [{ tick: 10, receptor: "excitatory", weight }],
    });
    const law = Float64Array.from({ length: 400 }, (_, t) => {
      const ms = Math.max(0, (t - 10) * 0.1);
      return weight * (ms / tau) * Math.exp(1 - ms / tau);
    });
    expect(worstDifference(traces.trace("gsyn_exc"), law)).toBeLessThan(tolerance);
  });

  it("delivers the whole charge of an exponential synapse shorter than the tick", async () => {
    // One spike of w nA with tau = 0.4 ms into a perfect integrator raises V by w tau / C.
    const traces = await emulatedCells({
      cell: IF_curr_exp({ cm: 1, tau_m: 1e6, tau_syn_E: 0.4, v_thresh: 0 }),
      timestepMs: 1,
      ticks: 10,
      arrivals: [{ tick: 2, receptor: "excitatory", weight: 5 }],
    });
    expect(traces.trace("v").at(-1)).toBeCloseTo(-65 + 5 * 0.4, 3);
  });

  it("holds V for the refractory time, rounded up to whole sub-steps, and not longer", async () => {
    const traces = await emulatedCells({
      cell: IF_curr_exp({ tau_refrac: 2.05, i_offset: 3, v_reset: -70 }),
      timestepMs: 0.1,
      ticks: 400,
    });
    const v = traces.trace("v");
    const spike = traces.spikes[0]![0]!;
    expect([...v.subarray(spike + 1, spike + 22)].every((value) => value === -70)).toBe(true);
    expect(v[spike + 23]).toBeGreaterThan(-70);
  });

  it("loses a jump that falls into the refractory time of IF_curr_delta", async () => {
    const traces = await emulatedCells({
      cell: IF_curr_delta({ tau_refrac: 3, v_reset: -65, tau_m: 1e6 }),
      timestepMs: 1,
      ticks: 20,
      arrivals: [
        { tick: 2, receptor: "excitatory", weight: 20 },
        { tick: 4, receptor: "excitatory", weight: 5 },
        { tick: 8, receptor: "excitatory", weight: 5 },
      ],
    });
    expect(traces.spikes[0]).toEqual([2]);
    expect(traces.trace("v")[8]).toBeCloseTo(-65, 4);
    expect(traces.trace("v")[9]).toBeCloseTo(-60, 3);
  });

  it("keeps V above the floor of its format under absurd inhibition", async () => {
    const traces = await emulatedCells({
      cell: IF_curr_exp({ cm: 0.05 }),
      timestepMs: 1,
      ticks: 60,
      arrivals: Array.from({ length: 40 }, (_, k) => ({ tick: 2 + k, receptor: "inhibitory", weight: -3 })),
    });
    expect(Math.min(...traces.trace("v"))).toBe(-127);
    expect(traces.trace("v").every((v) => v <= -65)).toBe(true);
  });
});

describe("Izhikevich against the midpoint rule in double precision", () => {
  const TYPES = [
    { name: "regular spiking", a: 0.02, b: 0.2, c: -65, d: 8 },
    { name: "fast spiking", a: 0.1, b: 0.2, c: -65, d: 2 },
    { name: "chattering", a: 0.02, b: 0.2, c: -50, d: 2 },
    { name: "low-threshold spiking", a: 0.02, b: 0.25, c: -65, d: 2 },
  ];
  it.each(TYPES)("$name: same spikes over 300 ms, V and u to 0.02 before the first", async ({ name: _, ...shape }) => {
    const parameters = { ...shape, i_offset: 10, tau_syn_E: 5, tau_syn_I: 5 };
    const inputs = arrivals(1200, 0.5, -0.25);
    const run = { timestepMs: 0.25, substeps: 1, ticks: 1200, arrivals: inputs };
    const float = floatIzhikevich({ ...run, parameters, v0: -70, u0: -14 });
    const fixed = await emulatedCells({ ...run, cell: Izhikevich(parameters), record: ["v", "u"] });
    expect(float.spikes.length).toBeGreaterThan(3);
    expect(fixed.spikes[0]).toEqual(float.spikes);
    const first = float.spikes[0]!;
    expect(worstDifference(fixed.trace("v").subarray(0, first), float.v)).toBeLessThan(0.02);
    expect(worstDifference(fixed.trace("u").subarray(0, first), float.others.u!)).toBeLessThan(0.02);
  });
});
