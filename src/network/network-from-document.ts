import type { CellType } from "./cell-types.ts";
import type { NetworkDocument } from "./document.ts";
import { MissingFieldError, ValueRangeError } from "./errors.ts";
import { Names } from "./names.ts";
import { MAX_DELAY_TICKS, msToTicks, type Network } from "./network.ts";
import { phasesFromDocument } from "./phases-from-document.ts";
import type { Place } from "./place.ts";
import { populationFromDocument } from "./population-from-document.ts";
import { projectionsFromDocument } from "./projections-from-document.ts";

/** What a document is read with. */
export interface ReadingContext {
  /** Cell types a file may name: the standard ones and the user's own. */
  readonly cellTypes: Readonly<Record<string, CellType>>;
  /** Text of a file that a connector names, path as written in the document. */
  readonly readFile: (path: string, place: Place) => string;
}

/** Version of the schema that is read and written. */
export const FORMAT = 1;

/** Resolves names, fills in defaults and judges every number. The result is complete: later stages check nothing again. */
export function networkFromDocument(document: NetworkDocument, place: Place, context: ReadingContext): Network {
  const { format = FORMAT } = document;
  if (format !== FORMAT) throw new ValueRangeError(place.field("format"), format, `${FORMAT}, the version read here`);
  const timestepMicros = timestepFromDocument(document.timestep_ms ?? 1, place.field("timestep_ms"));
  const { seed = 0, name = "network" } = document;
  const { cellTypes, readFile } = context;
  const limits = { timestepMicros, ...delayLimits(document, timestepMicros, place) };
  const populationPlace = place.field("populations");
  const populations = (document.populations ?? []).map((population, i) =>
    populationFromDocument(population, i, populationPlace.index(i), { cellTypes, seed, timestepMicros }),
  );
  if (populations.length === 0) throw new MissingFieldError(populationPlace, "at least one population");
  const names = new Names(populations, populationPlace);
  const resolved = { cellTypes, populations, names };
  const { all: projections, groups } = projectionsFromDocument(document.projections ?? [], place.field("projections"), {
    ...resolved,
    ...limits,
    readFile,
  });
  const phases = phasesFromDocument(document, groups, place, { ...resolved, timestepMicros });
  return { name, seed, timestepMicros, populations, projections, phases };
}

/** PyNN's `min_delay` and `max_delay`, in ms, by default a tick and as many ticks as can be mapped. */
function delayLimits(
  { min_delay_ms, max_delay_ms }: NetworkDocument,
  timestepMicros: number,
  place: Place,
): { readonly minDelayMs: number; readonly maxDelayMs: number } {
  const tickMs = timestepMicros / 1000;
  const longestMs = (MAX_DELAY_TICKS * timestepMicros) / 1000;
  const minDelayMs = min_delay_ms ?? tickMs;
  const maxDelayMs = max_delay_ms ?? longestMs;
  const minTicks = msToTicks(minDelayMs, timestepMicros);
  if (minTicks < 1 || minTicks > MAX_DELAY_TICKS) {
    const allowed = `${tickMs} to ${longestMs} ms (1 to ${MAX_DELAY_TICKS} ticks)`;
    throw new ValueRangeError(place.field("min_delay_ms"), minDelayMs, allowed);
  }
  if (maxDelayMs < minDelayMs || msToTicks(maxDelayMs, timestepMicros) > MAX_DELAY_TICKS) {
    const allowed = `${minDelayMs} to ${longestMs} ms (${MAX_DELAY_TICKS} ticks)`;
    throw new ValueRangeError(place.field("max_delay_ms"), maxDelayMs, allowed);
  }
  return { minDelayMs, maxDelayMs };
}

function timestepFromDocument(ms: number, place: Place): number {
  const micros = Math.round(ms * 1000);
  if (micros < 1 || micros > 1_000_000 || Math.abs(ms * 1000 - micros) > 1e-6) {
    throw new ValueRangeError(place, ms, "a whole number of microseconds from 0.001 to 1000 ms");
  }
  return micros;
}
