import type { CellType } from "./cell-types.ts";
import type { NetworkDocument, PhaseDocument } from "./document.ts";
import { DuplicateNameError, MissingFieldError, UnknownNameError, WrongTypeError } from "./errors.ts";
import type { Names } from "./names.ts";
import type { Phase, Population } from "./network.ts";
import type { Place } from "./place.ts";
import type { ProjectionGroup } from "./projections-from-document.ts";
import { checkRunLength } from "./run-length.ts";
import { checkedValue, wholeTicks } from "./value-from-document.ts";

export interface PhaseContext {
  readonly names: Names;
  readonly populations: readonly Population[];
  readonly cellTypes: Readonly<Record<string, CellType>>;
  readonly timestepMicros: number;
}

/** The phases of a run: those listed, or one of the plain duration. */
export function phasesFromDocument(
  document: NetworkDocument,
  groups: readonly ProjectionGroup[],
  place: Place,
  context: PhaseContext,
): Phase[] {
  const { phases = [], duration_ms } = document;
  if (phases.length === 0) {
    const durationMs = checkedDuration(duration_ms, place, context);
    checkRunLength([{ durationMs }], context.timestepMicros, place.field("duration_ms"));
    return [{ durationMs, addedProjections: groups.flatMap(({ members }) => members), parameterChanges: [] }];
  }
  if (duration_ms !== undefined) {
    throw new WrongTypeError(place.field("duration_ms"), duration_ms, "either duration_ms or phases, not both");
  }
  const added = addedProjections(phases, groups, place.field("phases"));
  const read = phases.map((phase, i): Phase => {
    const at = place.field("phases").index(i);
    return {
      durationMs: checkedDuration(phase.duration_ms, at, context),
      addedProjections: added[i]!,
      parameterChanges: changesFromDocument(phase, at.field("set_parameters"), context),
    };
  });
  checkRunLength(read, context.timestepMicros, place.field("phases"));
  return read;
}

function checkedDuration(ms: number | undefined, place: Place, { timestepMicros }: PhaseContext): number {
  const at = place.field("duration_ms");
  if (ms === undefined) throw new MissingFieldError(at, "the length of the run in ms");
  wholeTicks(ms, timestepMicros, at);
  return ms;
}

/** Projections that come into being with each phase, ascending; those that none names do so with the first. */
function addedProjections(
  phases: readonly PhaseDocument[],
  groups: readonly ProjectionGroup[],
  place: Place,
): number[][] {
  const unnamed = new Map(groups.map((group) => [group.name, group]));
  const added = phases.map((phase, i) =>
    (phase.add_projections ?? []).flatMap((name, k) => {
      const at = place.index(i).field("add_projections").index(k);
      const group = unnamed.get(name);
      if (group !== undefined) {
        unnamed.delete(name);
        return group.members;
      }
      const known = groups.map((candidate) => candidate.name);
      if (!known.includes(name)) throw new UnknownNameError(at, "projection", name, known);
      throw new DuplicateNameError(at, name, "A projection comes into being once.");
    }),
  );
  for (const { members } of unnamed.values()) added[0]!.push(...members);
  return added.map((indices) => indices.sort((a, b) => a - b));
}

function changesFromDocument(
  phase: PhaseDocument,
  place: Place,
  { names, populations, cellTypes }: PhaseContext,
): Phase["parameterChanges"][number][] {
  const seen = new Set<number>();
  return (phase.set_parameters ?? []).map((change, i) => {
    const at = place.index(i);
    const population = names.population(change.population ?? "", at.field("population"));
    const { size, cell, name } = populations[population]!;
    if (seen.has(population)) {
      throw new DuplicateNameError(at.field("population"), name, "Give all parameters of a population in one entry.");
    }
    seen.add(population);
    const type = cellTypes[cell.type]!;
    if (type.kind !== "source") {
      throw new WrongTypeError(at.field("population"), name, "a source: only sources change between phases");
    }
    const parameters = Object.entries(change.parameters ?? {}).map(([parameter, value]) => {
      const parameterPlace = at.field("parameters").field(parameter);
      const known = Object.keys(type.parameters);
      const spec = Object.hasOwn(type.parameters, parameter) ? type.parameters[parameter] : undefined;
      if (spec === undefined) throw new UnknownNameError(parameterPlace, `parameter of ${type.name}`, parameter, known);
      return [parameter, checkedValue(value, size, spec, parameterPlace)] as const;
    });
    return { population, parameters: Object.fromEntries(parameters) };
  });
}
