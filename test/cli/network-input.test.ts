import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadNetwork } from "../../src/cli/network-input.ts";

const DOCUMENT = {
  seed: 1,
  timestep_ms: 1,
  duration_ms: 10,
  populations: [
    { name: "cells", size: 20, cell: { type: "IF_cond_exp" }, structure: { type: "RandomSphere", radius: 100 } },
  ],
};

function networkFile(seed: number): string {
  const file = join(mkdtempSync(join(tmpdir(), "spinloom-")), "network.json");
  writeFileSync(file, JSON.stringify({ ...DOCUMENT, seed }));
  return file;
}

describe("a network loaded with another seed", () => {
  it("is the network of a file with that seed, random positions included", () => {
    const asked = loadNetwork(networkFile(1), { seed: 7 });
    expect(asked).toEqual(loadNetwork(networkFile(7), {}));
    expect(asked.populations[0]!.positions).not.toEqual(loadNetwork(networkFile(1), {}).populations[0]!.positions);
  });

  it("takes settings by path", () => {
    const set = [{ path: "populations.cells.cell.parameters.tau_m", value: 7 }];
    expect(loadNetwork(networkFile(1), { set }).populations[0]!.cell.parameters.tau_m).toBe(7);
  });
});
