import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpinloomError } from "../../../src/errors.ts";
import {
  type ChipIndex,
  chipIndex,
  gridMachine,
  type Machine,
  machineOfSize,
  spin3,
  spin5,
  withFaults,
} from "../../../src/machine/index.ts";
import type { Netlist, Placement } from "../../../src/mapper/netlist.ts";
import { cellGrid } from "../../../src/mapper/place/cells.ts";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { place } from "../../../src/mapper/place/index.ts";
import { placementCost } from "../../../src/mapper/place/placement-cost.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyMachine } from "../../machine/machines.ts";
import { anyNetlist, netlistOf, sheet } from "./netlists.ts";

/** What every placement owes its machine and netlist. */
function expectLegal(netlist: Netlist, machine: Machine, placement: Placement): void {
  const used = new Set<string>();
  const sdram = new Map<number, number>();
  for (let vertex = 0; vertex < netlist.vertexCount; vertex++) {
    const chip = placement.chip[vertex]!;
    const core = placement.core[vertex]!;
    expect(machine.alive[chip]).toBe(1);
    expect((machine.applicationCores[chip]! >>> core) & 1).toBe(1);
    expect(used).not.toContain(`${chip} ${core}`);
    used.add(`${chip} ${core}`);
    sdram.set(chip, (sdram.get(chip) ?? 0) + netlist.sdramBytes[vertex]!);
    if (netlist.pinnedChip[vertex]! >= 0) expect(chip).toBe(netlist.pinnedChip[vertex]);
  }
  for (const [chip, bytes] of sdram) expect(bytes).toBeLessThanOrEqual(machine.sdramBytes[chip]!);
  for (const group of netlist.sameChipGroups) {
    expect(new Set(Array.from(group, (vertex) => placement.chip[vertex])).size).toBeLessThanOrEqual(1);
  }
}

const REFUSALS = ["NO_ROOM", "CHIP_TOO_SMALL", "PIN"];

describe("place", () => {
  it("keeps every capacity, pin, group and fault, or refuses by a code of its own", () => {
    const problem = anyMachine.chain((machine) =>
      fc.record({ machine: fc.constant(machine), netlist: anyNetlist(machine.alive.length) }),
    );
    fc.assert(
      fc.property(problem, fc.nat(), ({ machine, netlist }, seed) => {
        try {
          expectLegal(netlist, machine, place(netlist, machine, { seed, effort: "fast" }));
        } catch (error) {
          if (!(error instanceof SpinloomError)) throw error;
          expect(REFUSALS).toContain(error.code);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same placement for the same seed", () => {
    const netlist = sheet(20, 10);
    for (const effort of ["fast", "normal", "best"] as const) {
      expect(place(netlist, spin5(), { seed: 7, effort })).toEqual(place(netlist, spin5(), { seed: 7, effort }));
    }
  });

  it("fills the last core of a machine", () => {
    const netlist = sheet(808, 1);
    expectLegal(netlist, spin5(), place(netlist, spin5()));
  });

  it("packs memory that first-fit order would scatter", () => {
    const big = 70_000_000;
    const small = 45_000_000;
    const netlist = netlistOf({ vertices: 8, sdramBytes: [small, small, small, small, big, big, big, big] });
    expectLegal(netlist, spin3(), place(netlist, spin3()));
  });

  it("places nothing on nothing", () => {
    expect(place(netlistOf({ vertices: 0 }), spin3()).chip).toHaveLength(0);
  });

  it("joins same-chip groups that have a vertex in common", () => {
    const netlist = netlistOf({
      vertices: 6,
      sameChipGroups: [
        [4, 5],
        [1, 2],
        [5, 2],
      ],
    });
    const { chip } = place(netlist, spin3());
    expect(new Set([1, 2, 4, 5].map((vertex) => chip[vertex])).size).toBe(1);
  });

  describe("on a row of five chips that is broken after the second", () => {
    const row = gridMachine("row", { width: 5, height: 1, wrapX: false, wrapY: false });
    const broken = withFaults(row, { links: [{ x: 1, y: 0, link: 0 }] });
    const withEthernets = (...chips: number[]): Machine => ({ ...broken, ethernetChips: chips as ChipIndex[] });

    it.each([
      { ethernets: [0], used: [0, 1], because: "a host reaches the two chips only" },
      { ethernets: [4], used: [2, 3, 4], because: "a host reaches the three chips only" },
      { ethernets: [1, 3], used: [2, 3, 4], because: "a host reaches both parts, and this one has more cores" },
      { ethernets: [], used: [2, 3, 4], because: "only the emulator takes it, and this part has more cores" },
    ])("uses chips $used: $because", ({ ethernets, used }) => {
      const cores = 17 * used.length;
      const placement = place(sheet(cores, 1), withEthernets(...ethernets));
      expect([...new Set(placement.chip)].sort()).toEqual(used);
      expect(() => place(sheet(cores + 1, 1), withEthernets(...ethernets))).toThrow(
        expect.objectContaining({ code: "NO_ROOM" }),
      );
    });
  });
});

describe("a good placement", () => {
  /** Weight times tree hops, by the cost that placement itself reckons with. */
  function cost(netlist: Netlist, machine: Machine, chip: Int32Array): number {
    const room = { cores: new Int32Array(machine.alive.length), sdram: new Float64Array(machine.alive.length) };
    const grid = cellGrid(machine, room, machine.width, machine.height);
    return placementCost(hypergraphOf(netlist, groupIntoUnits(netlist)), grid, chip);
  }

  it("lays a sheet out without being told that it is one", () => {
    const machine = gridMachine("torus", { width: 8, height: 8, wrapX: true, wrapY: true }, { applicationCores: 16 });
    const netlist = sheet(32, 32, 1);
    const blocks = Int32Array.from({ length: 1024 }, (_, at) => (at >> 7) * 8 + ((at % 32) >> 2));
    const rows = Int32Array.from({ length: 1024 }, (_, at) => at >> 4);
    const found = cost(netlist, machine, place(netlist, machine).chip);
    expect(found).toBeLessThan(1.5 * cost(netlist, machine, blocks));
    expect(found).toBeLessThan(0.5 * cost(netlist, machine, rows));
  });

  it("puts what talks to everything on as few chips as hold it", () => {
    const sinks = Array.from({ length: 51 }, (_, at) => at);
    const netlist = netlistOf({ vertices: 51, nets: sinks.map((source) => ({ source, sinks })) });
    expect(new Set(place(netlist, machineOfSize(12, 12)).chip).size).toBe(4);
  });
});

describe("what does not fit", () => {
  it("is told in cores, with the number missing", () => {
    expect(() => place(sheet(70, 1), spin3())).toThrow(
      expect.objectContaining({
        code: "NO_ROOM",
        shortage: expect.objectContaining({ cores: { needed: 70, free: 68 }, unplaced: 2, cutOffCores: 0 }),
        remedy: expect.stringContaining("2 more cores"),
      }),
    );
  });

  it("is told in bytes of SDRAM, with the number missing", () => {
    const netlist = netlistOf({ vertices: 6, sdramBytes: Array(6).fill(100_000_000) });
    expect(() => place(netlist, spin3())).toThrow(
      expect.objectContaining({
        code: "NO_ROOM",
        shortage: expect.objectContaining({ sdram: { needed: 600_000_000, free: 4 * 119_275_488 } }),
      }),
    );
  });

  it("counts the cores that faults cut off", () => {
    const row = gridMachine("row", { width: 3, height: 1, wrapX: false, wrapY: false });
    const broken = withFaults(row, { links: [{ x: 0, y: 0, link: 0 }] });
    expect(() => place(sheet(40, 1), broken)).toThrow(
      expect.objectContaining({ shortage: expect.objectContaining({ cutOffCores: 34 }) }),
    );
  });

  it("is told of a vertex larger than any chip", () => {
    const netlist = netlistOf({ vertices: 1, sdramBytes: [130_000_000] });
    expect(() => place(netlist, spin3())).toThrow(
      expect.objectContaining({ code: "CHIP_TOO_SMALL", place: "vertex 0" }),
    );
    const nameOf = (vertex: number): string => `neurons ${vertex} to ${vertex + 9}`;
    expect(() => place(netlist, spin3(), { nameOf })).toThrow(expect.objectContaining({ place: "neurons 0 to 9" }));
  });

  it("is told of a group with more vertices than a chip has cores", () => {
    const netlist = netlistOf({ vertices: 18, sameChipGroups: [Array.from({ length: 18 }, (_, at) => at)] });
    expect(() => place(netlist, spin3())).toThrow(expect.objectContaining({ code: "CHIP_TOO_SMALL" }));
  });
});

describe("pins", () => {
  const machine = machineOfSize(12, 12);

  it("are kept", () => {
    const pinnedChip = [-1, chipIndex(machine, 5, 7), -1];
    const placement = place(netlistOf({ vertices: 3, pinnedChip }), machine);
    expect(placement.chip[1]).toBe(chipIndex(machine, 5, 7));
  });

  it.each([
    { because: "the chip is dead", vertices: 1, pinnedChip: [3], sameChipGroups: [] },
    { because: "the chip is off the machine", vertices: 1, pinnedChip: [4000], sameChipGroups: [] },
    { because: "a group is pinned to two chips", vertices: 2, pinnedChip: [0, 1], sameChipGroups: [[0, 1]] },
    {
      because: "more is pinned to a chip than it holds",
      vertices: 18,
      pinnedChip: Array(18).fill(0),
      sameChipGroups: [],
    },
  ])("are refused when $because", ({ because: _, ...sketch }) => {
    const broken = withFaults(machine, { chips: [{ x: 3, y: 0 }] });
    expect(() => place(netlistOf(sketch), broken)).toThrow(expect.objectContaining({ code: "PIN" }));
  });
});
