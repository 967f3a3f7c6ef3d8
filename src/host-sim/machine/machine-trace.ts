/**
 * A record of what happens inside an emulated machine: instructions, registers, packets, SDP messages, frames.
 */

import type { Core } from "../arm/index.ts";
import type { Chip } from "../chip/chip.ts";
import { CORES } from "../chip/memory-map.ts";
import { hasPayload, type Packet, packetType } from "../chip/packet.ts";
import { hexWord } from "./hex-word.ts";

/** Where something happened: chip, and physical core where there is one. */
interface Place {
  /** Core clock cycles since power-on. */
  readonly cycles: number;
  readonly x: number;
  readonly y: number;
}

export type TraceEvent =
  | (Place & {
      readonly kind: "instruction";
      readonly core: number;
      readonly address: number;
      readonly cpsr: number;
      /** r0 to r15, if registers are wanted. */
      readonly registers?: readonly number[];
    })
  | (Place & {
      readonly kind: "packet";
      readonly packet: Packet;
      /** Link it came in on, 7 from a core of the chip. */
      readonly route: number;
      /** Outputs: links in bits 0-5, cores in bits 6-23; 0 when it is dumped. */
      readonly vector: number;
    })
  | (Place & {
      readonly kind: "sdp";
      readonly core: number;
      /** From the monitor to the core, or back. */
      readonly direction: "to core" | "from core";
      /** SDP header and payload. */
      readonly message: Uint8Array;
    })
  | (Place & { readonly kind: "frame"; readonly direction: "in" | "out"; readonly frame: Uint8Array });

export type TraceKind = TraceEvent["kind"] | "registers";
export type TraceSink = (event: TraceEvent) => void;

export interface TraceOptions {
  /** What to record. Instructions make cores many times slower. */
  readonly kinds: readonly TraceKind[];
  /** Only these chips; all by default. */
  readonly chips?: readonly { readonly x: number; readonly y: number }[];
  /** Only these physical cores; all by default. Packets and frames have none. */
  readonly cores?: readonly number[];
  readonly sink: TraceSink;
}

const VCPU_OFFSET = 0x7000;
const VCPU_BYTES = 128;
const VCPU_AP_MESSAGE = 0x30;
const VCPU_MP_MESSAGE = 0x34;
const VCPU_AP_COMMAND = 0x38;
const VCPU_MP_COMMAND = 0x39;
const COMMAND_MESSAGE = 1;
const P2V_MAP = 0x7f94;
const V2P_MAP = 0x7fa8;
const MBOX_FLAGS = 0x7fec;
const SYSTEM_RAM_MASK = 0x7fff;
const MESSAGE_LENGTH = 4;
const MESSAGE_HEADER = 8;
const MESSAGE_BYTES = 280;

export class MachineTrace {
  readonly #options: TraceOptions;

  constructor(options: TraceOptions) {
    this.#options = options;
  }

  wants(kind: TraceKind): boolean {
    return this.#options.kinds.includes(kind);
  }

  wantsChip(x: number, y: number): boolean {
    return this.#options.chips?.some((chip) => chip.x === x && chip.y === y) ?? true;
  }

  wantsCore(core: number): boolean {
    return this.#options.cores?.includes(core) ?? true;
  }

  /** Records the instructions of a chip's cores from now on. */
  watchCores(chip: Chip, x: number, y: number): void {
    if (!this.wants("instruction") && !this.wants("registers")) return;
    const withRegisters = this.wants("registers");
    for (const { core, number } of chip.cores) {
      if (this.wantsCore(number))
        core.observer = (executing) => this.#instruction(executing, number, x, y, withRegisters);
    }
  }

  packet(cycles: number, x: number, y: number, packet: Packet, route: number, vector: number): void {
    this.#options.sink({ kind: "packet", cycles, x, y, packet, route, vector });
  }

  frame(cycles: number, x: number, y: number, direction: "in" | "out", frame: Uint8Array): void {
    this.#options.sink({ kind: "frame", cycles, x, y, direction, frame });
  }

  /**
   * Cores of a chip have been interrupted: if a mailbox holds a message, it is recorded.
   * @param raised bit p: the interrupt of physical core p has just been raised
   */
  mailboxes(cycles: number, x: number, y: number, chip: Chip, raised: number): void {
    const ram = new DataView(chip.systemRam.buffer);
    const record = (virtual: number, direction: "to core" | "from core", pointer: number) => {
      const core = ram.getUint8(V2P_MAP + virtual);
      const at = pointer & SYSTEM_RAM_MASK;
      if (!this.wantsCore(core) || at + MESSAGE_HEADER + MESSAGE_BYTES > ram.byteLength) return;
      const length = Math.min(ram.getUint16(at + MESSAGE_LENGTH, true), MESSAGE_BYTES);
      const message = chip.systemRam.slice(at + MESSAGE_HEADER, at + MESSAGE_HEADER + length);
      this.#options.sink({ kind: "sdp", cycles, x, y, core, direction, message });
    };
    for (let physical = 0; physical < CORES; physical++) {
      if ((raised & (1 << physical)) === 0) continue;
      const virtual = ram.getUint8(P2V_MAP + physical);
      if (virtual >= CORES) continue;
      if (virtual !== 0) {
        const vcpu = VCPU_OFFSET + VCPU_BYTES * virtual;
        if (ram.getUint8(vcpu + VCPU_AP_COMMAND) === COMMAND_MESSAGE) {
          record(virtual, "to core", ram.getUint32(vcpu + VCPU_AP_MESSAGE, true));
        }
        continue;
      }
      const flags = ram.getUint32(MBOX_FLAGS, true);
      for (let sender = 1; sender < CORES; sender++) {
        const vcpu = VCPU_OFFSET + VCPU_BYTES * sender;
        if ((flags & (1 << sender)) !== 0 && ram.getUint8(vcpu + VCPU_MP_COMMAND) === COMMAND_MESSAGE) {
          record(sender, "from core", ram.getUint32(vcpu + VCPU_MP_MESSAGE, true));
        }
      }
    }
  }

  #instruction(core: Core, number: number, x: number, y: number, withRegisters: boolean): boolean {
    this.#options.sink({
      kind: "instruction",
      cycles: Math.floor(core.cycles),
      x,
      y,
      core: number,
      address: core.registers[15]! >>> 0,
      cpsr: core.cpsr >>> 0,
      ...(withRegisters ? { registers: [...core.registers] } : {}),
    });
    return false;
  }
}

const TYPES = ["MC", "P2P", "NN", "FR"] as const;

/** One line of text. */
export function formatTraceEvent(event: TraceEvent): string {
  const place = `${event.cycles} ${event.x},${event.y}`;
  switch (event.kind) {
    case "instruction": {
      const registers = event.registers === undefined ? "" : ` ${event.registers.map(hexWord).join(" ")}`;
      return `${place},${event.core} pc ${hexWord(event.address)} cpsr ${hexWord(event.cpsr)}${registers}`;
    }
    case "packet": {
      const { packet } = event;
      const payload = hasPayload(packet) ? ` ${hexWord(packet.payload)}` : "";
      const outputs = event.vector === 0 ? "dumped" : outputNames(event.vector);
      const from = event.route > 5 ? "core" : `link ${event.route}`;
      return `${place} ${TYPES[packetType(packet)]} ${hexWord(packet.key)}${payload} from ${from}: ${outputs}`;
    }
    case "sdp":
      return `${place},${event.core} SDP ${event.direction} ${bytes(event.message)}`;
    default:
      return `${place} Ethernet ${event.direction} ${bytes(event.frame)}`;
  }
}

function outputNames(vector: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 24; bit++) {
    if ((vector & (1 << bit)) !== 0) names.push(bit < 6 ? `link ${bit}` : `core ${bit - 6}`);
  }
  return names.join(", ");
}

function bytes(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
