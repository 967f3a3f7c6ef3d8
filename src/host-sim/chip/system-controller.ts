/**
 * System Controller of a chip (SpiNNaker datasheet §14): resets, clocks, interrupts between cores, monitor
 * arbitration, locks, flags, general-purpose pins.
 *
 * Clock settings are kept and read back, but cores always run at 200 MHz, the rate SCAMP chooses.
 */

import { BUS_ERROR, type Peripheral, type Scheduler } from "./peripheral.ts";

export const CHIP_ID = 0x5911_1012;

const CORE_MASK = 0x3_ffff;
/** Writes to dangerous registers must carry this in bits 31:20. */
const SECURITY_CODE = 0x5ec;

const MISC_BOOT_AREA_IS_RAM = 1 << 0;
/** Software may write these MISC_CTRL bits; 20:16 show pins. */
const MISC_WRITABLE = 0x0000_ffff;

const MONITOR_RESET_BY_WATCHDOG = 1 << 16;
const MONITOR_ARBITRATION = 1 << 8;
const MONITOR_ID = 0x1f;

const SUBSYSTEM_ROUTER = 1 << 0;
const SUBSYSTEM_PL340 = 1 << 1;
const SUBSYSTEM_CHIP = 1 << 17;

/** Length of a reset pulse: 256 cycles of the 133 MHz system clock, in core clock cycles. */
const PULSE_CYCLES = 384;

/** Value a sensor shows when its measurement is over; what a sensor gives at room temperature is not documented. */
const SENSOR_VALUES = [0x5000, 0x5000, 0x5000] as const;
const SENSOR_START = 1 << 31;
const SENSOR_DONE = 1 << 24;
/** Core clock cycles of a measurement; an estimate. */
const SENSOR_CYCLES = 20_000;

/** Physical cores on clock A; the others are on clock B. */
export const CLOCK_A_CORES = 0b1_0110_1001_1001_0110;

const CRYSTAL_MHZ = 10;
const SLOW_MHZ = 2.5;

/** Settings of PLL 1, PLL 2 and CLKMUX. */
export interface ClockSettings {
  readonly pll1: number;
  readonly pll2: number;
  readonly multiplexer: number;
}

const RESET_CLOCKS: ClockSettings = { pll1: 0x0002_010a, pll2: 0x0002_010a, multiplexer: 0 };
/** What the boot ROM leaves: cores at 160 MHz. The range and power bits of its PLLs are those that SCAMP uses. */
export const BOOT_ROM_CLOCKS: ClockSettings = { pll1: 0x0007_0110, pll2: 0x0002_010a, multiplexer: 0x8052_8821 | 0 };
/** What SCAMP leaves: cores at 200 MHz. */
export const SCAMP_CLOCKS: ClockSettings = { pll1: 0x0007_0128, pll2: 0x0007_011a, multiplexer: 0x8094_88a5 | 0 };

/** Reset sources as RST_CODE shows them. */
export const RESET_CODE: {
  readonly POWER_ON: 0;
  readonly WATCHDOG: 1;
  readonly USER: 2;
  readonly CHIP: 3;
  readonly WATCHDOG_INTERRUPT: 4;
} = { POWER_ON: 0, WATCHDOG: 1, USER: 2, CHIP: 3, WATCHDOG_INTERRUPT: 4 };

export interface SystemControllerPorts {
  /** Levels of interrupt source 18 of all cores. */
  cpuInterrupts(levels: number): void;
  /** Cores whose ARM core, communications controller and DMA controller are held in reset. */
  softReset(cores: number): void;
  /** Cores that are held in reset whole, timers and VIC included. */
  hardReset(cores: number): void;
  /** Cores without a clock. */
  clocksOff(cores: number): void;
  /** Frequencies in MHz of the clocks of the cores in {@link CLOCK_A_CORES} and of all others have changed. */
  coreClocks(a: number, b: number): void;
  /** Cores in wait-for-interrupt. */
  sleeping(): number;
  resetRouter(): void;
  resetPl340(): void;
  /** The whole chip starts again. */
  resetChip(code: number): void;
  /** Levels of the pins, given those that are driven from here (`direction` bit 0 = output). */
  pins(output: number, direction: number): number;
  /** Bit l set: transmitter (receiver) of link l is off. */
  linksOff(transmitters: number, receivers: number): void;
}

export class SystemController implements Peripheral {
  readonly #scheduler: Scheduler;
  readonly #ports: SystemControllerPorts;
  #interrupts = 0;
  #ok = 0;
  #disabled = 0;
  #softLevel = 0;
  #softPulse = 0;
  #hardLevel = 0;
  #hardPulse = 0;
  #subsystemLevel = 0;
  #resetCode: number = RESET_CODE.POWER_ON;
  #monitor = MONITOR_ID;
  #arbitration = true;
  #monitorResetByWatchdog = false;
  #misc = 0;
  #pulls = 0;
  #output = 0;
  #direction = 0xffff_ffff;
  #flags = 0;
  #locks = 0;
  #linkDisable = 0;
  readonly #clocks: Uint32Array = Uint32Array.of(RESET_CLOCKS.pll1, RESET_CLOCKS.pll2, RESET_CLOCKS.multiplexer);
  /** What {@link SystemControllerPorts.coreClocks} was told last. */
  #clockA = CRYSTAL_MHZ;
  #clockB = CRYSTAL_MHZ;
  /** Time at which each measurement was started, -1 where the sensor is off. */
  readonly #sensorStart = [-1, -1, -1];

  constructor(scheduler: Scheduler, ports: SystemControllerPorts) {
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.reset(RESET_CODE.POWER_ON);
  }

  /** Does the boot area (0xff000000 up) show the System RAM and not the ROM? */
  get bootAreaIsRam(): boolean {
    return (this.#misc & MISC_BOOT_AREA_IS_RAM) !== 0;
  }

  /** Physical number of the monitor core, 31 before one was chosen. */
  get monitor(): number {
    return this.#monitor;
  }

  get okBits(): number {
    return this.#ok;
  }

  get monitorResetByWatchdog(): boolean {
    return this.#monitorResetByWatchdog;
  }

  /** @param code {@link RESET_CODE}: it decides what survives */
  reset(code: number): void {
    if (code === RESET_CODE.POWER_ON) this.#monitor = MONITOR_ID;
    if (code === RESET_CODE.POWER_ON || code === RESET_CODE.WATCHDOG) this.#misc = 0;
    this.#resetCode = code;
    this.#interrupts = 0;
    this.#ok = 0;
    this.#disabled = 0;
    this.#softLevel = 0;
    this.#softPulse = 0;
    this.#hardLevel = 0;
    this.#hardPulse = 0;
    this.#subsystemLevel = 0;
    this.#arbitration = true;
    this.#monitorResetByWatchdog = false;
    this.#output = 0;
    this.#direction = 0xffff_ffff;
    this.#flags = 0;
    this.#locks = 0;
    this.#linkDisable = 0;
    this.setClocks(RESET_CLOCKS);
    this.#sensorStart.fill(-1);
  }

  setClocks({ pll1, pll2, multiplexer }: ClockSettings): void {
    this.#clocks.set([pll1, pll2, multiplexer]);
    this.#clocksChanged();
  }

  /** What the boot ROM leaves behind after cores have raced for being monitor. */
  elect(monitor: number, okBits: number): void {
    this.#monitor = monitor & MONITOR_ID;
    this.#arbitration = false;
    this.#ok = okBits | 0;
  }

  /** Soft-resets the monitor core, as the watchdog's interrupt does where that is enabled. */
  resetMonitor(): void {
    this.#resetCode = RESET_CODE.WATCHDOG_INTERRUPT;
    this.#pulseSoft(1 << this.#monitor);
  }

  read(offset: number): number {
    if (offset >= 0x80 && offset < 0x100) return this.#arbitrate((offset - 0x80) >>> 2);
    if (offset >= 0x100 && offset < 0x180) return this.#testAndSet((offset - 0x100) >>> 2);
    if (offset >= 0x180 && offset < 0x200) return this.#testAndClear((offset - 0x180) >>> 2);
    switch (offset) {
      case 0x00:
        return CHIP_ID;
      case 0x04:
        return this.#disabled;
      case 0x08:
      case 0x0c:
        return this.#interrupts;
      case 0x10:
      case 0x14:
        return this.#ok;
      case 0x18:
        return this.#softLevel;
      case 0x1c:
        return this.#hardLevel;
      case 0x20:
        return this.#subsystemLevel;
      case 0x24:
        return this.#softLevel | this.#softPulse;
      case 0x28:
        return this.#hardLevel | this.#hardPulse;
      case 0x2c:
        return this.#subsystemLevel;
      case 0x30:
        return this.#resetCode;
      case 0x34:
        return (
          (this.#monitorResetByWatchdog ? MONITOR_RESET_BY_WATCHDOG : 0) |
          (this.#arbitration ? MONITOR_ARBITRATION : 0) |
          this.#monitor
        );
      case 0x38:
        return this.#misc;
      case 0x3c:
        return this.#pulls;
      case 0x40:
        return this.#output;
      case 0x44:
        return this.#direction;
      case 0x48:
      case 0x4c:
        return this.#ports.pins(this.#output, this.#direction);
      case 0x50:
      case 0x54:
        return this.#clocks[(offset - 0x50) >>> 2]!;
      case 0x58:
      case 0x5c:
        return this.#flags;
      case 0x60:
        return this.#clocks[2]!;
      case 0x64:
        return this.#ports.sleeping();
      case 0x68:
      case 0x6c:
      case 0x70:
        return this.#readSensor((offset - 0x68) >>> 2);
      case 0x200:
        return this.#linkDisable;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    const permitted = value >>> 20 === SECURITY_CODE;
    const cores = value & CORE_MASK;
    switch (offset) {
      case 0x04:
        if (permitted) this.#disable(cores);
        return true;
      case 0x08:
        if (permitted) this.#interrupt(this.#interrupts | cores);
        return true;
      case 0x0c:
        if (permitted) this.#interrupt(this.#interrupts & ~cores);
        return true;
      case 0x10:
        this.#ok |= value;
        return true;
      case 0x14:
        this.#ok &= ~value;
        return true;
      case 0x18:
        if (permitted) this.#setSoft(cores, this.#softPulse);
        return true;
      case 0x1c:
        if (permitted) this.#setHard(cores, this.#hardPulse);
        return true;
      case 0x20:
        if (permitted) this.#resetSubsystems(cores & ~this.#subsystemLevel & ~SUBSYSTEM_CHIP, cores);
        return true;
      case 0x24:
        if (permitted) this.#pulseSoft(cores);
        return true;
      case 0x28:
        if (permitted) this.#pulseHard(cores);
        return true;
      case 0x2c:
        if (permitted) this.#resetSubsystems(cores, this.#subsystemLevel);
        return true;
      case 0x34:
        if (permitted) this.#writeMonitor(value);
        return true;
      case 0x38:
        this.#misc = value & MISC_WRITABLE;
        return true;
      case 0x3c:
        this.#pulls = value >>> 0;
        return true;
      case 0x40:
        this.#setOutput(value);
        return true;
      case 0x44:
        this.#direction = value >>> 0;
        this.#setOutput(this.#output);
        return true;
      case 0x48:
        this.#setOutput(this.#output | value);
        return true;
      case 0x4c:
        this.#setOutput(this.#output & ~value);
        return true;
      case 0x50:
      case 0x54:
        this.#clocks[(offset - 0x50) >>> 2] = value;
        this.#clocksChanged();
        return true;
      case 0x58:
        this.#flags |= value;
        return true;
      case 0x5c:
        this.#flags &= ~value;
        return true;
      case 0x60:
        this.#clocks[2] = value;
        this.#clocksChanged();
        return true;
      case 0x68:
      case 0x6c:
      case 0x70:
        this.#sensorStart[(offset - 0x68) >>> 2] = (value & SENSOR_START) !== 0 ? this.#scheduler.now : -1;
        return true;
      case 0x200:
        if (permitted) {
          this.#linkDisable = value & 0x1_3f3f;
          this.#ports.linksOff((value >>> 8) & 0x3f, value & 0x3f);
        }
        return true;
      default:
        return offset < 0x204;
    }
  }

  /** The first core that asks becomes monitor, unless it was the monitor before the reset. */
  #clocksChanged(): void {
    const multiplexer = this.#clocks[2]!;
    const a = this.#selected(multiplexer & 15);
    const b = this.#selected((multiplexer >>> 5) & 15);
    if (a === this.#clockA && b === this.#clockB) return;
    this.#clockA = a;
    this.#clockB = b;
    this.#ports.coreClocks(a, b);
  }

  /** MHz by a clock's field of CLKMUX: source below, divisor less 1 above. */
  #selected(field: number): number {
    const sources = [CRYSTAL_MHZ, pllMegahertz(this.#clocks[0]!), pllMegahertz(this.#clocks[1]!), SLOW_MHZ];
    return sources[field & 3]! / ((field >>> 2) + 1);
  }

  #arbitrate(core: number): number {
    if (!this.#arbitration || core === this.#monitor) return 0;
    this.#monitor = core;
    this.#arbitration = false;
    return 1 << 31;
  }

  #testAndSet(lock: number): number {
    const old = ((this.#locks >>> lock) & 1) << 31;
    this.#locks |= 1 << lock;
    return old;
  }

  #testAndClear(lock: number): number {
    const old = ((this.#locks >>> lock) & 1) << 31;
    this.#locks &= ~(1 << lock);
    return old;
  }

  #interrupt(levels: number): void {
    this.#interrupts = levels;
    this.#ports.cpuInterrupts(levels);
  }

  #disable(cores: number): void {
    this.#disabled = cores;
    this.#ports.clocksOff(cores);
  }

  #setSoft(level: number, pulse: number): void {
    this.#softLevel = level;
    this.#softPulse = pulse;
    this.#ports.softReset(level | pulse);
  }

  #setHard(level: number, pulse: number): void {
    this.#hardLevel = level;
    this.#hardPulse = pulse;
    this.#ports.hardReset(level | pulse);
  }

  #pulseSoft(cores: number): void {
    this.#setSoft(this.#softLevel, this.#softPulse | cores);
    this.#scheduler.at(this.#scheduler.now + PULSE_CYCLES, () =>
      this.#setSoft(this.#softLevel, this.#softPulse & ~cores),
    );
  }

  #pulseHard(cores: number): void {
    this.#setHard(this.#hardLevel, this.#hardPulse | cores);
    this.#scheduler.at(this.#scheduler.now + PULSE_CYCLES, () =>
      this.#setHard(this.#hardLevel, this.#hardPulse & ~cores),
    );
  }

  #resetSubsystems(begin: number, level: number): void {
    this.#subsystemLevel = level & ~SUBSYSTEM_CHIP;
    if ((begin & SUBSYSTEM_CHIP) !== 0) {
      this.#ports.resetChip(RESET_CODE.CHIP);
      return;
    }
    if ((begin & SUBSYSTEM_ROUTER) !== 0) this.#ports.resetRouter();
    if ((begin & SUBSYSTEM_PL340) !== 0) this.#ports.resetPl340();
  }

  #writeMonitor(value: number): void {
    this.#monitor = value & MONITOR_ID;
    this.#monitorResetByWatchdog = (value & MONITOR_RESET_BY_WATCHDOG) !== 0;
    if ((value & MONITOR_ARBITRATION) !== 0) this.#arbitration = true;
  }

  #setOutput(value: number): void {
    this.#output = value >>> 0;
    this.#ports.pins(this.#output, this.#direction);
  }

  #readSensor(sensor: number): number {
    const start = this.#sensorStart[sensor]!;
    if (start < 0) return 0;
    if (this.#scheduler.now - start < SENSOR_CYCLES) return SENSOR_START;
    return SENSOR_START | SENSOR_DONE | SENSOR_VALUES[sensor]!;
  }
}

/** 10 MHz times NS over MS. 0 in either is taken as 1: such a PLL would not run. */
function pllMegahertz(register: number): number {
  return (CRYSTAL_MHZ * Math.max(1, register & 0x3f)) / Math.max(1, (register >>> 8) & 0x3f);
}
