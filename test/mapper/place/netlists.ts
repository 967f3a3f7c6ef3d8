import fc from "fast-check";
import type { Netlist } from "../../../src/mapper/netlist.ts";

/** What a test says of a netlist; all else is the least that works. */
export interface NetlistSketch {
  readonly vertices: number;
  /** Source and sinks of each net. */
  readonly nets?: readonly { readonly source: number; readonly sinks: readonly number[]; readonly weight?: number }[];
  readonly sdramBytes?: readonly number[];
  readonly pinnedChip?: readonly number[];
  readonly sameChipGroups?: readonly (readonly number[])[];
  readonly population?: readonly number[];
}

export function netlistOf(sketch: NetlistSketch): Netlist {
  const nets = sketch.nets ?? [];
  const netSinkStart = new Int32Array(nets.length + 1);
  nets.forEach((net, at) => {
    netSinkStart[at + 1] = netSinkStart[at]! + net.sinks.length;
  });
  const perVertex = (values: readonly number[] | undefined, otherwise: number): number[] =>
    Array.from({ length: sketch.vertices }, (_, vertex) => values?.[vertex] ?? otherwise);
  return {
    vertexCount: sketch.vertices,
    sdramBytes: Uint32Array.from(perVertex(sketch.sdramBytes, 1000)),
    netCount: nets.length,
    netSource: Int32Array.from(nets, (net) => net.source),
    netSinkStart,
    netSinks: Int32Array.from(nets.flatMap((net) => net.sinks)),
    netWeight: Float64Array.from(nets, (net) => net.weight ?? 1),
    pinnedChip: Int32Array.from(perVertex(sketch.pinnedChip, -1)),
    sameChipGroups: (sketch.sameChipGroups ?? []).map((group) => Int32Array.from(group)),
    population: Int32Array.from(perVertex(sketch.population, 0)),
  };
}

/** Netlists of up to 60 vertices: random nets, sizes, same-chip groups and, if chips are given, pins. */
export function anyNetlist(chips = 0): fc.Arbitrary<Netlist> {
  return fc.integer({ min: 0, max: 60 }).chain((vertices) => {
    const vertex = fc.nat(Math.max(0, vertices - 1));
    const net = fc.record({
      source: vertex,
      sinks: fc.uniqueArray(vertex, { maxLength: 12 }),
      weight: fc.integer({ min: 0, max: 100 }),
    });
    const pin = fc.oneof({ weight: 30, arbitrary: fc.constant(-1) }, fc.nat(Math.max(0, chips - 1)));
    return fc
      .record({
        nets: fc.array(net, { maxLength: vertices === 0 ? 0 : 40 }),
        sdramBytes: fc.array(fc.integer({ min: 0, max: 30_000_000 }), { minLength: vertices, maxLength: vertices }),
        pinnedChip: fc.array(chips > 0 ? pin : fc.constant(-1), { minLength: vertices, maxLength: vertices }),
        grouped: fc.uniqueArray(vertex, { maxLength: Math.min(vertices, 12) }),
        groupSize: fc.integer({ min: 2, max: 4 }),
        slicesPerPopulation: fc.integer({ min: 1, max: 10 }),
      })
      .map(({ grouped, groupSize, slicesPerPopulation, ...sketch }) => {
        const sameChipGroups: number[][] = [];
        for (let at = 0; at + groupSize <= grouped.length; at += groupSize) {
          sameChipGroups.push(grouped.slice(at, at + groupSize));
        }
        const population = Array.from({ length: vertices }, (_, at) => Math.floor(at / slicesPerPopulation));
        return netlistOf({ vertices, sameChipGroups, population, ...sketch });
      });
  });
}

/** A w by h sheet of vertices, each talking to its neighbours within `reach` steps along either axis. */
export function sheet(width: number, height: number, reach = 1): Netlist {
  const nets = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sinks: number[] = [];
      for (let ty = Math.max(0, y - reach); ty <= Math.min(height - 1, y + reach); ty++) {
        for (let tx = Math.max(0, x - reach); tx <= Math.min(width - 1, x + reach); tx++) sinks.push(ty * width + tx);
      }
      nets.push({ source: y * width + x, sinks });
    }
  }
  return netlistOf({ vertices: width * height, nets });
}
