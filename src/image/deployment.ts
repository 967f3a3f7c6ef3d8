import type { Machine } from "../machine/machine.ts";
import type { NetKeys, Netlist, Placement, RoutingTable } from "../mapper/netlist.ts";
import type { Slice } from "../mapper/partition.ts";
import type { PopulationRole } from "../results/population-role.ts";
import type { ImagePatch } from "./core-image.ts";

/**
 * A network mapped to a machine: everything that has to be written to a board, and what is needed to read the results
 * as the user's populations. Plain data; the network itself is no longer needed.
 */
export interface Deployment {
  readonly networkName: string;
  readonly seed: number;
  readonly timestepMicros: number;
  /** Hardware time of a tick over its biological time. */
  readonly timeScale: number;
  readonly machine: Machine;
  readonly populations: readonly DeployedPopulation[];
  /** One a slice, in the order of the slices. */
  readonly cores: readonly DeployedCore[];
  readonly tables: readonly RoutingTable[];
  readonly phases: readonly DeployedPhase[];
  /** Most ticks to run before recordings must be read. */
  readonly ticksPerCut: number;
  /** Who sends to whom, for verification and inspection. */
  readonly netlist: Netlist;
  readonly placement: Placement;
  readonly keys: NetKeys;
  readonly synapses: number;
  readonly quantisation: readonly ProjectionQuantisation[];
  /** Parameters that words do not hold exactly. */
  readonly parameterQuantisation: readonly ParameterQuantisation[];
}

export interface DeployedPopulation {
  readonly name: string;
  readonly size: number;
  readonly cellType: string;
  /** What the population does to others, for colours and reports. */
  readonly role: PopulationRole;
  readonly recordsSpikes: boolean;
  readonly signals: readonly DeployedSignal[];
}

/** A recorded variable, as {@link Signal} of the results wants it. */
export interface DeployedSignal {
  readonly variable: string;
  readonly unit: string;
  readonly intervalTicks: number;
  /** Recorded neurons, ascending. */
  readonly neurons: Uint32Array;
  /** User units a bit, one a recorded neuron. */
  readonly scale: Float64Array;
}

export interface DeployedCore extends Slice {
  /** Chip (grid index) and virtual core. */
  readonly chip: number;
  readonly core: number;
  /** Kernel binary that runs here, by model name. */
  readonly binary: string;
  /** What the host writes; `totalBytes` must be allocated. */
  readonly image: Uint8Array;
  readonly totalBytes: number;
}

/** A stretch of the run without changes from outside: a phase of the network, or a part of one where parameters change. */
export interface DeployedPhase {
  readonly ticks: number;
  /** Phase of the network, from 0. */
  readonly phase: number;
  /** For each core, what is rewritten before the phase begins; empty in phase 0. */
  readonly patches: readonly (readonly ImagePatch[])[];
}

/** What fixed point and ticks make of a projection's numbers. */
export interface ProjectionQuantisation {
  readonly projection: string;
  readonly synapses: number;
  readonly unit: string;
  /** User units of one weight unit, and whether all weights are whole numbers of it. */
  readonly weightUnit: number;
  readonly exact: boolean;
  /** Largest |stored - asked| / |asked| over the synapses. */
  readonly largestWeightError: number;
  /** Weights that are not 0 but are stored as 0. */
  readonly lostWeights: number;
  readonly minDelayTicks: number;
  readonly maxDelayTicks: number;
  /** Farthest that a delay is moved to a whole tick; for delays drawn from a distribution half a tick, its bound. */
  readonly largestDelayErrorMs: number;
}

/** What fixed point makes of a parameter of a population. */
export interface ParameterQuantisation {
  readonly population: string;
  readonly parameter: string;
  /** Largest |stored - asked| / |asked| over the neurons. */
  readonly largestError: number;
}
