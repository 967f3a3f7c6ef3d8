import type { Sides } from "./connect/sides.ts";
import { ImpossibleConnectorError, TooManySynapsesError, ValueRangeError } from "./errors.ts";
import { parseExpression } from "./expression.ts";
import type { Connector } from "./network.ts";
import type { Place } from "./place.ts";

/** Synapses of a row are found by 32-bit offsets. */
export const MAX_SYNAPSES = 0xffff_ffff;

/**
 * Can these two sides be connected so?
 *
 * @param connectionPlace where connection i of a list stands
 * @throws {TooManySynapsesError} they would be too many
 * @throws {ImpossibleConnectorError} there are too few neurons to choose from
 * @throws {ValueRangeError} a listed index is beyond its side
 * @throws {ExpressionError} the distance expression does not parse
 */
export function checkConnector(
  connector: Connector,
  sides: Sides,
  place: Place,
  connectionPlace: (i: number) => Place,
): void {
  const synapses = expectedSynapses(connector, sides);
  if (synapses > MAX_SYNAPSES) throw new TooManySynapsesError(place, synapses);
  switch (connector.type) {
    case "FixedNumberPost":
      checkChoice(connector, fewestCandidates(connector, sides, sides.postSize), "post neurons", place);
      break;
    case "FixedNumberPre":
      checkChoice(connector, fewestCandidates(connector, sides, sides.preSize), "pre neurons", place);
      break;
    case "FixedTotalNumber": {
      const pairs = sides.preSize * sides.postSize - (connector.allowSelfConnections ? 0 : selfPairs(sides));
      checkChoice(connector, pairs, "pairs of neurons", place);
      break;
    }
    case "FromList":
      checkList(connector.list, sides, connectionPlace);
      break;
    case "DistanceDependentProbability":
      parseExpression(connector.dExpression, ["d"], `${place.field("d_expression")}`);
      break;
    default:
      break;
  }
}

/** Mean number of synapses, where the law tells it. */
export function expectedSynapses(
  connector: Connector,
  { preSize, postSize }: { readonly preSize: number; readonly postSize: number },
): number {
  switch (connector.type) {
    case "AllToAll":
      return preSize * postSize;
    case "FixedProbability":
      return preSize * postSize * connector.pConnect;
    case "FixedNumberPost":
      return preSize * connector.n;
    case "FixedNumberPre":
      return postSize * connector.n;
    case "FixedTotalNumber":
      return connector.n;
    case "ExcitatoryInhibitory":
      return preSize * postSize * Math.min(connector.excProb, connector.inhProb);
    case "FromList":
      return connector.list.pre.length;
    default:
      return 0;
  }
}

interface Choice {
  readonly n: number;
  readonly withReplacement: boolean;
  readonly allowSelfConnections: boolean;
}

function checkChoice({ n, withReplacement }: Choice, candidates: number, what: string, place: Place): void {
  if (n === 0 || n <= candidates || (withReplacement && candidates > 0)) return;
  throw new ImpossibleConnectorError(
    place.field("n"),
    `found ${n} different ones to choose from ${candidates} ${what}`,
    "Choose fewer, or set with_replacement.",
  );
}

/** Neurons that any one neuron of the other side can choose from, at least. */
function fewestCandidates({ allowSelfConnections }: Choice, sides: Sides, size: number): number {
  return allowSelfConnections || selfPairs(sides) === 0 ? size : size - 1;
}

function selfPairs(sides: Sides): number {
  let pairs = 0;
  for (let pre = 0; pre < sides.preSize; pre++) if (sides.selfOf(pre) >= 0) pairs++;
  return pairs;
}

function checkList(
  { pre, post }: { readonly pre: Uint32Array; readonly post: Uint32Array },
  { preSize, postSize }: Sides,
  placeOf: (i: number) => Place,
): void {
  for (let i = 0; i < pre.length; i++) {
    for (const [side, found, size] of [
      ["pre", pre[i]!, preSize],
      ["post", post[i]!, postSize],
    ] as const) {
      if (found < size) continue;
      throw new ValueRangeError(placeOf(i).field(side), found, `an index below the number of ${side} neurons, ${size}`);
    }
  }
}
