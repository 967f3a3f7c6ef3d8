/**
 * A whole SpiNNaker machine, emulated down to the instruction, as a virtual board's front end and tests use it: UDP
 * datagrams in and out, virtual time, memory, cores.
 */

import { type ChipIndex, chipCoord, type Machine } from "../../machine/machine.ts";
import { hex } from "../../sdp/scp-command.ts";
import { ArmCore, DecodedPrograms, TranslationCache } from "../arm/index.ts";
import type { Chip } from "../chip/chip.ts";
import { CYCLES_PER_MILLISECOND, isBusError } from "../chip/peripheral.ts";
import { type BoardParameters, type DeadParts, serialRomImage } from "../chip/serial-rom.ts";
import { ChipMachine, type ChipMachineOptions, type ChipSetup } from "./chip-machine.ts";
import { type CoreDescription, describeCore } from "./core-description.ts";
import { boardMac, HostNetwork, ipBytes, type UdpAddress, type UdpFromChip } from "./host-network.ts";
import { MachineTrace, type TraceOptions } from "./machine-trace.ts";

const DEFAULT_UDP_PORT = 17_893;
const SPIN3_CHIPS = 4;

export interface EmulatedMachineOptions {
  readonly machine: Machine;
  /** Hardware version in the serial ROMs: 3 for SpiNN-3, 5 for SpiNN-5; by default by the number of chips. */
  readonly hardwareVersion?: number;
  /** Physical number of a chip's monitor core; by default one that differs from chip to chip. */
  readonly monitorCore?: (x: number, y: number) => number;
  /** IPv4 address of an Ethernet chip in dotted form; by default 192.168.240.1 and following. */
  readonly address?: (chip: ChipIndex) => string;
  /** UDP port for SDP in the serial ROMs; by default 17893. */
  readonly udpPort?: number;
  /**
   * What the serial ROM of an Ethernet chip lists as dead on its board; nothing by default. SCAMP finds dead links and
   * cores that fail their self test by itself.
   */
  readonly deadParts?: (chip: ChipIndex) => readonly DeadParts[];
  /** A chip has sent a UDP datagram. */
  readonly onUdp?: (chip: ChipIndex, datagram: UdpFromChip) => void;
  readonly trace?: TraceOptions;
  readonly engine?: CoreEngine;
}

/** How cores execute: translated to WebAssembly where that pays (default), or interpreted only. Same results. */
export type CoreEngine = "translator" | "interpreter";

export function createEmulatedMachine(options: EmulatedMachineOptions): EmulatedMachine {
  return new EmulatedMachine(options);
}

export class EmulatedMachine {
  readonly machine: Machine;
  readonly #chips: ChipMachine;
  readonly #networks = new Map<ChipIndex, HostNetwork>();
  readonly #trace: MachineTrace | undefined;

  constructor(options: EmulatedMachineOptions) {
    const { machine } = options;
    this.machine = machine;
    const trace = options.trace === undefined ? undefined : new MachineTrace(options.trace);
    this.#trace = trace;
    const boards = new Map(machine.ethernetChips.map((chip, n) => [chip, boardParameters(options, chip, n)]));
    const programs = new DecodedPrograms();
    const translating = options.engine === "interpreter" ? {} : { translations: new TranslationCache() };
    const coreOptions = { programs, ...translating };
    this.#chips = new ChipMachine({
      machine,
      makeCore: (memory, index, bus) => new ArmCore(memory, index, bus, coreOptions),
      setup: (index) => chipSetup(options, index as ChipIndex, boards.get(index as ChipIndex)),
      transmit: (index, frame) => this.#transmitted(index as ChipIndex, frame),
      ...(trace?.wants("packet") ? { routed: this.#packetTracer(trace) } : {}),
    });
    for (const [chip, board] of boards) {
      this.#networks.set(
        chip,
        this.#plugIn(chip, board, (datagram) => options.onUdp?.(chip, datagram)),
      );
    }
    this.#chips.chips.forEach((chip, index) => {
      const { x, y } = chipCoord(machine, index);
      if (chip === undefined || trace === undefined || !trace.wantsChip(x, y)) return;
      trace.watchCores(chip, x, y);
      if (trace.wants("sdp")) chip.cpuInterruptListeners.push(this.#mailboxTracer(trace, chip, x, y));
    });
  }

  /** Virtual time since power-on, in core clock cycles of 5 ns. */
  get cycles(): number {
    return this.#chips.now;
  }

  get milliseconds(): number {
    return this.#chips.now / CYCLES_PER_MILLISECOND;
  }

  /** Lets virtual time pass. */
  advance(cycles: number): void {
    this.#chips.advance(cycles);
  }

  /** No time passes while this is true: a debugger has stopped the machine. */
  get paused(): boolean {
    return this.#chips.paused;
  }

  set paused(paused: boolean) {
    this.#chips.paused = paused;
  }

  advanceMillis(milliseconds: number): void {
    this.#chips.advance(Math.round(milliseconds * CYCLES_PER_MILLISECOND));
  }

  /**
   * A host sends a UDP datagram to an Ethernet chip; it arrives as fast as the wire allows.
   * @throws {RangeError} the chip has no Ethernet
   */
  receiveUdp(ethernetChip: ChipIndex, from: UdpAddress, destinationPort: number, payload: Uint8Array): void {
    const network = this.#networks.get(ethernetChip);
    if (network === undefined) throw new RangeError(`chip ${ethernetChip} has no Ethernet`);
    this.#chips.act(() => network.send(from, destinationPort, payload));
  }

  /** @throws {RangeError} no working chip there */
  chip(x: number, y: number): Chip {
    return this.#chips.chip(x, y);
  }

  /** Chips that work, with their places. */
  *chips(): IterableIterator<{ readonly x: number; readonly y: number; readonly chip: Chip }> {
    for (const [index, chip] of this.#chips.chips.entries()) {
      if (chip !== undefined) yield { ...chipCoord(this.machine, index), chip };
    }
  }

  /** Does something to a chip from outside at the present virtual time. */
  act(action: () => void): void {
    this.#chips.act(action);
  }

  /**
   * Memory of a chip as its System NoC shows it: SDRAM, System RAM, registers with their side effects.
   * @param address multiple of 4
   * @throws {RangeError} no working chip, or nothing answers at an address
   */
  peek(x: number, y: number, address: number, bytes: number): Uint8Array {
    const { noc } = this.chip(x, y);
    const words = new Uint8Array((bytes + 3) & ~3);
    const view = new DataView(words.buffer);
    this.#chips.act(() => {
      for (let i = 0; i < words.length; i += 4) {
        const word = noc.read((address + i) | 0, 4);
        if (isBusError(word)) throw new RangeError(`bus error at ${hex(address + i)} of chip (${x}, ${y})`);
        view.setUint32(i, word, true);
      }
    });
    return words.subarray(0, bytes);
  }

  /**
   * @param address multiple of 4
   * @param data a whole number of words
   * @throws {RangeError} no working chip, or nothing answers at an address
   */
  poke(x: number, y: number, address: number, data: Uint8Array): void {
    const { noc } = this.chip(x, y);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    this.#chips.act(() => {
      for (let i = 0; i < data.length; i += 4) {
        const done = noc.write((address + i) | 0, 4, view.getUint32(i, true));
        if (!done) throw new RangeError(`bus error at ${hex(address + i)} of chip (${x}, ${y})`);
      }
    });
  }

  /** @param core virtual number */
  describeCore(x: number, y: number, core: number): CoreDescription {
    return describeCore(this.chip(x, y), core);
  }

  #plugIn(chip: ChipIndex, board: BoardParameters, received: (datagram: UdpFromChip) => void): HostNetwork {
    const deliver = (frame: Uint8Array) => {
      this.#traceFrame(chip, "in", frame);
      this.#chips.chips[chip]?.receiveFrame(frame);
    };
    return new HostNetwork(this.#chips.time, board, { deliver, received });
  }

  #transmitted(chip: ChipIndex, frame: Uint8Array): void {
    this.#traceFrame(chip, "out", frame);
    this.#networks.get(chip)?.frame(frame);
  }

  #traceFrame(chip: ChipIndex, direction: "in" | "out", frame: Uint8Array): void {
    const { x, y } = chipCoord(this.machine, chip);
    if (!this.#trace?.wants("frame") || !this.#trace.wantsChip(x, y)) return;
    this.#trace.frame(this.#chips.time.now, x, y, direction, frame);
  }

  #packetTracer(trace: MachineTrace): NonNullable<ChipMachineOptions["routed"]> {
    return (index, packet, route, vector) => {
      const { x, y } = chipCoord(this.machine, index);
      if (trace.wantsChip(x, y)) trace.packet(this.#chips.time.now, x, y, packet, route, vector);
    };
  }

  #mailboxTracer(trace: MachineTrace, chip: Chip, x: number, y: number): (levels: number) => void {
    let before = 0;
    return (levels) => {
      const raised = levels & ~before;
      before = levels;
      trace.mailboxes(this.#chips.time.now, x, y, chip, raised);
    };
  }
}

/**
 * Cores of a chip from the virtual cores that may run applications: those up to the highest exist; one that is missing
 * among them passes its self test, so that the others keep their numbers, but never runs.
 */
function chipSetup(options: EmulatedMachineOptions, index: ChipIndex, board: BoardParameters | undefined): ChipSetup {
  const { machine } = options;
  const { x, y } = chipCoord(machine, index);
  const virtual = machine.applicationCores[index]! | 1;
  const count = 32 - Math.clz32(virtual);
  const monitor = (options.monitorCore?.(x, y) ?? 1 + x + 5 * y) % count;
  let silentCores = 0;
  for (let core = 1; core < count; core++) {
    if ((virtual & (1 << core)) === 0) silentCores |= 1 << (core <= monitor ? core - 1 : core);
  }
  return {
    workingCores: (1 << count) - 1,
    silentCores,
    monitor,
    board,
    serialRom: board === undefined ? undefined : serialRomImage(board, options.deadParts?.(index) ?? []),
  };
}

function boardParameters(options: EmulatedMachineOptions, chip: ChipIndex, n: number): BoardParameters {
  const ip = ipBytes(options.address?.(chip) ?? `192.168.240.${n + 1}`);
  return {
    hardwareVersion: options.hardwareVersion ?? (options.machine.alive.length <= SPIN3_CHIPS ? 3 : 5),
    mac: boardMac(ip),
    ip,
    gateway: new Uint8Array(4),
    netMask: new Uint8Array(4),
    udpPort: options.udpPort ?? DEFAULT_UDP_PORT,
  };
}
