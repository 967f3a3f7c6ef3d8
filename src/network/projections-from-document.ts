import type { CellType } from "./cell-types.ts";
import { checkConnector } from "./check-connector.ts";
import { checkDelays, checkListed, checkWeights, type DelayLimits, type Target } from "./check-synapses.ts";
import { Sides, viewSize } from "./connect/sides.ts";
import type { ProjectionDocument, ViewDocument } from "./document.ts";
import { type EdgeClass, type EdgeClassContext, edgeClasses } from "./edge-classes.ts";
import { DuplicateNameError, MissingFieldError, UnknownNameError, WrongTypeError } from "./errors.ts";
import type { Names } from "./names.ts";
import type { AssemblyPart, Connector, Population, Projection, Value, View } from "./network.ts";
import type { Place } from "./place.ts";
import { isList } from "./value-from-document.ts";

export interface ProjectionContext extends DelayLimits, EdgeClassContext {
  readonly populations: readonly Population[];
  readonly names: Names;
  readonly cellTypes: Readonly<Record<string, CellType>>;
}

/** Projections that one entry of the file stands for. */
export interface ProjectionGroup {
  readonly name: string;
  /** Indices, ascending. */
  readonly members: readonly number[];
}

/**
 * The projections of a file. An entry that joins assemblies or has both classes of an ExcitatoryInhibitory connector
 * becomes several projections, one for each pair of populations and receptor; they form a group with the entry's name.
 */
export function projectionsFromDocument(
  documents: readonly ProjectionDocument[],
  place: Place,
  context: ProjectionContext,
): { readonly all: Projection[]; readonly groups: ProjectionGroup[] } {
  const all: Projection[] = [];
  const groups: ProjectionGroup[] = [];
  const taken = new Set(documents.map(({ name }) => name).filter((name) => name !== undefined));
  const seen = new Set<string>();
  documents.forEach((document, i) => {
    const at = place.index(i);
    const pre = viewsFromDocument(document.pre, at.field("pre"), context);
    const post = viewsFromDocument(document.post, at.field("post"), context);
    const name = document.name ?? unusedName(`${spelled(document.pre!)}->${spelled(document.post!)}`, taken);
    if (seen.has(name)) throw new DuplicateNameError(at.field("name"), name);
    seen.add(name);
    taken.add(name);
    const members: number[] = [];
    const preSize = pre.reduce((sum, view) => sum + viewSize(context.populations, view), 0);
    for (const edges of edgeClasses(document, preSize, at, context)) {
      members.push(...addParts(all, { name, pre, post, ...edges }, at, context));
    }
    groups.push({ name, members });
  });
  return { all, groups };
}

/** One projection for each pair of views; returns their indices. */
function addParts(
  all: Projection[],
  group: EdgeClass & { readonly name: string; readonly pre: readonly View[]; readonly post: readonly View[] },
  place: Place,
  context: ProjectionContext,
): number[] {
  const { name, suffix, pre, post, receptor, connector, delay, connectionPlace } = group;
  const firstProjection = all.length;
  const wider = pre.length > 1 || post.length > 1;
  const members: number[] = [];
  pre.forEach((preView, prePart) => {
    post.forEach((postView, postPart) => {
      const assembly: AssemblyPart = { name: `${name}${suffix}`, firstProjection, pre, post, prePart, postPart };
      const target = targetOf(postView, receptor, place, context);
      const weight = signed(group.weight, connector, target);
      checkWeights(weight, target, group.weightPlace);
      checkDelays(delay, context, group.delayPlace);
      if (connector.type === "FromList") {
        checkListed(connector.list, target, context, connectionPlace);
      }
      if (members.length === 0) {
        const sides = new Sides(context.populations, { pre: preView, post: postView, ...(wider ? { assembly } : {}) });
        checkConnector(connector, sides, place.field("connector"), connectionPlace);
      }
      members.push(all.length);
      const [from, to] = [preView, postView].map(({ population }) => context.populations[population]!.name);
      const part = wider ? ` (${from}->${to})` : "";
      all.push({
        name: `${name}${suffix}${part}`,
        pre: preView,
        post: postView,
        receptor,
        connector,
        weight,
        delay,
        ...(wider ? { assembly } : {}),
      });
    });
  });
  return members;
}

/**
 * braintools stores the sign it is given; what it means depends on the synapse. An inhibitory class given with a
 * negative weight goes to a conductance receptor as its magnitude.
 */
function signed(weight: Value, connector: Connector, { spec }: Target): Value {
  const inhibitory = connector.type === "ExcitatoryInhibitory" && connector.edges === "inhibitory";
  if (!inhibitory || spec.sign < 0) return weight;
  if (typeof weight === "number") return Math.abs(weight);
  return isList(weight) ? weight.map(Math.abs) : weight;
}

function targetOf(post: View, receptor: string, place: Place, context: ProjectionContext): Target {
  const { cell, name } = context.populations[post.population]!;
  const cellType = context.cellTypes[cell.type]!;
  if (cellType.kind === "source") {
    throw new WrongTypeError(place.field("post"), name, `neurons as targets; ${cellType.name} takes no input`);
  }
  const { receptors } = cellType;
  const spec = Object.hasOwn(receptors, receptor) ? receptors[receptor] : undefined;
  if (spec !== undefined) return { cellType, receptor, spec };
  throw new UnknownNameError(place.field("receptor"), `receptor of ${cellType.name}`, receptor, Object.keys(receptors));
}

function viewsFromDocument(
  documents: readonly ViewDocument[] | undefined,
  place: Place,
  { names }: ProjectionContext,
): View[] {
  if (documents === undefined || documents.length === 0) throw new MissingFieldError(place, "the name of a population");
  const views = documents.map((document, i) => names.view(document, documents.length > 1 ? place.index(i) : place));
  views.forEach(({ population }, i) => {
    if (views.findIndex((view) => view.population === population) < i) {
      throw new DuplicateNameError(
        place.index(i),
        documents[i]!.population!,
        "Name each population of an assembly once.",
      );
    }
  });
  return views;
}

function spelled(views: readonly ViewDocument[]): string {
  return views.map(({ population }) => population).join("+");
}

function unusedName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}
