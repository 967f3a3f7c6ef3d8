/**
 * System controller of one chip: the registers that the monitor and its host touch.
 *
 * Writes to the reset, clock and interrupt registers count only with the code 0x5ec in the top 12 bits.
 * Source: SpiNNaker datasheet 2.02, System Controller.
 */

import type { RegisterBlock } from "./memory-map.ts";

export const CHIP_ID = 0x5911_1012;
const CODE = 0x5ec;

const REGISTER = {
  chipId: 0x00,
  cpuDisable: 0x04,
  setIrq: 0x08,
  clearIrq: 0x0c,
  setOk: 0x10,
  clearOk: 0x14,
  monitorId: 0x34,
  gpioPort: 0x40,
  gpioSet: 0x48,
  gpioClear: 0x4c,
  setFlag: 0x58,
  clearFlag: 0x5c,
} as const;

export class SystemController implements RegisterBlock {
  /** Software flags by virtual core: SYNC0 clears them, SYNC1 and a start set them. */
  flags = 0;
  /** Cores whose clock is off, by physical number. */
  clocksOff = 0;
  /** Cores that passed their self-test, by physical number. */
  coresOk = 0;
  monitorCore = 0;
  /** Output latch; LEDs are active low. */
  gpio = 0;
  #locks = 0;
  readonly #other = new Map<number, number>([
    [0x38, 0x0000_0001],
    [0x50, 0x0007_0128],
    [0x54, 0x0007_011a],
    [0x60, 0x8094_88a5],
  ]);

  readRegister(offset: number): number {
    if (offset >= 0x100 && offset < 0x200) return this.#takeOrReleaseLock(offset);
    switch (offset) {
      case REGISTER.chipId:
        return CHIP_ID;
      case REGISTER.cpuDisable:
        return this.clocksOff;
      case REGISTER.setOk:
      case REGISTER.clearOk:
        return this.coresOk;
      case REGISTER.monitorId:
        return this.monitorCore;
      case REGISTER.gpioPort:
      case REGISTER.gpioSet:
      case REGISTER.gpioClear:
        return this.gpio;
      case REGISTER.setFlag:
      case REGISTER.clearFlag:
        return this.flags >>> 0;
      default:
        return this.#other.get(offset) ?? 0;
    }
  }

  writeRegister(offset: number, value: number): void {
    switch (offset) {
      case REGISTER.cpuDisable:
        if (value >>> 20 === CODE) this.clocksOff = value & 0x3_ffff;
        return;
      case REGISTER.setOk:
        this.coresOk |= value;
        return;
      case REGISTER.clearOk:
        this.coresOk &= ~value;
        return;
      case REGISTER.gpioPort:
        this.gpio = value;
        return;
      case REGISTER.gpioSet:
        this.gpio |= value;
        return;
      case REGISTER.gpioClear:
        this.gpio &= ~value;
        return;
      case REGISTER.setFlag:
        this.flags |= value;
        return;
      case REGISTER.clearFlag:
        this.flags &= ~value;
        return;
      case REGISTER.chipId:
      case REGISTER.setIrq:
      case REGISTER.clearIrq:
      case REGISTER.monitorId:
        return;
      default:
        if (offset < 0x100) this.#other.set(offset & ~3, value);
    }
  }

  /** 0x100 + 4n: the old bit n in bit 31, then set; 0x180 + 4n: then cleared. */
  #takeOrReleaseLock(offset: number): number {
    const bit = 1 << ((offset >>> 2) & 31);
    const old = (this.#locks & bit) !== 0;
    this.#locks = offset < 0x180 ? this.#locks | bit : this.#locks & ~bit;
    return old ? 0x8000_0000 : 0;
  }
}
