import type { ChipRoutes } from "./chip-routes.ts";
import { isDefaultRouted } from "./default-route.ts";

/**
 * The keys in use on a chip as disjoint cubes, each with one route: what any table for the chip is judged by.
 *
 * Bits are held as int32 words.
 */
export interface KeyBlocks {
  readonly count: number;
  readonly key: Int32Array;
  readonly mask: Int32Array;
  readonly route: Int32Array;
  /** Uint8Array[count]: 1 where the block takes its route without any entry. */
  readonly defaultRouted: Uint8Array;
}

/**
 * The chip's key blocks with siblings joined: two cubes that go the same way and differ in one literal bit become one,
 * lowest bit first, over and over. No key is added and none is lost.
 *
 * O(entries × 32) time by hashing; result in ascending order of keys.
 */
export function joinSiblings(routes: ChipRoutes): KeyBlocks {
  const total = routes.key.length;
  const key = Int32Array.from(routes.key);
  const mask = Int32Array.from(routes.mask);
  const route = Int32Array.from(routes.route);
  const defaultRouted = new Uint8Array(total);
  let everOne = 0;
  let everZero = 0;
  for (let at = 0; at < total; at++) {
    defaultRouted[at] = isDefaultRouted(routes.arrival[at]!, routes.route[at]!) ? 1 : 0;
    everOne |= key[at]!;
    everZero |= mask[at]! & ~key[at]!;
  }

  let count = total;
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(total * 2 + 1)));
  for (let bits = everOne & everZero; bits !== 0; bits &= bits - 1) {
    const bit = bits & -bits;
    count = joinAcross(bit);
  }
  const order = ascendingOrder(key, count);
  return {
    count,
    key: order.map((at) => key[at]!),
    mask: order.map((at) => mask[at]!),
    route: order.map((at) => route[at]!),
    defaultRouted: defaultRouted.slice(0, count).map((_, place) => defaultRouted[order[place]!]!),
  };

  /** Joins the cubes that differ in this bit alone and closes the gaps; returns how many are left. */
  function joinAcross(bit: number): number {
    const last = slots.length - 1;
    slots.fill(-1);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const cubeKey = key[at]!;
      const cubeMask = mask[at]!;
      const cubeRoute = route[at]!;
      const byDefault = defaultRouted[at]!;
      if (cubeMask & bit) {
        let slot = hash(cubeKey & ~bit, cubeMask, cubeRoute) & last;
        for (let other = slots[slot]!; other >= 0; other = slots[slot]!) {
          if (
            ((key[other]! ^ cubeKey) & ~bit) === 0 &&
            mask[other] === cubeMask &&
            route[other] === cubeRoute &&
            defaultRouted[other] === byDefault
          ) {
            break;
          }
          slot = (slot + 1) & last;
        }
        const sibling = slots[slot]!;
        if (sibling >= 0 && key[sibling] !== cubeKey) {
          key[sibling] = cubeKey & ~bit;
          mask[sibling] = cubeMask & ~bit;
          continue;
        }
        slots[slot] = kept;
      }
      key[kept] = cubeKey;
      mask[kept] = cubeMask;
      route[kept] = cubeRoute;
      defaultRouted[kept] = byDefault;
      kept++;
    }
    return kept;
  }
}

/** Indices of the first `count` keys, fewer than 2^21, in ascending order. Plain numbers sort faster than by comparison. */
function ascendingOrder(key: Int32Array, count: number): Int32Array {
  const keyThenIndex = Float64Array.from({ length: count }, (_, at) => (key[at]! >>> 0) * count + at).sort();
  return Int32Array.from(keyThenIndex, (number) => number % count);
}

function hash(key: number, mask: number, route: number): number {
  const mixed = Math.imul(key ^ Math.imul(mask, 0x85eb_ca6b) ^ Math.imul(route, 0xc2b2_ae35), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}
