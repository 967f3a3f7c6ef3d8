import { availableParallelism } from "node:os";
import type { Deployment } from "../image/deployment.ts";
import type { Machine } from "../machine/machine.ts";
import { allocateKeys } from "../mapper/keys/index.ts";
import type { Netlist } from "../mapper/netlist.ts";
import type { Slice } from "../mapper/partition.ts";
import { type Effort, place } from "../mapper/place/index.ts";
import { route } from "../mapper/route/index.ts";
import { buildSmallTables } from "../mapper/tables/index.ts";
import { type ModelLibrary, STANDARD_LIBRARY } from "../models/model-library.ts";
import type { Network } from "../network/network.ts";
import { checkSynapseRoom } from "./check-room.ts";
import { cutIntoCores } from "./cut-into-cores.ts";
import { encodeNetwork } from "./encode-network.ts";
import { COLOUR_BITS, writeImages } from "./write-images.ts";

export interface DeployOptions {
  /** Cell types beside the standard ones, as the network was read with. */
  readonly models?: ModelLibrary;
  /** Upper bound on neurons a core for all populations. */
  readonly neuronsPerCore?: number;
  readonly effort?: Effort;
  /** Hardware time of a tick over its biological time. Default 1. */
  readonly timeScale?: number;
  /** Told when a stage begins and ends; the clock is the caller's. */
  readonly onStage?: (stage: DeployStage, state: "begin" | "end") => void;
}

export type DeployStage = "connect" | "partition" | "place" | "route" | "keys" | "tables" | "images";

/**
 * Maps a network to a machine: every stage from connectors to memory images. The result is a pure function of the
 * arguments.
 */
export function deploy(network: Network, machine: Machine, options: DeployOptions = {}): Deployment {
  const { models = STANDARD_LIBRARY, effort } = options;
  const stage = <T>(name: DeployStage, work: () => T): T => {
    options.onStage?.(name, "begin");
    const result = work();
    options.onStage?.(name, "end");
    return result;
  };
  const encoded = stage("connect", () => {
    checkSynapseRoom(network, machine);
    return encodeNetwork(network, models);
  });
  const { slices, rows, netlist } = stage("partition", () => cutIntoCores(network, machine, encoded, options));
  const nameOf = (vertex: number): string => sliceName(network, slices[vertex]!);
  const placement = stage("place", () => place(netlist, machine, { nameOf, ...(effort && { effort }) }));
  const forest = stage("route", () => route(netlist, machine, placement));
  const keys = stage("keys", () =>
    allocateKeys({ netBits: netBits(slices, netlist), population: netPopulations(slices, netlist), forest }),
  );
  const senderOf = (net: number): string =>
    `population ${network.populations[slices[netlist.netSource[net]!]!.population]!.name}`;
  const tables = stage("tables", () =>
    buildSmallTables(forest, keys, machine, {
      effort: effort ?? "normal",
      threads: availableParallelism(),
      senderOf,
    }),
  );
  return stage("images", () =>
    writeImages({ ...encoded, network, machine, options, slices, rows, netlist, placement, keys, tables }),
  );
}

/** What users know a core's share of the network by. */
function sliceName(network: Network, { population, lo, hi }: Slice): string {
  return `population ${network.populations[population]!.name}, neurons ${lo} to ${hi - 1}`;
}

function netBits(slices: readonly Slice[], netlist: Netlist): Uint8Array {
  return Uint8Array.from(netlist.netSource, (v) => Math.ceil(Math.log2(slices[v]!.hi - slices[v]!.lo)) + COLOUR_BITS);
}

function netPopulations(slices: readonly Slice[], netlist: Netlist): Int32Array {
  return Int32Array.from(netlist.netSource, (v) => slices[v]!.population);
}
