import { duplicateKey } from "../duplicate-key.ts";
import type { NetworkDocument } from "./document.ts";
import {
  DuplicateFieldError,
  NetworkSyntaxError,
  UnknownFieldError,
  ValueRangeError,
  WrongTypeError,
} from "./errors.ts";
import { NETWORK_SCHEMA } from "./gen/network-schema.ts";
import { MOST_NEURONS } from "./network.ts";
import { Place } from "./place.ts";

/** The parts of a protobufjs reflection descriptor (`Root.toJSON()`) that the walk needs. */
interface SchemaField {
  readonly type: string;
  readonly rule?: "repeated";
  /** Present for maps. */
  readonly keyType?: string;
}
interface SchemaMessage {
  readonly fields: Readonly<Record<string, SchemaField>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
}
type Messages = Readonly<Record<string, SchemaMessage>>;

/**
 * Checks a parsed JSON value against the schema, field by field, and spells out the shorthands.
 *
 * @throws {UnknownFieldError} {@link WrongTypeError} {@link ValueRangeError} at the first thing that is wrong
 */
export function readDocument(json: unknown, source: string): NetworkDocument {
  const place = Place.root(source);
  return readMessage(networkMessages(), "Network", json, place) as NetworkDocument;
}

/**
 * A byte order mark at the start is allowed.
 *
 * @throws {NetworkSyntaxError} the text is not JSON
 * @throws {DuplicateFieldError} an object has a field twice
 */
export function parseJson(text: string, source: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new NetworkSyntaxError(source, error instanceof Error ? error.message : `${error}`, error);
  }
  const twice = duplicateKey(json);
  if (twice !== undefined) throw new DuplicateFieldError(`${source}: ${twice}`);
  return parsed;
}

let messages: Messages | undefined;

function networkMessages(): Messages {
  messages ??= (JSON.parse(NETWORK_SCHEMA) as { nested: { spinloom: { nested: { network: { nested: Messages } } } } })
    .nested.spinloom.nested.network.nested;
  return messages;
}

/**
 * What may stand for a message of a type without its field names. Strings stand for names, numbers and lists of numbers
 * for values; anything else is returned as it is.
 */
const SHORTHANDS: Readonly<Record<string, (json: unknown) => unknown>> = {
  Value: (json) =>
    typeof json === "number" ? { constant: json } : Array.isArray(json) ? { values: json as unknown[] } : json,
  Option: (json) => {
    if (typeof json === "number") return { number: json };
    if (typeof json === "string") return { word: json };
    return typeof json === "boolean" ? { flag: json } : json;
  },
  View: (json) => (typeof json === "string" ? { population: json } : json),
  Recording: (json) => (typeof json === "string" ? { variable: json } : json),
  Neurons: (json) => (Array.isArray(json) ? { indices: json as unknown[] } : json),
  SpikeTimes: (json) => (Array.isArray(json) ? { ms: json as unknown[] } : json),
  Connection: (json) => {
    if (!Array.isArray(json)) return json;
    const [pre, post, weight, delay] = json as unknown[];
    if (json.length < 2 || json.length > 4) return json;
    return { pre, post, ...(weight === undefined ? {} : { weight }), ...(delay === undefined ? {} : { delay }) };
  },
};

function readMessage(schema: Messages, type: string, found: unknown, place: Place): object {
  const json = SHORTHANDS[type] === undefined ? found : SHORTHANDS[type](found);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new WrongTypeError(place, json, WANTED[type] ?? "an object with named fields");
  }
  const message = schema[type]!;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = Object.hasOwn(message.fields, name) ? message.fields[name] : undefined;
    if (field === undefined) throw new UnknownFieldError(place, name, Object.keys(message.fields));
    result[name] = readField(schema, field, value, place.field(name), WHOLE_NUMBERS[`${type}.${name}`]);
  }
  for (const { oneof } of Object.values(message.oneofs ?? {})) {
    const given = oneof.filter((name) => name in result);
    if (given.length > 1) throw new WrongTypeError(place, json, `only one of ${given.join(", ")}`);
  }
  return result;
}

const WANTED: Readonly<Record<string, string>> = {
  Value: "a number, a list of numbers, or a distribution such as {distribution: uniform, low, high}",
  Option: "a number, a word, or true or false",
  View: "the name of a population, or an object with population and neurons",
  Recording: "the name of a variable, or an object with variable, sampling_interval_ms and neurons",
  Neurons: "a list of indices, or an object with start, stop and step",
  SpikeTimes: "a list of times in ms",
  Connection: "[pre, post], [pre, post, weight] or [pre, post, weight, delay]",
};

/** Fields of whole numbers that not every one may stand in: a broken number is answered with those that may. */
const WHOLE_NUMBERS: Readonly<Record<string, string>> = {
  "Population.size": `a whole number from 1 to ${MOST_NEURONS}`,
  "Population.max_neurons_per_core": "a whole number from 1 to 4294967295",
  "Neurons.step": "a whole number from 1 to 4294967295",
};

/** @param whole what may stand in a field of whole numbers */
function readField(schema: Messages, field: SchemaField, json: unknown, place: Place, whole?: string): unknown {
  if (field.keyType !== undefined) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new WrongTypeError(place, json, "an object with one field for each name");
    }
    const read = Object.entries(json).map(([name, value]) => [
      name,
      readSingle(schema, field.type, value, place.field(name)),
    ]);
    return Object.fromEntries(read);
  }
  if (field.rule === "repeated") {
    const list = listOf(field.type, json);
    if (list === undefined) throw new WrongTypeError(place, json, "a list");
    return list.map((value, i) => readSingle(schema, field.type, value, place.index(i)));
  }
  return readSingle(schema, field.type, json, place, whole);
}

/** A single view stands for a list of one, and a flat list of times for one list that all sources share. */
function listOf(type: string, json: unknown): readonly unknown[] | undefined {
  if (type === "View" && !Array.isArray(json)) return [json];
  if (type === "SpikeTimes" && Array.isArray(json) && typeof json[0] === "number") return [json];
  return Array.isArray(json) ? (json as unknown[]) : undefined;
}

function readSingle(
  schema: Messages,
  type: string,
  json: unknown,
  place: Place,
  whole = "a whole number from 0 to 4294967295",
): unknown {
  switch (type) {
    case "double":
      if (typeof json !== "number") throw new WrongTypeError(place, json, "a number");
      if (!Number.isFinite(json)) throw new ValueRangeError(place, json, "a finite number");
      return json;
    case "uint32":
      if (typeof json !== "number") throw new WrongTypeError(place, json, "a whole number");
      if (!Number.isInteger(json) || json < 0 || json > 0xffff_ffff) {
        throw new ValueRangeError(place, json, whole);
      }
      return json;
    case "string":
      if (typeof json !== "string") throw new WrongTypeError(place, json, "a text in quotes");
      return json;
    case "bool":
      if (typeof json !== "boolean") throw new WrongTypeError(place, json, "true or false");
      return json;
    default:
      return readMessage(schema, type, json, place);
  }
}
