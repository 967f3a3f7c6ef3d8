import { UnknownSettingError } from "./errors.ts";
import type { Place } from "./place.ts";

/** One value of a network file replaced, as a command line or a sweep gives it. */
export interface Setting {
  /**
   * Fields separated by dots: `seed`, `projections.e2e.weight`, `populations[0].cell.parameters.tau_m`. An entry of a
   * list goes by its number in brackets or its name, in which `*` stands for anything: `projections.e2*.weight` sets
   * the weights of e2e and e2i alike.
   */
  readonly path: string;
  readonly value: unknown;
}

/**
 * The document with a value set; what is not on the path is shared with the one given.
 *
 * Fields the document does not have yet are added; whether there may be such fields is for the reader to say.
 *
 * @param document parsed JSON, not checked
 * @throws {UnknownSettingError} an entry of a list on the path does not exist
 */
export function withSetting(document: unknown, { path, value }: Setting, place: Place): unknown {
  return set(document, stepsOf(path, place), () => value, path, place);
}

/**
 * The places that a setting of this path would fill, each spelled the same whatever the path calls it.
 *
 * @throws {UnknownSettingError} an entry of a list on the path does not exist
 */
export function settingPlaces(document: unknown, path: string, place: Place): string[] {
  const places: string[] = [];
  set(document, stepsOf(path, place), (at) => places.push(`${at}`), path, place);
  return places;
}

function stepsOf(path: string, place: Place): readonly string[] {
  const steps = path.split(/\.|(?=\[)/).filter((step) => step !== "");
  if (steps.length === 0) throw new UnknownSettingError(`${place}`, path, "an empty path", []);
  return steps;
}

function set(
  owner: unknown,
  steps: readonly string[],
  valueAt: (place: Place) => unknown,
  path: string,
  place: Place,
): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return valueAt(place);
  if (Array.isArray(owner)) {
    const matches = matcher(step);
    const entries = owner as readonly unknown[];
    if (!entries.some(matches)) throw new UnknownSettingError(`${place}`, path, `no entry ${step}`, entries.map(label));
    return entries.map((entry, i) => (matches(entry, i) ? set(entry, rest, valueAt, path, place.index(i)) : entry));
  }
  if (step.startsWith("[")) throw new UnknownSettingError(`${place}`, path, `${step} of what is no list`, []);
  const fields = typeof owner === "object" && owner !== null ? (owner as Readonly<Record<string, unknown>>) : {};
  const inner = Object.hasOwn(fields, step) ? fields[step] : undefined;
  return { ...fields, [step]: set(inner, rest, valueAt, path, place.field(step)) };
}

/** Does an entry of a list go by this step? */
function matcher(step: string): (entry: unknown, i: number) => boolean {
  const number = /^\[(\d+)\]$/.exec(step);
  if (number !== null) return (_, i) => i === Number(number[1]);
  const parts = step.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  return (entry) => pattern.test(nameOf(entry) ?? "");
}

function nameOf(entry: unknown): string | undefined {
  const name = (entry as { readonly name?: unknown } | null)?.name;
  return typeof name === "string" ? name : undefined;
}

function label(entry: unknown, i: number): string {
  return nameOf(entry) ?? `[${i}]`;
}
