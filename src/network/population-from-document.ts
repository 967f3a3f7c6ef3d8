import { cellFromDocument, initialFromDocument } from "./cell-from-document.ts";
import type { CellType } from "./cell-types.ts";
import { currentSourceFromDocument } from "./current-source-from-document.ts";
import type { PopulationDocument } from "./document.ts";
import { DuplicateNameError, MissingFieldError, UnknownNameError, ValueRangeError, WrongTypeError } from "./errors.ts";
import { neuronsFromDocument } from "./names.ts";
import { type CurrentSource, MOST_NEURONS, type NamedView, type Population, type Recording } from "./network.ts";
import type { Place } from "./place.ts";
import { positionsFromDocument } from "./structure.ts";
import { wholeTicks } from "./value-from-document.ts";

export interface PopulationContext {
  readonly cellTypes: Readonly<Record<string, CellType>>;
  readonly seed: number;
  readonly timestepMicros: number;
}

/** @param index of the population in the network: its random positions depend on it */
export function populationFromDocument(
  document: PopulationDocument,
  index: number,
  place: Place,
  context: PopulationContext,
): Population {
  const { name, size } = document;
  if (name === undefined || name === "") throw new MissingFieldError(place.field("name"), "a name");
  if (size === undefined) throw new MissingFieldError(place.field("size"), "the number of neurons");
  if (size < 1 || size > MOST_NEURONS)
    throw new ValueRangeError(place.field("size"), size, `1 to ${MOST_NEURONS} neurons`);
  if (document.cell === undefined) throw new MissingFieldError(place.field("cell"), "a cell with its type");
  const cellPlace = place.field("cell");
  const cell = cellFromDocument(document.cell, size, context.timestepMicros, cellPlace, context.cellTypes);
  const type = context.cellTypes[cell.type]!;
  const { structure, max_neurons_per_core: maxNeuronsPerCore, pinned_chip } = document;
  const views = viewsFromDocument(document, size, place.field("views"));
  const currentSources = currentSourcesFromDocument(document, size, type, context, place.field("inject"));
  if (maxNeuronsPerCore === 0) throw new ValueRangeError(place.field("max_neurons_per_core"), 0, "at least 1");
  const positions =
    structure === undefined
      ? undefined
      : positionsFromDocument(structure, size, context.seed, index, place.field("structure"));
  return {
    name,
    size,
    cell,
    initial: initialFromDocument(document.initial ?? {}, size, type, place.field("initial")),
    record: recordingsFromDocument(document, size, type, context, place.field("record")),
    label: document.label ?? name,
    ...(positions === undefined ? {} : { positions }),
    ...(views.length === 0 ? {} : { views }),
    ...(currentSources.length === 0 ? {} : { currentSources }),
    ...(maxNeuronsPerCore === undefined ? {} : { maxNeuronsPerCore }),
    ...(pinned_chip === undefined ? {} : { pinnedChip: coordinates(pinned_chip, place.field("pinned_chip")) }),
  };
}

function coordinates(
  { x, y }: NonNullable<PopulationDocument["pinned_chip"]>,
  place: Place,
): NonNullable<Population["pinnedChip"]> {
  if (x === undefined) throw new MissingFieldError(place.field("x"), "both coordinates of a chip, x and y");
  if (y === undefined) throw new MissingFieldError(place.field("y"), "both coordinates of a chip, x and y");
  return { x, y };
}

function viewsFromDocument({ views = [] }: PopulationDocument, size: number, place: Place): NamedView[] {
  return views.map(({ name, neurons }, i) => {
    const at = place.index(i);
    if (name === undefined || name === "") throw new MissingFieldError(at.field("name"), "a name");
    const some = neuronsFromDocument(neurons, size, at.field("neurons"));
    return { name, neurons: some ?? Array.from({ length: size }, (_, neuron) => neuron) };
  });
}

function currentSourcesFromDocument(
  { inject = [] }: PopulationDocument,
  size: number,
  type: CellType,
  { timestepMicros }: PopulationContext,
  place: Place,
): CurrentSource[] {
  if (inject.length > 0 && type.kind === "source") {
    throw new WrongTypeError(place, inject, `neurons, not a source such as ${type.name}, to inject into`);
  }
  return inject.map((source, i) => currentSourceFromDocument(source, size, timestepMicros, place.index(i)));
}

function recordingsFromDocument(
  document: PopulationDocument,
  size: number,
  type: CellType,
  { timestepMicros }: PopulationContext,
  place: Place,
): Recording[] {
  const known = ["spikes", ...Object.keys(type.recordables)];
  const seen = new Set<string>();
  return (document.record ?? []).map((recording, i) => {
    const at = place.index(i);
    const variable = recording.variable ?? "";
    if (!known.includes(variable)) throw new UnknownNameError(at, `recordable of ${type.name}`, variable, known);
    if (seen.has(variable)) throw new DuplicateNameError(at, variable, "Record each variable once.");
    seen.add(variable);
    const interval = recording.sampling_interval_ms;
    const intervalPlace = at.field("sampling_interval_ms");
    const intervalTicks = interval === undefined ? 1 : wholeTicks(interval, timestepMicros, intervalPlace);
    if (variable === "spikes" && intervalTicks !== 1) {
      throw new ValueRangeError(intervalPlace, interval, "nothing: spikes are recorded in every tick");
    }
    const neurons = neuronsFromDocument(recording.neurons, size, at.field("neurons"));
    if (variable === "spikes" && neurons !== undefined) {
      throw new ValueRangeError(at.field("neurons"), recording.neurons, "nothing: spikes are recorded of all neurons");
    }
    return { variable, intervalTicks, ...(neurons === undefined ? {} : { neurons }) };
  });
}
