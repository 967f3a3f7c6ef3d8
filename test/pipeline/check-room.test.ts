import { describe, expect, it } from "vitest";
import { spin3, spin5, withFaults } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { type DeployOptions, deploy } from "../../src/pipeline/deploy.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

/** Cells that take a good part of a tick each, so that time and not memory says how many a core runs. */
const slowCells = readNetwork(
  JSON.stringify({
    timestep_ms: 0.1,
    duration_ms: 1,
    populations: [{ name: "cells", size: 3000, cell: { type: "HH_cond_exp" } }],
  }),
  "net.json",
);

function refusal(work: () => unknown): { readonly code: string; readonly found: string; readonly remedy: string } {
  try {
    work();
  } catch (error) {
    return error as ReturnType<typeof refusal>;
  }
  throw new Error("it fits");
}

/** The number that stands in a remedy after an option. */
function advised({ remedy }: { readonly remedy: string }, option: string): number {
  return Number(new RegExp(`${option} (\\d+)`).exec(remedy)![1]);
}

describe("a network that takes more cores than there are", () => {
  it("is refused before its rows are cut, with what is short", () => {
    const stages: string[] = [];
    const onStage: DeployOptions["onStage"] = (stage, state) => stages.push(`${stage} ${state}`);
    const error = refusal(() => deploy(vogelsAbbott(), spin5(), { neuronsPerCore: 1, onStage }));
    expect(error).toMatchObject({
      code: "NO_ROOM",
      found: "1520 cores needed, 808 free",
      remedy: expect.stringContaining("712 more cores (1 more 48-chip board)"),
    });
    expect(stages).toEqual(["connect begin", "connect end", "partition begin"]);
  });

  it("fits with the neurons a core that it is told, and not with one less", () => {
    const error = refusal(() => deploy(vogelsAbbott(), spin3(), { neuronsPerCore: 1 }));
    const neuronsPerCore = advised(error, "--neurons-per-core");
    expect(neuronsPerCore).toBeGreaterThan(1520 / 68);
    expect(deploy(vogelsAbbott(), spin3(), { neuronsPerCore }).cores.length).toBeLessThanOrEqual(68);
    expect(() => deploy(vogelsAbbott(), spin3(), { neuronsPerCore: neuronsPerCore - 1 })).toThrow(
      expect.objectContaining({ code: "NO_ROOM" }),
    );
  });

  it("fits slowed down as it is told, and not with a factor less by one", () => {
    const error = refusal(() => deploy(slowCells, spin3()));
    expect(error.remedy).not.toContain("--neurons-per-core");
    const timeScale = advised(error, "--timescale");
    expect(deploy(slowCells, spin3(), { timeScale }).cores.length).toBeLessThanOrEqual(68);
    expect(() => deploy(slowCells, spin3(), { timeScale: timeScale - 1 })).toThrow(
      expect.objectContaining({ code: "NO_ROOM" }),
    );
  });

  it("is told when limits of its own populations are in the way", () => {
    const network = vogelsAbbott();
    const populations = network.populations.map((p) => ({ ...p, maxNeuronsPerCore: 2 }));
    expect(refusal(() => deploy({ ...network, populations }, spin3())).remedy).toContain("max_neurons_per_core");
  });

  it("is told what faults cut off from the host", () => {
    const links = [0, 1, 2, 3, 4, 5].filter((link) => spin3().neighbour[link]! >= 0);
    const cut = links.map((link) => ({ x: 0, y: 0, link }));
    const machine = withFaults(spin3(), { links: cut });
    expect(refusal(() => deploy(vogelsAbbott(), machine, { neuronsPerCore: 40 }))).toMatchObject({
      code: "NO_ROOM",
      found: expect.stringContaining("faults cut off"),
    });
  });
});

describe("a network whose synapses alone take more memory than there is", () => {
  const connected = (connector: object): (() => unknown) => {
    const population = { name: "cells", size: 1000, cell: { type: "IF_curr_exp" } };
    const projection = { pre: "cells", post: "cells", receptor: "excitatory", connector, weight: 0.1, delay: 1 };
    const network = { duration_ms: 1, populations: [population], projections: [projection] };
    return () => deploy(readNetwork(JSON.stringify(network), "net.json"), spin3());
  };
  const most = (4 * 119_275_488) / 4;

  it.each([
    { connector: { type: "FixedTotalNumber", n: 4_000_000_000 } },
    { connector: { type: "FixedNumberPost", n: 4_000_000, with_replacement: true } },
  ])("is refused before they are drawn: $connector", ({ connector }) => {
    const error = refusal(connected(connector));
    expect(error).toMatchObject({
      code: "NO_ROOM",
      found: expect.stringContaining(`bytes of SDRAM needed, ${4 * most} free`),
      remedy: expect.stringContaining(`with at most ${most} of its 4000000000 synapses`),
    });
  });
});
