import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, remove] = temporaryFolder();
afterAll(remove);

/** A volley that is due in the next tick of 0.1 ms, and takes a core many. */
const VOLLEY = join(folder, "volley.json");
writeFileSync(
  VOLLEY,
  JSON.stringify({
    name: "volley",
    timestep_ms: 0.1,
    duration_ms: 5,
    populations: [
      { name: "sources", size: 100, cell: { type: "SpikeSourceArray", spike_times: [1] } },
      { name: "cells", size: 40, cell: { type: "IF_cond_exp" }, record: ["gsyn_exc"] },
    ],
    projections: [{ pre: "sources", post: "cells", connector: { type: "AllToAll" }, weight: 0.001, delay: 0.1 }],
  }),
);

describe("a run in which packets come too late", () => {
  it("fails, and says where they were lost and how to slow the ticks", async () => {
    const { code, stdout } = await spinloom("run", VOLLEY, "--mode", "arm");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT CERTIFIED .* [1-9]\d* late/m);
    expect(stdout).toMatch(/^lost +on 1 core and in 0 routers; .*--timescale 2 --neurons-per-core 100/m);
    expect(stdout).toMatch(/core \d+, cells 0-39: [1-9]\d* late, 0 dropped packets$/m);
  });

  it("differs from the emulator, and the check says why", async () => {
    const { code, stdout } = await spinloom("check", VOLLEY, "--mode", "arm");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^different: /);
    expect(stdout).toMatch(/^NOT CERTIFIED +[1-9]\d* late/m);
    expect(stdout).toMatch(/cells 0-39: [1-9]\d* late/);
  });

  it("is well when it is slow enough", async () => {
    const { code, stdout } = await spinloom("check", VOLLEY, "--mode", "arm", "--timescale", "20");
    expect(stdout).toMatch(/^identical: /);
    expect(stdout).not.toContain("NOT CERTIFIED");
    expect(code).toBe(0);
  });
});
