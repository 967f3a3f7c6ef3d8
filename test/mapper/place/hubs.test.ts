import { describe, expect, it } from "vitest";
import { gridMachine } from "../../../src/machine/index.ts";
import { annealLines } from "../../../src/mapper/place/anneal-lines.ts";
import { cellGrid } from "../../../src/mapper/place/cells.ts";
import { hubsOf } from "../../../src/mapper/place/hubs.ts";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { settle } from "../../../src/mapper/place/settle.ts";
import { type TrafficGraph, trafficGraphOf } from "../../../src/mapper/place/traffic-graph.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { netlistOf } from "./netlists.ts";

const SIDE = 8;
const CELLS = SIDE * SIDE;
const CORES = 16;
const NODES = CELLS * CORES;
const machine = gridMachine("grid", { width: SIDE, height: SIDE, wrapX: true, wrapY: true });
const room = { cores: new Int32Array(CELLS).fill(CORES), sdram: new Float64Array(CELLS).fill(2e9) };
const grid = cellGrid(machine, room, SIDE, SIDE);

/** All send to node 0. */
function star(): TrafficGraph {
  const nets = Array.from({ length: NODES - 1 }, (_, net) => ({ source: net + 1, sinks: [0], weight: 1 }));
  const netlist = netlistOf({ vertices: NODES, nets });
  return trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist)));
}

/** The same graph, and how many of its lines were looked up. */
function counted(graph: TrafficGraph): { readonly graph: TrafficGraph; lookups(): number } {
  let lookups = 0;
  const weight = new Proxy(graph.weight, {
    get: (weights, key) => {
      lookups++;
      return Reflect.get(weights, key);
    },
  });
  return { graph: { ...graph, weight }, lookups: () => lookups };
}

/** The grid, and how many steps from a cell to the next were taken on it. */
function stepped(): { readonly grid: typeof grid; steps(): number } {
  let steps = 0;
  const counting = new Proxy(grid, {
    get: (target, key) => {
      if (key === "wrapX" || key === "columns") steps++;
      return Reflect.get(target, key);
    },
  });
  return { grid: counting, steps: () => steps };
}

describe("hubs", () => {
  it("are nodes with far more neighbours than most; where all have as many, nobody is one", () => {
    expect([...hubsOf(star().start)].flatMap((hub, node) => (hub === 1 ? [node] : []))).toEqual([0]);
    expect(hubsOf(Int32Array.from({ length: 11 }, (_, node) => node * 5000))).toEqual(new Uint8Array(10));
    expect(hubsOf(Int32Array.of(0, 1, 2, 500))).toEqual(new Uint8Array(3));
    expect(hubsOf(Int32Array.of(0))).toEqual(new Uint8Array(0));
  });

  it("are not looked through by each that settles where they are, nor by each that would change places with them", () => {
    const { graph, lookups } = counted(star());
    const cellOf = new Int32Array(NODES).fill(27);
    expect(settle(graph, grid, cellOf, 0)).toEqual([]);
    expect(lookups()).toBeLessThan(100 * NODES);
    const settled = lookups();
    annealLines(graph, grid, cellOf, { proposals: 20 * NODES, hot: 0.3, cold: 0.03, slack: 0 }, 1);
    expect(lookups() - settled).toBeLessThan(100 * NODES);
  });

  it("are searched around once, not by each that would be where they are", () => {
    const { grid: counting, steps } = stepped();
    expect(settle(star(), counting, new Int32Array(NODES).fill(27), 0)).toEqual([]);
    expect(steps()).toBeLessThan(20 * CELLS);
  });
});
