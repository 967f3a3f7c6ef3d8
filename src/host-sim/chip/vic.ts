/**
 * Vectored interrupt controller of a core: ARM PL190 (SpiNNaker datasheet §4, ARM DDI 0181E).
 *
 * Sixteen slots give sources a vector and a priority, slot 0 first. Reading the vector register puts the interrupt in
 * service: until its handler writes that register, only slots of higher priority get through. Without this masking,
 * handlers that let interrupts in again while their own line is still high would recurse without end. An interrupt
 * without a slot is put in service like the others, at the lowest priority: SARK's default handler returns without
 * writing the register, and SCAMP, which lets such an interrupt through while it sets up the slots, relies on not
 * seeing it again.
 */

import { BUS_ERROR, type Peripheral } from "./peripheral.ts";

/** Interrupt source numbers, as wired on the chip. */
export const SOURCE = {
  WATCHDOG: 0,
  SOFTWARE: 1,
  TIMER_1: 4,
  TIMER_2: 5,
  CC_RX_READY: 6,
  CC_RX_PARITY: 7,
  CC_RX_FRAMING: 8,
  CC_TX_FULL: 9,
  CC_TX_OVERRUN: 10,
  CC_TX_EMPTY: 11,
  DMA_DONE: 12,
  DMA_ERROR: 13,
  DMA_TIMEOUT: 14,
  ROUTER_DIAGNOSTIC: 15,
  ROUTER_DUMP: 16,
  ROUTER_ERROR: 17,
  CPU_INT: 18,
  ETHERNET_TX: 19,
  ETHERNET_RX: 20,
  ETHERNET_PHY: 21,
  SLOW_CLOCK: 22,
  CC_TX_NOT_FULL: 23,
  CC_RX_MC: 24,
  CC_RX_P2P: 25,
  CC_RX_NN: 26,
  CC_RX_FR: 27,
} as const;

const SLOTS = 16;
/** Priority of sources that no slot names; they go to the default vector. */
const UNSLOTTED = SLOTS;

const IRQ_STATUS = 0x00;
const FIQ_STATUS = 0x04;
const RAW_STATUS = 0x08;
const SELECT = 0x0c;
const ENABLE = 0x10;
const ENABLE_CLEAR = 0x14;
const SOFT_SET = 0x18;
const SOFT_CLEAR = 0x1c;
const PROTECTION = 0x20;
const VECTOR = 0x30;
const DEFAULT_VECTOR = 0x34;
const SLOT_VECTORS = 0x100;
const SLOT_CONTROLS = 0x200;
/** Peripheral identification of the PL190, registers 0xfe0 to 0xffc. */
const IDENTIFICATION = [0x90, 0x11, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const SLOT_ENABLE = 1 << 5;

export class Vic implements Peripheral {
  readonly #drive: (irq: boolean, fiq: boolean) => void;
  readonly #slotVector = new Uint32Array(SLOTS);
  readonly #slotControl = new Uint8Array(SLOTS);
  /** Uint8Array[32 sources]: first enabled slot that names the source, or {@link UNSLOTTED}. */
  readonly #priority: Uint8Array = new Uint8Array(32).fill(UNSLOTTED);
  #lines = 0;
  #soft = 0;
  #enable = 0;
  #select = 0;
  #protection = 0;
  #defaultVector = 0;
  /** Bit p set: an interrupt of priority p is in service. */
  #inService = 0;
  #irq = false;
  #fiq = false;

  /** @param drive called with the two request lines to the core when they have changed; both are low at first */
  constructor(drive: (irq: boolean, fiq: boolean) => void) {
    this.#drive = drive;
  }

  /** Hard reset only. The request lines keep their levels. */
  reset(): void {
    this.#slotVector.fill(0);
    this.#slotControl.fill(0);
    this.#soft = 0;
    this.#enable = 0;
    this.#select = 0;
    this.#protection = 0;
    this.#defaultVector = 0;
    this.#inService = 0;
    this.#rankSources();
    this.#update();
  }

  /** Bit = source: those that may interrupt. */
  get enabled(): number {
    return this.#enable;
  }

  /** Levels of several request lines: those in `mask` take their bit of `levels`. */
  setLines(mask: number, levels: number): void {
    const lines = (this.#lines & ~mask) | (levels & mask);
    if (lines === this.#lines) return;
    this.#lines = lines;
    this.#update();
  }

  setLine(source: number, level: boolean): void {
    this.setLines(1 << source, level ? -1 : 0);
  }

  read(offset: number): number {
    if (offset >= SLOT_VECTORS && offset < SLOT_VECTORS + 4 * SLOTS) {
      return this.#slotVector[(offset - SLOT_VECTORS) >>> 2] ?? 0;
    }
    if (offset >= SLOT_CONTROLS && offset < SLOT_CONTROLS + 4 * SLOTS) {
      return this.#slotControl[(offset - SLOT_CONTROLS) >>> 2] ?? 0;
    }
    switch (offset) {
      case IRQ_STATUS:
        return this.#raw() & this.#enable & ~this.#select;
      case FIQ_STATUS:
        return this.#raw() & this.#enable & this.#select;
      case RAW_STATUS:
        return this.#raw();
      case SELECT:
        return this.#select;
      case ENABLE:
        return this.#enable;
      case SOFT_SET:
        return this.#soft;
      case ENABLE_CLEAR:
      case SOFT_CLEAR:
        return 0;
      case PROTECTION:
        return this.#protection;
      case VECTOR:
        return this.#takeVector();
      case DEFAULT_VECTOR:
        return this.#defaultVector;
      default:
        return offset >= 0xfe0 && offset < 0x1000 ? (IDENTIFICATION[(offset - 0xfe0) >>> 2] ?? 0) : BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    if (offset >= SLOT_VECTORS && offset < SLOT_VECTORS + 4 * SLOTS) {
      this.#slotVector[(offset - SLOT_VECTORS) >>> 2] = value;
      return true;
    }
    if (offset >= SLOT_CONTROLS && offset < SLOT_CONTROLS + 4 * SLOTS) {
      this.#slotControl[(offset - SLOT_CONTROLS) >>> 2] = value & 0x3f;
      this.#rankSources();
      this.#update();
      return true;
    }
    switch (offset) {
      case SELECT:
        this.#select = value | 0;
        break;
      case ENABLE:
        this.#enable |= value;
        break;
      case ENABLE_CLEAR:
        this.#enable &= ~value;
        break;
      case SOFT_SET:
        this.#soft |= value;
        break;
      case SOFT_CLEAR:
        this.#soft &= ~value;
        break;
      case PROTECTION:
        this.#protection = value & 1;
        break;
      case VECTOR:
        this.#inService &= this.#inService - 1;
        break;
      case DEFAULT_VECTOR:
        this.#defaultVector = value | 0;
        return true;
      default:
        return false;
    }
    this.#update();
    return true;
  }

  #raw(): number {
    return this.#lines | this.#soft;
  }

  /** Best priority among the active IRQ sources, {@link UNSLOTTED} + 1 if none is active. */
  #bestPriority(): number {
    let active = (this.#lines | this.#soft) & this.#enable & ~this.#select;
    let best = UNSLOTTED + 1;
    while (active !== 0) {
      const priority = this.#priority[31 - Math.clz32(active & -active)]!;
      if (priority < best) best = priority;
      active &= active - 1;
    }
    return best;
  }

  /** Priority of the interrupt in service, {@link UNSLOTTED} + 1 if none is. */
  #servedPriority(): number {
    return this.#inService === 0 ? UNSLOTTED + 1 : 31 - Math.clz32(this.#inService & -this.#inService);
  }

  #takeVector(): number {
    const best = this.#bestPriority();
    if (best > UNSLOTTED || best >= this.#servedPriority()) return this.#defaultVector;
    this.#inService |= 1 << best;
    this.#update();
    return best === UNSLOTTED ? this.#defaultVector : this.#slotVector[best]!;
  }

  #rankSources(): void {
    this.#priority.fill(UNSLOTTED);
    for (let slot = SLOTS - 1; slot >= 0; slot--) {
      const control = this.#slotControl[slot]!;
      if ((control & SLOT_ENABLE) !== 0) this.#priority[control & 0x1f] = slot;
    }
  }

  #update(): void {
    const fiq = ((this.#lines | this.#soft) & this.#enable & this.#select) !== 0;
    const irq = this.#bestPriority() < this.#servedPriority();
    if (irq === this.#irq && fiq === this.#fiq) return;
    this.#irq = irq;
    this.#fiq = fiq;
    this.#drive(irq, fiq);
  }
}
