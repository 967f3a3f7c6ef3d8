import { encodeDocument } from "./binary-document.ts";
import { documentFromNetwork } from "./document-from-network.ts";
import type { Network } from "./network.ts";

/** The content of a network file that reads back as this network; equal networks give equal bytes. */
export function writeNetwork(network: Network, form: "json"): string;
export function writeNetwork(network: Network, form: "binary"): Uint8Array;
export function writeNetwork(network: Network, form: "json" | "binary"): string | Uint8Array;
export function writeNetwork(network: Network, form: "json" | "binary"): string | Uint8Array {
  const document = documentFromNetwork(network);
  return form === "binary" ? encodeDocument(document) : `${JSON.stringify(short(document), null, 2)}\n`;
}

/** Spells messages by the shorthands of the JSON form where it has one. */
function short(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(short);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  // Maps have messages as their values, so a parameter that has one of these names is not mistaken.
  if (first !== undefined && entries.length === 1 && SOLE_FIELDS.has(first[0]) && !isMessage(first[1])) return first[1];
  const { pre, post, weight, delay } = value as Record<string, unknown>;
  if (typeof pre === "number" && typeof post === "number" && (weight !== undefined || delay === undefined)) {
    return [pre, post, weight, delay].filter((number) => number !== undefined);
  }
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, short(SINGLES.has(name) && isSingle(inner) ? inner[0] : inner)]),
  );
}

/** A message whose only field is one of these may be written as that field's value. */
const SOLE_FIELDS: ReadonlySet<string> = new Set([
  "constant",
  "values",
  "number",
  "word",
  "flag",
  "indices",
  "ms",
  "variable",
  "population",
]);

/** Lists of views, of which a single one may stand without brackets. */
const SINGLES: ReadonlySet<string> = new Set(["pre", "post"]);

function isSingle(value: unknown): value is readonly [unknown] {
  return Array.isArray(value) && value.length === 1;
}

function isMessage(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
