import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedParts, LINK_COUNT, machineOfSize } from "../../../src/machine/index.ts";
import { coreCount } from "../../../src/mapper/place/assign-cores.ts";
import { compactPath } from "../../../src/mapper/place/compact-path.ts";
import { anyMachine } from "../../machine/machines.ts";

describe("compactPath", () => {
  it("names every usable chip of a connected machine once", () => {
    fc.assert(
      fc.property(anyMachine, fc.nat(2000), (machine, wanted) => {
        const part = connectedParts(machine);
        const cores = Int32Array.from(machine.applicationCores, (bits, chip) =>
          part[chip] === 0 ? coreCount(bits) : 0,
        );
        const path = compactPath(machine, { cores, sdram: new Float64Array(cores.length) }, wanted);
        const usable = [...cores.keys()].filter((chip) => cores[chip]! > 0);
        expect([...path].sort((a, b) => a - b)).toEqual(usable);
      }),
    );
  });

  it("starts with a set of chips with many links among them: seven chips form a hexagon of twelve links", () => {
    const machine = machineOfSize(12, 12);
    const cores = Int32Array.from(machine.applicationCores, () => 10);
    const set = compactPath(machine, { cores, sdram: new Float64Array(144) }, 70).subarray(0, 7);
    let links = 0;
    for (const chip of set) {
      for (let link = 0; link < LINK_COUNT; link++) {
        if (set.includes(machine.neighbour[chip * LINK_COUNT + link]!)) links++;
      }
    }
    expect(links / 2).toBe(12);
  });
});
