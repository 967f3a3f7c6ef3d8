import { type Afferent, buildRows } from "../image/build-rows.ts";
import type { PreSlice, RowFormat, SliceRows } from "../image/synaptic-matrix.ts";
import { rowFormat } from "../image/synaptic-matrix.ts";
import { type WeightGrid, weightGrid } from "../image/weight-grid.ts";
import type { Slice } from "../mapper/partition.ts";
import type { Connectivity } from "../network/connectivity.ts";
import type { Network } from "../network/network.ts";
import { RING_WORDS } from "./core-limits.ts";
import { NoReceptorError } from "./errors.ts";
import { delayRange } from "./quantisation.ts";

/** The synapses of a network before it is cut into cores. */
export interface Synapses {
  /** One a projection. */
  readonly connectivity: readonly Connectivity[];
  /** Receptors of each population, in the order of its model. */
  readonly receptors: readonly (readonly string[])[];
  /** Weight grid of each population's receptors, in the same order. */
  readonly grids: readonly (readonly WeightGrid[])[];
  /** Longest delay in ticks of the synapses onto each population, at least 1. */
  readonly maxDelay: readonly number[];
}

/**
 * @param receptorsOf receptors of each population, in the order of its model
 * @throws {NoReceptorError} a projection names a receptor its target does not have
 */
export function gatherSynapses(
  network: Network,
  connectivity: readonly Connectivity[],
  receptorsOf: readonly (readonly string[])[],
): Synapses {
  network.projections.forEach(({ name, post, receptor }) => {
    const receptors = receptorsOf[post.population]!;
    if (receptors.includes(receptor)) return;
    throw new NoReceptorError(name, receptor, network.populations[post.population]!.cell.type, receptors);
  });
  const onto = (population: number, receptor?: string): Connectivity[] =>
    connectivity.filter((_, p) => {
      const projection = network.projections[p]!;
      return projection.post.population === population && (receptor === undefined || projection.receptor === receptor);
    });
  return {
    connectivity,
    receptors: receptorsOf,
    grids: receptorsOf.map((receptors, population) => receptors.map((r) => weightGrid(onto(population, r)))),
    maxDelay: receptorsOf.map((_, population) =>
      onto(population).reduce((max, c) => Math.max(max, delayRange(c.delayTicks)[1]), 1),
    ),
  };
}

/** The weights onto a population, by receptor, in user units; receptors that get no input are left out. */
export interface ReceptorWeights {
  /** What one weight unit is. */
  readonly units: Readonly<Record<string, number>>;
  readonly largest: Readonly<Record<string, number>>;
}

/** The weights onto each population. */
export function receptorWeights(network: Network, { receptors, grids, connectivity }: Synapses): ReceptorWeights[] {
  const gets = (population: number, receptor: string): boolean =>
    network.projections.some(
      ({ post, receptor: onto }, p) =>
        post.population === population && onto === receptor && hasWeight(connectivity[p]!),
    );
  return receptors.map((names, population) => {
    const used = names.flatMap((name, r) => (gets(population, name) ? [{ name, ...grids[population]![r]! }] : []));
    return {
      units: Object.fromEntries(used.map(({ name, unit }) => [name, unit])),
      largest: Object.fromEntries(used.map(({ name, largest }) => [name, largest])),
    };
  });
}

function hasWeight({ weight, rowStart, preSize }: Connectivity): boolean {
  if (rowStart[preSize] === 0) return false;
  return typeof weight === "number" ? weight !== 0 : weight.some((w) => w !== 0);
}

/** The rows of one core in each phase, and the one format they share. */
export interface CoreRows {
  readonly format: RowFormat;
  /** One a phase; a phase that adds no synapses to the core shares the rows of the phase before. */
  readonly phases: readonly SliceRows[];
}

/** Cuts the synapses of every phase into the rows of each slice. */
export function cutIntoRows(network: Network, synapses: Synapses, slices: readonly Slice[]): CoreRows[] {
  const slicesOf = network.populations.map((_, population): PreSlice[] =>
    slices.flatMap((s, slice) => (s.population === population ? [{ slice, lo: s.lo, hi: s.hi }] : [])),
  );
  const active = new Set<number>();
  const result = slices.map((s): { format: RowFormat; phases: SliceRows[] } => ({
    format: rowFormat(
      s.hi - s.lo,
      synapses.receptors[s.population]!.length,
      synapses.maxDelay[s.population]!,
      RING_WORDS,
    ),
    phases: [],
  }));
  network.phases.forEach(({ addedProjections }, phase) => {
    for (const p of addedProjections) active.add(p);
    const changed = new Set(addedProjections.map((p) => network.projections[p]!.post.population));
    network.populations.forEach((_, population) => {
      const mine = slicesOf[population]!;
      if (phase > 0 && !changed.has(population)) {
        for (const { slice } of mine) result[slice]!.phases.push(result[slice]!.phases[phase - 1]!);
        return;
      }
      const targets = mine.map(({ slice, lo, hi }) => ({ lo, hi, format: result[slice]!.format }));
      const rows = buildRows(afferents(network, synapses, active, population, slicesOf), targets);
      mine.forEach(({ slice }, k) => {
        result[slice]!.phases.push(rows[k]!);
      });
    });
  });
  return result;
}

function afferents(
  network: Network,
  synapses: Synapses,
  active: ReadonlySet<number>,
  population: number,
  slicesOf: readonly (readonly PreSlice[])[],
): Afferent[] {
  return network.projections.flatMap((projection, p): Afferent[] => {
    if (!active.has(p) || projection.post.population !== population) return [];
    const receptor = synapses.receptors[population]!.indexOf(projection.receptor);
    return [
      {
        connectivity: synapses.connectivity[p]!,
        receptor,
        grid: synapses.grids[population]![receptor]!,
        preSlices: slicesOf[projection.pre.population]!,
      },
    ];
  });
}
