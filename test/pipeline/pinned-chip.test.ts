import { describe, expect, it } from "vitest";
import { chipCoord, spin3, spin5, withFaults } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { deploy } from "../../src/pipeline/deploy.ts";

function pinnedTo(x: number, y: number) {
  const cells = { name: "cells", size: 60, cell: { type: "IF_curr_exp" }, pinned_chip: { x, y } };
  return readNetwork(JSON.stringify({ duration_ms: 1, populations: [cells] }), "net.json");
}

describe("a population pinned to a chip", () => {
  it("has all its slices there", () => {
    const machine = spin5();
    const { cores } = deploy(pinnedTo(3, 5), machine, { neuronsPerCore: 20 });
    expect(cores.map(({ chip }) => chipCoord(machine, chip))).toEqual(Array(3).fill({ x: 3, y: 5 }));
  });

  it.each([
    { x: 9, y: 0, machine: spin5(), because: "beyond the width, where the index is that of (1, 1)" },
    { x: 0, y: 8, machine: spin5(), because: "beyond the height" },
    { x: 7, y: 0, machine: spin5(), because: "in the corner that a board leaves out" },
    { x: 1, y: 1, machine: withFaults(spin3(), { chips: [{ x: 1, y: 1 }] }), because: "that is dead" },
  ])("is refused a chip $because", ({ x, y, machine }) => {
    expect(() => deploy(pinnedTo(x, y), machine)).toThrow(
      expect.objectContaining({ code: "PIN", place: "population cells" }),
    );
  });
});
