import { gridHops, gridShape } from "./geometry.ts";
import type { Machine } from "./machine.ts";

/**
 * Distances between chips as one look-up: `hops[place[b] - place[a] + middle]`, dead links and chips ignored.
 *
 * O(chips) to make and to keep, as only the displacement counts.
 */
export interface HopTable {
  /** Int32Array[chips]. */
  readonly place: Int32Array;
  readonly hops: Uint16Array;
  readonly middle: number;
}

export function hopTable(machine: Machine): HopTable {
  const { width, height } = machine;
  const shape = gridShape(machine);
  const stride = 2 * width;
  const middle = height * stride + width;
  const hops = new Uint16Array(stride * 2 * height);
  for (let dy = 1 - height; dy < height; dy++) {
    for (let dx = 1 - width; dx < width; dx++) hops[middle + dy * stride + dx] = gridHops(shape, dx, dy);
  }
  const place = Int32Array.from(machine.alive, (_, chip) => Math.floor(chip / width) * stride + (chip % width));
  return { place, hops, middle };
}
