import { describe, expect, it } from "vitest";
import { readDeployment, writeDeployment } from "../../src/image/deployment-file.ts";
import { parseMachine } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { deploymentDifference } from "../../src/pipeline/deployment-difference.ts";

const DOCUMENT = {
  name: "small",
  seed: 1,
  populations: [
    { name: "in: put", size: 10, cell: { type: "SpikeSourcePoisson", parameters: { rate: 20 } } },
    { name: "cells", size: 40, cell: { type: "IF_curr_exp" }, record: ["spikes"] },
  ],
  projections: [{ pre: "in: put", post: "cells", connector: { type: "AllToAll" }, weight: 0.5 }],
  phases: [
    { duration_ms: 10 },
    { duration_ms: 10, set_parameters: [{ population: "in: put", parameters: { rate: 40 } }] },
  ],
};

function mapped(set: Readonly<Record<string, unknown>> = {}, neuronsPerCore = 20) {
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  const network = readNetwork(JSON.stringify(DOCUMENT), "net.json", { settings });
  const machine = parseMachine("spin3", () => "");
  return deploy(network, machine, { neuronsPerCore });
}

const before = mapped();

describe("what changed between two mappings", () => {
  it("is nothing from a mapping to itself, made again or read back from its file", () => {
    for (const again of [mapped(), readDeployment(writeDeployment(before), "x.app")]) {
      expect(deploymentDifference(before, again)).toEqual({ identical: true, facts: [], slices: [], tables: [] });
    }
  });

  it("names slices by population and neurons, whatever is in the name", () => {
    const { slices } = deploymentDifference(before, mapped({ "populations[0].cell.parameters.rate": 30 }));
    expect(slices).toEqual([expect.objectContaining({ population: "in: put", neurons: [0, 9], change: "rewritten" })]);
  });

  it("shows a change that a later phase makes, although the images are the same", () => {
    const rate = "phases[1].set_parameters[0].parameters.rate";
    const difference = deploymentDifference(before, mapped({ [rate]: 50 }));
    expect(difference.identical).toBe(false);
    expect(difference.slices).toEqual([expect.objectContaining({ population: "in: put", change: "rewritten" })]);
  });

  it("shows a phase of another length", () => {
    const { facts } = deploymentDifference(before, mapped({ "phases[0].duration_ms": 12, "phases[1].duration_ms": 8 }));
    expect(facts).toEqual([
      { fact: "phase_ticks.0", before: 10, after: 12 },
      { fact: "phase_ticks.1", before: 10, after: 8 },
    ]);
  });

  it("tells slices that are cut otherwise as gone and come", () => {
    const { slices } = deploymentDifference(before, mapped({}, 40));
    const cells = slices.filter(({ population }) => population === "cells");
    expect(cells.map(({ neurons, change }) => [...neurons, change])).toEqual([
      [0, 19, "removed"],
      [20, 39, "removed"],
      [0, 39, "added"],
    ]);
  });
});
