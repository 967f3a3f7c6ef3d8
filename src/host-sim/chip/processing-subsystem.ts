/**
 * A core with what belongs to it alone: communications controller, timers, VIC, DMA controller (SpiNNaker datasheet
 * §4 to §8). It is the bus of its ARM core, and runs it in step with the chip's time.
 *
 * A core that waits for an interrupt costs nothing: it is asleep until a request line rises or an alarm of its own
 * comes. {@link Core.cycles} is virtual time itself, and stands still while the core sleeps. Where the clock of the core
 * is not the 200 MHz that SCAMP sets, it counts cycles during a run and is set right afterwards.
 */

import type { Bus, Core } from "../arm/index.ts";
import { ITCM_BYTES } from "../arm/index.ts";
import { CommunicationsController } from "./communications-controller.ts";
import { DmaController } from "./dma-controller.ts";
import { isLocal, isMemory, isSdram, localOffset } from "./memory-map.ts";
import type { Packet } from "./packet.ts";
import { BUS_ERROR, CYCLES_PER_MICROSECOND, NEVER, type Peripheral, type Scheduler } from "./peripheral.ts";
import type { AccessBytes, SystemNoc } from "./system-noc.ts";
import { readTcmWindow, tcmOf, writeTcmWindow } from "./tcm-windows.ts";
import { TIMER_COUNT, Timer } from "./timer.ts";
import { SOURCE, Vic } from "./vic.ts";

/** Core clock cycles beyond those of the instruction; estimates except for the bridge's read. */
export const WAIT_CYCLES: {
  readonly LOCAL_REGISTER: 2;
  /** "20 to 30 times a TCM access", says the project's course material. */
  readonly BRIDGE_READ: 24;
  readonly BRIDGE_WRITE: 2;
} = { LOCAL_REGISTER: 2, BRIDGE_READ: 24, BRIDGE_WRITE: 2 };

/** A core further ahead of a packet's time than by an instruction that took it past the end of its turn. */
const AHEAD_CYCLES = 100;

/** Beyond the end of every run: a small integer, since those need no memory of their own. */
const NO_RUN = 0x3fff_ffff;

/** Register COUNT of the second timer, which programs measure time by; in both views of the local devices. */
const COUNTER_ADDRESSES = [0x1100_0020 + TIMER_COUNT, 0x2100_0020 + TIMER_COUNT] as const;

/** What runs on the subsystem. */
export type CoreActivity =
  /** ARM code, asleep or not. */
  | "code"
  /** The boot ROM, of which only the effects are emulated. */
  | "rom"
  /** Held in reset. */
  | "reset";

/** Time of the chip, which the subsystem sets to its core's own time at each access. */
export interface ChipTime extends Scheduler {
  now: number;
  /** Start of the slice of time in which all cores run one after the other. */
  readonly sliceStart: number;
  /** Its end, which comes nearer when {@link endSlice} or {@link at} is called. */
  readonly sliceEnd: number;
  /** For what concerns one core only, unlike {@link at}: does not end the slice. */
  wakeAt(time: number, action: () => void): void;
  /** A core has done something that others are to see: the slice ends as soon as it may. */
  endSlice(): void;
}

export interface SubsystemPorts {
  readonly time: ChipTime;
  readonly noc: SystemNoc;
  send(packet: Packet, route: number): void;
  /** The communications controller has room again. */
  drained(): void;
  /** The core has something to do from now on, or nothing any more. */
  awake(awake: boolean): void;
  /** The core's observer has ended its run: everything is to stand still. */
  stoppedByObserver(): void;
}

/** Makes the ARM core of a subsystem, given its bus. */
export type CoreFactory = (bus: Bus) => Core;

export class ProcessingSubsystem implements Bus {
  fault = false;
  waitCycles = 0;

  /** Physical number. */
  readonly number: number;
  readonly core: Core;
  readonly vic: Vic;
  readonly timer1: Timer;
  readonly timer2: Timer;
  readonly communications: CommunicationsController;
  readonly dma: DmaController;
  readonly #ports: SubsystemPorts;
  readonly #time: ChipTime;
  readonly #noc: SystemNoc;
  #awake = false;
  #activity: CoreActivity = "rom";
  #clocked = true;
  /** Time at which the clock was turned off. */
  #stoppedAt = 0;
  /** End of the present run of the ARM core, counted from the beginning of the slice. */
  #runEnd = NO_RUN;
  /** Time that a cycle of the core's clock takes. Where it is not 1, a run counts cycles from its beginning. */
  #period = 1;
  /**
   * Time and cycle count at the beginning of the present run, or at the last change of the clock's rate in it. Where the
   * period is 1, only the latter matters.
   */
  #runStart = 0;
  #runStartCycles = 0;
  /** What {@link #alarm} says, or earlier. */
  #nextAlarm = 0;
  /** The DMA controller has a transfer under way. */
  #transferring = false;
  /** When the core's counter is zero, {@link NEVER} if it has none. */
  #counterZeroAt = NEVER;
  /** Time for which a wake-up is already scheduled. */
  #scheduledAlarm = NEVER;

  constructor(number: number, ports: SubsystemPorts, makeCore: CoreFactory) {
    this.number = number;
    this.#ports = ports;
    this.#time = ports.time;
    this.#noc = ports.noc;
    this.core = makeCore(this);
    this.vic = new Vic((irq, fiq) => this.#setLines(irq, fiq));
    this.timer1 = new Timer(this.#time, (level) => this.vic.setLine(SOURCE.TIMER_1, level));
    this.timer2 = new Timer(this.#time, (level) => this.vic.setLine(SOURCE.TIMER_2, level));
    this.communications = new CommunicationsController({
      lines: (mask, levels) => this.vic.setLines(mask, levels),
      send: (packet, route) => ports.send(packet, route),
      drained: () => ports.drained(),
    });
    this.dma = new DmaController(this.#time, number, {
      lines: (mask, levels) => this.vic.setLines(mask, levels),
      readSystem: (address, into, first, bytes) => this.#noc.readBlock(address, into, first, bytes),
      writeSystem: (address, from, first, bytes) => this.#noc.writeBlock(address, from, first, bytes),
      tcm: (address, bytes) => tcmOf(this.core, address, bytes),
      tcmWritten: (address, bytes) => this.#invalidate(address, bytes),
    });
    this.communications.reset();
  }

  /** Has something to execute now. */
  get awake(): boolean {
    return this.#awake;
  }

  get activity(): CoreActivity {
    return this.#activity;
  }

  get clocked(): boolean {
    return this.#clocked;
  }

  /** Is the core in wait-for-interrupt, as the System Controller's SLEEP register shows it? */
  get sleeping(): boolean {
    return this.#activity === "rom" || (this.#activity === "code" && this.core.waiting);
  }

  /** These bytes of ITCM or DTCM; undefined where there are none. */
  tcm(address: number, bytes: number): Uint8Array | undefined {
    const memory = tcmOf(this.core, address, bytes);
    const first = address & ((memory?.length ?? 1) - 1);
    return memory?.subarray(first, first + bytes);
  }

  /** Writes to ITCM or DTCM from outside. */
  writeTcm(address: number, bytes: Uint8Array): boolean {
    const target = this.tcm(address, bytes.length);
    if (target === undefined) return false;
    target.set(bytes);
    this.#invalidate(address, bytes.length);
    return true;
  }

  /** Everything as after power-on, the core in the boot ROM. */
  hardReset(): void {
    this.#activity = "rom";
    this.#setAwake(false);
    this.#clocked = true;
    this.timer1.reset();
    this.timer2.reset();
    this.#offerCounter();
    this.vic.reset();
    this.communications.reset();
    this.dma.reset();
    this.core.reset(true);
  }

  /** Holds core, communications controller and DMA controller in reset; timers, VIC and memories are left alone. */
  holdInReset(): void {
    this.#endTransfers(this.#time.now);
    this.#activity = "reset";
    this.#setAwake(false);
    this.communications.reset();
    this.dma.reset();
    this.core.stop();
  }

  /** Leaves reset into the boot ROM, of which nothing is executed. */
  enterRom(): void {
    this.#activity = "rom";
    this.#setAwake(false);
    this.core.reset(true);
  }

  /** Begins to execute code at the reset vector or, with `at`, at that address in supervisor mode with low vectors. */
  enterCode(at?: number): void {
    this.core.reset(at === undefined);
    if (at !== undefined) this.core.registers[15] = at;
    this.#activity = "code";
    this.#wake();
  }

  setClock(on: boolean): void {
    if (on === this.#clocked) return;
    this.#clocked = on;
    if (!on) {
      this.#stoppedAt = this.#time.now;
      this.#endTransfers(this.#stoppedAt);
      this.#setAwake(false);
      this.core.stop();
      return;
    }
    const still = this.#time.now - this.#stoppedAt;
    this.timer1.pause(still);
    this.timer2.pause(still);
    this.#offerCounter();
    this.dma.pause(still);
    if (this.#activity === "code") this.#wake();
  }

  /** @param megahertz rate of the core's clock from now on, which its timers count */
  setRate(megahertz: number): void {
    const period = CYCLES_PER_MICROSECOND / megahertz;
    if (period === this.#period) return;
    this.timer1.setPeriod(period);
    this.timer2.setPeriod(period);
    if (this.#runEnd !== NO_RUN) {
      this.#runStart = this.#now();
      this.#runStartCycles = this.#runStart;
      this.core.cycles = this.#runStart;
      this.core.stop();
    }
    this.#period = period;
    this.#offerCounter();
    this.#nextAlarm = 0;
  }

  /** A packet comes from the router. */
  receive(packet: Packet, route: number): void {
    this.communications.receive(packet, route, this.core.cycles - this.#time.now > AHEAD_CYCLES);
  }

  /** Executes until the slice ends, or until the core sleeps. */
  run(): void {
    const { core } = this;
    let now = core.cycles;
    for (;;) {
      if (this.#transferring) this.#endTransfers(now);
      const end = this.#time.sliceEnd;
      if (!this.#awake || now >= end) return;
      this.#time.now = now;
      if (this.#nextAlarm <= now) {
        this.#fireAlarms();
        this.#nextAlarm = this.#alarm();
      }
      const alarm = this.#nextAlarm;
      if (core.waiting && !core.irq && !core.fiq) {
        const next = this.#transferring ? Math.min(alarm, this.dma.due) : alarm;
        if (next >= end) {
          this.#sleepUntil(next);
          return;
        }
        if (next > now) now = core.cycles = next;
        continue;
      }
      const runEnd = alarm < end ? alarm : end;
      this.#runEnd = runEnd - this.#time.sliceStart;
      if (this.#period !== 1) {
        this.#runStart = now;
        this.#runStartCycles = core.cycles;
      }
      const reason = core.run(Math.ceil((runEnd - now) / this.#period));
      now = this.#now();
      if (this.#period !== 1) core.cycles = now;
      this.#runEnd = NO_RUN;
      if (reason === "observer") {
        this.#ports.stoppedByObserver();
        return;
      }
    }
  }

  read8(address: number): number {
    return this.#read(address, 1);
  }

  read16(address: number): number {
    return this.#read(address, 2);
  }

  read32(address: number): number {
    if (!isSdram(address)) return this.#read(address, 4);
    if (this.#transferring) this.#endTransfers(this.#now());
    this.waitCycles += WAIT_CYCLES.BRIDGE_READ;
    return this.#noc.sdram.read32(address);
  }

  write8(address: number, value: number): void {
    this.#write(address, 1, value & 0xff);
  }

  write16(address: number, value: number): void {
    this.#write(address, 2, value & 0xffff);
  }

  write32(address: number, value: number): void {
    if (!isSdram(address)) {
      this.#write(address, 4, value);
      return;
    }
    if (this.#transferring) this.#endTransfers(this.#now());
    this.waitCycles += WAIT_CYCLES.BRIDGE_WRITE;
    this.#noc.sdram.write32(address, value);
  }

  #read(address: number, bytes: AccessBytes): number {
    this.#time.now = Math.floor(this.#now());
    let value: number;
    if (isLocal(address)) {
      const device = this.#localDevice(address);
      value =
        device === undefined || bytes !== 4 || (address & 3) !== 0 ? BUS_ERROR : device.read(localOffset(address));
      if (device === this.dma) this.#transferring = this.dma.due !== NEVER;
      this.waitCycles += WAIT_CYCLES.LOCAL_REGISTER;
      this.#endRunBy(this.#time.sliceEnd);
    } else if (address >>> 0 < 0x1000_0000) {
      value = readTcmWindow(this.core, address, bytes);
    } else {
      this.#endTransfers(this.#time.now);
      value = this.#permitted(address) ? this.#noc.read(address, bytes) : BUS_ERROR;
      this.waitCycles += WAIT_CYCLES.BRIDGE_READ;
    }
    if (Number.isNaN(value)) {
      this.fault = true;
      return 0;
    }
    return value | 0;
  }

  #write(address: number, bytes: AccessBytes, value: number): void {
    this.#time.now = Math.floor(this.#now());
    let done: boolean;
    if (isLocal(address)) {
      const device = this.#localDevice(address);
      done = device !== undefined && bytes === 4 && (address & 3) === 0 && device.write(localOffset(address), value);
      this.waitCycles += WAIT_CYCLES.LOCAL_REGISTER;
      if (device !== this.communications) this.#alarmAfter(device);
      this.#endRunBy(Math.min(this.#nextAlarm, this.#time.sliceEnd));
    } else if (address >>> 0 < 0x1000_0000) {
      done = writeTcmWindow(this.core, address, bytes, value);
    } else {
      this.#endTransfers(this.#time.now);
      done = this.#permitted(address) && this.#noc.write(address, bytes, value);
      this.waitCycles += WAIT_CYCLES.BRIDGE_WRITE;
      if (!isMemory(address)) {
        this.#time.endSlice();
        this.#endRunBy(this.#time.sliceEnd);
      }
    }
    if (!done) this.fault = true;
  }

  /** Finds {@link #nextAlarm} when something was written to a device. */
  #alarmAfter(device: Peripheral | undefined): void {
    // An edge of the slow clock may have passed while nobody listened.
    if (device === this.vic && this.#slowClockInterrupts) this.dma.advance();
    if (device === this.dma || device === this.vic) this.#transferring = this.dma.due !== NEVER;
    if (device === this.timer2) this.#offerCounter();
    if (device === this.dma && !this.#slowClockInterrupts) {
      this.#nextAlarm = Math.min(this.#nextAlarm, this.dma.alarm);
    } else this.#nextAlarm = this.#alarm();
  }

  /** The present run goes on no longer than to this time. */
  #endRunBy(end: number): void {
    const offset = end - this.#time.sliceStart;
    if (offset >= this.#runEnd) return;
    this.#runEnd = offset;
    this.core.shorten(Math.ceil((end - this.#now()) / this.#period));
  }

  /** Present time of the core, in a run. */
  #now(): number {
    const cycles = this.core.cycles;
    return this.#period === 1 ? cycles : this.#runStart + (cycles - this.#runStartCycles) * this.#period;
  }

  #localDevice(address: number): Peripheral | undefined {
    const region = address >>> 28;
    if (region === 0xf) return this.vic;
    if (region === 3 || region === 4) return this.core.privileged ? this.dma : undefined;
    switch ((address >>> 24) & 15) {
      case 0:
        return this.communications;
      case 1:
        return (address & 0x20) === 0 ? this.timer1 : this.timer2;
      case 15:
        return this.vic;
      default:
        return undefined;
    }
  }

  /** The System Controller answers in privileged modes only. */
  #permitted(address: number): boolean {
    return this.core.privileged || ((address >>> 24) & 0xef) !== 0xe2;
  }

  #invalidate(address: number, bytes: number): void {
    if (address >>> 0 < ITCM_BYTES) this.core.invalidate(address, bytes);
  }

  #offerCounter(): void {
    const zeroAt = this.timer2.freeRunningUntil;
    this.#counterZeroAt = zeroAt ?? NEVER;
    this.core.counter =
      zeroAt === undefined
        ? undefined
        : { addresses: COUNTER_ADDRESSES, zeroAt, waitCycles: WAIT_CYCLES.LOCAL_REGISTER };
  }

  /** Next moment at which the subsystem does something by itself. */
  #alarm(): number {
    const alarm = Math.min(this.timer1.alarm, this.timer2.alarm, this.#counterZeroAt, this.dma.alarm);
    return this.#slowClockInterrupts ? Math.min(alarm, this.dma.slowClockAlarm) : alarm;
  }

  get #slowClockInterrupts(): boolean {
    return (this.vic.enabled & (1 << SOURCE.SLOW_CLOCK)) !== 0;
  }

  #fireAlarms(): void {
    const { now } = this.#time;
    if (this.timer1.alarm <= now) this.timer1.advance();
    if (this.timer2.alarm <= now) this.timer2.advance();
    if (this.#counterZeroAt <= now) {
      this.timer2.advance();
      this.#offerCounter();
    }
    this.#endTransfers(now);
    if (this.#slowClockInterrupts) this.dma.advance();
  }

  #setLines(irq: boolean, fiq: boolean): void {
    this.core.irq = irq;
    this.core.fiq = fiq;
    if ((irq || fiq) && !this.#awake && this.#clocked && this.#activity === "code") this.#wake();
  }

  /** From now on the core takes part; the time it slept is added to its clock. */
  #wake(): void {
    if (!this.#clocked) return;
    this.core.cycles = Math.max(this.core.cycles, this.#time.now, this.#time.sliceStart);
    this.#nextAlarm = 0;
    this.#setAwake(true);
  }

  #setAwake(awake: boolean): void {
    if (awake === this.#awake) return;
    this.#awake = awake;
    this.#ports.awake(awake);
  }

  #sleepUntil(alarm: number): void {
    this.#setAwake(false);
    if (alarm === NEVER || this.#scheduledAlarm <= alarm) return;
    this.#scheduledAlarm = alarm;
    this.#time.wakeAt(alarm, () => this.#alarmDue(alarm));
  }

  #alarmDue(alarm: number): void {
    if (this.#scheduledAlarm === alarm) this.#scheduledAlarm = NEVER;
    if (this.#awake || !this.#clocked || this.#activity !== "code") return;
    this.#fireAlarms();
    if (!this.#awake) this.#sleepUntil(Math.min(this.#alarm(), this.dma.due));
  }

  /**
   * Block transfers that are over by `now`. Where they interrupt nobody this is looked at when the core asks the
   * controller or reaches out into the chip, when it sleeps and when its turn ends, so that a run need not be cut for each.
   */
  #endTransfers(now: number): void {
    if (this.dma.due > now) return;
    this.#time.now = now;
    this.dma.advance();
    this.#transferring = this.dma.due !== NEVER;
  }
}
