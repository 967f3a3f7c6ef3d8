import { cellFromDocument, initialFromDocument } from "./cell-from-document.ts";
import type { CellType } from "./cell-types.ts";
import { currentSourceFromDocument } from "./current-source-from-document.ts";
import type { NetworkDocument, PhaseDocument, PopulationDocument } from "./document.ts";
import { DuplicateNameError, MissingFieldError, UnknownNameError, ValueRangeError, WrongTypeError } from "./errors.ts";
import { Names, neuronsFromDocument } from "./names.ts";
import { MAX_DELAY_TICKS, msToTicks, type Network, type Phase, type Population, type Recording } from "./network.ts";
import type { Place } from "./place.ts";
import { projectionsFromDocument } from "./projections-from-document.ts";
import { positionsFromDocument } from "./structure.ts";
import { checkedValue, wholeTicks } from "./value-from-document.ts";

/** What a document is read with. */
export interface ReadingContext {
  /** Cell types a file may name: the standard ones and the user's own. */
  readonly cellTypes: Readonly<Record<string, CellType>>;
  /** Text of a file that a connector names, path as written in the document. */
  readonly readFile: (path: string, place: Place) => string;
}

/** Version of the schema that is read and written. */
export const FORMAT = 1;

/** Resolves names, fills in defaults and judges every number. The result is complete: later stages check nothing again. */
export function networkFromDocument(document: NetworkDocument, place: Place, context: ReadingContext): Network {
  const { format = FORMAT } = document;
  if (format !== FORMAT) throw new ValueRangeError(place.field("format"), format, `${FORMAT}, the version read here`);
  const timestepMicros = timestepFromDocument(document.timestep_ms ?? 1, place.field("timestep_ms"));
  const seed = document.seed ?? 0;
  const tickMs = timestepMicros / 1000;
  const minDelayMs = document.min_delay_ms ?? tickMs;
  if (msToTicks(minDelayMs, timestepMicros) < 1) {
    throw new ValueRangeError(place.field("min_delay_ms"), minDelayMs, `at least one tick, ${tickMs} ms`);
  }
  const longestMs = MAX_DELAY_TICKS * tickMs;
  const maxDelayMs = document.max_delay_ms ?? longestMs;
  if (maxDelayMs < minDelayMs || msToTicks(maxDelayMs, timestepMicros) > MAX_DELAY_TICKS) {
    throw new ValueRangeError(
      place.field("max_delay_ms"),
      maxDelayMs,
      `${minDelayMs} to ${longestMs} ms (${MAX_DELAY_TICKS} ticks)`,
    );
  }
  const populationPlace = place.field("populations");
  const populations = (document.populations ?? []).map((population, i) =>
    populationFromDocument(population, i, { seed, timestepMicros }, populationPlace.index(i), context),
  );
  if (populations.length === 0) throw new MissingFieldError(populationPlace, "at least one population");
  const names = new Names(populations, populationPlace);
  const projections = projectionsFromDocument(document.projections ?? [], place.field("projections"), {
    populations,
    names,
    cellTypes: context.cellTypes,
    timestepMicros,
    minDelayMs,
    maxDelayMs,
    readFile: context.readFile,
  });
  const phases = phasesFromDocument(
    document,
    place,
    { names, populations, context, timestepMicros },
    projections.groups,
  );
  return { name: document.name ?? "network", seed, timestepMicros, populations, projections: projections.all, phases };
}

function timestepFromDocument(ms: number, place: Place): number {
  const micros = Math.round(ms * 1000);
  if (micros < 1 || micros > 1_000_000 || Math.abs(ms * 1000 - micros) > 1e-6) {
    throw new ValueRangeError(place, ms, "a whole number of microseconds from 0.001 to 1000 ms");
  }
  return micros;
}

interface Clock {
  readonly seed: number;
  readonly timestepMicros: number;
}

function populationFromDocument(
  document: PopulationDocument,
  index: number,
  clock: Clock,
  place: Place,
  context: ReadingContext,
): Population {
  const { name, size } = document;
  if (name === undefined || name === "") throw new MissingFieldError(place.field("name"), "a name");
  if (size === undefined) throw new MissingFieldError(place.field("size"), "the number of neurons");
  if (size < 1 || size > 0xff_ffff) throw new ValueRangeError(place.field("size"), size, "1 to 16777215 neurons");
  if (document.cell === undefined) throw new MissingFieldError(place.field("cell"), "a cell with its type");
  const cellPlace = place.field("cell");
  const cell = cellFromDocument(document.cell, size, clock.timestepMicros, cellPlace, context.cellTypes);
  const type = context.cellTypes[cell.type]!;
  const inject = document.inject ?? [];
  if (inject.length > 0 && type.kind === "source") {
    throw new WrongTypeError(
      place.field("inject"),
      inject,
      `neurons, not a source such as ${type.name}, to inject into`,
    );
  }
  const maxNeurons = document.max_neurons_per_core;
  if (maxNeurons === 0) throw new ValueRangeError(place.field("max_neurons_per_core"), 0, "at least 1");
  return {
    name,
    size,
    cell,
    initial: initialFromDocument(document.initial ?? {}, size, type, place.field("initial")),
    record: recordingsFromDocument(document, size, type, clock.timestepMicros, place.field("record")),
    label: document.label ?? name,
    ...(document.structure === undefined
      ? {}
      : { positions: positionsFromDocument(document.structure, size, clock.seed, index, place.field("structure")) }),
    ...(document.views === undefined
      ? {}
      : {
          views: document.views.map((view, i) => {
            const viewPlace = place.field("views").index(i);
            if (view.name === undefined) throw new MissingFieldError(viewPlace.field("name"), "a name");
            const neurons = neuronsFromDocument(view.neurons, size, viewPlace.field("neurons"));
            return { name: view.name, neurons: neurons ?? Array.from({ length: size }, (_, k) => k) };
          }),
        }),
    ...(inject.length === 0
      ? {}
      : {
          currentSources: inject.map((source, i) =>
            currentSourceFromDocument(source, size, clock.timestepMicros, place.field("inject").index(i)),
          ),
        }),
    ...(maxNeurons === undefined ? {} : { maxNeuronsPerCore: maxNeurons }),
    ...(document.pinned_chip === undefined
      ? {}
      : { pinnedChip: { x: document.pinned_chip.x ?? 0, y: document.pinned_chip.y ?? 0 } }),
  };
}

function recordingsFromDocument(
  document: PopulationDocument,
  size: number,
  type: CellType,
  timestepMicros: number,
  place: Place,
): Recording[] {
  const known = ["spikes", ...Object.keys(type.recordables)];
  const seen = new Set<string>();
  return (document.record ?? []).map((recording, i) => {
    const at = place.index(i);
    const variable = recording.variable ?? "";
    if (!known.includes(variable)) throw new UnknownNameError(at, `recordable of ${type.name}`, variable, known);
    if (seen.has(variable)) throw new DuplicateNameError(at, variable);
    seen.add(variable);
    const interval = recording.sampling_interval_ms;
    const intervalPlace = at.field("sampling_interval_ms");
    const intervalTicks = interval === undefined ? 1 : wholeTicks(interval, timestepMicros, intervalPlace);
    if (variable === "spikes" && intervalTicks !== 1) {
      throw new ValueRangeError(intervalPlace, interval, "nothing: spikes are recorded in every tick");
    }
    const neurons = neuronsFromDocument(recording.neurons, size, at.field("neurons"));
    return { variable, intervalTicks, ...(neurons === undefined ? {} : { neurons }) };
  });
}

function phasesFromDocument(
  document: NetworkDocument,
  place: Place,
  network: {
    readonly names: Names;
    readonly populations: readonly Population[];
    readonly context: ReadingContext;
    readonly timestepMicros: number;
  },
  groups: readonly ProjectionGroup[],
): Phase[] {
  const phases = document.phases ?? [];
  if (phases.length > 0 && document.duration_ms !== undefined) {
    throw new WrongTypeError(
      place.field("duration_ms"),
      document.duration_ms,
      "either duration_ms or phases, not both",
    );
  }
  if (phases.length === 0) {
    const durationMs = document.duration_ms;
    if (durationMs === undefined)
      throw new MissingFieldError(place.field("duration_ms"), "the length of the run in ms");
    wholeTicks(durationMs, network.timestepMicros, place.field("duration_ms"));
    return [{ durationMs, addedProjections: groups.flatMap(({ members }) => members), parameterChanges: [] }];
  }
  const unborn = new Set(groups);
  const added = phases.map((phase, i) => {
    const at = place.field("phases").index(i).field("add_projections");
    return (phase.add_projections ?? []).flatMap((name, k) => {
      const group = groups.find((candidate) => candidate.name === name);
      const known = groups.map((candidate) => candidate.name);
      if (group === undefined) throw new UnknownNameError(at.index(k), "projection", name, known);
      if (!unborn.delete(group)) throw new DuplicateNameError(at.index(k), name);
      return group.members;
    });
  });
  const fromStart = [...unborn].flatMap(({ members }) => members);
  return phases.map((phase, i) => {
    const at = place.field("phases").index(i);
    if (phase.duration_ms === undefined) throw new MissingFieldError(at.field("duration_ms"), "its length in ms");
    wholeTicks(phase.duration_ms, network.timestepMicros, at.field("duration_ms"));
    const projections = i === 0 ? [...fromStart, ...added[i]!] : added[i]!;
    return {
      durationMs: phase.duration_ms,
      addedProjections: projections.toSorted((a, b) => a - b),
      parameterChanges: changesFromDocument(phase, at.field("set_parameters"), network),
    };
  });
}

/** Projections of a network that one entry of the file stands for. */
export interface ProjectionGroup {
  readonly name: string;
  /** Indices, ascending. */
  readonly members: readonly number[];
}

function changesFromDocument(
  phase: PhaseDocument,
  place: Place,
  { names, populations, context }: { names: Names; populations: readonly Population[]; context: ReadingContext },
): Phase["parameterChanges"][number][] {
  return (phase.set_parameters ?? []).map((change, i) => {
    const at = place.index(i);
    const population = names.population(change.population ?? "", at.field("population"));
    const { size, cell, name } = populations[population]!;
    const type = context.cellTypes[cell.type]!;
    if (type.kind !== "source") {
      throw new WrongTypeError(at.field("population"), name, "a source: only sources change between phases");
    }
    const parameters = Object.entries(change.parameters ?? {}).map(([parameter, value]) => {
      const parameterPlace = at.field("parameters").field(parameter);
      const known = Object.keys(type.parameters);
      const spec = Object.hasOwn(type.parameters, parameter) ? type.parameters[parameter] : undefined;
      if (spec === undefined) throw new UnknownNameError(parameterPlace, `parameter of ${type.name}`, parameter, known);
      return [parameter, checkedValue(value, size, spec, parameterPlace)] as const;
    });
    return { population, parameters: Object.fromEntries(parameters) };
  });
}
