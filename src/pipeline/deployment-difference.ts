import type { DeployedCore, Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { chipCoord } from "../machine/machine.ts";
import { deploymentFacts } from "./deployment-facts.ts";

/** What changed from one mapping to another. Empty lists mean no change. */
export interface DeploymentDifference {
  readonly identical: boolean;
  /** Numbers of {@link deploymentFacts} that differ, by path. */
  readonly facts: readonly { readonly fact: string; readonly before: unknown; readonly after: unknown }[];
  /** Slices that are cut otherwise, or sit elsewhere, or have other keys or images. */
  readonly slices: readonly SliceDifference[];
  /** Chips whose tables differ, with their entries. */
  readonly tables: readonly { readonly chip: readonly number[]; readonly before: number; readonly after: number }[];
}

export interface SliceDifference {
  readonly population: string;
  readonly neurons: readonly [number, number];
  readonly change: "added" | "removed" | "moved" | "rekeyed" | "rewritten";
  readonly before?: unknown;
  readonly after?: unknown;
}

export function deploymentDifference(before: Deployment, after: Deployment): DeploymentDifference {
  const facts = factDifferences(deploymentFacts(before), deploymentFacts(after), "");
  const slices = sliceDifferences(before, after);
  const tables = tableDifferences(before, after);
  return { identical: facts.length + slices.length + tables.length === 0, facts, slices, tables };
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

function sliceDifferences(before: Deployment, after: Deployment): SliceDifference[] {
  const byName = ({ cores, populations }: Deployment): Map<string, DeployedCore> =>
    new Map(cores.map((c) => [`${populations[c.population]!.name}:${c.lo}:${c.hi}`, c]));
  const [old, fresh] = [byName(before), byName(after)];
  const slice = (name: string): Pick<SliceDifference, "population" | "neurons"> => {
    const [population, lo, hi] = name.split(":");
    return { population: population!, neurons: [Number(lo), Number(hi) - 1] };
  };
  const found: SliceDifference[] = [];
  for (const [name, a] of old) {
    const b = fresh.get(name);
    if (b === undefined) {
      found.push({ ...slice(name), change: "removed" });
      continue;
    }
    const places = [a, b].map((core, i) => place(i === 0 ? before : after, core));
    const keys = [a, b].map((core) => new ImageView(core.image).config("key"));
    if (places[0] !== places[1]) found.push({ ...slice(name), change: "moved", before: places[0], after: places[1] });
    else if (keys[0] !== keys[1]) found.push({ ...slice(name), change: "rekeyed", before: keys[0], after: keys[1] });
    else if (Buffer.compare(a.image, b.image) !== 0)
      found.push({ ...slice(name), change: "rewritten", before: a.image.length, after: b.image.length });
  }
  for (const name of fresh.keys()) if (!old.has(name)) found.push({ ...slice(name), change: "added" });
  return found;
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
