import type { ConnectorDocument } from "../document.ts";
import { valueDocument } from "../document-from-network.ts";
import type { Value } from "../network.ts";

/** Which pre neuron connects to which post neuron. */
export interface ConnectorDescription {
  readonly document: ConnectorDocument;
}

export interface SelfConnectionOptions {
  /** May a cell connect to itself? Default true. */
  readonly allowSelfConnections?: boolean;
}

export interface ReplacementOptions extends SelfConnectionOptions {
  /** May a pair be drawn more than once? Default false; FixedTotalNumber true. */
  readonly withReplacement?: boolean;
}

function selfConnections({ allowSelfConnections }: SelfConnectionOptions): ConnectorDocument {
  return allowSelfConnections === undefined ? {} : { allow_self_connections: allowSelfConnections };
}

function replacement(options: ReplacementOptions): ConnectorDocument {
  const { withReplacement } = options;
  return {
    ...selfConnections(options),
    ...(withReplacement === undefined ? {} : { with_replacement: withReplacement }),
  };
}

export function AllToAllConnector(options: SelfConnectionOptions = {}): ConnectorDescription {
  return { document: { type: "AllToAll", ...selfConnections(options) } };
}

export function OneToOneConnector(): ConnectorDescription {
  return { document: { type: "OneToOne" } };
}

/** Each pair independently with this probability. */
export function FixedProbabilityConnector(p: number, options: SelfConnectionOptions = {}): ConnectorDescription {
  return { document: { type: "FixedProbability", p_connect: p, ...selfConnections(options) } };
}

/** Exactly n sources of each post neuron. */
export function FixedNumberPreConnector(n: number, options: ReplacementOptions = {}): ConnectorDescription {
  return { document: { type: "FixedNumberPre", n, ...replacement(options) } };
}

/** Exactly n targets of each pre neuron. */
export function FixedNumberPostConnector(n: number, options: ReplacementOptions = {}): ConnectorDescription {
  return { document: { type: "FixedNumberPost", n, ...replacement(options) } };
}

/** Exactly n synapses in all. */
export function FixedTotalNumberConnector(n: number, options: ReplacementOptions = {}): ConnectorDescription {
  return { document: { type: "FixedTotalNumber", n, ...replacement(options) } };
}

/** `[pre, post]`, `[pre, post, weight]` or `[pre, post, weight, delay in ms]` each, all of one length. */
export function FromListConnector(
  connections: readonly (readonly [pre: number, post: number, weight?: number, delayMs?: number])[],
): ConnectorDescription {
  return {
    document: {
      type: "FromList",
      connections: connections.map(([pre, post, weight, delay]) => ({
        pre,
        post,
        ...(weight === undefined ? {} : { weight }),
        ...(delay === undefined ? {} : { delay }),
      })),
    },
  };
}

/** The same from a CSV file with columns pre, post, and optionally weight and delay. */
export function FromFileConnector(file: string): ConnectorDescription {
  return { document: { type: "FromFile", file } };
}

/** Each pair independently; `dExpression` is the probability as a function of the distance d: `exp(-d / 100)`. */
export function DistanceDependentProbabilityConnector(
  dExpression: string,
  options: SelfConnectionOptions = {},
): ConnectorDescription {
  return {
    document: { type: "DistanceDependentProbability", d_expression: dExpression, ...selfConnections(options) },
  };
}

/** All pairs closer than `degree`, of which each gets another target with probability `rewiring`. */
export function SmallWorldConnector(
  degree: number,
  rewiring: number,
  options: SelfConnectionOptions = {},
): ConnectorDescription {
  return { document: { type: "SmallWorld", degree, rewiring, ...selfConnections(options) } };
}

/** The arguments of `braintools.conn.ExcitatoryInhibitory`. Weights and delays: both or neither. */
export interface ExcitatoryInhibitoryOptions {
  /** Fraction of the pre neurons that are excitatory: the first `int(size · excRatio)`. Default 0.8. */
  readonly excRatio?: number;
  /** Default 0.1. */
  readonly excProb?: number;
  /** Default 0.2. */
  readonly inhProb?: number;
  readonly excWeight?: Value;
  readonly inhWeight?: Value;
  /** ms */
  readonly excDelay?: Value;
  readonly inhDelay?: Value;
  /** `counter` (default) is ours; `mt19937` draws what braintools draws for `generatorSeed`. */
  readonly generator?: "counter" | "mt19937";
  readonly generatorSeed?: number;
}

/** Excitatory edges go to the excitatory receptor, inhibitory ones to the inhibitory. */
export function ExcitatoryInhibitoryConnector(options: ExcitatoryInhibitoryOptions = {}): ConnectorDescription {
  const { excRatio, excProb, inhProb, excWeight, inhWeight, excDelay, inhDelay, generator, generatorSeed } = options;
  return {
    document: {
      type: "ExcitatoryInhibitory",
      ...(excRatio === undefined ? {} : { exc_ratio: excRatio }),
      ...(excProb === undefined ? {} : { exc_prob: excProb }),
      ...(inhProb === undefined ? {} : { inh_prob: inhProb }),
      ...(excWeight === undefined ? {} : { exc_weight: valueDocument(excWeight) }),
      ...(inhWeight === undefined ? {} : { inh_weight: valueDocument(inhWeight) }),
      ...(excDelay === undefined ? {} : { exc_delay: valueDocument(excDelay) }),
      ...(inhDelay === undefined ? {} : { inh_delay: valueDocument(inhDelay) }),
      ...(generator === undefined ? {} : { generator }),
      ...(generatorSeed === undefined ? {} : { generator_seed: generatorSeed }),
    },
  };
}
