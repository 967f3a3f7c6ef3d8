import fc from "fast-check";
import { LINK_COUNT, LINK_STEPS, type Machine } from "../../../src/machine/machine.ts";
import { LOCAL, type NetKeys, type RouteForest } from "../../../src/mapper/netlist.ts";
import type { DeliverySpec } from "../../../src/mapper/verify/index.ts";

/** A torus of `width` x `height` chips, cores 1 to 17 everywhere, with some links dead in both directions. */
export function torus(width: number, height: number, deadLinks: readonly number[] = []): Machine {
  const chips = width * height;
  const neighbour = new Int32Array(chips * LINK_COUNT);
  for (let chip = 0; chip < chips; chip++) {
    LINK_STEPS.forEach(({ x, y }, link) => {
      const toX = ((chip % width) + x + width) % width;
      const toY = (Math.floor(chip / width) + y + height) % height;
      neighbour[chip * LINK_COUNT + link] = toY * width + toX;
    });
  }
  for (const dead of deadLinks) {
    const at = dead % neighbour.length;
    const there = neighbour[at]!;
    if (there < 0) continue;
    neighbour[there * LINK_COUNT + (((at % LINK_COUNT) + 3) % LINK_COUNT)] = -1;
    neighbour[at] = -1;
  }
  return {
    name: "test torus",
    width,
    height,
    alive: new Uint8Array(chips).fill(1),
    neighbour,
    applicationCores: new Uint32Array(chips).fill(0x3fffe),
    sdramBytes: new Uint32Array(chips).fill(100_000_000),
    routerEntries: new Uint16Array(chips).fill(1023),
    ethernetChip: new Int32Array(chips),
    ethernetChips: [],
  };
}

export interface TestNet {
  readonly sourceChip: number;
  readonly sinks: readonly { readonly chip: number; readonly core: number }[];
  readonly population: number;
  readonly bits: number;
}

/** A machine with nets on it, routed by breadth-first trees; sinks that cannot be reached are left out. */
export interface TestMapping {
  readonly machine: Machine;
  readonly nets: readonly TestNet[];
  readonly forest: RouteForest;
}

export const testMapping: fc.Arbitrary<TestMapping> = fc
  .record({
    width: fc.integer({ min: 2, max: 6 }),
    height: fc.integer({ min: 2, max: 5 }),
    deadLinks: fc.array(fc.nat(179), { maxLength: 12 }),
    nets: fc.array(
      fc.record({
        sourceChip: fc.nat(29),
        sinks: fc.uniqueArray(fc.record({ chip: fc.nat(29), core: fc.integer({ min: 1, max: 17 }) }), {
          minLength: 1,
          maxLength: 8,
          selector: ({ chip, core }) => `${chip} ${core}`,
        }),
        population: fc.nat(3),
        bits: fc.integer({ min: 0, max: 6 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  })
  .map(({ width, height, deadLinks, nets }) => {
    const machine = torus(width, height, deadLinks);
    const chips = width * height;
    const placed = nets.map((net) => ({
      ...net,
      sourceChip: net.sourceChip % chips,
      sinks: onePerCore(net.sinks.map(({ chip, core }) => ({ chip: chip % chips, core }))),
    }));
    return routeAll(machine, placed);
  });

export function routeAll(machine: Machine, nets: readonly TestNet[]): TestMapping {
  const start = [0];
  const chip: number[] = [];
  const arrival: number[] = [];
  const route: number[] = [];
  const reachable: TestNet[] = [];
  for (const net of nets) {
    const tree = breadthFirstTree(machine, net.sourceChip);
    const sinks = net.sinks.filter((sink) => tree.has(sink.chip));
    if (sinks.length === 0) continue;
    reachable.push({ ...net, sinks });
    const words = new Map<number, number>([[net.sourceChip, 0]]);
    for (const sink of sinks) {
      for (let at = sink.chip; at !== net.sourceChip; ) {
        const { from, link } = tree.get(at)!;
        words.set(at, words.get(at) ?? 0);
        words.set(from, (words.get(from) ?? 0) | (1 << link));
        at = from;
      }
      words.set(sink.chip, words.get(sink.chip)! | (64 << sink.core));
    }
    for (const [at, { link }] of tree) {
      if (!words.has(at)) continue;
      chip.push(at);
      arrival.push(at === net.sourceChip ? LOCAL : (link + 3) % LINK_COUNT);
      route.push(words.get(at)!);
    }
    start.push(chip.length);
  }
  return {
    machine,
    nets: reachable,
    forest: {
      start: Int32Array.from(start),
      chip: Int32Array.from(chip),
      arrival: Uint8Array.from(arrival),
      route: Uint32Array.from(route),
    },
  };
}

export function specOf({ nets }: TestMapping, keys: NetKeys): DeliverySpec {
  const sinks = nets.flatMap((net) => net.sinks);
  const sinkStart = new Int32Array(nets.length + 1);
  nets.forEach((net, at) => {
    sinkStart[at + 1] = sinkStart[at]! + net.sinks.length;
  });
  return {
    keys,
    sourceChip: Int32Array.from(nets, (net) => net.sourceChip),
    sinkStart,
    sinkChip: Int32Array.from(sinks, (sink) => sink.chip),
    sinkCore: Uint8Array.from(sinks, (sink) => sink.core),
  };
}

/** Every reachable chip with the chip and link it is first reached from, in breadth-first order, the root first. */
function breadthFirstTree(machine: Machine, root: number): Map<number, { from: number; link: number }> {
  const tree = new Map([[root, { from: root, link: 0 }]]);
  for (const from of tree.keys()) {
    for (let link = 0; link < LINK_COUNT; link++) {
      const to = machine.neighbour[from * LINK_COUNT + link]!;
      if (to >= 0 && !tree.has(to)) tree.set(to, { from, link });
    }
  }
  return tree;
}

function onePerCore<T extends { chip: number; core: number }>(sinks: readonly T[]): T[] {
  return [...new Map(sinks.map((sink) => [`${sink.chip} ${sink.core}`, sink])).values()];
}
