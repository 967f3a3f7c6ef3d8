import { parseConnectionFile } from "./connection-file.ts";
import type { ConnectionDocument, ConnectorDocument } from "./document.ts";
import {
  FractionRangeError,
  MisplacedFieldError,
  MissingFieldError,
  ProbabilityRangeError,
  UnknownNameError,
  ValueRangeError,
} from "./errors.ts";
import type { ConnectionList, Connector } from "./network.ts";
import type { Place } from "./place.ts";

/** A connector as a file names it: a file of connections becomes a list. */
type ConnectorName = Connector["type"] | "FromFile";

/** The connectors a file may name and the fields each takes. */
export const CONNECTOR_FIELDS: Readonly<Record<ConnectorName, readonly (keyof ConnectorDocument)[]>> = {
  AllToAll: ["allow_self_connections"],
  OneToOne: [],
  FixedProbability: ["p_connect", "allow_self_connections"],
  FixedNumberPre: ["n", "with_replacement", "allow_self_connections"],
  FixedNumberPost: ["n", "with_replacement", "allow_self_connections"],
  FixedTotalNumber: ["n", "with_replacement", "allow_self_connections"],
  FromList: ["connections"],
  FromFile: ["file"],
  DistanceDependentProbability: ["d_expression", "allow_self_connections"],
  SmallWorld: ["degree", "rewiring", "allow_self_connections"],
  ExcitatoryInhibitory: [
    "exc_ratio",
    "exc_prob",
    "inh_prob",
    "exc_weight",
    "inh_weight",
    "exc_delay",
    "inh_delay",
    "edges",
    "generator",
    "generator_seed",
  ],
};

export function connectorFromDocument(
  document: ConnectorDocument,
  place: Place,
  { readFile }: { readonly readFile: (path: string, place: Place) => string },
): Connector {
  const type = connectorName(document.type, place.field("type"));
  const fields: readonly string[] = CONNECTOR_FIELDS[type];
  for (const field of Object.keys(document)) {
    if (field !== "type" && !fields.includes(field)) throw new MisplacedFieldError(place.field(field), type, fields);
  }
  const allowSelfConnections = document.allow_self_connections ?? true;
  switch (type) {
    case "AllToAll":
      return { type, allowSelfConnections };
    case "OneToOne":
      return { type };
    case "FixedProbability": {
      const pConnect = probability(document.p_connect, place.field("p_connect"));
      return { type, pConnect, allowSelfConnections };
    }
    case "FixedNumberPre":
    case "FixedNumberPost":
    case "FixedTotalNumber": {
      const { n } = document;
      if (n === undefined) throw new MissingFieldError(place.field("n"), "the number of synapses");
      return {
        type,
        n,
        withReplacement: document.with_replacement ?? type === "FixedTotalNumber",
        allowSelfConnections,
      };
    }
    case "FromList":
      return { type, list: listFromDocument(document.connections ?? [], place.field("connections")) };
    case "FromFile": {
      const { file } = document;
      if (file === undefined) throw new MissingFieldError(place.field("file"), "the path of a CSV file");
      return { type: "FromList", list: parseConnectionFile(readFile(file, place.field("file")), file) };
    }
    case "DistanceDependentProbability": {
      const { d_expression: dExpression } = document;
      if (dExpression === undefined) throw new MissingFieldError(place.field("d_expression"), "a function of d");
      return { type, dExpression, allowSelfConnections };
    }
    case "SmallWorld": {
      const { degree } = document;
      if (degree === undefined) throw new MissingFieldError(place.field("degree"), "the reach of local connections");
      if (degree < 0) throw new ValueRangeError(place.field("degree"), degree, "at least 0");
      return { type, degree, rewiring: probability(document.rewiring, place.field("rewiring")), allowSelfConnections };
    }
    case "ExcitatoryInhibitory":
      return excitatoryInhibitory(document, place);
  }
}

function connectorName(found: string | undefined, place: Place): ConnectorName {
  if (found === undefined || found === "") throw new MissingFieldError(place, "the name of a connector");
  const known = Object.keys(CONNECTOR_FIELDS) as ConnectorName[];
  const short = found.replace(/Connector$/, "");
  const name = known.find((candidate) => candidate === short);
  if (name === undefined) throw new UnknownNameError(place, "connector", found, known);
  return name;
}

function probability(found: number | undefined, place: Place): number {
  if (found === undefined) throw new MissingFieldError(place, "a probability");
  if (!(found >= 0 && found <= 1)) throw new ProbabilityRangeError(place, found);
  return found;
}

/** braintools' checks, in its order and with its defaults. */
function excitatoryInhibitory(document: ConnectorDocument, place: Place): Connector {
  const { exc_ratio = 0.8, exc_prob = 0.1, inh_prob = 0.2, edges, generator = "counter" } = document;
  for (const [name, found] of Object.entries({ exc_ratio, exc_prob, inh_prob })) {
    if (!(found >= 0 && found <= 1)) throw new FractionRangeError(place.field(name), name, found);
  }
  if (edges !== undefined && edges !== "excitatory" && edges !== "inhibitory") {
    throw new UnknownNameError(place.field("edges"), "class of edges", edges, ["excitatory", "inhibitory"]);
  }
  if (generator !== "counter" && generator !== "mt19937") {
    throw new UnknownNameError(place.field("generator"), "generator", generator, ["counter", "mt19937"]);
  }
  if (edges !== undefined) {
    for (const field of ["exc_weight", "inh_weight", "exc_delay", "inh_delay"] as const) {
      if (document[field] !== undefined) {
        throw new MisplacedFieldError(place.field(field), "ExcitatoryInhibitory with edges", ["weight", "delay"]);
      }
    }
  }
  return {
    type: "ExcitatoryInhibitory",
    excRatio: exc_ratio,
    excProb: exc_prob,
    inhProb: inh_prob,
    edges: edges ?? "excitatory",
    generator,
    generatorSeed: document.generator_seed ?? 0,
  };
}

/** All connections have a weight, or none; delays alike. */
function listFromDocument(connections: readonly ConnectionDocument[], place: Place): ConnectionList {
  const pre = new Uint32Array(connections.length);
  const post = new Uint32Array(connections.length);
  const weighted = connections[0]?.weight !== undefined;
  const delayed = connections[0]?.delay !== undefined;
  const weight = weighted ? new Float64Array(connections.length) : undefined;
  const delayMs = delayed ? new Float64Array(connections.length) : undefined;
  connections.forEach((connection, i) => {
    const at = place.index(i);
    if (connection.pre === undefined) throw new MissingFieldError(at.field("pre"), "the index of the pre neuron");
    if (connection.post === undefined) throw new MissingFieldError(at.field("post"), "the index of the post neuron");
    pre[i] = connection.pre;
    post[i] = connection.post;
    for (const [field, given] of [
      ["weight", weighted],
      ["delay", delayed],
    ] as const) {
      if ((connection[field] !== undefined) === given) continue;
      const without = given ? at : place.index(0);
      throw new MissingFieldError(without.field(field), `a ${field} for each connection, or for none`);
    }
    if (weight !== undefined) weight[i] = connection.weight!;
    if (delayMs !== undefined) delayMs[i] = connection.delay!;
  });
  return { pre, post, ...(weight === undefined ? {} : { weight }), ...(delayMs === undefined ? {} : { delayMs }) };
}
