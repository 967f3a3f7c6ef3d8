/** What a population does to the cells it projects to, as plots and tables tell it apart. */
export type PopulationRole = "excitatory" | "inhibitory" | "mixed" | "source" | "unconnected";

/** The part of a network that roles depend on; a `Network` is one. */
export interface WiredPopulations {
  readonly populations: readonly { readonly name: string; readonly cell: { readonly type: string } }[];
  readonly projections: readonly { readonly pre: { readonly population: number }; readonly receptor: string }[];
}

/**
 * Role of each population by name: spike sources are `source`, the others take the role of the receptors they
 * project to, `mixed` if to both kinds. A receptor is inhibitory when its name says so (inhibitory, inh, gaba).
 */
export function populationRoles(network: WiredPopulations): ReadonlyMap<string, PopulationRole> {
  const roles = network.populations.map(
    ({ cell }): PopulationRole => (cell.type.startsWith("SpikeSource") ? "source" : "unconnected"),
  );
  for (const { pre, receptor } of network.projections) {
    const before = roles[pre.population];
    if (before === undefined || before === "source") continue;
    const role = /inh|gaba/i.test(receptor) ? "inhibitory" : "excitatory";
    roles[pre.population] = before === "unconnected" || before === role ? role : "mixed";
  }
  return new Map(network.populations.map(({ name }, index) => [name, roles[index]!]));
}
