/** A hub has this many times the neighbours, or nets, of a mean node, and more than so many. */
const TIMES_MEAN = 16;
const MORE_THAN = 512;

/**
 * Uint8Array[nodes]: 1 for nodes that talk to so many others that nobody changes places with them. Everybody wants to be
 * where a hub is; were its lines followed each time somebody looks for room there, a star of n nodes would cost n²
 * look-ups instead of n. A hub still moves when it is its own turn.
 *
 * @param start Int32Array[nodes + 1]: what node v talks to, or the nets it is on, are entries `start[v]` to `start[v + 1]`
 */
export function hubsOf(start: Int32Array): Uint8Array {
  const nodes = start.length - 1;
  const most = Math.max(MORE_THAN, (TIMES_MEAN * start[nodes]!) / nodes);
  return Uint8Array.from({ length: nodes }, (_, node) => (start[node + 1]! - start[node]! > most ? 1 : 0));
}
