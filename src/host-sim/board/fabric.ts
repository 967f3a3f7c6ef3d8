/**
 * The network between the chips, for what the monitors send: multicast signals, point-to-point messages, nearest-neighbour
 * floods, peeks and pokes. Packets follow the routers' own tables; they take no time.
 */

import { oppositeLink } from "../../machine/geometry.ts";
import { type ChipIndex, LINK_COUNT, type Machine } from "../../machine/machine.ts";
import type { Chip } from "./chip.ts";
import type { NnPacket } from "./nearest-neighbour.ts";
import { P2P_LOCAL } from "./router.ts";

/** A packet that goes round more often than this is dropped by its time stamp. */
const MAX_HOPS = 1023;

export class Fabric {
  readonly machine: Machine;
  /** By grid index; undefined where no chip worked when the board was made. */
  readonly chips: (Chip | undefined)[] = [];
  /** Chips that died since. */
  readonly #deadChips = new Set<Chip>();
  /** Broken at run time: `chip * 6 + link`, both ends. */
  readonly #brokenLinks = new Set<number>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  *working(): Generator<Chip> {
    for (const chip of this.chips) if (chip !== undefined && !this.#deadChips.has(chip)) yield chip;
  }

  /** Chip over a working link. */
  neighbour(chip: Chip, link: number): Chip | undefined {
    const at = chip.index * LINK_COUNT + link;
    const neighbour = this.machine.neighbour[at];
    if (neighbour === undefined || neighbour < 0 || this.#brokenLinks.has(at)) return undefined;
    const target = this.chips[neighbour];
    return target !== undefined && this.#deadChips.has(target) ? undefined : target;
  }

  breakLink(chip: ChipIndex, link: number): void {
    const at = chip * LINK_COUNT + link;
    this.#brokenLinks.add(at);
    const neighbour = this.machine.neighbour[at] ?? -1;
    if (neighbour >= 0) this.#brokenLinks.add(neighbour * LINK_COUNT + oppositeLink(link));
  }

  /** From now on nothing reaches the chip. */
  killChip(chip: Chip): void {
    this.#deadChips.add(chip);
  }

  /** The chip a point-to-point packet reaches, or undefined if it is dropped on the way. */
  p2pTarget(from: Chip, address: number): Chip | undefined {
    let chip = from;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const route = chip.router.p2pRoute(address);
      if (route === P2P_LOCAL) return chip;
      const next = route < LINK_COUNT ? this.neighbour(chip, route) : undefined;
      if (next === undefined) return undefined;
      chip = next;
    }
    return undefined;
  }

  /**
   * Send a multicast packet from a chip's monitor.
   * @returns chips on whose monitor core it arrives, in the order it does
   */
  multicast(from: Chip, key: number): Chip[] {
    const reached: Chip[] = [];
    let wave: { chip: Chip; arrival: number | undefined }[] = [{ chip: from, arrival: undefined }];
    for (let hops = 0; hops < MAX_HOPS && wave.length > 0; hops++) {
      const next: typeof wave = [];
      for (const { chip, arrival } of wave) {
        const route = chip.router.lookup(key) ?? defaultRoute(arrival);
        chip.router.addToCounter(route === 0 ? DROPPED : arrival === undefined ? LOCAL : EXTERNAL, 1);
        if ((route >>> (LINK_COUNT + chip.numbering.monitorPhysical)) & 1) reached.push(chip);
        for (let link = 0; link < LINK_COUNT; link++) {
          const target = (route >>> link) & 1 ? this.neighbour(chip, link) : undefined;
          if (target !== undefined) next.push({ chip: target, arrival: oppositeLink(link) });
        }
      }
      if (next.length > this.chips.length * LINK_COUNT) break;
      wave = next;
    }
    return reached;
  }

  /**
   * Send nearest-neighbour packets from a chip. They are handled there and then on every chip they are forwarded to,
   * once a chip; a later copy changes nothing on a board either, as chips filter what they have seen.
   *
   * @param links links the first chip sends on, one bit each
   */
  flood(from: Chip, packets: readonly NnPacket[], links: number): void {
    const seen = new Set<Chip>([from]);
    from.nearestNeighbour.receive(packets);
    let wave = this.#send(from, packets, links, seen);
    while (wave.length > 0) {
      const next: typeof wave = [];
      for (const { chip, arrival, packets: arriving } of wave) {
        const { forwarded, forward } = chip.nearestNeighbour.receive(arriving);
        if (forwarded.length > 0) next.push(...this.#send(chip, forwarded, outgoingLinks(forward, arrival), seen));
      }
      wave = next;
    }
  }

  #send(
    chip: Chip,
    packets: readonly NnPacket[],
    links: number,
    seen: Set<Chip>,
  ): { chip: Chip; arrival: number; packets: readonly NnPacket[] }[] {
    const sent: { chip: Chip; arrival: number; packets: readonly NnPacket[] }[] = [];
    const enabled = links & chip.sv.get("link_en");
    for (let link = 0; link < LINK_COUNT; link++) {
      const target = (enabled >>> link) & 1 ? this.neighbour(chip, link) : undefined;
      if (target === undefined || seen.has(target)) continue;
      seen.add(target);
      if (target.monitor.running) sent.push({ chip: target, arrival: oppositeLink(link), packets });
    }
    return sent;
  }
}

/** Diagnostic counters of the router. */
const LOCAL = 0;
const EXTERNAL = 1;
const DROPPED = 8;

/** Straight on for a packet from a link; nowhere for one of the chip's own. */
function defaultRoute(arrival: number | undefined): number {
  return arrival === undefined ? 0 : 1 << oppositeLink(arrival);
}

/** Bits 5:0 are links, counted from the arrival link unless bit 6 is set. */
function outgoingLinks(forward: number, arrival: number): number {
  if (forward & 0x40) return forward & 0x3f;
  let links = 0;
  for (let bit = 0; bit < LINK_COUNT; bit++) {
    if ((forward >>> bit) & 1) links |= 1 << ((bit + arrival) % LINK_COUNT);
  }
  return links;
}
