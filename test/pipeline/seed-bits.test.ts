import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gridMachine, spin5 } from "../../src/machine/index.ts";
import { compareResults, type Results } from "../../src/results/index.ts";
import { type FixtureChanges, fixture } from "./fixture.ts";
import { runOnEmulator, runOnVirtualBoard } from "./vogels-abbott.ts";

/** Long enough for spikes to have gone round; both phases of the network that has two. */
const SHORTENED: Readonly<Record<string, FixtureChanges>> = {
  cobahh: { durationMs: 20 },
  "cobahh-brette": { durationMs: 5 },
  "dendrify-lif": {
    settings: [
      { path: "phases.[0].duration_ms", value: 20 },
      { path: "phases.[1].duration_ms", value: 20 },
    ],
  },
  "ei-braintools": { durationMs: 20 },
  "vogels-abbott": { durationMs: 60 },
  "vogels-abbott-4000": { durationMs: 15 },
  "vogels-abbott-cuba": { durationMs: 60 },
};

describe("every fixture gives the same bits", () => {
  it("and none is left out", () => {
    const names = readdirSync("fixtures").map((file) => file.replace(".json", ""));
    expect(names.toSorted()).toEqual(Object.keys(SHORTENED).toSorted());
  });

  it.each(Object.keys(SHORTENED))("%s: two partitions, two machines, two threads, emulator and board", async (name) => {
    const network = fixture(name, SHORTENED[name]);
    const expected = await runOnEmulator(network, spin5());
    const spikes = expected.populations.reduce((sum, p) => sum + (p.spikes?.tick.length ?? 0), 0);
    expect(spikes).toBeGreaterThan(100);
    const same = (results: Results): void => expect(compareResults(expected, results).first).toBeUndefined();
    const torus = gridMachine("8x8", { width: 8, height: 8, wrapX: true, wrapY: true });
    same(await runOnEmulator(network, torus, { neuronsPerCore: 37 }));
    same(await runOnEmulator(network, spin5(), { threads: 2, neuronsPerCore: 64 }));
    const { results, counters } = await runOnVirtualBoard(network, spin5(), { neuronsPerCore: 100 });
    same(results);
    expect(counters.certified).toBe(true);
    expect(counters.saturated).toBe(0);
  });
});
