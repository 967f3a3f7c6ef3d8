import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadDeployment, loadNetwork, mapNetwork } from "../../src/cli/network-input.ts";
import { StageClock } from "../../src/cli/stage-clock.ts";
import { writeDeployment } from "../../src/image/deployment-file.ts";
import { temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

const DOCUMENT = {
  seed: 1,
  timestep_ms: 1,
  duration_ms: 10,
  populations: [
    { name: "cells", size: 20, cell: { type: "IF_cond_exp" }, structure: { type: "RandomSphere", radius: 100 } },
  ],
};

function networkFile(seed: number): string {
  const file = join(folder, `seed-${seed}.json`);
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

describe("a file beyond what can be read at once", () => {
  it("is refused with its limit, not as one that does not exist", () => {
    const file = join(folder, "large.app");
    writeFileSync(file, "");
    // Without blocks on the disk.
    truncateSync(file, 2 ** 31 + 1);
    expect(() => loadDeployment(file, {})).toThrow(
      expect.objectContaining({ code: "UNREADABLE_FILE", remedy: expect.stringContaining("up to 2 GiB") }),
    );
  });
});

describe("a network that is mapped already", () => {
  const file = join(folder, "network.app");
  const mapped = mapNetwork(loadNetwork(networkFile(1), {}), {}, new StageClock());
  writeFileSync(file, writeDeployment(mapped));

  it("is run as it is", () => {
    expect(loadDeployment(file, {}).deployment).toEqual(mapped);
  });

  it.each([
    { machine: "spin3" },
    { seed: 7 },
    { duration: 5 },
    { neuronsPerCore: 8 },
    { effort: "fast" },
    { timescale: 2 },
    { set: [{ path: "seed", value: 7 }] },
  ] as const)("cannot be mapped otherwise: %o", (option) => {
    expect(() => loadDeployment(file, option)).toThrow(
      expect.objectContaining({ code: "MAPPED_ALREADY", place: file }),
    );
  });
});
