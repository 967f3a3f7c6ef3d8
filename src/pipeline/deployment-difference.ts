import type { DeployedCore, Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { chipCoord } from "../machine/machine.ts";
import { deploymentFacts } from "./deployment-facts.ts";

/** What changed from one mapping to another. Empty lists mean no change. */
export interface DeploymentDifference {
  readonly identical: boolean;
  /** Numbers of {@link deploymentFacts}, and ticks between two changes of the run, that differ; by path. */
  readonly facts: readonly { readonly fact: string; readonly before: unknown; readonly after: unknown }[];
  /** Slices that are cut otherwise, or sit elsewhere, or have other keys or images. */
  readonly slices: readonly SliceDifference[];
  /** Chips whose tables differ, with their entries. */
  readonly tables: readonly { readonly chip: readonly number[]; readonly before: number; readonly after: number }[];
}

export interface SliceDifference {
  readonly population: string;
  readonly neurons: readonly [number, number];
  /** The first of these that holds; `rewritten`: other bytes, in the image or in what a later phase writes over it. */
  readonly change: "added" | "removed" | "moved" | "rekeyed" | "rewritten";
  /** Places, keys or numbers of bytes. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export function deploymentDifference(before: Deployment, after: Deployment): DeploymentDifference {
  const facts = factDifferences(factsOf(before), factsOf(after), "");
  const slices = sliceDifferences(before, after);
  const tables = tableDifferences(before, after);
  return { identical: facts.length + slices.length + tables.length === 0, facts, slices, tables };
}

function factsOf(deployment: Deployment): unknown {
  return { ...deploymentFacts(deployment), phase_ticks: deployment.phases.map(({ ticks }) => ticks) };
}

function factDifferences(
  before: unknown,
  after: unknown,
  path: string,
): { fact: string; before: unknown; after: unknown }[] {
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) {
    return Object.is(before, after) ? [] : [{ fact: path, before, after }];
  }
  const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    factDifferences(a[key], b[key], path === "" ? key : `${path}.${key}`),
  );
}

/** A core with what its slice goes by, and what is written to it over the whole run. */
interface NamedCore {
  readonly population: string;
  readonly core: DeployedCore;
  readonly place: string;
  readonly key: number;
  /** The image, then what is rewritten before each phase. */
  readonly bytes: readonly Uint8Array[];
}

function sliceDifferences(before: Deployment, after: Deployment): SliceDifference[] {
  const [old, fresh] = [namedCores(before), namedCores(after)];
  const found: SliceDifference[] = [];
  for (const [name, a] of old) {
    const b = fresh.get(name);
    if (b === undefined) found.push({ ...sliceOf(a), change: "removed" });
    else if (a.place !== b.place) found.push({ ...sliceOf(a), change: "moved", before: a.place, after: b.place });
    else if (a.key !== b.key) found.push({ ...sliceOf(a), change: "rekeyed", before: a.key, after: b.key });
    else if (Buffer.compare(Buffer.concat(a.bytes), Buffer.concat(b.bytes)) !== 0)
      found.push({ ...sliceOf(a), change: "rewritten", before: bytesIn(a), after: bytesIn(b) });
  }
  for (const [name, b] of fresh) if (!old.has(name)) found.push({ ...sliceOf(b), change: "added" });
  return found;
}

function namedCores(deployment: Deployment): ReadonlyMap<string, NamedCore> {
  const { cores, populations, phases } = deployment;
  return new Map(
    cores.map((core, c) => {
      const population = populations[core.population]!.name;
      const patches = phases.flatMap((phase) =>
        phase.patches[c]!.flatMap(({ offset, bytes }) => [new Uint8Array(Uint32Array.of(offset).buffer), bytes]),
      );
      const key = new ImageView(core.image).config("key");
      const named = { population, core, place: place(deployment, core), key, bytes: [core.image, ...patches] };
      return [JSON.stringify([population, core.lo, core.hi]), named];
    }),
  );
}

function sliceOf({ population, core }: NamedCore): Pick<SliceDifference, "population" | "neurons"> {
  return { population, neurons: [core.lo, core.hi - 1] };
}

function bytesIn({ bytes }: NamedCore): number {
  return bytes.reduce((sum, { length }) => sum + length, 0);
}

function place({ machine }: Deployment, { chip, core }: DeployedCore): string {
  const { x, y } = chipCoord(machine, chip);
  return `(${x}, ${y}) core ${core}`;
}

function tableDifferences(before: Deployment, after: Deployment): DeploymentDifference["tables"] {
  const byChip = ({ tables, machine }: Deployment): Map<string, { text: string; entries: number }> =>
    new Map(
      tables.map(({ chip, key, mask, route }) => {
        const { x, y } = chipCoord(machine, chip);
        return [`${x},${y}`, { text: `${key};${mask};${route}`, entries: key.length }];
      }),
    );
  const [old, fresh] = [byChip(before), byChip(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((chip) => {
    const [a, b] = [old.get(chip), fresh.get(chip)];
    return a?.text === b?.text
      ? []
      : [{ chip: chip.split(",").map(Number), before: a?.entries ?? 0, after: b?.entries ?? 0 }];
  });
}
