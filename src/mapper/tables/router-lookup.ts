import type { RoutingTable } from "../netlist.ts";
import { cubesMeet, hullMask, matchesNothing } from "./ternary-cube.ts";

/** Entries that are skipped at a time when a cube misses the hull of all of them. */
const RUN = 16;

/**
 * The router's search for whole cubes of keys: the first entry, in table order, that matches any key of a cube.
 *
 * Sixteen neighbours in the table are skipped at once when the cube misses their hull, which pays where neighbours have
 * like keys. O(entries) to build; O(entries / 16) at best and O(entries) at worst to look up.
 */
export class RouterLookup {
  /** Entries that match some key, as int32 words, in table order. */
  readonly #key: Int32Array;
  readonly #mask: Int32Array;
  readonly #entry: Int32Array;
  /** Hull of each run of sixteen. */
  readonly #runKey: Int32Array;
  readonly #runMask: Int32Array;

  constructor({ key, mask }: RoutingTable) {
    const entries = Int32Array.from(key, (_, entry) => entry).filter(
      (entry) => !matchesNothing(key[entry]!, mask[entry]!),
    );
    this.#entry = entries;
    this.#key = entries.map((entry) => key[entry]!);
    this.#mask = entries.map((entry) => mask[entry]!);
    const runs = Math.ceil(entries.length / RUN);
    this.#runKey = new Int32Array(runs);
    this.#runMask = new Int32Array(runs);
    for (let run = 0; run < runs; run++) {
      let hullOfRun = this.#mask[RUN * run]!;
      const keyOfRun = this.#key[RUN * run]!;
      for (let at = RUN * run; at < Math.min(RUN * (run + 1), entries.length); at++) {
        hullOfRun = hullMask(keyOfRun, hullOfRun, this.#key[at]!, this.#mask[at]!);
      }
      this.#runKey[run] = keyOfRun;
      this.#runMask[run] = hullOfRun;
    }
  }

  /** Index of the entry in the table, or -1 when no entry matches any key of the cube. */
  firstMeeting(key: number, mask: number): number {
    const entryKey = this.#key;
    const entryMask = this.#mask;
    const runKey = this.#runKey;
    const runMask = this.#runMask;
    for (let run = 0; run < runKey.length; run++) {
      if (!cubesMeet(runKey[run]!, runMask[run]!, key, mask)) continue;
      const end = Math.min(RUN * (run + 1), entryKey.length);
      for (let at = RUN * run; at < end; at++) {
        if (cubesMeet(entryKey[at]!, entryMask[at]!, key, mask)) return this.#entry[at]!;
      }
    }
    return -1;
  }
}
