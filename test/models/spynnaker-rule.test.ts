import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import { IF_cond_exp } from "../../src/network/builder/index.ts";
import { readNetwork } from "../../src/network/index.ts";
import { meanRateHz, signalRange, spikeTrains } from "../../src/results/index.ts";
import { runOnEmulator } from "../pipeline/vogels-abbott.ts";
import { type Arrival, emulatedCells } from "./emulated-cells.ts";

/** sPyNNaker's order of operations in 64-bit integers, from the description of its sources alone. */
function spynnakerCell(
  p: Readonly<Record<string, number>>,
  arrivals: readonly Arrival[],
  ticks: number,
  timestepMs: number,
): { readonly v: bigint[]; readonly spikes: number[] } {
  const accum = (x: number): bigint => BigInt(Math.trunc(x * 32768));
  const times = (a: bigint, b: bigint): bigint => BigInt.asIntN(32, (a * b) >> 15n);
  const scaled = (a: bigint, fraction: bigint): bigint => (a * fraction) >> 32n;
  const synapse = (tau: number): { readonly decay: bigint; readonly init: bigint } => {
    const ratio = Number((accum(timestepMs) << 15n) / accum(tau)) / 32768;
    const decay = BigInt(Math.floor(Math.exp(-ratio) * 2 ** 32));
    const init = BigInt(Math.floor((tau / timestepMs) * Number(2n ** 32n - decay)));
    return { decay, init };
  };
  const [e, i] = [synapse(p.tau_syn_E!), synapse(p.tau_syn_I!)];
  const resistance = accum(p.tau_m! / p.cm!);
  const expTc = accum(Math.exp(-timestepMs / p.tau_m!));
  const result: { v: bigint[]; spikes: number[] } = { v: [], spikes: [] };
  let [v, ge, gi, refractory] = [accum(p.v_rest!), 0n, 0n, 0];
  for (let t = 0; t < ticks; t++) {
    // The ring buffer has added up what arrives in a tick.
    const arrived = (receptor: string): bigint =>
      arrivals
        .filter((a) => a.tick === t && a.receptor === receptor)
        .reduce((sum, { weight }) => sum + BigInt(Math.floor(weight * 1024 * 32768)), 0n);
    ge += scaled(arrived("excitatory"), e.init);
    gi += scaled(arrived("inhibitory"), i.init);
    result.v.push(v);
    const excitatory = times(ge >> 10n, accum(p.e_rev_E!) - v);
    const inhibitory = times(-(gi >> 10n), accum(p.e_rev_I!) - v);
    if (refractory <= 0) {
      const current = excitatory - inhibitory + accum(p.i_offset!);
      const alpha = times(current, resistance) + accum(p.v_rest!);
      v = alpha - times(expTc, alpha - v);
    } else refractory--;
    if (v >= accum(p.v_thresh!)) {
      v = accum(p.v_reset!);
      refractory = Math.ceil(p.tau_refrac! / timestepMs);
      result.spikes.push(t);
    }
    ge = scaled(ge, e.decay);
    gi = scaled(gi, i.decay);
  }
  return result;
}

const CELL = {
  v_rest: -60,
  v_reset: -60,
  v_thresh: -50,
  cm: 0.2,
  tau_m: 20,
  tau_refrac: 5,
  tau_syn_E: 5,
  tau_syn_I: 10,
  e_rev_E: 0,
  e_rev_I: -80,
  i_offset: 0.5,
};

describe("IF_cond_exp by sPyNNaker's rule", () => {
  it.each([1, 0.125])("has the bits of its order of operations for ticks of %f ms", async (timestepMs) => {
    // Whole multiples of 1/1024 uS, so that weights are exact on both grids.
    const arrivals = Array.from({ length: 160 }, (_, k) => ({
      tick: 1 + 2 * k + (k % 3),
      receptor: k % 4 === 0 ? "inhibitory" : "excitatory",
      weight: ((1 + (k % 5)) * (k % 4 === 0 ? 51 : 8)) / 1024,
    }));
    const expected = spynnakerCell(CELL, arrivals, 800, timestepMs);
    const found = await emulatedCells({
      cell: IF_cond_exp(CELL, { rule: "spynnaker", substeps: 1 }),
      timestepMs,
      ticks: 800,
      arrivals,
    });
    expect(expected.spikes.length).toBeGreaterThan(0);
    expect(found.spikes[0]).toEqual(expected.spikes);
    expect([...found.trace("v")].map((v) => BigInt(v * 32768))).toEqual(expected.v);
  });

  it("overshoots the inhibitory reversal potential where the default rule cannot", async () => {
    const arrivals = [{ tick: 3, receptor: "inhibitory", weight: 0.5 }];
    const run = async (rule: "spynnaker" | "exponential-euler"): Promise<number> => {
      const cell = IF_cond_exp(CELL, { rule, substeps: 1 });
      const traces = await emulatedCells({ cell, timestepMs: 1, ticks: 30, arrivals });
      return Math.min(...traces.trace("v"));
    };
    expect(await run("spynnaker")).toBeLessThan(-90);
    expect(await run("exponential-euler")).toBeGreaterThanOrEqual(-80);
  });

  it("gives Vogels-Abbott 1500 at 1 ms the statistics of sPyNNaker's rule in double precision, over 8 seeds", async () => {
    // 24 reference seeds: E 23.35 +- 2.05 Hz, I 23.09 +- 0.86 Hz, lowest V -111 mV.
    const file = "fixtures/vogels-abbott.json";
    const text = readFileSync(file, "utf8");
    const rates: number[][] = [];
    let lowest = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const options = ["exc", "inh"].map((name) => ({
        path: `populations.${name}.cell.options`,
        value: { rule: "spynnaker", substeps: 1 },
      }));
      const network = readNetwork(text, file, { settings: [...options, { path: "seed", value: seed }] });
      const results = await runOnEmulator(network, spin5());
      const cells = results.populations.slice(0, 2);
      rates.push(cells.map((population) => meanRateHz(spikeTrains(results, population)!)!));
      const v = cells[0]!.signals.find((s) => s.variable === "v")!;
      lowest = Math.min(lowest, signalRange(v)!.min);
    }
    const mean = (k: number): number => rates.reduce((sum, r) => sum + r[k]!, 0) / rates.length;
    expect(Math.abs(mean(0) - 23.35)).toBeLessThan((3 * 2.05) / Math.sqrt(8));
    expect(Math.abs(mean(1) - 23.09)).toBeLessThan((3 * 0.86) / Math.sqrt(8) + 0.5);
    expect(lowest).toBeLessThan(-90);
  });
});
