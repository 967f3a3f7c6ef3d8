import { describe, expect, it } from "vitest";
import { renderRunSummary } from "../../src/cli/run-summary-screen.ts";
import { terminalColours } from "../../src/cli/terminal-table.ts";
import { type RunSummary, summariseRun } from "../../src/results/run-summary.ts";
import { syntheticFacts, syntheticRun } from "../results/synthetic-run.ts";

const plain = terminalColours({}, {});
const screen = (changes: Partial<RunSummary> = {}): Promise<string> =>
  renderRunSummary({ ...summariseRun(syntheticRun(), syntheticFacts), ...changes }, plain);

describe("summary screen of a run", () => {
  it("fits on one screen of 24 lines and 100 columns", async () => {
    const lines = (await screen()).split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("names the size of everything, and the time of each phase", async () => {
    const text = await screen();
    for (const part of ["41 cores on 3 chips of spin5", "123 456", "99 routing entries", "largest table has 40"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("map 13, load 100, run 250 ms");
    expect(text).toContain("40 ms in steps of 1 ms, seed 4294967295");
  });

  it("has a line a population, with dashes for what was not recorded", async () => {
    const lines = (await screen()).split("\n");
    expect(lines.find((line) => line.startsWith("E "))).toMatch(/^E +5 +\d+ +\d+\.\d\d /);
    expect(lines.find((line) => line.startsWith("I, "))).toMatch(/^I, "inner" +3( +-){6}$/);
  });

  it.each([
    { board: "virtual", mode: "arm", text: "VIRTUAL BOARD  mode arm; no hardware took part" },
    { board: "emulator", mode: null, text: "EMULATOR  ran in this process; no hardware took part" },
    { board: "192.168.240.1", mode: null, text: "BOARD  at 192.168.240.1" },
  ])("says first where it ran: $board", async ({ board, mode, text }) => {
    expect((await screen({ board, mode })).split("\n")[0]).toBe(text);
  });

  it("does not certify a run with late spikes", async () => {
    expect(await screen()).toContain("\nCERTIFIED");
    const text = await screen({ certified: false, late: 3 });
    expect(text).toContain("\nNOT CERTIFIED");
    expect(text).toContain("3 late");
  });

  it("certifies a run with clamped values, as every mapping clamps the same, but not as spikes in full", async () => {
    expect(await screen({ saturated: 0 })).toMatch(/^CERTIFIED .*in full/m);
    const text = await screen({ saturated: 5 });
    expect(text).toMatch(/^CERTIFIED .*5 saturated/m);
    expect(text).not.toContain("in full");
  });

  it("shows the first difference of a check that failed, and nothing of a check that was not made", async () => {
    const check = {
      against: "emulator",
      identical: false,
      spikes: 1,
      words: 2,
      differences: 7,
      first: "E[3] at tick 5",
    };
    const text = await screen({ check });
    expect(text).toContain("CHECK FAILED  7 differences from the emulator in 1 spike and 2 recorded words");
    expect(text).toContain("first: E[3] at tick 5");
    expect(await screen({ check: null })).not.toContain("CHECK");
  });
});
