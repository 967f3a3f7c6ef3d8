import type { Deployment } from "../image/deployment.ts";

/** What a deployment takes of a machine, in numbers. Names are those of JSON output. */
export interface DeploymentFacts {
  readonly network: string;
  readonly machine: string;
  readonly seed: number;
  readonly cores: number;
  readonly chips: number;
  readonly neurons: number;
  readonly populations: readonly {
    readonly name: string;
    readonly size: number;
    readonly cell_type: string;
    readonly cores: number;
  }[];
  readonly most_neurons_per_core: number;
  readonly synapses: number;
  /** Multicast routing entries: all, on the chip with most, and chips that have any. */
  readonly entries: { readonly total: number; readonly largest: number; readonly chips: number };
  /** Bytes of SDRAM: all, and on the chip with most. */
  readonly sdram: { readonly total: number; readonly largest: number };
  readonly ticks_per_cut: number;
  readonly quantisation: readonly {
    readonly projection: string;
    readonly synapses: number;
    readonly weight_unit: number;
    readonly unit: string;
    readonly exact: boolean;
    readonly largest_weight_error: number;
    readonly lost_weights: number;
    readonly delay_ticks: readonly [number, number];
    readonly largest_delay_error_ms: number;
  }[];
  /** Parameters that words do not hold exactly, with the largest relative error. */
  readonly parameters: readonly {
    readonly population: string;
    readonly parameter: string;
    readonly largest_error: number;
  }[];
}

export function deploymentFacts(deployment: Deployment): DeploymentFacts {
  const { cores, tables, populations } = deployment;
  const sdram = new Map<number, number>();
  for (const { chip, totalBytes } of cores) sdram.set(chip, (sdram.get(chip) ?? 0) + totalBytes);
  const entries = tables.map((t) => t.key.length);
  return {
    network: deployment.networkName,
    machine: deployment.machine.name,
    seed: deployment.seed,
    cores: cores.length,
    chips: sdram.size,
    neurons: populations.reduce((sum, p) => sum + p.size, 0),
    populations: populations.map(({ name, size, cellType }, p) => ({
      name,
      size,
      cell_type: cellType,
      cores: cores.filter((c) => c.population === p).length,
    })),
    most_neurons_per_core: Math.max(...cores.map((c) => c.hi - c.lo)),
    synapses: deployment.synapses,
    entries: {
      total: entries.reduce((sum, n) => sum + n, 0),
      largest: Math.max(0, ...entries),
      chips: tables.length,
    },
    sdram: {
      total: [...sdram.values()].reduce((sum, bytes) => sum + bytes, 0),
      largest: Math.max(...sdram.values()),
    },
    ticks_per_cut: deployment.ticksPerCut,
    quantisation: deployment.quantisation.map((q) => ({
      projection: q.projection,
      synapses: q.synapses,
      weight_unit: q.weightUnit,
      unit: q.unit,
      exact: q.exact,
      largest_weight_error: q.largestWeightError,
      lost_weights: q.lostWeights,
      delay_ticks: [q.minDelayTicks, q.maxDelayTicks],
      largest_delay_error_ms: q.largestDelayErrorMs,
    })),
    parameters: deployment.parameterQuantisation.map(({ population, parameter, largestError }) => ({
      population,
      parameter,
      largest_error: largestError,
    })),
  };
}
