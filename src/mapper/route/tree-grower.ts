import { oppositeLink } from "../../machine/geometry.ts";
import { type HopTable, hopTable } from "../../machine/hop-table.ts";
import { LINK_COUNT, type Machine } from "../../machine/machine.ts";

/**
 * Grows one multicast tree at a time, chip by chip, over working links.
 *
 * The target nearest to the tree joins next, by a shortest path from the nearest chip of the tree (Prim's order, with
 * the chips along the paths part of the tree at once: the shortest-path heuristic for Steiner trees, Takahashi and
 * Matsuyama 1980). Where paths are equally long, the choice falls on the one that comes nearest to the targets still to
 * join, then on the one that turns and branches least (each costs routing entries), then on the least loaded links.
 *
 * Time O(targets × tree chips) a net; space O(chips).
 */
export class TreeGrower {
  readonly #machine: Machine;
  readonly #table: HopTable;
  /** Float64Array[chips * 6]: weight routed so far over each link, kept by the caller. */
  readonly #load: Float64Array;
  #stamp = 0;
  /** Int32Array[chips]: stamp of the tree a chip was last on. */
  readonly #onTree: Int32Array;
  /** Uint8Array[chips]: link a packet arrives by, for chips on the tree; {@link NO_LINK} at the source. */
  readonly arrival: Uint8Array;
  /** Uint8Array[chips]: links a packet leaves by, for chips on the tree. */
  readonly links: Uint8Array;
  /** Uint8Array[chips]: 1 where an entry is needed anyway, for chips on the tree. */
  readonly #hasEntry: Uint8Array;
  /** Chips on the tree, each after the one it hangs from: `chips[0 .. count)`. */
  readonly chips: Int32Array;
  count = 0;

  readonly #left: Int32Array;
  readonly #near: Int32Array;
  readonly #via: Int32Array;
  readonly #path: Uint8Array;
  readonly #otherPath: Uint8Array;
  readonly #seen: Int32Array;
  readonly #queue: Int32Array;
  readonly #towards: Uint8Array;
  #search = 0;

  constructor(machine: Machine, load: Float64Array) {
    const count = machine.alive.length;
    this.#machine = machine;
    this.#table = hopTable(machine);
    this.#load = load;
    this.#onTree = new Int32Array(count);
    this.arrival = new Uint8Array(count);
    this.links = new Uint8Array(count);
    this.#hasEntry = new Uint8Array(count);
    this.chips = new Int32Array(count);
    this.#left = new Int32Array(count);
    this.#near = new Int32Array(count);
    this.#via = new Int32Array(count);
    const longest = machine.width + machine.height;
    this.#path = new Uint8Array(longest);
    this.#otherPath = new Uint8Array(longest);
    this.#seen = new Int32Array(count);
    this.#queue = new Int32Array(count);
    this.#towards = new Uint8Array(count);
  }

  /**
   * Grows the tree from a chip to all targets.
   *
   * @param targets chips, each once, the source not among them
   * @returns the first target that no path leads to, or -1 if all were reached
   */
  grow(source: number, targets: Int32Array): number {
    const { place, hops, middle } = this.#table;
    this.#stamp++;
    this.count = 0;
    this.#join(source, NO_LINK);
    this.#hasEntry[source] = 1;
    let left = targets.length;
    for (let at = 0; at < left; at++) {
      const target = targets[at]!;
      this.#left[at] = target;
      this.#near[at] = hops[place[target]! - place[source]! + middle]!;
      this.#via[at] = source;
    }
    while (left > 0) {
      let next = 0;
      for (let at = 1; at < left; at++) if (this.#near[at]! < this.#near[next]!) next = at;
      const target = this.#left[next]!;
      const via = this.#via[next]!;
      left--;
      this.#left[next] = this.#left[left]!;
      this.#near[next] = this.#near[left]!;
      this.#via[next] = this.#via[left]!;
      if (this.#onTree[target] === this.#stamp) {
        this.#hasEntry[target] = 1;
        continue;
      }
      const before = this.count;
      if (!this.#connect(via, target, left) && !this.#detour(target)) return target;
      this.#hasEntry[target] = 1;
      for (let node = before; node < this.count; node++) {
        const from = middle - place[this.chips[node]!]!;
        for (let at = 0; at < left; at++) {
          const distance = hops[place[this.#left[at]!]! + from]!;
          if (distance < this.#near[at]! || (distance === this.#near[at] && this.#betterVia(node, at))) {
            this.#near[at] = distance;
            this.#via[at] = this.chips[node]!;
          }
        }
      }
    }
    return -1;
  }

  /** Calls `visit` for every link of the tree, from the source outwards. */
  forEachLink(visit: (chip: number, link: number) => void): void {
    for (let node = 0; node < this.count; node++) {
      const chip = this.chips[node]!;
      for (let links = this.links[chip]!; links !== 0; links &= links - 1) visit(chip, 31 - Math.clz32(links & -links));
    }
  }

  /** Of two chips equally near to a target, one that has an entry anyway is better to branch from. */
  #betterVia(node: number, at: number): boolean {
    return this.#hasEntry[this.chips[node]!]! > this.#hasEntry[this.#via[at]!]!;
  }

  #join(chip: number, arrival: number): void {
    this.#onTree[chip] = this.#stamp;
    this.arrival[chip] = arrival;
    this.links[chip] = 0;
    this.#hasEntry[chip] = 0;
    this.chips[this.count++] = chip;
  }

  #extend(from: number, link: number): number {
    const to = this.#machine.neighbour[from * LINK_COUNT + link]!;
    const arrival = this.arrival[from]!;
    if (this.links[from] !== 0 || arrival === NO_LINK || link !== oppositeLink(arrival)) this.#hasEntry[from] = 1;
    this.links[from]! |= 1 << link;
    this.#join(to, oppositeLink(link));
    return to;
  }

  /** Joins the target by a shortest path of working links from a chip of the tree; false if there is no such path. */
  #connect(from: number, target: number, left: number): boolean {
    const length = this.#straightPath(from, target, this.#path, false);
    let path = this.#path;
    let fine = length > 0 && this.#works(from, path, length);
    if (length > 1) {
      const otherLength = this.#straightPath(from, target, this.#otherPath, true);
      const differs = this.#otherPath[0] !== this.#path[0];
      if (differs && otherLength === length && this.#works(from, this.#otherPath, length)) {
        if (!fine || this.#prefers(from, length, left)) path = this.#otherPath;
        fine = true;
      }
    }
    if (!fine) return false;
    let chip = from;
    for (let at = 0; at < length; at++) chip = this.#extend(chip, path[at]!);
    return true;
  }

  /** Is the other path better? */
  #prefers(from: number, length: number, left: number): boolean {
    const gain = this.#gain(from, this.#otherPath, length, left) - this.#gain(from, this.#path, length, left);
    if (gain !== 0) return gain > 0;
    const straightOn = oppositeLink(this.arrival[from]!);
    if (this.#hasEntry[from] === 0 && this.links[from] === 0) {
      if (this.#path[0] === straightOn) return false;
      if (this.#otherPath[0] === straightOn) return true;
    }
    return this.#heaviest(from, this.#otherPath, length) < this.#heaviest(from, this.#path, length);
  }

  /** Hops that the targets still to join save by a path. */
  #gain(from: number, path: Uint8Array, length: number, left: number): number {
    const { place, hops, middle } = this.#table;
    let gain = 0;
    let chip = from;
    for (let at = 0; at + 1 < length; at++) {
      chip = this.#machine.neighbour[chip * LINK_COUNT + path[at]!]!;
      const away = middle - place[chip]!;
      for (let other = 0; other < left; other++) {
        const saved = this.#near[other]! - hops[place[this.#left[other]!]! + away]!;
        if (saved > 0) gain += saved;
      }
    }
    return gain;
  }

  #heaviest(from: number, path: Uint8Array, length: number): number {
    let most = 0;
    let chip = from;
    for (let at = 0; at < length; at++) {
      most = Math.max(most, this.#load[chip * LINK_COUNT + path[at]!]!);
      chip = this.#machine.neighbour[chip * LINK_COUNT + path[at]!]!;
    }
    return most;
  }

  #works(from: number, path: Uint8Array, length: number): boolean {
    let chip = from;
    for (let at = 0; at < length; at++) {
      chip = this.#machine.neighbour[chip * LINK_COUNT + path[at]!]!;
      if (chip < 0 || this.#onTree[chip] === this.#stamp) return false;
    }
    return true;
  }

  /**
   * Links of a shortest path on the grid with at most one turn; `late` takes its two directions the other way round.
   *
   * @returns links, or 0 if a chip has to be reached over an edge that the table knows of but this does not
   */
  #straightPath(from: number, to: number, path: Uint8Array, late: boolean): number {
    const { width, height } = this.#machine;
    const { place, hops, middle } = this.#table;
    const wanted = hops[place[to]! - place[from]! + middle]!;
    const fromY = Math.floor(from / width);
    const toY = Math.floor(to / width);
    const plainX = to - toY * width - (from - fromY * width);
    const plainY = toY - fromY;
    for (let round = 0; round < 4; round++) {
      const dx = round & 1 ? (plainX > 0 ? plainX - width : plainX + width) : plainX;
      const dy = round & 2 ? (plainY > 0 ? plainY - height : plainY + height) : plainY;
      const same = dx * dy > 0;
      const length = same ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.abs(dx) + Math.abs(dy);
      if (length !== wanted) continue;
      const diagonal = same ? Math.min(Math.abs(dx), Math.abs(dy)) : 0;
      const alongX = Math.abs(dx) - diagonal;
      const alongY = Math.abs(dy) - diagonal;
      const diagonalLink = dx > 0 ? 1 : 4;
      const linkX = dx > 0 ? 0 : 3;
      const linkY = dy > 0 ? 2 : 5;
      // At most two of the three are not zero.
      const runs = late
        ? [alongY, linkY, alongX, linkX, diagonal, diagonalLink]
        : [diagonal, diagonalLink, alongX, linkX, alongY, linkY];
      let at = 0;
      for (let run = 0; run < 6; run += 2) {
        for (let step = 0; step < runs[run]!; step++) path[at++] = runs[run + 1]!;
      }
      return length;
    }
    return 0;
  }

  /** Joins the target by a shortest path of working links to whatever chip of the tree is nearest that way. */
  #detour(target: number): boolean {
    const { neighbour } = this.#machine;
    const search = ++this.#search;
    this.#seen[target] = search;
    this.#queue[0] = target;
    for (let head = 0, tail = 1; head < tail; head++) {
      let chip = this.#queue[head]!;
      if (this.#onTree[chip] === this.#stamp) {
        while (chip !== target) chip = this.#extend(chip, this.#towards[chip]!);
        return true;
      }
      for (let link = 0; link < LINK_COUNT; link++) {
        const next = neighbour[chip * LINK_COUNT + link]!;
        if (next < 0 || this.#seen[next] === search) continue;
        this.#seen[next] = search;
        this.#towards[next] = oppositeLink(link);
        this.#queue[tail++] = next;
      }
    }
    return false;
  }
}

/** No link: where a packet starts. */
export const NO_LINK = 7;
