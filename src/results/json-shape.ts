/** What a JSON value must look like, and the first place where it does not. */

export interface Problem {
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

/** Finds the first place where a value has not the wanted shape. */
export type Shape = (value: unknown, path: string) => Problem | undefined;

export function leaf(wanted: string, fits: (value: unknown) => boolean): Shape {
  return (value, path) => (fits(value) ? undefined : { path, found: shown(value), wanted: `${wanted} is wanted` });
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isRecord(value)) return { path, found: shown(value), wanted: "an object is wanted" };
    for (const [name, shape] of Object.entries(shapes)) {
      const problem = shape(value[name], path === "" ? name : `${path}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

export function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return { path, found: shown(value), wanted: "a list is wanted" };
    return firstProblem(value.map((item, index) => shape(item, `${path}[${index}]`)));
  };
}

export function recordOf(shape: Shape): Shape {
  return (value, path) => {
    if (!isRecord(value)) return { path, found: shown(value), wanted: "an object is wanted" };
    return firstProblem(Object.entries(value).map(([name, item]) => shape(item, `${path}.${name}`)));
  };
}

const firstProblem = (problems: readonly (Problem | undefined)[]): Problem | undefined =>
  problems.find((problem) => problem !== undefined);

export function orNull(shape: Shape): Shape {
  return (value, path) => (value === null ? undefined : shape(value, path));
}

export const text: Shape = leaf("a text", (value) => typeof value === "string");
export const number: Shape = leaf("a number", (value) => typeof value === "number");
export const yesOrNo: Shape = leaf("true or false", (value) => typeof value === "boolean");
