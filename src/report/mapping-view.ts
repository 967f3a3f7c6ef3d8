import type { Deployment } from "../image/deployment.ts";
import { LINK_COUNT, type Machine } from "../machine/machine.ts";
import { traceKey } from "../mapper/verify/trace-key.ts";
import { spikePieces } from "../results/pieces.ts";
import type { Recordings } from "../results/results.ts";
import type { NamedPopulation } from "./palette.ts";

/** What the maps of a machine show. */
export interface MappingView {
  readonly machine: Machine;
  readonly populations: readonly NamedPopulation[];
  /** What runs where. */
  readonly cores: readonly PlacedSlice[];
  /** Uint32Array[chips]: multicast routing entries loaded. */
  readonly tableEntries: Uint32Array;
  readonly linkLoad: LinkLoad;
}

/** Neurons `[lo .. hi)` of a population on a virtual core of a chip (grid index). */
export interface PlacedSlice {
  readonly population: number;
  readonly lo: number;
  readonly hi: number;
  readonly chip: number;
  readonly core: number;
}

/** Traffic over each link. */
export interface LinkLoad {
  /** Float64Array[chips * 6]: what leaves chip c over link l at `c * 6 + l`. */
  readonly load: Float64Array;
  /** `packets/s`, or `source neurons` where no spikes are known. */
  readonly unit: string;
}

/** The maps of a deployment; with results in which every sender's spikes were recorded, loads are packets a second. */
export function mappingView(deployment: Deployment, results?: Recordings): MappingView {
  const tableEntries = new Uint32Array(deployment.machine.alive.length);
  for (const { chip, key } of deployment.tables) tableEntries[chip] = key.length;
  const { machine, populations, cores } = deployment;
  return { machine, populations, cores, tableEntries, linkLoad: linkLoad(deployment, results) };
}

/** Follows the packets of every net through the loaded tables. */
function linkLoad(deployment: Deployment, results: Recordings | undefined): LinkLoad {
  const { machine, tables, netlist, keys, cores } = deployment;
  const rates = results === undefined ? undefined : sliceRates(deployment, results);
  const load = new Float64Array(machine.alive.length * LINK_COUNT);
  for (let net = 0; net < netlist.netCount; net++) {
    const source = netlist.netSource[net]!;
    const packets = rates?.[source] ?? netlist.netWeight[net]!;
    if (packets === 0) continue;
    // All keys of a net take the same way: that is what verification proves.
    for (const { chip, route } of traceKey(tables, machine, cores[source]!.chip, keys.key[net]!)) {
      for (let link = 0; link < LINK_COUNT; link++) {
        if ((route & (1 << link)) !== 0) load[chip * LINK_COUNT + link]! += packets;
      }
    }
  }
  return { load, unit: rates === undefined ? "source neurons" : "packets/s" };
}

/** Spikes a second of each slice, or undefined when a population that sends was not recorded. */
function sliceRates({ cores, populations, netlist }: Deployment, results: Recordings): Float64Array | undefined {
  const seconds = (results.ticks * results.timestepMicros) / 1e6;
  const recorded = new Map(results.populations.map(({ name, spikes }) => [name, spikes]));
  const senders = new Set(Array.from(netlist.netSource, (source) => cores[source]!.population));
  const sliceOf = populations.map(({ size }) => new Int32Array(size));
  cores.forEach(({ population, lo, hi }, slice) => {
    sliceOf[population]!.fill(slice, lo, hi);
  });
  const rates = new Float64Array(cores.length);
  for (const population of senders) {
    const spikes = recorded.get(populations[population]!.name);
    if (spikes === undefined || seconds === 0) return undefined;
    for (const { neuron } of spikePieces(spikes)) {
      for (const n of neuron) rates[sliceOf[population]![n]!]! += 1 / seconds;
    }
  }
  return rates;
}
