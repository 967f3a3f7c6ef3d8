import { CELL_TYPES, type CellType } from "../cell-types.ts";
import type {
  NetworkDocument,
  NeuronsDocument,
  PhaseDocument,
  PopulationDocument,
  ProjectionDocument,
  StructureDocument,
  ViewDocument,
} from "../document.ts";
import { mapValues, neuronsDocument, valueDocument } from "../document-from-network.ts";
import type { Network, Value } from "../network.ts";
import { networkFromDocument } from "../network-from-document.ts";
import { Place } from "../place.ts";
import { readDocument } from "../read-document.ts";
import { readTextBeside } from "../read-network.ts";
import type { CellDescription } from "./cells.ts";
import type { ConnectorDescription } from "./connectors.ts";
import type { CurrentSourceDescription } from "./current-sources.ts";

/** PyNN's `setup`. */
export interface NetworkBuilderOptions {
  /** Default "network". */
  readonly name?: string;
  /** 32 bits; determines every random number of the run. Default 0. */
  readonly seed?: number;
  /** Default 1. */
  readonly timestepMs?: number;
  /** Delay of projections that give none; default one tick. */
  readonly minDelayMs?: number;
  /** Longest delay allowed. */
  readonly maxDelayMs?: number;
  /** Cell types beside the standard ones. */
  readonly cellTypes?: Readonly<Record<string, CellType>>;
}

export interface PopulationOptions {
  /** Name in plots; default: the name. */
  readonly label?: string;
  /** Initial values by variable. */
  readonly initial?: Readonly<Record<string, Value>>;
  /** Variables to record of all neurons in every tick. */
  readonly record?: readonly string[];
  /** Where the cells are. */
  readonly structure?: Structure;
  readonly maxNeuronsPerCore?: number;
  readonly pinnedChip?: { readonly x: number; readonly y: number };
}

/** PyNN's `space` structures by name, with their arguments: `{ type: "Grid2D", dx: 10, dy: 10 }`. */
export type Structure = Readonly<StructureDocument>;

export interface RecordOptions {
  /** Whole ticks; default one. */
  readonly samplingIntervalMs?: number;
  /** Ascending; default all. */
  readonly neurons?: readonly number[];
}

export interface SynapseOptions {
  /** uS for conductance-based, nA for current-based, mV for delta synapses. Default 0. */
  readonly weight?: Value;
  /** ms; default: the builder's `minDelayMs`. */
  readonly delay?: Value;
}

export interface ProjectionOptions {
  /** Default: "pre->post". */
  readonly name?: string;
  /** Default "excitatory". */
  readonly receptor?: string;
}

/** One or several things to connect; several are an assembly, numbered one after the other. */
export type ProjectionEnd = PopulationBuilder | PopulationView | readonly (PopulationBuilder | PopulationView)[];

/** PyNN's `StaticSynapse`: a weight and a delay that stay as they are. */
export function StaticSynapse(options: SynapseOptions): SynapseOptions {
  return options;
}

/**
 * Makes a network in the order a PyNN script does: populations, projections, `run`. What is said after a `run` takes
 * effect in the next one, which continues from the state reached.
 *
 * Nothing is checked before {@link build}, which checks it as a network file's content is checked.
 */
export class NetworkBuilder {
  private readonly options: NetworkBuilderOptions;
  private readonly populations: PopulationBuilder[] = [];
  private readonly projections: ProjectionDocument[] = [];
  private readonly phases: PhaseDocument[] = [];
  private coming: PhaseDocument = {};

  constructor(options: NetworkBuilderOptions = {}) {
    this.options = options;
  }

  population(name: string, size: number, cell: CellDescription, options: PopulationOptions = {}): PopulationBuilder {
    const population = new PopulationBuilder(name, size, cell, options, (document) => {
      this.coming.set_parameters = [...(this.coming.set_parameters ?? []), document];
    });
    this.populations.push(population);
    return population;
  }

  projection(
    pre: ProjectionEnd,
    post: ProjectionEnd,
    connector: ConnectorDescription,
    synapse: SynapseOptions = {},
    { name, receptor }: ProjectionOptions = {},
  ): this {
    const spelled = name ?? this.unusedName(`${endName(pre)}->${endName(post)}`);
    this.projections.push({
      name: spelled,
      pre: viewDocuments(pre),
      post: viewDocuments(post),
      ...(receptor === undefined ? {} : { receptor }),
      connector: connector.document,
      ...(synapse.weight === undefined ? {} : { weight: valueDocument(synapse.weight) }),
      ...(synapse.delay === undefined ? {} : { delay: valueDocument(synapse.delay) }),
    });
    if (this.phases.length > 0) this.coming.add_projections = [...(this.coming.add_projections ?? []), spelled];
    return this;
  }

  /** Runs for so many ms, after all earlier runs. */
  run(ms: number): this {
    this.phases.push({ ...this.coming, duration_ms: ms });
    this.coming = {};
    return this;
  }

  /** The finished network. @throws {InputError} something in it is wrong; the place is that of the same network's file */
  build(): Network {
    const name = this.options.name ?? "network";
    const document = readDocument(this.document(), name);
    return networkFromDocument(document, Place.root(name), {
      cellTypes: { ...CELL_TYPES, ...this.options.cellTypes },
      readFile: readTextBeside("."),
    });
  }

  private document(): NetworkDocument {
    const { name, seed, timestepMs, minDelayMs, maxDelayMs } = this.options;
    const [first] = this.phases;
    const single = this.phases.length === 1 && Object.keys(first!).length === 1;
    return {
      ...(name === undefined ? {} : { name }),
      ...(seed === undefined ? {} : { seed }),
      ...(timestepMs === undefined ? {} : { timestep_ms: timestepMs }),
      ...(minDelayMs === undefined ? {} : { min_delay_ms: minDelayMs }),
      ...(maxDelayMs === undefined ? {} : { max_delay_ms: maxDelayMs }),
      ...(single ? { duration_ms: first!.duration_ms! } : {}),
      populations: this.populations.map((population) => population.document()),
      projections: this.projections,
      ...(single ? {} : { phases: this.phases }),
    };
  }

  private unusedName(name: string): string {
    const taken = (candidate: string): boolean => this.projections.some((projection) => projection.name === candidate);
    if (!taken(name)) return name;
    let number = 2;
    while (taken(`${name} ${number}`)) number++;
    return `${name} ${number}`;
  }
}

/** A population under construction. */
export class PopulationBuilder {
  readonly name: string;
  readonly size: number;
  private readonly built: PopulationDocument;
  private readonly change: (document: NonNullable<PhaseDocument["set_parameters"]>[number]) => void;

  /** Made by {@link NetworkBuilder.population}. */
  constructor(
    name: string,
    size: number,
    cell: CellDescription,
    { label, initial, record, structure, maxNeuronsPerCore, pinnedChip }: PopulationOptions,
    change: (document: NonNullable<PhaseDocument["set_parameters"]>[number]) => void,
  ) {
    this.name = name;
    this.size = size;
    this.change = change;
    this.built = {
      name,
      size,
      cell: cell.document,
      ...(initial === undefined ? {} : { initial: mapValues(initial, valueDocument) }),
      ...(record === undefined ? {} : { record: record.map((variable) => ({ variable })) }),
      ...(label === undefined ? {} : { label }),
      ...(structure === undefined ? {} : { structure }),
      ...(maxNeuronsPerCore === undefined ? {} : { max_neurons_per_core: maxNeuronsPerCore }),
      ...(pinnedChip === undefined ? {} : { pinned_chip: { ...pinnedChip } }),
    };
  }

  /** The description so far. */
  document(): PopulationDocument {
    return this.built;
  }

  initialize(initial: Readonly<Record<string, Value>>): this {
    this.built.initial = { ...this.built.initial, ...mapValues(initial, valueDocument) };
    return this;
  }

  record(variables: string | readonly string[], { samplingIntervalMs, neurons }: RecordOptions = {}): this {
    const added = (typeof variables === "string" ? [variables] : variables).map((variable) => ({
      variable,
      ...(samplingIntervalMs === undefined ? {} : { sampling_interval_ms: samplingIntervalMs }),
      ...(neurons === undefined ? {} : { neurons: neuronsDocument(neurons) }),
    }));
    this.built.record = [...(this.built.record ?? []), ...added];
    return this;
  }

  /** @param neurons ascending; default all */
  inject(source: CurrentSourceDescription, neurons?: readonly number[]): this {
    const part = neurons === undefined ? {} : { neurons: neuronsDocument(neurons) };
    this.built.inject = [...(this.built.inject ?? []), { ...source.document, ...part }];
    return this;
  }

  /** Parameters of a source from the next run on. */
  set(parameters: Readonly<Record<string, Value>>): this {
    this.change({ population: this.name, parameters: mapValues(parameters, valueDocument) });
    return this;
  }

  /** Neurons start, start + step, ... below stop, as a thing to connect. */
  slice(start: number, stop: number, step = 1): PopulationView {
    return { population: this.name, neurons: { start, stop, step } };
  }

  /** Some neurons, ascending, as a thing to connect. */
  neurons(indices: readonly number[]): PopulationView {
    return { population: this.name, neurons: { indices: [...indices] } };
  }

  /** A part with a name of its own, which reports show. */
  view(name: string, neurons: readonly number[]): PopulationView {
    this.built.views = [...(this.built.views ?? []), { name, neurons: neuronsDocument(neurons) }];
    return { population: name };
  }
}

/** Part of a population. */
export interface PopulationView {
  readonly population: string;
  readonly neurons?: NeuronsDocument;
}

function ends(end: ProjectionEnd): readonly (PopulationBuilder | PopulationView)[] {
  return Array.isArray(end) ? end : [end as PopulationBuilder | PopulationView];
}

function endName(end: ProjectionEnd): string {
  return ends(end)
    .map((part) => (part instanceof PopulationBuilder ? part.name : part.population))
    .join("+");
}

function viewDocuments(end: ProjectionEnd): ViewDocument[] {
  return ends(end).map((part) => (part instanceof PopulationBuilder ? { population: part.name } : { ...part }));
}
