import { SpinloomError } from "../../errors.ts";
import { chipCoord, type Machine } from "../../machine/machine.ts";
import { LOCAL } from "../netlist.ts";

/** One chip on a packet's way. */
export interface PathStep {
  readonly chip: number;
  /** Link the packet came in by, or LOCAL (7). */
  readonly arrival: number;
  /** Index of the entry that matched, or -1 where none did. */
  readonly entry: number;
  /** Where it went from here: bits 0-5 links, bits 6-23 cores; what default routing does when no entry matched. */
  readonly route: number;
}

/** A rule of delivery that a packet can break on its way. */
export type PacketRule =
  | "droppedAtSource"
  | "deadLink"
  | "chipReachedTwice"
  | "unusableCore"
  | "unwantedCore"
  | "missingSink";

/** Key `key` of net `net`, followed from its source, breaks `rule` at the last step of `path`. */
export interface PacketFault {
  readonly rule: PacketRule;
  readonly net: number;
  /** The counter-example; all other keys of `mask` fare alike. */
  readonly key: number;
  /** Cube of keys that take this same way. */
  readonly mask: number;
  readonly path: readonly PathStep[];
  /** Chip where the rule breaks. */
  readonly chip: number;
  /** Core that gets the packet against the rule, or does not get it. */
  readonly core?: number;
  /** Link the packet is lost on, or enters a chip by for the second time. */
  readonly link?: number;
}

/** A chip's table does not fit its router, or a chip has a second table. */
export interface TableFault {
  readonly rule: "tableTooLong" | "twoTables";
  readonly chip: number;
  readonly entries: number;
  readonly free: number;
}

/** Two nets, or a net and SCAMP, would use the same key; or a net's key has bits outside its mask. */
export interface KeyFault {
  readonly rule: "keyShared" | "keyReserved" | "keyOutsideMask";
  readonly net: number;
  readonly otherNet?: number;
  readonly key: number;
}

export type DeliveryFault = PacketFault | TableFault | KeyFault;

/** The tables do not do what the network asks of them. */
export class DeliveryError extends SpinloomError {
  readonly code = "DELIVERY_BROKEN";
  readonly fault: DeliveryFault;

  constructor(fault: DeliveryFault, machine: Machine) {
    super(
      faultPlace(fault, machine),
      faultText(fault, machine),
      fault.rule === "tableTooLong"
        ? "Place the populations that send here closer together, or use more chips."
        : "Map the network again; a mapping made here is proved before it is written, so it may have been changed since.",
    );
    this.fault = fault;
  }
}

/** The fault in words, with the packet's way chip by chip where there is one. */
export function faultText(fault: DeliveryFault, machine: Machine): string {
  switch (fault.rule) {
    case "tableTooLong":
      return `${fault.entries} routing entries, ${fault.free} free`;
    case "twoTables":
      return `a second routing table, of ${fault.entries} entries`;
    case "keyShared":
      return `key ${hex(fault.key)} belongs to net ${fault.net} and to net ${fault.otherNet}`;
    case "keyReserved":
      return `key ${hex(fault.key)} of net ${fault.net} is kept for SCAMP or for unused entries`;
    case "keyOutsideMask":
      return `key ${hex(fault.key)} of net ${fault.net} has bits outside its mask`;
    default:
      return `${packetRuleText(fault)}: ${pathText(fault.path, machine)}`;
  }
}

/** `(0, 0) sent here, entry 3 -> E | (1, 0) from W, no entry -> E | …` */
export function pathText(path: readonly PathStep[], machine: Machine): string {
  return path
    .map((step) => {
      const came = step.arrival === LOCAL ? "sent here" : `from ${LINK_NAMES[step.arrival]}`;
      const hit = step.entry < 0 ? "no entry" : `entry ${step.entry}`;
      return `${chipText(step.chip, machine)} ${came}, ${hit} -> ${routeText(step.route)}`;
    })
    .join(" | ");
}

/** `E, SW, core 3`, or `nowhere`. */
export function routeText(route: number): string {
  const parts: string[] = [];
  for (let link = 0; link < LINK_NAMES.length; link++) if (route & (1 << link)) parts.push(LINK_NAMES[link]!);
  for (let core = 0; core < 18; core++) if (route & (1 << (6 + core))) parts.push(`core ${core}`);
  return parts.length > 0 ? parts.join(", ") : "nowhere";
}

const LINK_NAMES = ["E", "NE", "N", "W", "SW", "S"] as const;

function packetRuleText(fault: PacketFault): string {
  const packet = `packet ${hex(fault.key)} of net ${fault.net}`;
  switch (fault.rule) {
    case "droppedAtSource":
      return `${packet} matches no entry on the chip that sends it and is dropped`;
    case "deadLink":
      return `${packet} leaves by dead link ${LINK_NAMES[fault.link!]}`;
    case "chipReachedTwice":
      return `${packet} reaches the chip a second time, from ${LINK_NAMES[fault.link!]}`;
    case "unusableCore":
      return `${packet} goes to core ${fault.core}, which runs no application`;
    case "unwantedCore":
      return `${packet} goes to core ${fault.core}, which is no sink of the net`;
    case "missingSink":
      return `${packet} never reaches core ${fault.core}`;
  }
}

function faultPlace(fault: DeliveryFault, machine: Machine): string {
  return "chip" in fault ? `chip ${chipText(fault.chip, machine)}` : "routing keys";
}

function chipText(chip: number, machine: Machine): string {
  const { x, y } = chipCoord(machine, chip);
  return `(${x}, ${y})`;
}

function hex(key: number): string {
  return `0x${(key >>> 0).toString(16).padStart(8, "0")}`;
}
