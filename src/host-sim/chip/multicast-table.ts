/**
 * The router's 1024-entry ternary memory: the lowest entry i with `(packetKey & mask[i]) === key[i]` gives the route
 * (SpiNNaker datasheet §10.4). An entry with a key bit of 1 where its mask bit is 0 never matches.
 */

export const MULTICAST_ENTRIES = 1024;

/** Routes found are remembered up to this many keys; then the memory starts afresh. */
const REMEMBERED_KEYS = 4096;

export class MulticastTable {
  readonly #keys: Int32Array = new Int32Array(MULTICAST_ENTRIES).fill(-1);
  readonly #masks: Int32Array = new Int32Array(MULTICAST_ENTRIES);
  readonly #routes: Uint32Array = new Uint32Array(MULTICAST_ENTRIES);
  /** Entry numbers, ascending, of those that can match; undefined after a write until the next look-up. */
  #live: Uint16Array | undefined;
  /** Packet key → entry, -1 for a miss. */
  readonly #found = new Map<number, number>();

  /** All entries as software is asked to leave unused ones. */
  clear(): void {
    this.#keys.fill(-1);
    this.#masks.fill(0);
    this.#routes.fill(0);
    this.#forget();
  }

  setKey(entry: number, key: number): void {
    this.#keys[entry] = key;
    this.#forget();
  }

  setMask(entry: number, mask: number): void {
    this.#masks[entry] = mask;
    this.#forget();
  }

  /** @param route bits 0-5 links, bits 6-23 physical cores */
  setRoute(entry: number, route: number): void {
    this.#routes[entry] = route & 0xff_ffff;
  }

  route(entry: number): number {
    return this.#routes[entry] ?? 0;
  }

  /** The entry that a packet key hits, -1 if none. */
  match(packetKey: number): number {
    const key = packetKey | 0;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    if (this.#found.size >= REMEMBERED_KEYS) this.#found.clear();
    const entry = this.#search(key);
    this.#found.set(key, entry);
    return entry;
  }

  /** Entries that can match, as [entry, key, mask, route], for people and tests. */
  *entries(): IterableIterator<readonly [entry: number, key: number, mask: number, route: number]> {
    for (const entry of this.#liveEntries()) {
      yield [entry, this.#keys[entry]! >>> 0, this.#masks[entry]! >>> 0, this.#routes[entry]!];
    }
  }

  #search(key: number): number {
    for (const entry of this.#liveEntries()) {
      if (((key & this.#masks[entry]!) | 0) === this.#keys[entry]) return entry;
    }
    return -1;
  }

  #liveEntries(): Uint16Array {
    if (this.#live === undefined) {
      const live: number[] = [];
      for (let entry = 0; entry < MULTICAST_ENTRIES; entry++) {
        if ((this.#keys[entry]! & ~this.#masks[entry]!) === 0) live.push(entry);
      }
      this.#live = Uint16Array.from(live);
    }
    return this.#live;
  }

  #forget(): void {
    this.#live = undefined;
    this.#found.clear();
  }
}
