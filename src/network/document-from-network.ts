import type {
  ConnectorDocument,
  CurrentSourceDocument,
  NetworkDocument,
  NeuronsDocument,
  OptionDocument,
  PhaseDocument,
  PopulationDocument,
  ProjectionDocument,
  ValueDocument,
  ViewDocument,
} from "./document.ts";
import type { Cell, Connector, CurrentSource, Network, Population, Projection, Value, View } from "./network.ts";
import { FORMAT } from "./network-from-document.ts";
import { isList } from "./value-from-document.ts";

/**
 * The document that reads back as this network: every default is spelled out, names of views are resolved, files of
 * connections and random positions are written as what they gave. Fields come in the order of the schema.
 */
export function documentFromNetwork(network: Network): NetworkDocument {
  const { name, seed, timestepMicros, populations, projections, phases } = network;
  const single = phases.length === 1 && phases[0]!.parameterChanges.length === 0;
  return {
    format: FORMAT,
    name,
    seed,
    timestep_ms: ticksToMs(1, timestepMicros),
    ...(single ? { duration_ms: phases[0]!.durationMs } : {}),
    populations: populations.map((population) => populationDocument(population, timestepMicros)),
    projections: projections
      .filter(({ assembly }, i) => assembly === undefined || assembly.firstProjection === i)
      .map((projection) => projectionDocument(projection, network)),
    ...(single ? {} : { phases: phases.map((_, i) => phaseDocument(network, i)) }),
  };
}

/** The nearest double to the exact number of ms. */
function ticksToMs(ticks: number, timestepMicros: number): number {
  return (ticks * timestepMicros) / 1000;
}

function populationDocument(population: Population, timestepMicros: number): PopulationDocument {
  const { name, size, cell, initial, record, label, positions, views, currentSources } = population;
  const { maxNeuronsPerCore, pinnedChip } = population;
  return {
    name,
    size,
    cell: cellDocument(cell),
    ...(Object.keys(initial).length === 0 ? {} : { initial: mapValues(initial, valueDocument) }),
    record: record.map(({ variable, intervalTicks, neurons }) => ({
      variable,
      ...(intervalTicks === 1 ? {} : { sampling_interval_ms: ticksToMs(intervalTicks, timestepMicros) }),
      ...(neurons === undefined ? {} : { neurons: neuronsDocument(neurons) }),
    })),
    ...(label === name ? {} : { label }),
    ...(positions === undefined ? {} : { structure: { type: "Explicit", positions: [...positions] } }),
    ...(views === undefined
      ? {}
      : { views: views.map((view) => ({ name: view.name, neurons: neuronsDocument(view.neurons) })) }),
    ...(currentSources === undefined
      ? {}
      : { inject: currentSources.map((source) => currentSourceDocument(source, timestepMicros)) }),
    ...(maxNeuronsPerCore === undefined ? {} : { max_neurons_per_core: maxNeuronsPerCore }),
    ...(pinnedChip === undefined ? {} : { pinned_chip: { x: pinnedChip.x, y: pinnedChip.y } }),
  };
}

function cellDocument({ type, parameters, options, spikeTimesMs }: Cell): NonNullable<PopulationDocument["cell"]> {
  return {
    type,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters: mapValues(parameters, valueDocument) }),
    ...(Object.keys(options).length === 0 ? {} : { options: mapValues(options, optionDocument) }),
    ...(spikeTimesMs === undefined ? {} : { spike_times: spikeTimesMs.map((ms) => ({ ms: [...ms] })) }),
  };
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (from: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, from]) => [name, map(from)]));
}

/** A value in the file's form. */
export function valueDocument(value: Value): ValueDocument {
  if (typeof value === "number") return { constant: value };
  return isList(value) ? { values: [...value] } : { ...value };
}

export function optionDocument(option: number | string | boolean): OptionDocument {
  if (typeof option === "number") return { number: option };
  return typeof option === "string" ? { word: option } : { flag: option };
}

/** Ascending neurons, as a slice where the distances are equal. */
export function neuronsDocument(neurons: readonly number[]): NeuronsDocument {
  const start = neurons[0]!;
  const step = neurons.length > 1 ? neurons[1]! - start : 1;
  if (neurons.some((neuron, i) => neuron !== start + i * step)) return { indices: [...neurons] };
  const stop = neurons.at(-1)! + 1;
  return step === 1 ? { start, stop } : { start, stop, step };
}

function currentSourceDocument(source: CurrentSource, timestepMicros: number): CurrentSourceDocument {
  const neurons = source.neurons === undefined ? {} : { neurons: neuronsDocument(source.neurons) };
  if (source.type === "StepCurrentSource") {
    return { type: source.type, times: [...source.timesMs], amplitudes: [...source.amplitudesNa], ...neurons };
  }
  const window = { start: source.startMs, ...(source.stopMs === undefined ? {} : { stop: source.stopMs }) };
  if (source.type === "DCSource") return { type: source.type, amplitude: source.amplitudeNa, ...window, ...neurons };
  const { type, meanNa, stdevNa, intervalTicks } = source;
  return { type, mean: meanNa, stdev: stdevNa, dt: ticksToMs(intervalTicks, timestepMicros), ...window, ...neurons };
}

function projectionDocument(projection: Projection, network: Network): ProjectionDocument {
  const { pre, post, receptor, connector, weight, delay, assembly } = projection;
  return {
    name: entryName(projection),
    pre: (assembly?.pre ?? [pre]).map((view) => viewDocument(view, network)),
    post: (assembly?.post ?? [post]).map((view) => viewDocument(view, network)),
    receptor,
    connector: connectorDocument(connector),
    weight: valueDocument(weight),
    delay: valueDocument(delay),
  };
}

/** Name of the file's entry that a projection is a part of. */
function entryName({ name, assembly }: Projection): string {
  return assembly?.name ?? name;
}

function viewDocument({ population, neurons }: View, network: Network): ViewDocument {
  const { name } = network.populations[population]!;
  return neurons === undefined ? { population: name } : { population: name, neurons: neuronsDocument(neurons) };
}

function connectorDocument(connector: Connector): ConnectorDocument {
  switch (connector.type) {
    case "AllToAll":
      return { type: connector.type, allow_self_connections: connector.allowSelfConnections };
    case "OneToOne":
      return { type: connector.type };
    case "FixedProbability": {
      const { type, pConnect, allowSelfConnections } = connector;
      return { type, allow_self_connections: allowSelfConnections, p_connect: pConnect };
    }
    case "FixedNumberPre":
    case "FixedNumberPost":
    case "FixedTotalNumber": {
      const { type, n, withReplacement, allowSelfConnections } = connector;
      return { type, allow_self_connections: allowSelfConnections, n, with_replacement: withReplacement };
    }
    case "FromList": {
      const { pre, post, weight, delayMs } = connector.list;
      const connections = Array.from(pre, (source, i) => ({
        pre: source,
        post: post[i]!,
        ...(weight === undefined ? {} : { weight: weight[i]! }),
        ...(delayMs === undefined ? {} : { delay: delayMs[i]! }),
      }));
      return { type: connector.type, connections };
    }
    case "DistanceDependentProbability": {
      const { type, dExpression, allowSelfConnections } = connector;
      return { type, allow_self_connections: allowSelfConnections, d_expression: dExpression };
    }
    case "SmallWorld": {
      const { type, degree, rewiring, allowSelfConnections } = connector;
      return { type, allow_self_connections: allowSelfConnections, degree, rewiring };
    }
    case "ExcitatoryInhibitory": {
      const { type, excRatio, excProb, inhProb, edges, generator, generatorSeed } = connector;
      return {
        type,
        exc_ratio: excRatio,
        exc_prob: excProb,
        inh_prob: inhProb,
        edges,
        generator,
        generator_seed: generatorSeed,
      };
    }
  }
}

function phaseDocument({ phases, projections, populations }: Network, index: number): PhaseDocument {
  const { durationMs, addedProjections, parameterChanges } = phases[index]!;
  const added = index === 0 ? [] : [...new Set(addedProjections.map((i) => entryName(projections[i]!)))];
  return {
    duration_ms: durationMs,
    ...(added.length === 0 ? {} : { add_projections: added }),
    ...(parameterChanges.length === 0
      ? {}
      : {
          set_parameters: parameterChanges.map(({ population, parameters }) => ({
            population: populations[population]!.name,
            parameters: mapValues(parameters, valueDocument),
          })),
        }),
  };
}
