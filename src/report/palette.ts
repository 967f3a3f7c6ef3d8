/**
 * Colours that people with any kind of colour vision tell apart: Okabe and Ito's set, one family a role, so that
 * excitatory is blue, inhibitory orange and a source green throughout every plot.
 */
import type { PopulationRole } from "../results/population-role.ts";

const FAMILIES: Readonly<Record<PopulationRole, readonly string[]>> = {
  excitatory: ["#0072b2", "#56b4e9", "#084c75", "#3d8fd1"],
  inhibitory: ["#d55e00", "#e69f00", "#8f3b00", "#f08a4b"],
  source: ["#009e73", "#5fb79c", "#00664a"],
  mixed: ["#cc79a7", "#8e4a72", "#e3a9c8"],
  unconnected: ["#6b7280", "#9aa3af", "#3f4650"],
};

/** What a plot needs to know of a population to colour it. */
export interface NamedPopulation {
  readonly name: string;
  readonly cellType: string;
}

/**
 * Colour of each population by name. The role of a population that is not given, or projects nowhere, is read from its
 * name (I, inh, ... and E, exc, ...) and cell type; populations of one role take the shades of its family in turn.
 */
export function populationColours(
  populations: readonly NamedPopulation[],
  roles: ReadonlyMap<string, PopulationRole> = new Map(),
): ReadonlyMap<string, string> {
  const used = new Map<PopulationRole, number>();
  const colours = new Map<string, string>();
  for (const population of populations) {
    const known = roles.get(population.name) ?? "unconnected";
    const role = known === "unconnected" ? apparentRole(population) : known;
    const family = FAMILIES[role];
    const index = used.get(role) ?? 0;
    used.set(role, index + 1);
    colours.set(population.name, family[index % family.length]!);
  }
  return colours;
}

function apparentRole({ name, cellType }: NamedPopulation): PopulationRole {
  if (cellType.startsWith("SpikeSource")) return "source";
  if (/inh|gaba|(^|[^a-z])i($|[^a-z])/i.test(name)) return "inhibitory";
  if (/exc|ampa|(^|[^a-z])e($|[^a-z])/i.test(name)) return "excitatory";
  return "unconnected";
}
