import type { NeuronsDocument, ViewDocument } from "./document.ts";
import {
  DuplicateNameError,
  MisplacedFieldError,
  MissingFieldError,
  UnknownNameError,
  ValueRangeError,
} from "./errors.ts";
import type { Population, View } from "./network.ts";
import type { Place } from "./place.ts";

/** The names of populations and of their views, which share one name space. */
export class Names {
  private readonly views = new Map<string, View>();
  private readonly populations: readonly Population[];

  /** @throws {DuplicateNameError} */
  constructor(populations: readonly Population[], place: Place) {
    this.populations = populations;
    populations.forEach((population, i) => {
      this.add(population.name, { population: i }, place.index(i).field("name"));
      population.views?.forEach(({ name, neurons }, k) => {
        this.add(name, { population: i, neurons }, place.index(i).field("views").index(k).field("name"));
      });
    });
  }

  private add(name: string, view: View, place: Place): void {
    if (this.views.has(name)) throw new DuplicateNameError(place, name);
    this.views.set(name, view);
  }

  /** Index of a population by its own name. */
  population(name: string, place: Place): number {
    const index = this.populations.findIndex((population) => population.name === name);
    const known = this.populations.map((population) => population.name);
    if (index < 0) throw new UnknownNameError(place, "population", name, known);
    return index;
  }

  /** What a projection's end names. */
  view(document: ViewDocument, place: Place): View {
    const name = document.population ?? "";
    const view = this.views.get(name);
    if (view === undefined) throw new UnknownNameError(place, "population", name, [...this.views.keys()]);
    if (document.neurons === undefined) return view;
    if (view.neurons !== undefined) throw new MisplacedFieldError(place.field("neurons"), `the view ${name}`, []);
    const neurons = neuronsFromDocument(
      document.neurons,
      this.populations[view.population]!.size,
      place.field("neurons"),
    );
    return neurons === undefined ? view : { population: view.population, neurons };
  }
}

/** Ascending indices, or undefined for all. */
export function neuronsFromDocument(
  document: NeuronsDocument | undefined,
  size: number,
  place: Place,
): readonly number[] | undefined {
  if (document === undefined) return undefined;
  const { start = 0, stop = size, step = 1, indices } = document;
  if (indices !== undefined) {
    for (const field of ["start", "stop", "step"] as const) {
      if (document[field] !== undefined) throw new MisplacedFieldError(place.field(field), "a list of indices", []);
    }
    indices.forEach((neuron, i) => {
      if (neuron >= size) throw new ValueRangeError(place.index(i), neuron, `an index below the size, ${size}`);
      if (i > 0 && neuron <= indices[i - 1]!)
        throw new ValueRangeError(place.index(i), neuron, "indices in ascending order");
    });
    if (indices.length === 0) throw new MissingFieldError(place, "at least one neuron");
    return indices;
  }
  if (step < 1) throw new ValueRangeError(place.field("step"), step, "at least 1");
  if (stop > size) throw new ValueRangeError(place.field("stop"), stop, `at most the size, ${size}`);
  if (start >= stop) throw new ValueRangeError(place.field("start"), start, `an index below stop, ${stop}`);
  if (start === 0 && stop === size && step === 1) return undefined;
  const neurons: number[] = [];
  for (let neuron = start; neuron < stop; neuron += step) neurons.push(neuron);
  return neurons;
}
