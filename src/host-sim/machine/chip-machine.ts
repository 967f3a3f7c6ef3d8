/**
 * Many chips in virtual time.
 *
 * Time advances in slices. In each, first everything is done that is due by its end: packets in routers and links,
 * frames, alarms of sleeping cores. Then each core that is awake runs to the end of the slice, in order of chips and
 * cores. What a core does to others takes effect when the next slice begins: were it done at its true time, a packet
 * could be given up before the cores it waits for had a turn. Slices in which nothing is awake are skipped.
 *
 * A slice takes {@link SHORT_SLICE_CYCLES} while packets are under way. When nothing is due between cores it takes up to
 * {@link LONG_SLICE_CYCLES}, for turns are what emulation is slow at; a core that sends a packet or writes a register
 * of the chip ends it, for itself and the cores that follow. Those that have had their turn are then ahead of the others
 * by what was left of it, get the packet that much late, and do not fill up meanwhile (see
 * `CommunicationsController.receive`). All this depends on virtual time only: the same input, cut into the same calls
 * of {@link ChipMachine.advance}, gives the same cycle counts and bytes.
 */

import { LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { Chip, type ChipOptions } from "../chip/chip.ts";
import { Link } from "../chip/link.ts";
import type { Packet } from "../chip/packet.ts";
import type { Scheduler } from "../chip/peripheral.ts";
import type { ChipTime } from "../chip/processing-subsystem.ts";
import type { Sdram } from "../chip/sdram.ts";
import type { BoardParameters } from "../chip/serial-rom.ts";
import { EventQueue } from "./event-queue.ts";

/** Core clock cycles (1 µs): a router waits 360 of them for a core that does not take its packets. */
export const SHORT_SLICE_CYCLES = 200;
/**
 * Core clock cycles (5 µs), by which a packet or an interrupt may be seen late at most. SCAMP needs 200 µs at most for a
 * peek and its answer.
 */
export const LONG_SLICE_CYCLES = 1000;

/** What differs from chip to chip beyond what a {@link Machine} tells. */
export interface ChipSetup {
  /** As in {@link ChipOptions}. */
  readonly workingCores: number;
  readonly silentCores?: number | undefined;
  readonly monitor: number;
  readonly board?: BoardParameters | undefined;
  readonly serialRom?: Uint8Array | undefined;
  readonly sdram?: Sdram | undefined;
  readonly systemRam?: Uint8Array | undefined;
}

export interface ChipMachineOptions {
  readonly machine: Machine;
  setup(chip: number): ChipSetup;
  /** A frame has left the Ethernet interface of a chip. */
  transmit(chip: number, frame: Uint8Array): void;
  /** Tracing: a packet goes through a chip's router. */
  routed?(chip: number, packet: Packet, route: number, vector: number): void;
  readonly makeCore?: ChipOptions["makeCore"];
}

/** The clock that all chips of a machine share. */
class MachineTime implements ChipTime {
  now = 0;
  sliceStart = 0;
  sliceEnd = 0;
  /** What happens between cores. */
  readonly #events: EventQueue = new EventQueue();
  /** What happens to one core only. */
  readonly #alarms: EventQueue = new EventQueue();

  get nextTime(): number {
    return Math.min(this.#events.nextTime, this.#alarms.nextTime);
  }

  at(time: number, action: () => void): void {
    this.#events.push(time, action);
    this.endSlice();
  }

  wakeAt(time: number, action: () => void): void {
    this.#alarms.push(time, action);
  }

  endSlice(): void {
    const end = Math.max(this.sliceStart + SHORT_SLICE_CYCLES, Math.ceil(this.now));
    if (end < this.sliceEnd) this.sliceEnd = end;
  }

  /** Begins the next slice and does what is due in it. */
  beginSlice(latestEnd: number): void {
    const { sliceStart } = this;
    const next = this.#events.nextTime;
    const short = sliceStart + SHORT_SLICE_CYCLES;
    const end = next < short ? short : Math.min(next, sliceStart + LONG_SLICE_CYCLES);
    this.sliceEnd = Math.min(end, latestEnd);
    this.#doEvents(this.sliceEnd);
  }

  #doEvents(end: number): void {
    const events = this.#events;
    const alarms = this.#alarms;
    for (;;) {
      const queue = events.nextTime <= alarms.nextTime ? events : alarms;
      if (queue.nextTime >= end) return;
      const event = queue.pop()!;
      this.now = Math.max(event.time, this.sliceStart);
      event.action();
    }
  }
}

export class ChipMachine {
  readonly machine: Machine;
  /** Chip at each grid index; undefined where there is none. */
  readonly chips: readonly (Chip | undefined)[];
  readonly #time: MachineTime = new MachineTime();
  /** Uint8Array[chips]: 1 where a core is awake. */
  readonly #awake: Uint8Array;
  #awakeChips = 0;
  #paused = false;
  /** A slice was left in the middle, its events done. */
  #inSlice = false;

  constructor(options: ChipMachineOptions) {
    const { machine } = options;
    this.machine = machine;
    const count = machine.width * machine.height;
    this.#awake = new Uint8Array(count);
    this.chips = Array.from({ length: count }, (_, index) =>
      machine.alive[index] === 1 ? this.#makeChip(options, index) : undefined,
    );
    this.chips.forEach((chip, index) => {
      if (chip !== undefined) this.#connect(chip, index);
    });
  }

  /** The clock of all chips; {@link Scheduler.at} does something later. */
  get time(): Scheduler {
    return this.#time;
  }

  /** Virtual time since power-on in core clock cycles of 5 ns. */
  get now(): number {
    return this.#time.sliceStart;
  }

  /** @throws {RangeError} no working chip there */
  chip(x: number, y: number): Chip {
    const { width, height } = this.machine;
    const chip = x >= 0 && x < width && y >= 0 && y < height ? this.chips[y * width + x] : undefined;
    if (chip === undefined) throw new RangeError(`there is no working chip at (${x}, ${y})`);
    return chip;
  }

  /**
   * No time passes while this is true. Set by the observer of a core that ended its run (a breakpoint, say), and from
   * outside; afterwards the machine goes on exactly where it was.
   */
  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
  }

  /** Does something to the machine from outside, at the present time. */
  act(action: () => void): void {
    this.#time.now = this.#time.sliceStart;
    action();
  }

  /** Lets `cycles` of virtual time pass. */
  advance(cycles: number): void {
    this.advanceTo(this.#time.sliceStart + cycles);
  }

  advanceTo(end: number): void {
    const time = this.#time;
    while (time.sliceStart < end && !this.#paused) {
      if (!this.#inSlice) {
        if (this.#awakeChips === 0) {
          const next = time.nextTime;
          if (next >= end) {
            time.sliceStart = end;
            return;
          }
          time.sliceStart = Math.max(time.sliceStart, next);
        }
        time.beginSlice(end);
        this.#inSlice = true;
      }
      this.#runCores();
      if (this.#paused) return;
      this.#inSlice = false;
      time.sliceStart = time.sliceEnd;
    }
  }

  #runCores(): void {
    const awake = this.#awake;
    for (let index = 0; index < awake.length; index++) {
      if (awake[index] !== 0) this.chips[index]!.run();
      if (this.#paused) return;
    }
  }

  #makeChip(options: ChipMachineOptions, index: number): Chip {
    const setup = options.setup(index);
    return new Chip({
      time: this.#time,
      ...setup,
      transmit: (frame) => options.transmit(index, frame),
      awake: (awake) => {
        this.#awake[index] = awake ? 1 : 0;
        this.#awakeChips += awake ? 1 : -1;
      },
      stoppedByObserver: () => {
        this.#paused = true;
      },
      ...(options.routed === undefined
        ? {}
        : { routed: (packet, route, vector) => options.routed?.(index, packet, route, vector) }),
      ...(options.makeCore === undefined ? {} : { makeCore: options.makeCore }),
    });
  }

  /** Wires the transmitters of a chip to its neighbours. */
  #connect(chip: Chip, index: number): void {
    for (let l = 0; l < LINK_COUNT; l++) {
      const there = this.machine.neighbour[index * LINK_COUNT + l]!;
      const neighbour = there < 0 ? undefined : this.chips[there];
      const arrivesOn = (l + LINK_COUNT / 2) % LINK_COUNT;
      const link = new Link(this.#time, neighbour !== undefined, {
        deliver: (packet) => neighbour?.arrive(arrivesOn, packet),
        unblocked: () => chip.router.retry(),
      });
      chip.connect(l, link);
      neighbour?.onTaken(arrivesOn, () => link.taken());
    }
  }
}
