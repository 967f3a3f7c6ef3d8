import type { CurrentSourceDocument } from "./document.ts";
import {
  CountMismatchError,
  MisplacedFieldError,
  MissingFieldError,
  UnknownNameError,
  ValueRangeError,
} from "./errors.ts";
import { neuronsFromDocument } from "./names.ts";
import type { CurrentSource, CurrentWaveform } from "./network.ts";
import type { Place } from "./place.ts";
import { wholeTicks } from "./value-from-document.ts";

/** PyNN's current sources and the fields each takes beside `neurons`. */
const FIELDS = {
  DCSource: ["amplitude", "start", "stop"],
  StepCurrentSource: ["times", "amplitudes"],
  NoisyCurrentSource: ["mean", "stdev", "dt", "start", "stop"],
} as const satisfies Record<CurrentWaveform["type"], readonly (keyof CurrentSourceDocument)[]>;

export function currentSourceFromDocument(
  document: CurrentSourceDocument,
  size: number,
  timestepMicros: number,
  place: Place,
): CurrentSource {
  const known = Object.keys(FIELDS) as CurrentWaveform["type"][];
  const type = known.find((candidate) => candidate === document.type);
  if (type === undefined) throw new UnknownNameError(place.field("type"), "current source", document.type ?? "", known);
  const fields: readonly string[] = FIELDS[type];
  for (const field of Object.keys(document)) {
    if (field !== "type" && field !== "neurons" && !fields.includes(field)) {
      throw new MisplacedFieldError(place.field(field), type, fields);
    }
  }
  const neurons = neuronsFromDocument(document.neurons, size, place.field("neurons"));
  return { ...waveform(type, document, timestepMicros, place), ...(neurons === undefined ? {} : { neurons }) };
}

function waveform(
  type: CurrentWaveform["type"],
  document: CurrentSourceDocument,
  timestepMicros: number,
  place: Place,
): CurrentWaveform {
  if (type === "StepCurrentSource") return steps(document, place);
  const { start = 0, stop } = document;
  if (start < 0) throw new ValueRangeError(place.field("start"), start, "a time of at least 0 ms");
  if (stop !== undefined && stop < start)
    throw new ValueRangeError(place.field("stop"), stop, `at least start, ${start} ms`);
  const window = { startMs: start, ...(stop === undefined ? {} : { stopMs: stop }) };
  if (type === "DCSource") {
    const { amplitude } = document;
    if (amplitude === undefined) throw new MissingFieldError(place.field("amplitude"), "a current in nA");
    return { type, amplitudeNa: amplitude, ...window };
  }
  const { mean = 0, stdev, dt } = document;
  if (stdev === undefined) throw new MissingFieldError(place.field("stdev"), "a standard deviation in nA");
  if (stdev < 0) throw new ValueRangeError(place.field("stdev"), stdev, "a standard deviation of at least 0");
  const intervalTicks = dt === undefined ? 1 : wholeTicks(dt, timestepMicros, place.field("dt"));
  return { type, meanNa: mean, stdevNa: stdev, intervalTicks, ...window };
}

function steps({ times = [], amplitudes = [] }: CurrentSourceDocument, place: Place): CurrentWaveform {
  if (times.length !== amplitudes.length) {
    throw new CountMismatchError(
      place.field("amplitudes"),
      amplitudes.length,
      times.length,
      "times",
      "Give one for each time.",
    );
  }
  times.forEach((time, i) => {
    const previous = i === 0 ? 0 : times[i - 1]!;
    if (time < previous) throw new ValueRangeError(place.field("times").index(i), time, "ascending times from 0 ms on");
  });
  return { type: "StepCurrentSource", timesMs: times, amplitudesNa: amplitudes };
}
