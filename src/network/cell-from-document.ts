import {
  type CellType,
  defaultSubsteps,
  type OptionSpec,
  type ParameterSpec,
  type VariableSpec,
} from "./cell-types.ts";
import type { CellDocument, OptionDocument, ValueDocument } from "./document.ts";
import {
  CountMismatchError,
  MisplacedFieldError,
  MisplacedSpikeTimesError,
  MissingFieldError,
  UnknownNameError,
  ValueRangeError,
  WrongTypeError,
} from "./errors.ts";
import type { Cell, Value } from "./network.ts";
import type { Place } from "./place.ts";
import { checkedValue } from "./value-from-document.ts";

/** A cell with every parameter and option of its type, in the order the type lists them. */
export function cellFromDocument(
  document: CellDocument,
  size: number,
  timestepMicros: number,
  place: Place,
  cellTypes: Readonly<Record<string, CellType>>,
): Cell {
  const name = document.type;
  if (name === undefined || name === "") throw new MissingFieldError(place.field("type"), "the name of a cell type");
  const type = Object.hasOwn(cellTypes, name) ? cellTypes[name] : undefined;
  if (type === undefined) throw new UnknownNameError(place.field("type"), "cell type", name, Object.keys(cellTypes));
  const times = spikeTimesFromDocument(document, type, size, place.field("spike_times"));
  return {
    type: name,
    parameters: parametersFromDocument(document.parameters ?? {}, size, type, place.field("parameters")),
    options: optionsFromDocument(document.options ?? {}, type, timestepMicros, place.field("options")),
    ...(times === undefined ? {} : { spikeTimesMs: times }),
  };
}

function parametersFromDocument(
  given: Readonly<Record<string, ValueDocument>>,
  size: number,
  type: CellType,
  place: Place,
): Record<string, Value> {
  if (type.name === "SpikeSourceArray" && Object.hasOwn(given, "spike_times"))
    throw new MisplacedSpikeTimesError(place.field("spike_times"));
  checkNames(given, type.parameters, `parameter of ${type.name}`, place);
  const all = Object.entries(type.parameters).map(([name, spec]): [string, Value] => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return [name, value === undefined ? spec.default : checkedValue(value, size, spec, place.field(name))];
  });
  return Object.fromEntries(all);
}

function optionsFromDocument(
  given: Readonly<Record<string, OptionDocument>>,
  type: CellType,
  timestepMicros: number,
  place: Place,
): Record<string, number | string | boolean> {
  checkNames(given, type.options, `option of ${type.name}`, place);
  const all = Object.entries(type.options).map(([name, spec]): [string, number | string | boolean] => {
    const option = Object.hasOwn(given, name) ? given[name] : undefined;
    if (option !== undefined) return [name, optionFromDocument(option, spec, place.field(name))];
    return [
      name,
      typeof spec.default === "object" ? defaultSubsteps(timestepMicros, spec.default.longestStepMs) : spec.default,
    ];
  });
  return Object.fromEntries(all);
}

function optionFromDocument(option: OptionDocument, spec: OptionSpec, place: Place): number | string | boolean {
  const found = option.number ?? option.word ?? option.flag;
  switch (spec.kind) {
    case "number": {
      const { min, max, whole } = spec;
      if (typeof found !== "number") throw new WrongTypeError(place, found, "a number");
      if (found < min || found > max || (whole && !Number.isInteger(found))) {
        throw new ValueRangeError(place, found, `a ${whole ? "whole " : ""}number from ${min} to ${max}`);
      }
      return found;
    }
    case "word":
      if (typeof found !== "string") throw new WrongTypeError(place, found, `one of ${spec.words.join(", ")}`);
      if (!spec.words.includes(found)) throw new UnknownNameError(place, "choice here", found, spec.words);
      return found;
    case "flag":
      if (typeof found !== "boolean") throw new WrongTypeError(place, found, "true or false");
      return found;
  }
}

/** Initial values as the user gave them; variables left out are left out here too and start at their default. */
export function initialFromDocument(
  given: Readonly<Record<string, ValueDocument>>,
  size: number,
  type: CellType,
  place: Place,
): Record<string, Value> {
  checkNames(given, type.variables, `state variable of ${type.name}`, place);
  const all = Object.keys(type.variables)
    .filter((name) => Object.hasOwn(given, name))
    .map((name): [string, Value] => [name, checkedValue(given[name]!, size, type.variables[name]!, place.field(name))]);
  return Object.fromEntries(all);
}

function checkNames(
  given: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, ParameterSpec | VariableSpec | OptionSpec>>,
  kind: string,
  place: Place,
): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new UnknownNameError(place, kind, name, Object.keys(known));
  }
}

function spikeTimesFromDocument(
  document: CellDocument,
  type: CellType,
  size: number,
  place: Place,
): (readonly number[])[] | undefined {
  const lists = document.spike_times;
  if (type.name !== "SpikeSourceArray") {
    if (lists !== undefined) throw new MisplacedFieldError(place, type.name, Object.keys(type.parameters));
    return undefined;
  }
  const given = lists === undefined || lists.length === 0 ? [{ ms: [] }] : lists;
  if (given.length !== size && given.length !== 1) {
    throw new CountMismatchError(place, given.length, size, "sources", `Give one list of times for all, or ${size}.`);
  }
  const checked = given.map(({ ms = [] }, i) => {
    ms.forEach((time, k) => {
      if (time < 0) throw new ValueRangeError(place.index(i).index(k), time, "a time of at least 0 ms");
    });
    return ms.toSorted((a, b) => a - b);
  });
  return size === 1 || checked.length === size ? checked : Array.from({ length: size }, () => checked[0]!);
}
