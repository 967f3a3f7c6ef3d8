import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { shortestPaths } from "../../../src/mapper/place/shortest-paths.ts";
import { trafficGraphOf } from "../../../src/mapper/place/traffic-graph.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyNetlist, netlistOf } from "./netlists.ts";

/** Paths are sums of single-precision numbers, taken from either end. */
const ROUNDING = 1e-4;

const anyTraffic = anyNetlist().map((netlist) => trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist))));

describe("shortestPaths", () => {
  it("measures along edges: the heaviest of both ends has length 1, a sixteenth of its traffic twice that", () => {
    const nets = [
      { source: 0, sinks: [1], weight: 16 },
      { source: 1, sinks: [2], weight: 1 },
      { source: 2, sinks: [3], weight: 16 },
    ];
    const netlist = netlistOf({ vertices: 5, nets });
    const paths = shortestPaths(trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist))));
    expect([...paths.subarray(0, 5)]).toEqual([0, 1, 3, 4, Infinity]);
  });

  it("is a metric: symmetric, 0 only to oneself, no shorter by way of a neighbour", () => {
    fc.assert(
      fc.property(anyTraffic, (graph) => {
        const { nodeCount, start, neighbour } = graph;
        const paths = shortestPaths(graph);
        const path = (a: number, b: number): number => paths[a * nodeCount + b]!;
        const wrong: number[] = [];
        for (let a = 0; a < nodeCount; a++) {
          for (let b = 0; b < nodeCount; b++) {
            const there = path(a, b);
            const fine =
              (there === 0) === (a === b) && (there === path(b, a) || Math.abs(there - path(b, a)) < ROUNDING);
            if (!fine) wrong.push(a, b);
            for (let at = start[b]!; at < start[b + 1]!; at++) {
              if (there > path(a, neighbour[at]!) + path(neighbour[at]!, b) + ROUNDING)
                wrong.push(a, neighbour[at]!, b);
            }
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
