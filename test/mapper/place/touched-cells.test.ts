import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gridMachine } from "../../../src/machine/index.ts";
import { type CellGrid, cellGrid } from "../../../src/mapper/place/cells.ts";
import { type Hypergraph, hypergraphOf } from "../../../src/mapper/place/hypergraph.ts";
import { TouchedCells } from "../../../src/mapper/place/touched-cells.ts";
import { groupIntoUnits } from "../../../src/mapper/place/units.ts";
import { anyNetlist } from "./netlists.ts";

const machine = gridMachine("grid", { width: 6, height: 5, wrapX: true, wrapY: false });
const room = { cores: new Int32Array(30).fill(17), sdram: new Float64Array(30).fill(1e8) };
const grid = cellGrid(machine, room, 6, 5);

/** Kruskal's algorithm over all pairs: the definition, slow and plain. */
function spanningTree(cells: readonly number[], { place, distance, middle }: CellGrid): number {
  const part = new Map(cells.map((cell) => [cell, cell]));
  const edges = cells
    .flatMap((a) => cells.map((b) => ({ a, b, hops: distance[place[b]! - place[a]! + middle]! })))
    .sort((x, y) => x.hops - y.hops);
  let length = 0;
  for (const { a, b, hops } of edges) {
    const [from, to] = [part.get(a)!, part.get(b)!];
    if (from === to) continue;
    length += hops;
    for (const cell of cells) if (part.get(cell) === from) part.set(cell, to);
  }
  return length;
}

function cellsOf(graph: Hypergraph, net: number, cellOf: Int32Array): number[] {
  return [...new Set(graph.pins.slice(graph.netStart[net]!, graph.netStart[net + 1]!).map((node) => cellOf[node]!))];
}

const problem = anyNetlist().chain((netlist) => {
  const graph = hypergraphOf(netlist, groupIntoUnits(netlist));
  const cell = fc.nat(29);
  return fc.record({
    graph: fc.constant(graph),
    cellOf: fc.array(cell, { minLength: graph.nodeCount, maxLength: graph.nodeCount }),
    moves: fc.array(fc.record({ node: fc.nat(Math.max(0, graph.nodeCount - 1)), to: cell }), { maxLength: 20 }),
  });
});

describe("TouchedCells", () => {
  it("tells minimum spanning trees, and after any moves what it would tell from scratch", () => {
    fc.assert(
      fc.property(problem, ({ graph, cellOf: cells, moves }) => {
        const cellOf = Int32Array.from(cells);
        const touched = new TouchedCells(graph, grid, cellOf, 0);
        for (const { node, to } of graph.nodeCount > 0 ? moves : []) {
          const from = cellOf[node]!;
          if (from === to) continue;
          for (let at = graph.nodeStart[node]!; at < graph.nodeStart[node + 1]!; at++) {
            const net = graph.nets[at]!;
            const isSource = graph.pins[graph.netStart[net]!] === node;
            touched.move(net, from, to, touched.lengthAfter(net, from, to, isSource));
          }
          cellOf[node] = to;
        }
        const fresh = new TouchedCells(graph, grid, cellOf, 0);
        expect([...touched.length]).toEqual([...fresh.length]);
        for (let net = 0; net < graph.netCount; net++) {
          expect(touched.length[net]).toBe(spanningTree(cellsOf(graph, net, cellOf), grid));
        }
      }),
    );
  });
});
