import { exactExp, RandomStream, type Stream, stream } from "../random/index.ts";
import { CELL_TYPES, type CellType } from "./cell-types.ts";
import { CountMismatchError, DrawnValueError } from "./errors.ts";
import type { Distribution, Network, Value } from "./network.ts";
import { isGate, steadyState } from "./traub-miles.ts";
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
 */
export function parameterValues(
  network: Network,
  population: number,
  name: string,
  value: Value = network.populations[population]!.cell.parameters[name]!,
  cellTypes: Readonly<Record<string, CellType>> = CELL_TYPES,
): Float64Array {
  const { cell, size, name: populationName } = network.populations[population]!;
  const values = drawValues(value, size, network.seed, stream("parameter", population, name));
  return inside(values, cellTypes[cell.type]!.parameters[name]!, `${populationName}.cell.parameters.${name}`);
}

/** Float64Array[size]: a state variable of every neuron before tick 0; the cell type's default where the user gave none. */
export function initialValues(
  network: Network,
  population: number,
  variable: string,
  cellTypes: Readonly<Record<string, CellType>> = CELL_TYPES,
): Float64Array {
  const { cell, size, name, initial } = network.populations[population]!;
  const spec = cellTypes[cell.type]!.variables[variable]!;
  if (cell.options.gates_start === "steady-state" && !Object.hasOwn(initial, variable) && isGate(variable)) {
    const v = initialValues(network, population, "v", cellTypes);
    const offset = parameterValues(network, population, "v_offset", undefined, cellTypes);
    return v.map((potential, i) => steadyState(variable, potential - offset[i]!));
  }
  const value = Object.hasOwn(initial, variable) ? initial[variable]! : spec.default;
  if (typeof value === "string") return parameterValues(network, population, value, undefined, cellTypes);
  const values = drawValues(value, size, network.seed, stream("initial", population, variable));
  return inside(values, spec, `${name}.initial.${variable}`);
}

/** Everything a population's cells start with; what is the same for all neurons is a number. */
export interface CellValues {
  readonly parameters: Readonly<Record<string, number | Float64Array>>;
  /** Every state variable of the cell type, also those the user said nothing of. */
  readonly initial: Readonly<Record<string, number | Float64Array>>;
}

/** All parameters and initial values of a population, each in its range. */
export function cellValues(
  network: Network,
  population: number,
  cellTypes: Readonly<Record<string, CellType>> = CELL_TYPES,
): CellValues {
  const { cell } = network.populations[population]!;
  const { parameters, variables } = cellTypes[cell.type]!;
  const all = (names: readonly string[], values: (name: string) => Float64Array): CellValues["initial"] =>
    Object.fromEntries(names.map((name) => [name, single(values(name))]));
  return {
    parameters: all(Object.keys(parameters), (name) =>
      parameterValues(network, population, name, undefined, cellTypes),
    ),
    initial: all(Object.keys(variables), (name) => initialValues(network, population, name, cellTypes)),
  };
}

function single(values: Float64Array): number | Float64Array {
  const [first] = values;
  return values.every((x) => x === first) ? first! : values;
}

/** The values as they are. @throws {DrawnValueError} one is out of range */
function inside(values: Float64Array, range: Range, place: string): Float64Array {
  const outside = values.findIndex((x) => !inRange(x, range));
  if (outside >= 0) throw new DrawnValueError(place, values[outside]!, outside, rangeText(range));
  return values;
}
