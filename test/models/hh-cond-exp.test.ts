import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gateTable, TABLE_START_MV } from "../../src/models/channel.ts";
import { POTASSIUM, SODIUM } from "../../src/models/traub-miles-channels.ts";
import { HH_cond_exp } from "../../src/network/builder/index.ts";
import { emulatedCells, worstDifference } from "./emulated-cells.ts";
import { floatHodgkinHuxley, RATES } from "./float-cells.ts";

interface Trace {
  readonly I_pA: number;
  readonly spikes_ms?: readonly number[];
  readonly v_mV_at_ms: Readonly<Record<string, number>>;
}

const reference = JSON.parse(readFileSync(new URL("./reference/hh-step-currents.json", import.meta.url), "utf8")) as {
  readonly hh: readonly Trace[];
  readonly subthreshold: readonly Trace[];
  readonly rates_per_ms: readonly Readonly<Record<string, number>>[];
};

/** The cells of the reference: COBAHH with the published leak of 10 nS. */
const CELL = {
  gbar_Na: 20,
  gbar_K: 6,
  g_leak: 0.01,
  cm: 0.2,
  v_offset: -63,
  e_rev_Na: 50,
  e_rev_K: -90,
  e_rev_leak: -60,
  e_rev_E: 0,
  e_rev_I: -80,
  tau_syn_E: 5,
  tau_syn_I: 10,
};
const TIMESTEP = 0.1;

function meanInterval(ticks: readonly number[]): number {
  return (ticks.at(-1)! - ticks[0]!) / (ticks.length - 1);
}

describe("HH_cond_exp against independent double-precision traces, 200 ms", () => {
  const cells = (traces: readonly Trace[]) =>
    emulatedCells({
      cell: HH_cond_exp({ ...CELL, i_offset: traces.map((t) => t.I_pA / 1000) }, { gates_start: "steady-state" }),
      size: traces.length,
      timestepMs: TIMESTEP,
      ticks: 2001,
      initial: { v: -65 },
    });

  it("moves no spike by more than one step and no mean interval by more than 1e-3, for all step currents", async () => {
    const { spikes } = await cells(reference.hh);
    reference.hh.forEach(({ I_pA, spikes_ms }, n) => {
      const expected = spikes_ms!.map((ms) => Math.round(ms / TIMESTEP));
      const found = spikes[n]!.filter((tick) => tick < 2000);
      expect(found.length, `${I_pA} pA`).toBe(expected.length);
      expect(worstDifference(found, expected), `${I_pA} pA`).toBeLessThanOrEqual(1);
      if (expected.length > 2) {
        expect(Math.abs(meanInterval(found) / meanInterval(expected) - 1), `${I_pA} pA`).toBeLessThanOrEqual(1e-3);
      }
    });
  });

  it("is within 2e-3 mV below threshold", async () => {
    const traces = await cells(reference.subthreshold);
    reference.subthreshold.forEach(({ I_pA, v_mV_at_ms }, n) => {
      const v = traces.trace("v", n);
      for (const [ms, mv] of Object.entries(v_mV_at_ms)) {
        expect(Math.abs(v[Math.round(Number(ms) / TIMESTEP)]! - mv), `${I_pA} pA at ${ms} ms`).toBeLessThan(2e-3);
      }
    });
  });
});

describe("HH_cond_exp against its rule in double precision", () => {
  it.each([
    { gatesFirst: false, order: "V with the old gates" },
    { gatesFirst: true, order: "V with the new gates" },
  ])("$order: spikes within a step for 100 ms of synaptic input, V to 1e-2 mV before the first", async (test) => {
    const arrivals = Array.from({ length: 60 }, (_, k) => ({
      tick: 20 + 15 * k + ((k * 7) % 11),
      receptor: k % 4 === 3 ? "inhibitory" : "excitatory",
      weight: k % 4 === 3 ? 0.067 : 0.04,
    }));
    const run = { timestepMs: TIMESTEP, substeps: 1, ticks: 1000, arrivals };
    const gates = { m: 0.05, h: 0.6, n: 0.3 };
    const float = floatHodgkinHuxley({
      ...run,
      parameters: { ...CELL, i_offset: 0 },
      v0: -65,
      gates,
      gatesFirst: test.gatesFirst,
    });
    const fixed = await emulatedCells({
      ...run,
      cell: HH_cond_exp(CELL, { gates_first: test.gatesFirst }),
      initial: { v: -65, ...gates },
      record: ["v", "m", "h", "n"],
    });
    expect(float.spikes.length).toBeGreaterThan(2);
    expect(fixed.spikes[0]!.length).toBe(float.spikes.length);
    expect(worstDifference(fixed.spikes[0]!, float.spikes)).toBeLessThanOrEqual(1);
    const quiet = float.spikes[0]! - 10;
    expect(worstDifference(fixed.trace("v").subarray(0, quiet), float.v)).toBeLessThan(1e-2);
    for (const gate of ["m", "h", "n"]) {
      expect(worstDifference(fixed.trace(gate).subarray(0, quiet), float.others[gate]!), gate).toBeLessThan(5e-4);
    }
  });

  it("starts gates at rest for the cell's own V if asked to, and at PyNN's defaults otherwise", async () => {
    const experiment = { timestepMs: TIMESTEP, ticks: 1, size: 2, initial: { v: [-80, -50] }, record: ["m", "h", "n"] };
    const atRest = await emulatedCells({ ...experiment, cell: HH_cond_exp(CELL, { gates_start: "steady-state" }) });
    const given = await emulatedCells({ ...experiment, cell: HH_cond_exp(CELL) });
    [-80, -50].forEach((v, n) => {
      for (const gate of ["m", "h", "n"] as const) {
        const [a, b] = [RATES[gate].a(v + 63), RATES[gate].b(v + 63)];
        expect(atRest.trace(gate, n)[0]).toBeCloseTo(a / (a + b), 8);
        expect(given.trace(gate, n)[0]).toBeCloseTo(gate === "h" ? 1 : 0, 8);
      }
    });
  });

  it("spikes at the upward crossing of the threshold it is given", async () => {
    const run = { timestepMs: TIMESTEP, ticks: 300, initial: { v: -65 } };
    const at = async (threshold: number): Promise<number> => {
      const cell = HH_cond_exp({ ...CELL, i_offset: 1 }, { spike_threshold: threshold, gates_start: "steady-state" });
      const traces = await emulatedCells({ ...run, cell });
      const v = traces.trace("v");
      const first = traces.spikes[0]![0]!;
      expect(v[first]!).toBeLessThan(threshold);
      expect(v[first + 1]!).toBeGreaterThanOrEqual(threshold);
      return first;
    };
    expect(await at(-40)).toBeLessThan(await at(20));
  });

  it("has hyperpolarising currents hold V at the floor of its format, never wrap it", async () => {
    const traces = await emulatedCells({
      cell: HH_cond_exp({ ...CELL, g_leak: 1e-6, i_offset: -2 }),
      timestepMs: TIMESTEP,
      ticks: 400,
    });
    expect(Math.min(...traces.trace("v"))).toBe(-127);
  });
});

describe("gate tables", () => {
  const GATES = [...SODIUM.gates, ...POTASSIUM.gates];

  it.each(GATES.map((gate) => ({ gate, name: gate.name })))(
    "hold the rates of $name as published",
    ({ gate, name }) => {
      for (const row of reference.rates_per_ms) {
        expect(gate.opening(row.V! + 63)).toBeCloseTo(row[`a_${name}`]!, 10);
        expect(gate.closing(row.V! + 63)).toBeCloseTo(row[`b_${name}`]!, 10);
      }
    },
  );

  it("hold D and the steady state to half of 2^-16 at every bin edge", () => {
    for (const gate of GATES) {
      const table = gateTable(gate, -63, TIMESTEP);
      const rates = RATES[gate.name as keyof typeof RATES];
      table.forEach((word, bin) => {
        const u = TABLE_START_MV + bin / 4 + 63;
        const [a, b] = [rates.a(u), rates.b(u)];
        const [d, steady] = [word & 0xffff, word >>> 16];
        // The largest word stands for everything from 1 - 2^-16 to 1.
        expect(Math.abs(d / 65536 - (1 - Math.exp(-TIMESTEP * (a + b))))).toBeLessThanOrEqual(0.51 / 65536);
        expect(Math.abs(steady / 65536 - a / (a + b))).toBeLessThanOrEqual(1 / 65536);
      });
    }
  });

  it("have the limits of the removable singularities", () => {
    expect(SODIUM.gates[0]!.opening(13)).toBeCloseTo(1.28, 12);
    expect(SODIUM.gates[0]!.closing(40)).toBeCloseTo(1.4, 12);
    expect(POTASSIUM.gates[0]!.opening(15)).toBeCloseTo(0.16, 12);
  });
});
