import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpinloomError } from "../../../src/errors.ts";
import {
  chipIndex,
  gridMachine,
  LINK_COUNT,
  type Machine,
  machineOfSize,
  oppositeLink,
  withFaults,
} from "../../../src/machine/index.ts";
import { LOCAL, type Netlist, type Placement, type RouteForest } from "../../../src/mapper/netlist.ts";
import { place } from "../../../src/mapper/place/index.ts";
import { route } from "../../../src/mapper/route/index.ts";
import { anyMachine } from "../../machine/machines.ts";
import { anyNetlist, netlistOf, sheet } from "../place/netlists.ts";

/** Every net is a tree over working links from its source to exactly its sinks. */
function expectExact(netlist: Netlist, machine: Machine, placement: Placement, forest: RouteForest): void {
  for (let net = 0; net < netlist.netCount; net++) {
    const nodeOf = new Map<number, number>();
    const links = new Map<number, number>();
    const source = placement.chip[netlist.netSource[net]!]!;
    for (let node = forest.start[net]!; node < forest.start[net + 1]!; node++) {
      const chip = forest.chip[node]!;
      const arrival = forest.arrival[node]!;
      expect(nodeOf).not.toContain(chip);
      if (node === forest.start[net]) {
        expect([chip, arrival]).toEqual([source, LOCAL]);
      } else {
        const parent = machine.neighbour[chip * LINK_COUNT + arrival]!;
        expect(nodeOf.has(parent)).toBe(true);
        links.set(nodeOf.get(parent)!, links.get(nodeOf.get(parent)!)! | (1 << oppositeLink(arrival)));
      }
      nodeOf.set(chip, node);
      links.set(node, 0);
    }
    const sinks = netlist.netSinks.subarray(netlist.netSinkStart[net]!, netlist.netSinkStart[net + 1]!);
    const cores = new Map<number, number>();
    for (const sink of sinks) {
      const chip = placement.chip[sink]!;
      expect(nodeOf.has(chip)).toBe(true);
      cores.set(chip, (cores.get(chip) ?? 0) | (1 << placement.core[sink]!));
    }
    for (const [chip, node] of nodeOf) {
      const route = forest.route[node]!;
      expect(route & 0x3f).toBe(links.get(node)!);
      expect(route >>> 6).toBe(cores.get(chip) ?? 0);
      expect(route !== 0 || node === forest.start[net]).toBe(true);
    }
  }
}

describe("route", () => {
  it("reaches exactly the sinks of every net over working links, or refuses by a code of its own", () => {
    const problem = anyMachine.chain((machine) =>
      fc.record({ machine: fc.constant(machine), netlist: anyNetlist(machine.alive.length) }),
    );
    fc.assert(
      fc.property(problem, fc.nat(), ({ machine, netlist }, seed) => {
        try {
          const placement = place(netlist, machine, { seed, effort: "fast" });
          expectExact(netlist, machine, placement, route(netlist, machine, placement));
        } catch (error) {
          if (!(error instanceof SpinloomError)) throw error;
          expect(["NO_ROOM", "CHIP_TOO_SMALL", "PIN", "UNREACHABLE_TARGET"]).toContain(error.code);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same routes for the same input", () => {
    const netlist = sheet(24, 24, 2);
    const machine = machineOfSize(12, 12);
    const placement = place(netlist, machine);
    expect(route(netlist, machine, placement)).toEqual(route(netlist, machine, placement));
  });

  it("gives a net without sinks its source alone, with route 0", () => {
    const netlist = netlistOf({ vertices: 1, nets: [{ source: 0, sinks: [] }] });
    const machine = machineOfSize(1, 1);
    const forest = route(netlist, machine, place(netlist, machine));
    expect([...forest.start]).toEqual([0, 1]);
    expect([forest.chip[0], forest.arrival[0], forest.route[0]]).toEqual([0, LOCAL, 0]);
  });

  it("shares one tree among the nets of a population that broadcasts: fewest links, and one way into each chip", () => {
    const sinks = Array.from({ length: 200 }, (_, at) => at);
    const netlist = netlistOf({ vertices: 200, nets: sinks.map((source) => ({ source, sinks })) });
    const machine = machineOfSize(12, 12);
    const placement = place(netlist, machine);
    const forest = route(netlist, machine, placement);
    const chips = new Set(placement.chip).size;
    const ways = new Map<string, Set<number>>();
    for (let net = 0; net < 200; net++) {
      expect(forest.start[net + 1]! - forest.start[net]!).toBe(chips);
      for (let node = forest.start[net]!; node < forest.start[net + 1]!; node++) {
        const pair = `${placement.chip[net]} ${forest.chip[node]}`;
        ways.set(pair, (ways.get(pair) ?? new Set()).add(forest.route[node]!));
      }
    }
    for (const routes of ways.values()) expect(routes.size).toBe(1);
  });

  it("meets between three corners: a tree is no longer than the way through the chip in the middle", () => {
    const machine = machineOfSize(12, 12);
    const corners = [
      [2, 2],
      [6, 2],
      [6, 6],
    ];
    const pinnedChip = corners.map(([x, y]) => chipIndex(machine, x!, y!));
    const netlist = netlistOf({ vertices: 3, pinnedChip, nets: [{ source: 0, sinks: [1, 2] }] });
    expect(route(netlist, machine, place(netlist, machine)).chip).toHaveLength(1 + 4 + 4);
  });

  it("takes a shortest way to a lone sink, across the edge of a torus too", () => {
    const machine = machineOfSize(12, 12);
    const pinnedChip = [chipIndex(machine, 1, 1), chipIndex(machine, 11, 10)];
    const netlist = netlistOf({ vertices: 2, pinnedChip, nets: [{ source: 0, sinks: [1] }] });
    const forest = route(netlist, machine, place(netlist, machine));
    expect(forest.chip).toHaveLength(1 + 3);
  });
});

describe("a target behind a cut", () => {
  const row = gridMachine("row", { width: 4, height: 1, wrapX: false, wrapY: false });
  const broken = withFaults(row, { links: [{ x: 2, y: 0, link: 0 }] });
  const netlist = netlistOf({ vertices: 2, pinnedChip: [0, 3], nets: [{ source: 0, sinks: [1] }] });

  it("is refused with the links that would join it", () => {
    expect(() => route(netlist, broken, place(netlist, broken))).toThrow(
      expect.objectContaining({ code: "UNREACHABLE_TARGET", cutOffChips: 1, cut: [{ x: 3, y: 0, link: 3 }] }),
    );
  });
});
