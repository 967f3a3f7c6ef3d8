import { excitatoryCells } from "./connect/excitatory-inhibitory.ts";
import { lineOfConnection } from "./connection-file.ts";
import { connectorFromDocument } from "./connector-from-document.ts";
import type { ConnectorDocument, ProjectionDocument, ValueDocument } from "./document.ts";
import { HalfGivenPairError, MisplacedFieldError, MissingFieldError } from "./errors.ts";
import type { Connector, Value } from "./network.ts";
import { Place } from "./place.ts";
import { valueFromDocument } from "./value-from-document.ts";

export interface EdgeClassContext {
  /** Delay of synapses that are given none. */
  readonly minDelayMs: number;
  readonly readFile: (path: string, place: Place) => string;
}

/** Synapses of an entry that share receptor, weight and delay: all of them, or one class of ExcitatoryInhibitory. */
export interface EdgeClass {
  readonly suffix: string;
  readonly receptor: string;
  readonly connector: Connector;
  readonly weight: Value;
  readonly delay: Value;
  readonly weightPlace: Place;
  readonly delayPlace: Place;
  /** Where connection i of a list stands. */
  readonly connectionPlace: (i: number) => Place;
}

/** @param preSize neurons of the pre side */
export function edgeClasses(
  document: ProjectionDocument,
  preSize: number,
  place: Place,
  context: EdgeClassContext,
): EdgeClass[] {
  const { connector } = document;
  const connectorPlace = place.field("connector");
  if (connector === undefined) throw new MissingFieldError(connectorPlace, "a connector with its type");
  const made = connectorFromDocument(connector, connectorPlace, context);
  if (made.type === "ExcitatoryInhibitory" && connector.edges === undefined) {
    return bothClasses(document, connector, made, preSize, place, context);
  }
  const connectionPlace = connectionPlaces(connector, connectorPlace, context);
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
      connectionPlace,
    },
  ];
}

function connectionPlaces(
  { file }: ConnectorDocument,
  place: Place,
  { readFile }: EdgeClassContext,
): (i: number) => Place {
  if (file === undefined) return (i) => place.field("connections").index(i);
  // The file is read again for a message only: a list has no room for the line of each of its connections.
  return (i) => Place.root(file).field(`line ${lineOfConnection(readFile(file, place.field("file")), i)}`);
}

/** braintools' pair of classes: excitatory edges to the excitatory receptor, inhibitory ones to the inhibitory. */
function bothClasses(
  document: ProjectionDocument,
  connector: ConnectorDocument,
  made: Connector & { type: "ExcitatoryInhibitory" },
  preSize: number,
  place: Place,
  context: EdgeClassContext,
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
  const connectionPlace = connectionPlaces(connector, at, context);
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
      connectionPlace,
    },
    {
      suffix: " (inhibitory)",
      receptor: "inhibitory",
      connector: { ...made, edges: "inhibitory" },
      weight: value(connector.inh_weight, 0, "inh_weight"),
      delay: value(connector.inh_delay, context.minDelayMs, "inh_delay"),
      weightPlace: at.field("inh_weight"),
      delayPlace: at.field("inh_delay"),
      connectionPlace,
    },
  ];
}
