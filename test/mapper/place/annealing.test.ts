import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gridMachine } from "../../../src/machine/index.ts";
import { annealLines } from "../../../src/mapper/place/anneal-lines.ts";
import { annealNets } from "../../../src/mapper/place/anneal-nets.ts";
import { cellGrid } from "../../../src/mapper/place/cells.ts";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { placementCost } from "../../../src/mapper/place/placement-cost.ts";
import { settle } from "../../../src/mapper/place/settle.ts";
import { trafficGraphOf } from "../../../src/mapper/place/traffic-graph.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyNetlist, sheet } from "./netlists.ts";

const machine = gridMachine("grid", { width: 4, height: 3, wrapX: false, wrapY: true });
const room = { cores: new Int32Array(12).fill(6), sdram: new Float64Array(12).fill(2e8) };
const grid = cellGrid(machine, room, 4, 3);
const schedule = { proposals: 3000, hot: 2, cold: 0.02, slack: 0 };

function expectWithinRoom(cores: Int32Array, sdram: Float64Array, cellOf: Int32Array): void {
  const usedCores = new Int32Array(12);
  const usedSdram = new Float64Array(12);
  cellOf.forEach((cell, node) => {
    usedCores[cell]! += cores[node]!;
    usedSdram[cell]! += sdram[node]!;
  });
  usedCores.forEach((used, cell) => {
    expect(used).toBeLessThanOrEqual(room.cores[cell]!);
    expect(usedSdram[cell]).toBeLessThanOrEqual(room.sdram[cell]!);
  });
}

describe("annealing", () => {
  it("keeps every cell within its room, nets and lines alike", () => {
    fc.assert(
      fc.property(anyNetlist(), fc.nat(), (netlist, seed) => {
        const graph = hypergraphOf(netlist, groupIntoUnits(netlist));
        const traffic = trafficGraphOf(graph);
        const cellOf = new Int32Array(graph.nodeCount);
        if (settle(traffic, grid, cellOf, 0).length > 0) return;
        expectWithinRoom(graph.cores, graph.sdram, cellOf);
        annealLines(traffic, grid, cellOf, schedule, seed);
        expectWithinRoom(graph.cores, graph.sdram, cellOf);
        annealNets(graph, grid, cellOf, schedule, seed);
        expectWithinRoom(graph.cores, graph.sdram, cellOf);
      }),
      { numRuns: 60 },
    );
  });

  it("returns the cost of the placement it leaves", () => {
    const netlist = sheet(10, 6);
    const graph = hypergraphOf(netlist, groupIntoUnits(netlist));
    const cellOf = new Int32Array(60);
    settle(trafficGraphOf(graph), grid, cellOf, 0);
    const before = placementCost(graph, grid, cellOf);
    const after = annealNets(graph, grid, cellOf, schedule, 1);
    expect(after).toBeCloseTo(placementCost(graph, grid, cellOf), 6);
    expect(after).toBeLessThan(before);
  });

  it("leaves pinned nodes where they are", () => {
    const netlist = { ...sheet(6, 6), pinnedChip: new Int32Array(36).fill(-1) };
    netlist.pinnedChip[0] = 11;
    const graph = hypergraphOf(netlist, groupIntoUnits(netlist));
    const cellOf = new Int32Array(36);
    cellOf[0] = 11;
    settle(trafficGraphOf(graph), grid, cellOf, 0);
    annealLines(trafficGraphOf(graph), grid, cellOf, schedule, 1);
    annealNets(graph, grid, cellOf, schedule, 1);
    expect(cellOf[0]).toBe(11);
  });
});
