/**
 * The monitor's side of the protocol between SCAMP and applications, for chips on which no SCAMP runs: starts cores,
 * sends signals and messages, keeps the SYNC flags, takes messages from cores (spinnaker_tools `scamp-app.c`,
 * `sark_base.c`, `sark_isr.c`).
 *
 * Works on `sv` and `vcpu` in the chip's System RAM. Whoever owns that memory may have set them up already (a virtual
 * board does); {@link ApplicationMonitor.prepare} does it for a chip that has nothing there.
 */

import { CORE_STATE } from "../../sdp/core-state.ts";
import type { CoreNumbering } from "../board/core-numbering.ts";
import { StructView } from "../board/struct-view.ts";
import {
  SV_BYTES,
  SV_FIELDS,
  SV_MAP_BYTES,
  SV_OFFSET_IN_SYSRAM,
  SV_P2V_MAP,
  SV_V2P_MAP,
} from "../board/system-variables.ts";
import { MAILBOX, VCPU_BYTES, VCPU_FIELDS, VCPU_OFFSET_IN_SYSRAM } from "../board/vcpu.ts";
import type { Chip } from "../chip/chip.ts";
import { CORES, SYSTEM_RAM_BASE } from "../chip/memory-map.ts";
import type { ProcessingSubsystem } from "../chip/processing-subsystem.ts";
import { SCAMP_CLOCKS } from "../chip/system-controller.ts";
import { type EntryParameters, enterApplication, startCore } from "./application-start.ts";

const SECURITY_CODE = 0x5ec0_0000;
const CPU_DIS = 0x04;
const SET_IRQ = 0x08;
const CLR_IRQ = 0x0c;
const MISC_CTRL = 0x38;
const SET_FLAG = 0x58;
const CLR_FLAG = 0x5c;

/** Shared SDP buffers: their place and number in a chip that SCAMP 4 has booted. */
const BUFFERS_OFFSET = 0x1118;
const BUFFER_COUNT = 7;
const BUFFER_BYTES = 292;
const BUFFER_LENGTH = 4;
/** SDP header in a buffer, and the most bytes that follow from there. */
const BUFFER_MESSAGE = 8;
const MESSAGE_BYTES = 280;

const SW_VERSION = 0x0004_0000;
const CPU_MEGAHERTZ = 200;

/** Where things happen that the monitor has to know of. All come between two slices of virtual time. */
export interface ApplicationMonitorPorts {
  /** An SDP message, header and payload, from a core (virtual number). */
  message(core: number, message: Uint8Array): void;
}

export class ApplicationMonitor {
  readonly chip: Chip;
  readonly numbering: CoreNumbering;
  readonly #ports: ApplicationMonitorPorts;
  readonly #sv: StructView<typeof SV_FIELDS>;
  readonly #vcpus: readonly StructView<typeof VCPU_FIELDS>[];
  #attending = false;

  /** @param numbering which physical core is the monitor, and how the others are counted */
  constructor(chip: Chip, numbering: CoreNumbering, ports: ApplicationMonitorPorts) {
    this.chip = chip;
    this.numbering = numbering;
    this.#ports = ports;
    this.#sv = new StructView(SV_FIELDS, chip.systemRam.subarray(SV_OFFSET_IN_SYSRAM, SV_OFFSET_IN_SYSRAM + SV_BYTES));
    this.#vcpus = Array.from({ length: CORES }, (_, core) => {
      const at = VCPU_OFFSET_IN_SYSRAM + core * VCPU_BYTES;
      return new StructView(VCPU_FIELDS, chip.systemRam.subarray(at, at + VCPU_BYTES));
    });
    chip.systemController.setClocks(SCAMP_CLOCKS);
    chip.systemController.write(MISC_CTRL, 1);
    chip.cpuInterruptListeners.push((levels) => this.#interrupted(levels));
  }

  /** `sv` and `vcpu` as an application needs them, without heaps: core maps, buffers, version, addresses. */
  prepare(x: number, y: number): void {
    const { systemRam } = this.chip;
    const sv = this.#sv;
    const map = (offset: number, values: readonly number[]) => {
      systemRam.fill(0xff, SV_OFFSET_IN_SYSRAM + offset, SV_OFFSET_IN_SYSRAM + offset + SV_MAP_BYTES);
      systemRam.set(values, SV_OFFSET_IN_SYSRAM + offset);
    };
    map(SV_P2V_MAP, this.numbering.p2v);
    map(SV_V2P_MAP, this.numbering.v2p);
    sv.set("num_cpus", this.numbering.count);
    sv.set("p2p_addr", (x << 8) | y);
    sv.set("cpu_clk", CPU_MEGAHERTZ);
    sv.set("num_buf", BUFFER_COUNT);
    sv.set("vcpu_base", SYSTEM_RAM_BASE + VCPU_OFFSET_IN_SYSRAM);
    sv.set("sw_ver", SW_VERSION);
    sv.set("shm_buf", SYSTEM_RAM_BASE + BUFFERS_OFFSET);
    sv.set("shm_free", SYSTEM_RAM_BASE + BUFFERS_OFFSET);
    const ram = new DataView(systemRam.buffer, systemRam.byteOffset);
    for (let n = 0; n < BUFFER_COUNT; n++) {
      const next = n + 1 < BUFFER_COUNT ? SYSTEM_RAM_BASE + BUFFERS_OFFSET + (n + 1) * BUFFER_BYTES : 0;
      ram.setUint32(BUFFERS_OFFSET + n * BUFFER_BYTES, next, true);
    }
    this.numbering.v2p.forEach((physical, virtual) => {
      this.#vcpus[virtual]!.set("phys_cpu", physical);
      this.#vcpus[virtual]!.set("cpu_state", virtual === 0 ? CORE_STATE.RUN : CORE_STATE.IDLE);
    });
  }

  /** @param core virtual number. @returns `vcpu.cpu_state` */
  state(core: number): number {
    return this.#vcpus[core]!.get("cpu_state");
  }

  /**
   * Starts an application on cores (bit p: virtual core p) from the image at an address of the chip.
   * @throws {ApplicationImageError} the image cannot be loaded
   */
  startApplication(cores: number, image: number, entry: EntryParameters): void {
    this.chip.systemController.write(SET_FLAG, cores);
    for (const virtual of bits(cores)) startCore(this.chip, this.#prepareCore(virtual, entry), image, entry);
  }

  /**
   * Starts what somebody else has loaded, as the loader would have entered it.
   * @param core virtual number
   * @param load puts it into the core's memories
   */
  startLoaded(
    core: number,
    entryPoint: number,
    entry: EntryParameters,
    load: (subsystem: ProcessingSubsystem) => void,
  ): void {
    this.chip.systemController.write(SET_FLAG, 1 << core);
    const subsystem = this.chip.cores[this.#prepareCore(core, entry)]!;
    subsystem.holdInReset();
    load(subsystem);
    enterApplication(subsystem, entryPoint, 0, entry);
  }

  /** @returns the physical number of a core that is now to be started */
  #prepareCore(virtual: number, entry: EntryParameters): number {
    const vcpu = this.#vcpus[virtual]!;
    vcpu.set("cpu_state", CORE_STATE.INIT);
    vcpu.set("app_id", entry.appId);
    vcpu.set("mbox_ap_cmd", MAILBOX.idle);
    vcpu.set("mbox_mp_cmd", MAILBOX.idle);
    const physical = this.numbering.v2p[virtual]!;
    this.#setClocks(1 << physical, true);
    return physical;
  }

  /** Takes cores away: their clocks stand still, as after STOP. */
  stop(cores: number): void {
    this.#setClocks(this.numbering.physicalMask(cores), false);
    for (const virtual of bits(cores)) this.#vcpus[virtual]!.set("cpu_state", CORE_STATE.IDLE);
  }

  /** START, PAUSE, CONT, EXIT, TIMER or USR0..3 to these cores. A command that one has not taken yet is lost. */
  signal(cores: number, signal: number): void {
    this.#command(cores, MAILBOX.signal, signal);
  }

  /** Are you there? A living core clears its command within a millisecond. */
  ping(core: number): void {
    this.#command(1 << core, MAILBOX.ping, 0);
  }

  /** Has the core taken its last command? */
  idle(core: number): boolean {
    return this.#vcpus[core]!.get("mbox_ap_cmd") === MAILBOX.idle;
  }

  /** SYNC0 (`level` 0) or SYNC1: clears or sets the cores' flags and wakes them. */
  sync(cores: number, level: 0 | 1): void {
    this.chip.systemController.write(level === 0 ? CLR_FLAG : SET_FLAG, cores);
    this.#interrupt(cores);
  }

  /**
   * An SDP message to a core.
   * @param message header and payload, at most 280 bytes
   * @returns false if the mailbox is still full or no buffer is free
   */
  send(core: number, message: Uint8Array): boolean {
    if (!this.idle(core)) return false;
    const buffer = this.#takeBuffer();
    if (buffer === undefined) return false;
    const { systemRam } = this.chip;
    const at = buffer - SYSTEM_RAM_BASE;
    new DataView(systemRam.buffer, systemRam.byteOffset).setUint16(at + BUFFER_LENGTH, message.length, true);
    systemRam.set(message.subarray(0, MESSAGE_BYTES), at + BUFFER_MESSAGE);
    this.#command(1 << core, MAILBOX.message, buffer);
    return true;
  }

  #command(cores: number, command: number, argument: number): void {
    for (const virtual of bits(cores)) {
      this.#vcpus[virtual]!.set("mbox_ap_cmd", command);
      this.#vcpus[virtual]!.set("mbox_ap_msg", argument);
    }
    this.#interrupt(cores);
  }

  #interrupt(cores: number): void {
    this.chip.systemController.write(SET_IRQ, SECURITY_CODE | this.numbering.physicalMask(cores));
  }

  #setClocks(physical: number, on: boolean): void {
    const off = this.chip.systemController.read(CPU_DIS);
    this.chip.systemController.write(CPU_DIS, SECURITY_CODE | (on ? off & ~physical : off | physical));
  }

  /** A core has raised the monitor's interrupt: attend to it when the core's instruction is over. */
  #interrupted(levels: number): void {
    if ((levels & (1 << this.numbering.monitorPhysical)) === 0 || this.#attending) return;
    this.#attending = true;
    this.chip.time.at(this.chip.time.now, () => {
      this.#attending = false;
      this.#attend();
    });
  }

  #attend(): void {
    this.chip.systemController.write(CLR_IRQ, SECURITY_CODE | (1 << this.numbering.monitorPhysical));
    const flags = this.#sv.get("mbox_flags");
    this.#sv.set("mbox_flags", 0);
    for (const core of bits(flags)) {
      const vcpu = this.#vcpus[core];
      if (vcpu === undefined || vcpu.get("mbox_mp_cmd") !== MAILBOX.message) continue;
      const message = this.#receive(vcpu.get("mbox_mp_msg"));
      vcpu.set("mbox_mp_cmd", MAILBOX.idle);
      if (message !== undefined) this.#ports.message(core, message);
    }
  }

  /** Copies a message out of its buffer and frees that; undefined for a pointer that is no buffer's. */
  #receive(buffer: number): Uint8Array | undefined {
    const { systemRam } = this.chip;
    const at = buffer - SYSTEM_RAM_BASE;
    if (at < 0 || at + BUFFER_BYTES > systemRam.length) return undefined;
    const ram = new DataView(systemRam.buffer, systemRam.byteOffset);
    const length = Math.min(ram.getUint16(at + BUFFER_LENGTH, true), MESSAGE_BYTES);
    const message = systemRam.slice(at + BUFFER_MESSAGE, at + BUFFER_MESSAGE + length);
    ram.setUint32(at, this.#sv.get("shm_free"), true);
    this.#sv.set("shm_free", buffer);
    this.#sv.set("shm_count", this.#sv.get("shm_count") - 1);
    return message;
  }

  #takeBuffer(): number | undefined {
    const buffer = this.#sv.get("shm_free");
    const at = buffer - SYSTEM_RAM_BASE;
    const { systemRam } = this.chip;
    if (at < 0 || at + BUFFER_BYTES > systemRam.length) return undefined;
    this.#sv.set("shm_free", new DataView(systemRam.buffer, systemRam.byteOffset).getUint32(at, true));
    this.#sv.set("shm_count", this.#sv.get("shm_count") + 1);
    this.#sv.set("shm_max", Math.max(this.#sv.get("shm_max"), this.#sv.get("shm_count")));
    return buffer;
  }
}

/** Numbers of the bits that are set, ascending. */
function bits(mask: number): number[] {
  return Array.from({ length: CORES }, (_, bit) => bit).filter((bit) => (mask & (1 << bit)) !== 0);
}
