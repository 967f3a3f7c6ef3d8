import { exactExp, RandomStream, type Stream, stream } from "../random/index.ts";
import { CELL_TYPES, type CellType } from "./cell-types.ts";
import { CountMismatchError, DrawnValueError } from "./errors.ts";
import type { Distribution, Network, Value } from "./network.ts";
import { inRange, isList, type Range, rangeText } from "./value-from-document.ts";

/**
 * Float64Array[n]: the value of each of n elements. Element i of a distribution is a pure function of
 * (seed, stream, i), so any slice can be drawn alone with `first`.
 *
 * @throws {CountMismatchError} a list is shorter or longer than `first + n` wants
 */
export function drawValues(value: Value, n: number, seed: number, from: Stream, first = 0): Float64Array {
  const values = new Float64Array(n);
  if (typeof value === "number") return values.fill(value);
  if (isList(value)) {
    if (value.length < first + n) throw new CountMismatchError("values", value.length, first + n, "elements");
    for (let i = 0; i < n; i++) values[i] = value[first + i]!;
    return values;
  }
  const random = new RandomStream(seed, from);
  for (let i = 0; i < n; i++) values[i] = drawOne(value, random.at(first + i));
  return values;
}

/** One number of a distribution, from wherever the stream stands. */
export function drawOne(distribution: Distribution, random: RandomStream): number {
  switch (distribution.distribution) {
    case "uniform":
      return distribution.low + (distribution.high - distribution.low) * random.uniform();
    case "normal":
      return distribution.mu + distribution.sigma * random.normal();
    case "normal_clipped":
      return normalClipped(distribution, random);
    case "lognormal":
      return exactExp(distribution.mu + distribution.sigma * random.normal());
    case "exponential":
      return distribution.beta * random.exponential();
  }
}

/**
 * A normal number given that it lies in [low, high], which contains the mean. Wide windows redraw normal numbers until one
 * is inside (a third of them are, at least); narrow ones take uniform numbers with the density as their chance (0.6 at least).
 */
function normalClipped(
  { mu, sigma, low, high }: Distribution & { distribution: "normal_clipped" },
  random: RandomStream,
): number {
  if (sigma === 0) return mu;
  for (;;) {
    if (high - low >= sigma) {
      const x = mu + sigma * random.normal();
      if (x >= low && x <= high) return x;
    } else {
      const x = low + (high - low) * random.uniform();
      const z = (x - mu) / sigma;
      if (random.uniform() < exactExp((-z * z) / 2)) return x;
    }
  }
}

/**
 * Float64Array[size]: a parameter of every neuron of a population.
 *
 * @param value what the parameter is in this phase, by default what the population was made with
 * @throws {DrawnValueError} a drawn value is out of range
 */
export function parameterValues(
  network: Network,
  population: number,
  name: string,
  value: Value = network.populations[population]!.cell.parameters[name]!,
  cellTypes: Readonly<Record<string, CellType>> = CELL_TYPES,
): Float64Array {
  const { cell } = network.populations[population]!;
  return drawInRange(network, population, "parameter", name, value, cellTypes[cell.type]!.parameters[name]!);
}

/** What a population's cells start with; what is one number for all neurons is that number. */
export interface CellValues {
  /** Every parameter of the cell type. */
  readonly parameters: Readonly<Record<string, number | Float64Array>>;
  /** State variables that the user initialised; the others start where the model says. */
  readonly initial: Readonly<Record<string, number | Float64Array>>;
}

/**
 * All parameters and initial values of a population, drawn and in range.
 *
 * @throws {DrawnValueError} a drawn value is out of range
 */
export function cellValues(
  network: Network,
  population: number,
  cellTypes: Readonly<Record<string, CellType>> = CELL_TYPES,
): CellValues {
  const { cell, initial } = network.populations[population]!;
  const { parameters, variables } = cellTypes[cell.type]!;
  const all = (values: Readonly<Record<string, Value>>, purpose: "parameter" | "initial", ranges: Ranges) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "number" ? value : drawInRange(network, population, purpose, name, value, ranges[name]!),
      ]),
    );
  return { parameters: all(cell.parameters, "parameter", parameters), initial: all(initial, "initial", variables) };
}

type Ranges = Readonly<Record<string, Range>>;

function drawInRange(
  { populations, seed }: Network,
  population: number,
  purpose: "parameter" | "initial",
  name: string,
  value: Value,
  range: Range,
): Float64Array {
  const { size, name: populationName } = populations[population]!;
  const values = drawValues(value, size, seed, stream(purpose, population, name));
  const outside = values.findIndex((x) => !inRange(x, range));
  if (outside >= 0) {
    throw new DrawnValueError(`${populationName}: ${name}`, values[outside]!, outside, rangeText(range));
  }
  return values;
}
