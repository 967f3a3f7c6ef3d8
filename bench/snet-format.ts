import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  firstApplicationCores,
  LINK_COUNT,
  LINK_STEPS,
  type Machine,
  machineFromChips,
  withFaults,
} from "../src/machine/index.ts";
import type { NetKeys, Netlist, Placement, RoutingTable } from "../src/mapper/netlist.ts";

/** The mapper benchmark format `snet-1`, as its generator writes it. */
interface SnetFile {
  readonly name: string;
  readonly machine: {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly wrapX: boolean;
    readonly wrapY: boolean;
    readonly defaults: {
      readonly cores: number;
      readonly monitorCores: number;
      readonly sdram: number;
      readonly routerEntries: number;
    };
    readonly deadChips: readonly (readonly [number, number])[];
    /** Cores of chips that do not have the default number, monitors included. */
    readonly cores: readonly (readonly [number, number, number])[];
    readonly deadLinks: readonly (readonly [number, number, number])[];
  };
  readonly vertices: {
    readonly pop: readonly number[];
    readonly atoms: readonly number[];
    readonly sdram: readonly number[];
  };
  readonly nets: {
    readonly source: readonly number[];
    readonly weight: readonly number[];
    /** Runs of sinks: first, length, first, length, ... */
    readonly sinks: readonly (readonly number[])[];
  };
  readonly sameChip?: readonly (readonly number[])[];
}

/** A benchmark problem: what to map, and where. */
export interface Snet {
  readonly name: string;
  readonly machine: Machine;
  readonly netlist: Netlist;
  /** Uint8Array[nets]: bits of the key block each net needs, one key a neuron of its source. */
  readonly netBits: Uint8Array;
}

/** Reads a benchmark netlist, gzipped if its name ends in `.gz`. */
export function readSnet(path: string): Snet {
  const bytes = readFileSync(path);
  const file = JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()) as SnetFile;
  const netlist = netlistOf(file);
  const netBits = Uint8Array.from(netlist.netSource, (source) => 32 - Math.clz32(file.vertices.atoms[source]! - 1));
  return { name: file.name, machine: machineOf(file.machine), netlist, netBits };
}

/** Writes a mapping for the benchmark's evaluation script. */
export function writeSolution(
  path: string,
  machine: Machine,
  placement: Placement,
  keys: NetKeys,
  tables: readonly RoutingTable[],
): void {
  const out = openSync(path, "w");
  let text = "";
  const put = (more: string): void => {
    text += more;
    if (text.length < 1 << 20) return;
    writeSync(out, text);
    text = "";
  };
  put('{"placements":[');
  placement.chip.forEach((chip, vertex) => {
    const y = Math.floor(chip / machine.width);
    put(`${vertex > 0 ? "," : ""}[${chip - y * machine.width},${y},${placement.core[vertex]}]`);
  });
  put('],"keys":[');
  keys.key.forEach((key, net) => {
    put(`${net > 0 ? "," : ""}[${key},${keys.mask[net]}]`);
  });
  put('],"tables":[');
  tables.forEach(({ chip, key, mask, route }, at) => {
    put(`${at > 0 ? "," : ""}{"x":${chip % machine.width},"y":${Math.floor(chip / machine.width)},"entries":[`);
    for (let entry = 0; entry < key.length; entry++) {
      put(`${entry > 0 ? "," : ""}[${key[entry]},${mask[entry]},${route[entry]}]`);
    }
    put("]}");
  });
  put("]}\n");
  writeSync(out, text);
  closeSync(out);
}

function netlistOf({ vertices, nets, sameChip }: SnetFile): Netlist {
  const vertexCount = vertices.pop.length;
  const netCount = nets.source.length;
  const netSinkStart = new Int32Array(netCount + 1);
  nets.sinks.forEach((runs, net) => {
    let sinks = 0;
    for (let at = 1; at < runs.length; at += 2) sinks += runs[at]!;
    netSinkStart[net + 1] = netSinkStart[net]! + sinks;
  });
  const netSinks = new Int32Array(netSinkStart[netCount]!);
  let pin = 0;
  for (const runs of nets.sinks) {
    for (let at = 0; at < runs.length; at += 2) {
      for (let sink = 0; sink < runs[at + 1]!; sink++) netSinks[pin++] = runs[at]! + sink;
    }
  }
  return {
    vertexCount,
    sdramBytes: Uint32Array.from(vertices.sdram),
    netCount,
    netSource: Int32Array.from(nets.source),
    netSinkStart,
    netSinks,
    netWeight: Float64Array.from(nets.weight),
    pinnedChip: new Int32Array(vertexCount).fill(-1),
    sameChipGroups: (sameChip ?? []).map((group) => Int32Array.from(group)),
    population: Int32Array.from(vertices.pop),
  };
}

function machineOf(file: SnetFile["machine"]): Machine {
  const { width, height, wrapX, wrapY, defaults } = file;
  const cores = new Int32Array(width * height).fill(defaults.cores);
  for (const [x, y, count] of file.cores) cores[y * width + x] = count;
  const dead = new Set(file.deadChips.map(([x, y]) => y * width + x));
  const chips = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (dead.has(y * width + x)) continue;
      let links = 0;
      for (let link = 0; link < LINK_COUNT; link++) {
        const toX = x + LINK_STEPS[link]!.x;
        const toY = y + LINK_STEPS[link]!.y;
        if ((wrapX || (toX >= 0 && toX < width)) && (wrapY || (toY >= 0 && toY < height))) links |= 1 << link;
      }
      const monitors = (1 << defaults.monitorCores) - 1;
      chips.push({
        x,
        y,
        links,
        applicationCores: firstApplicationCores(cores[y * width + x]! - 1) & ~monitors,
        sdramBytes: defaults.sdram,
        routerEntries: defaults.routerEntries,
        ethernet: { x: 0, y: 0 },
      });
    }
  }
  const links = file.deadLinks.map(([x, y, link]) => ({ x, y, link }));
  return withFaults(machineFromChips(file.name, { width, height }, chips), { links });
}
