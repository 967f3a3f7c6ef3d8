import { InputError } from "../errors.ts";
import { Place } from "../network/place.ts";
import { documentAsWritten } from "../network/read-network.ts";
import { type Setting, settingPlaces } from "../network/settings.ts";

/** A sweep that cannot be: a range that is none, too many axes. */
export class SweepPlanError extends InputError {
  readonly code = "SWEEP_PLAN";

  constructor(found: string, remedy: string) {
    super("sweep", found, remedy);
  }
}

/** A parameter and the values it takes, ascending. */
export interface SweepAxis {
  /** Path of a setting: `projections.e2*.weight`. */
  readonly path: string;
  readonly values: readonly number[];
}

/** Everything that decides what a sweep computes. */
export interface SweepPlan {
  /** Text or bytes of the network file, and its name. */
  readonly content: string | Uint8Array;
  readonly file: string;
  /** One or two. */
  readonly axes: readonly SweepAxis[];
  /** Settings that are the same for all points. */
  readonly fixed: readonly Setting[];
  readonly seeds: readonly number[];
  /** Duration in ms instead of the file's. */
  readonly durationMs?: number;
  /** Text of a machine, as `--machine` takes it. */
  readonly machine: string;
}

/** One run of a sweep: a point of the grid with one seed. */
export interface SweepRun {
  /** Index of the point: the second axis runs fastest. */
  readonly point: number;
  readonly seed: number;
}

/** Most points of an axis. */
const LONGEST_AXIS = 1000;

/**
 * `A:B:STEP` (both ends included) as an axis, a single number as a fixed setting.
 *
 * @throws {SweepPlanError} not numbers, a step that does not lead from A to B
 */
export function parseSweepSetting(text: string): SweepAxis | Setting {
  const at = text.indexOf("=");
  const remedy = "Give PATH=A:B:STEP, e.g. projections.e2*.weight=0.002:0.008:0.001, or PATH=VALUE.";
  if (at <= 0) throw new SweepPlanError(text, remedy);
  const [path, range] = [text.slice(0, at), text.slice(at + 1)];
  const numbers = range.split(":").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.some((x) => !Number.isFinite(x)) || (numbers.length !== 1 && numbers.length !== 3)) {
    throw new SweepPlanError(text, remedy);
  }
  if (numbers.length === 1) return { path, value: numbers[0]! };
  const [from, to, step] = numbers as [number, number, number];
  if (!(step > 0) || to < from) throw new SweepPlanError(text, "The step is above 0 and leads upwards from A to B.");
  // Sums of decimal steps fall a few units of the last place short of the end.
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > LONGEST_AXIS) throw new SweepPlanError(text, `An axis has at most ${LONGEST_AXIS} values.`);
  return { path, values: Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12))) };
}

/**
 * @throws {SweepPlanError} none or more than two axes, or one whose values something else would replace
 * @throws {UnknownSettingError} an axis leads nowhere
 */
export function checkAxes({ content, file, axes, fixed, durationMs }: SweepPlan): void {
  if (axes.length < 1 || axes.length > 2) {
    const remedy = "One or two can: give --set PATH=A:B:STEP once or twice.";
    throw new SweepPlanError(`${axes.length} parameters vary`, remedy);
  }
  const document = documentAsWritten(content, file, fixed);
  const root = Place.root(file);
  const varied = axes.map(({ path }) => ({ path, places: settingPlaces(document, path, root) }));
  const [first, second] = varied;
  const both = first!.places.find((place) => second?.places.some((other) => overlap(place, other)));
  if (both !== undefined) {
    const found = `${first!.path} and ${second!.path} both set ${both}`;
    throw new SweepPlanError(found, "Vary two parameters that have nothing in common.");
  }
  for (const { path, places } of varied) {
    if (places.includes(`${root.field("seed")}`))
      throw new SweepPlanError(`${path} varies`, "Every point is run with all seeds: give their number as --seeds.");
    if (durationMs !== undefined && places.includes(`${root.field("duration_ms")}`))
      throw new SweepPlanError(`${path} varies, and --duration fixes it`, "Leave one of them out.");
  }
}

/** Is one of two places the other, or within it? */
function overlap(a: string, b: string): boolean {
  const [outer, inner] = a.length < b.length ? [a, b] : [b, a];
  return inner.startsWith(outer) && ["", ".", "["].includes(inner.charAt(outer.length));
}

/** Every run, points in order and seeds within them. */
export function sweepRuns({ axes, seeds }: SweepPlan): SweepRun[] {
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  return Array.from({ length: points }, (_, point) => seeds.map((seed) => ({ point, seed }))).flat();
}

/** Value of each axis at a point. */
export function pointValues(axes: readonly SweepAxis[], point: number): number[] {
  const values: number[] = [];
  let rest = point;
  for (const axis of axes.toReversed()) {
    values.unshift(axis.values[rest % axis.values.length]!);
    rest = Math.floor(rest / axis.values.length);
  }
  return values;
}

/** Settings of one run. */
export function runSettings({ axes, fixed }: SweepPlan, { point, seed }: SweepRun): Setting[] {
  const values = pointValues(axes, point);
  return [...fixed, ...axes.map(({ path }, i) => ({ path, value: values[i]! })), { path: "seed", value: seed }];
}
