import type { EncodedCells } from "../models/cell-model.ts";
import type { ModelLibrary } from "../models/model-library.ts";
import { connect } from "../network/connect/connect.ts";
import type { Network } from "../network/network.ts";
import { cellModel, type EncodedPopulation, encodePopulations, type ParameterChange } from "./encode-populations.ts";
import { type SpikeEvents, spikeArrayEvents } from "./spike-array.ts";
import { gatherSynapses, receptorWeights, type Synapses } from "./synapses.ts";

/** A network in numbers, not cut into cores yet. All but the synapses are lists of one entry a population. */
export interface EncodedNetwork {
  readonly synapses: Synapses;
  /** Undefined for lists of spikes. */
  readonly cells: readonly (EncodedCells | undefined)[];
  readonly changes: readonly (readonly ParameterChange[])[];
  readonly errors: readonly EncodedPopulation["errors"][];
  /** Of lists of spikes. */
  readonly events: readonly (SpikeEvents | undefined)[];
}

export function encodeNetwork(network: Network, library: ModelLibrary): EncodedNetwork {
  const receptors = network.populations.map((p) =>
    p.cell.type === "SpikeSourceArray" ? [] : cellModel(p, library).receptors,
  );
  const connectivity = network.projections.map((_, p) => connect(network, p));
  const synapses = gatherSynapses(network, connectivity, receptors);
  const populations = encodePopulations(network, receptorWeights(network, synapses), library);
  const events = network.populations.map((p) =>
    p.cell.type === "SpikeSourceArray"
      ? spikeArrayEvents(p.cell.spikeTimesMs ?? [], network.timestepMicros)
      : undefined,
  );
  return {
    synapses,
    cells: populations.map((p) => p?.cells),
    changes: populations.map((p) => p?.changes ?? []),
    errors: populations.map((p) => p?.errors ?? {}),
    events,
  };
}
