import { usablePart } from "../../machine/components.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Netlist, Placement } from "../netlist.ts";
import { annealNets, lookupsAProposal } from "./anneal-nets.ts";
import { assignCores, coreCount } from "./assign-cores.ts";
import { cellGrid } from "./cells.ts";
import { budgetFor, type Effort } from "./effort.ts";
import { buildHierarchy } from "./hierarchy.ts";
import { type Hypergraph, hypergraphOf } from "./hypergraph.ts";
import { placeMultilevel } from "./multilevel.ts";
import { packUnits } from "./pack-units.ts";
import { costsAtMost, leastCost } from "./placement-cost.ts";
import { randomNumbers } from "./random.ts";
import { trafficGraphOf } from "./traffic-graph.ts";
import { checkUnitsFit, groupIntoUnits, type NameOf, placePinned, type Room } from "./units.ts";

export interface PlaceOptions {
  /** Same seed, same placement. Default 1. */
  readonly seed?: number;
  /** Default `normal`. */
  readonly effort?: Effort;
  /** What messages call a vertex. Default `vertex 7`. */
  readonly nameOf?: NameOf;
}

/** A packing this close to the least any placement can cost is kept: it is in order of number, which tables like. */
const CLOSE_TO_LEAST = 1.1;

/** With fewer proposals a node than this, which the budget allows if nets are very large, nets are not annealed at all. */
const LEAST_PROPOSALS = 4;

/** Temperatures of the last annealing (see {@link Schedule}). */
const HOT = 0.6;
const COLD = 0.08;

/**
 * Gives every vertex a core: capacity, faults, pins and same-chip groups respected, vertices that talk close together.
 *
 * Two ways are tried: slices in order of number on a compact set of chips, which is best when everything talks to
 * everything; and, unless that is close to the least possible, from coarse to fine by annealing. Only one connected part
 * of the machine is used, pins aside, so that every net can be routed; a host must be able to reach it.
 *
 * @throws {NoRoomError} not enough cores or SDRAM
 * @throws {ChipTooSmallError} a vertex or same-chip group larger than any chip
 * @throws {PinError} a pin that cannot be met
 */
export function place(netlist: Netlist, machine: Machine, options: PlaceOptions = {}): Placement {
  const { nameOf = (vertex) => `vertex ${vertex}` } = options;
  const units = groupIntoUnits(netlist, nameOf);
  const pinned = new Int32Array(units.count).fill(-1);
  const room = allRoom(machine);
  placePinned(units, machine, room, pinned, nameOf);
  const cutOffCores = closeCutOffParts(machine, room);
  checkUnitsFit(units, room, nameOf);
  const packed = packUnits(units, machine, room, pinned, cutOffCores);
  const unitChip = improved(hypergraphOf(netlist, units), machine, room, packed, options);
  const chip = units.ofVertex.map((unit) => unitChip[unit]!);
  return { chip, core: assignCores(chip, machine) };
}

/** Int32Array[nodes]: chip of each node; `packed` itself if nothing much better can be found. */
function improved(
  graph: Hypergraph,
  machine: Machine,
  room: Room,
  packed: Int32Array,
  { seed = 1, effort = "normal" }: PlaceOptions,
): Int32Array {
  const grid = cellGrid(machine, room, machine.width, machine.height);
  if (costsAtMost(graph, grid, packed, CLOSE_TO_LEAST * leastCost(graph, grid))) return packed;
  const budget = budgetFor(effort, graph.nodeCount);
  const levels = buildHierarchy(trafficGraphOf(graph), machine, room, randomNumbers(seed));
  const chip = placeMultilevel(levels, budget, seed) ?? packed;
  const proposals = Math.ceil(budget.netWork / lookupsAProposal(graph, grid, chip));
  if (proposals >= LEAST_PROPOSALS * graph.nodeCount) {
    annealNets(graph, grid, chip, { proposals, hot: HOT, cold: COLD, slack: 0 }, seed);
  }
  return chip;
}

function allRoom(machine: Machine): Room {
  return {
    cores: Int32Array.from(machine.applicationCores, coreCount),
    sdram: Float64Array.from(machine.sdramBytes),
  };
}

/** Closes all but the part of the machine that is to be used; returns the cores on chips that were closed. */
function closeCutOffParts(machine: Machine, room: Room): number {
  let closed = 0;
  usablePart(machine, room.cores).forEach((usable, chip) => {
    if (usable === 1) return;
    closed += room.cores[chip]!;
    room.cores[chip] = 0;
  });
  return closed;
}
