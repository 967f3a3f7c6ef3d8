import type { CellType, ReceptorSpec } from "./cell-types.ts";
import { checkConnector } from "./check-connector.ts";
import { excitatoryCells } from "./connect/excitatory-inhibitory.ts";
import { Sides, viewSize } from "./connect/sides.ts";
import { connectorFromDocument } from "./connector-from-document.ts";
import type { ConnectorDocument, ProjectionDocument, ValueDocument, ViewDocument } from "./document.ts";
import {
  DelayRangeError,
  DuplicateNameError,
  HalfGivenPairError,
  MisplacedFieldError,
  MissingFieldError,
  UnknownNameError,
  WeightSignError,
  WrongTypeError,
} from "./errors.ts";
import type { Names } from "./names.ts";
import {
  type AssemblyPart,
  type Connector,
  msToTicks,
  type Population,
  type Projection,
  type Value,
  type View,
} from "./network.ts";
import type { ProjectionGroup } from "./network-from-document.ts";
import type { Place } from "./place.ts";
import { checkNumbers, isList, valueFromDocument } from "./value-from-document.ts";

export interface ProjectionContext {
  readonly populations: readonly Population[];
  readonly names: Names;
  readonly cellTypes: Readonly<Record<string, CellType>>;
  readonly timestepMicros: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly readFile: (path: string, place: Place) => string;
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

/** What the parts of one class of edges have in common. */
interface EdgeClass {
  readonly suffix: string;
  readonly receptor: string;
  readonly connector: Connector;
  readonly weight: Value;
  readonly delay: Value;
  readonly weightPlace: Place;
  readonly delayPlace: Place;
}

function edgeClasses(
  document: ProjectionDocument,
  preSize: number,
  place: Place,
  context: ProjectionContext,
): EdgeClass[] {
  const { connector } = document;
  const connectorPlace = place.field("connector");
  if (connector === undefined) throw new MissingFieldError(connectorPlace, "a connector with its type");
  const made = connectorFromDocument(connector, connectorPlace, context);
  if (made.type === "ExcitatoryInhibitory" && connector.edges === undefined) {
    return bothClasses(document, connector, made, preSize, place, context);
  }
  const weightPlace = place.field("weight");
  const delayPlace = place.field("delay");
  return [
    {
      suffix: "",
      receptor: document.receptor ?? "excitatory",
      connector: made,
      weight: document.weight === undefined ? 0 : valueFromDocument(document.weight, weightPlace),
      delay: document.delay === undefined ? context.minDelayMs : valueFromDocument(document.delay, delayPlace),
      weightPlace,
      delayPlace,
    },
  ];
}

/** braintools' pair of classes: excitatory edges to the excitatory receptor, inhibitory ones to the inhibitory. */
function bothClasses(
  document: ProjectionDocument,
  connector: ConnectorDocument,
  made: Connector & { type: "ExcitatoryInhibitory" },
  preSize: number,
  place: Place,
  context: ProjectionContext,
): EdgeClass[] {
  for (const field of ["weight", "delay", "receptor"] as const) {
    if (document[field] !== undefined) {
      throw new MisplacedFieldError(place.field(field), "ExcitatoryInhibitory", [
        "exc_weight",
        "inh_weight",
        "exc_delay",
        "inh_delay",
        "edges",
      ]);
    }
  }
  const at = place.field("connector");
  const value = (given: ValueDocument | undefined, otherwise: number, field: string): Value =>
    given === undefined ? otherwise : valueFromDocument(given, at.field(field));
  // braintools looks at weights and delays only when there are edges to have them.
  const excitatory = excitatoryCells(preSize, made.excRatio);
  const edgesPossible = (excitatory > 0 && made.excProb > 0) || (excitatory < preSize && made.inhProb > 0);
  for (const quantity of ["weight", "delay"] as const) {
    const half = (connector[`exc_${quantity}`] === undefined) !== (connector[`inh_${quantity}`] === undefined);
    if (half && edgesPossible) throw new HalfGivenPairError(at, quantity);
  }
  return [
    {
      suffix: " (excitatory)",
      receptor: "excitatory",
      connector: { ...made, edges: "excitatory" },
      weight: value(connector.exc_weight, 0, "exc_weight"),
      delay: value(connector.exc_delay, context.minDelayMs, "exc_delay"),
      weightPlace: at.field("exc_weight"),
      delayPlace: at.field("exc_delay"),
    },
    {
      suffix: " (inhibitory)",
      receptor: "inhibitory",
      connector: { ...made, edges: "inhibitory" },
      weight: value(connector.inh_weight, 0, "inh_weight"),
      delay: value(connector.inh_delay, context.minDelayMs, "inh_delay"),
      weightPlace: at.field("inh_weight"),
      delayPlace: at.field("inh_delay"),
    },
  ];
}

/** One projection for each pair of views; returns their indices. */
function addParts(
  all: Projection[],
  group: EdgeClass & { readonly name: string; readonly pre: readonly View[]; readonly post: readonly View[] },
  place: Place,
  context: ProjectionContext,
): number[] {
  const { name, suffix, pre, post, receptor, connector, delay } = group;
  const firstProjection = all.length;
  const wider = pre.length > 1 || post.length > 1;
  const members: number[] = [];
  pre.forEach((preView, prePart) => {
    post.forEach((postView, postPart) => {
      const assembly: AssemblyPart = { name: `${name}${suffix}`, firstProjection, pre, post, prePart, postPart };
      const spec = receptorOf(postView, receptor, place, context);
      const weight = signed(group.weight, connector, spec);
      checkWeights(weight, spec, group, context, postView);
      checkDelays(delay, group.delayPlace, context);
      if (connector.type === "FromList") checkList(connector, spec, group, place, context, postView);
      if (members.length === 0) {
        const sides = new Sides(context.populations, { pre: preView, post: postView, ...(wider ? { assembly } : {}) });
        checkConnector(connector, sides, place.field("connector"));
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
function signed(weight: Value, connector: Connector, spec: ReceptorSpec): Value {
  const inhibitory = connector.type === "ExcitatoryInhibitory" && connector.edges === "inhibitory";
  if (!inhibitory || spec.sign < 0) return weight;
  if (typeof weight === "number") return Math.abs(weight);
  return isList(weight) ? weight.map(Math.abs) : weight;
}

function receptorOf(post: View, receptor: string, place: Place, context: ProjectionContext): ReceptorSpec {
  const { cell, name } = context.populations[post.population]!;
  const type = context.cellTypes[cell.type]!;
  if (type.kind === "source") {
    throw new WrongTypeError(place.field("post"), name, `neurons as targets; ${type.name} takes no input`);
  }
  const spec = Object.hasOwn(type.receptors, receptor) ? type.receptors[receptor] : undefined;
  if (spec !== undefined) return spec;
  throw new UnknownNameError(
    place.field("receptor"),
    `receptor of ${type.name}`,
    receptor,
    Object.keys(type.receptors),
  );
}

function checkWeights(
  weight: Value,
  spec: ReceptorSpec,
  { weightPlace, receptor }: EdgeClass,
  context: ProjectionContext,
  post: View,
): void {
  const cellType = context.populations[post.population]!.cell.type;
  checkNumbers(weight, weightPlace, (x, at) => {
    if (x * spec.sign < 0) throw new WeightSignError(at, x, receptor, cellType, spec.sign);
  });
}

function checkDelays(delay: Value, place: Place, context: ProjectionContext): void {
  checkNumbers(delay, place, (ms, at) => checkDelay(ms, at, context));
}

function checkDelay(ms: number, place: Place, { timestepMicros, minDelayMs, maxDelayMs }: ProjectionContext): void {
  const ticks = msToTicks(ms, timestepMicros);
  if (ticks < msToTicks(minDelayMs, timestepMicros) || ticks > msToTicks(maxDelayMs, timestepMicros)) {
    throw new DelayRangeError(place, ms, minDelayMs, maxDelayMs);
  }
}

function checkList(
  { list }: Connector & { type: "FromList" },
  spec: ReceptorSpec,
  { receptor }: EdgeClass,
  place: Place,
  context: ProjectionContext,
  post: View,
): void {
  const at = place.field("connector").field("connections");
  const cellType = context.populations[post.population]!.cell.type;
  list.weight?.forEach((weight, i) => {
    if (weight * spec.sign < 0) throw new WeightSignError(at.index(i), weight, receptor, cellType, spec.sign);
  });
  list.delayMs?.forEach((ms, i) => {
    checkDelay(ms, at.index(i), context);
  });
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
      throw new DuplicateNameError(place.index(i), documents[i]!.population!);
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
