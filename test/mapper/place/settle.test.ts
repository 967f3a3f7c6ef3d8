import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gridMachine } from "../../../src/machine/index.ts";
import { cellGrid } from "../../../src/mapper/place/cells.ts";
import { hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { settle } from "../../../src/mapper/place/settle.ts";
import { trafficGraphOf } from "../../../src/mapper/place/traffic-graph.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyNetlist, netlistOf } from "./netlists.ts";

const LENGTH = 30;
const CORES = 4;
const row = gridMachine("row", { width: LENGTH, height: 1, wrapX: false, wrapY: false });
const room = { cores: new Int32Array(LENGTH).fill(CORES), sdram: new Float64Array(LENGTH).fill(2e8) };
const grid = cellGrid(row, room, LENGTH, 1);

describe("settle", () => {
  it("makes way along the row when it is full: nobody moves far, though the room is far away", () => {
    const netlist = netlistOf({ vertices: LENGTH * CORES });
    const graph = trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist)));
    // Each cell is wished for by four, but for the first, which all of the last wish for.
    const wish = Int32Array.from({ length: LENGTH * CORES }, (_, node) => Math.floor(node / CORES) % (LENGTH - 1));
    const cellOf = wish.slice();
    expect(settle(graph, grid, cellOf, 0)).toEqual([]);
    const moved = cellOf.map((cell, node) => Math.abs(cell - wish[node]!));
    expect(Math.max(...moved)).toBeLessThanOrEqual(4);
    expect(countOf(cellOf)).toEqual(Array(LENGTH).fill(CORES));
  });

  it("keeps every cell within its room, pins where they are, and says who found none", () => {
    const wishes = fc.array(fc.nat(LENGTH - 1), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(anyNetlist(), wishes, (netlist, wish) => {
        const graph = trafficGraphOf(hypergraphOf(netlist, groupIntoUnits(netlist)));
        const small = { cores: room.cores.map((_, cell) => (cell < 16 ? CORES : 0)), sdram: room.sdram };
        const cellOf = Int32Array.from({ length: graph.nodeCount }, (_, node) => wish[node]!);
        const homeless = new Set(settle(graph, cellGrid(row, small, LENGTH, 1), cellOf, 0));
        const cores = new Int32Array(LENGTH);
        const sdram = new Float64Array(LENGTH);
        cellOf.forEach((cell, node) => {
          if (homeless.has(node)) return;
          cores[cell]! += graph.cores[node]!;
          sdram[cell]! += graph.sdram[node]!;
        });
        cores.forEach((used, cell) => {
          expect(used).toBeLessThanOrEqual(small.cores[cell]!);
          expect(sdram[cell]).toBeLessThanOrEqual(small.sdram[cell]!);
        });
        for (const node of homeless) {
          const fits = cores.some(
            (used, cell) =>
              used + graph.cores[node]! <= small.cores[cell]! &&
              sdram[cell]! + graph.sdram[node]! <= small.sdram[cell]!,
          );
          expect(fits).toBe(false);
        }
      }),
    );
  });

  it("overdraws no cell when nodes of many sizes all wish for the same one", () => {
    const node = fc.record({ cores: fc.integer({ min: 1, max: CORES }), sdram: fc.integer({ min: 0, max: 2e8 }) });
    fc.assert(
      fc.property(fc.array(node, { minLength: 20, maxLength: 80 }), fc.nat(LENGTH - 1), (nodes, wish) => {
        const graph = {
          nodeCount: nodes.length,
          cores: Int32Array.from(nodes, ({ cores }) => cores),
          sdram: Float64Array.from(nodes, ({ sdram }) => sdram),
          pinned: new Int32Array(nodes.length).fill(-1),
          start: new Int32Array(nodes.length + 1),
          neighbour: new Int32Array(0),
          weight: new Float32Array(0),
        };
        const cellOf = new Int32Array(nodes.length).fill(wish);
        const homeless = new Set(settle(graph, grid, cellOf, 0));
        const settled = nodes.map(({ cores, sdram }, i) => ({ cores, sdram, cell: homeless.has(i) ? -1 : cellOf[i]! }));
        for (let cell = 0; cell < LENGTH; cell++) {
          const here = settled.filter((other) => other.cell === cell);
          expect(here.reduce((sum, { cores }) => sum + cores, 0)).toBeLessThanOrEqual(CORES);
          expect(here.reduce((sum, { sdram }) => sum + sdram, 0)).toBeLessThanOrEqual(2e8);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function countOf(cellOf: Int32Array): number[] {
  const count = Array<number>(LENGTH).fill(0);
  for (const cell of cellOf) count[cell]!++;
  return count;
}
