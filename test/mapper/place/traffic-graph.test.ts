import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { randomNumbers } from "../../../src/mapper/place/random.ts";
import { coarsen, type TrafficGraph, trafficGraphOf } from "../../../src/mapper/place/traffic-graph.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyNetlist, netlistOf } from "./netlists.ts";

function traffic(graph: TrafficGraph, from: number, to: number): number {
  for (let at = graph.start[from]!; at < graph.start[from + 1]!; at++) {
    if (graph.neighbour[at] === to) return graph.weight[at]!;
  }
  return 0;
}

const anyTraffic = anyNetlist().map((netlist) => trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist))));

describe("trafficGraphOf", () => {
  it("joins a source to each of its sinks, lighter the more of them share a tree", () => {
    const netlist = netlistOf({ vertices: 6, nets: [{ source: 0, sinks: [1, 2, 3, 4], weight: 10 }] });
    const graph = trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist)));
    expect([1, 2, 3, 4, 5].map((sink) => traffic(graph, 0, sink))).toEqual([5, 5, 5, 5, 0]);
    expect(traffic(graph, 1, 0)).toBe(5);
    expect(traffic(graph, 1, 2)).toBe(0);
  });

  it("adds up traffic both ways", () => {
    const nets = [
      { source: 0, sinks: [1], weight: 3 },
      { source: 1, sinks: [0], weight: 4 },
    ];
    const netlist = netlistOf({ vertices: 2, nets });
    expect(traffic(trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist))), 0, 1)).toBe(7);
  });
});

describe("coarsen", () => {
  const limit = { cores: 6, sdram: 1e8 };

  it("keeps sizes, and the traffic between what is not joined", () => {
    fc.assert(
      fc.property(anyTraffic, fc.nat(), (graph, seed) => {
        const { graph: coarse, parent } = coarsen(graph, 3, limit, randomNumbers(seed));
        const cores = new Int32Array(coarse.nodeCount);
        const sdram = new Float64Array(coarse.nodeCount);
        let between = 0;
        for (let node = 0; node < graph.nodeCount; node++) {
          cores[parent[node]!]! += graph.cores[node]!;
          sdram[parent[node]!]! += graph.sdram[node]!;
          for (let at = graph.start[node]!; at < graph.start[node + 1]!; at++) {
            if (parent[graph.neighbour[at]!] !== parent[node]) between += graph.weight[at]!;
          }
        }
        expect(coarse.cores).toEqual(cores);
        expect(coarse.sdram).toEqual(sdram);
        expect(coarse.weight.reduce((a, b) => a + b, 0)).toBeCloseTo(between, 2);
      }),
    );
  });

  it("joins nothing beyond the limits", () => {
    fc.assert(
      fc.property(anyTraffic, fc.nat(), (graph, seed) => {
        const { graph: coarse, parent } = coarsen(graph, 3, limit, randomNumbers(seed));
        const members = new Int32Array(coarse.nodeCount);
        for (const to of parent) members[to]!++;
        for (let to = 0; to < coarse.nodeCount; to++) {
          if (members[to] === 1) continue;
          expect(coarse.cores[to]).toBeLessThanOrEqual(limit.cores);
          expect(coarse.sdram[to]).toBeLessThanOrEqual(limit.sdram);
        }
      }),
    );
  });
});
