import { oppositeLink } from "../../machine/geometry.ts";
import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { LOCAL, type RouteForest } from "../netlist.ts";

/**
 * Grows the trees of a {@link RouteForest} one after the other, in arrays that double as they fill.
 *
 * `begin`, any number of `extend` and `deliver`, and so on; `finish` hands the forest out. All are O(1).
 */
export class ForestBuilder {
  readonly #machine: Machine;
  readonly #start: Int32Array;
  #chip: Int32Array;
  #arrival: Uint8Array;
  #route: Uint32Array;
  /** Int32Array[chips]: node of the current tree on a chip, valid if it is at least the tree's first. */
  readonly #nodeOf: Int32Array;
  #nets = 0;
  #nodes = 0;

  constructor(machine: Machine, netCount: number) {
    this.#machine = machine;
    this.#start = new Int32Array(netCount + 1);
    this.#nodeOf = new Int32Array(machine.alive.length).fill(-1);
    const room = Math.max(16, netCount * 4);
    this.#chip = new Int32Array(room);
    this.#arrival = new Uint8Array(room);
    this.#route = new Uint32Array(room);
  }

  /** Starts the next net's tree at the chip of its source. */
  begin(chip: number): void {
    this.#start[this.#nets++] = this.#nodes;
    this.#append(chip, LOCAL);
  }

  /** Is the chip on the current tree? */
  has(chip: number): boolean {
    return this.#nodeOf[chip]! >= this.#start[this.#nets - 1]!;
  }

  /** Adds the chip that the given link of a chip on the tree leads to; it must not be on the tree yet. */
  extend(from: number, link: number): void {
    this.#route[this.#nodeOf[from]!]! |= 1 << link;
    this.#append(this.#machine.neighbour[from * LINK_COUNT + link]!, oppositeLink(link));
  }

  /** Delivers to a core of a chip on the tree. */
  deliver(chip: number, core: number): void {
    this.#route[this.#nodeOf[chip]!]! |= 1 << (6 + core);
  }

  finish(): RouteForest {
    this.#start[this.#nets] = this.#nodes;
    return {
      start: this.#start,
      chip: this.#chip.slice(0, this.#nodes),
      arrival: this.#arrival.slice(0, this.#nodes),
      route: this.#route.slice(0, this.#nodes),
    };
  }

  #append(chip: number, arrival: number): void {
    const node = this.#nodes++;
    if (node === this.#chip.length) this.#grow();
    this.#chip[node] = chip;
    this.#arrival[node] = arrival;
    this.#nodeOf[chip] = node;
  }

  #grow(): void {
    const room = this.#chip.length * 2;
    const chip = new Int32Array(room);
    const arrival = new Uint8Array(room);
    const route = new Uint32Array(room);
    chip.set(this.#chip);
    arrival.set(this.#arrival);
    route.set(this.#route);
    this.#chip = chip;
    this.#arrival = arrival;
    this.#route = route;
  }
}
