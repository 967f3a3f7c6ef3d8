/**
 * DMA controller of a core (SpiNNaker datasheet §7): moves blocks between the System NoC and the core's memories, one
 * transfer active and one queued, with CRC.
 *
 * A transfer's bytes move all at once when its time is over.
 */

import { CRC_ROWS, DmaCrc } from "./dma-crc.ts";
import { BUS_ERROR, type Clock, NEVER, type Peripheral } from "./peripheral.ts";
import { SOURCE } from "./vic.ts";

/** Core clock cycles from commit to the first word; an estimate. */
export const DMA_SETUP_CYCLES = 50;
/** Core clock cycles a word takes: 15 ns, as the project's own slides give it. */
export const DMA_WORD_CYCLES = 3;
/** Core clock cycles between two rising edges of the chip's 32 kHz clock. */
export const SLOW_CLOCK_CYCLES = 6250;

const ADRS = 0x04;
const ADRT = 0x08;
const DESC = 0x0c;
const CTRL = 0x10;
const STAT = 0x14;
const GCTL = 0x18;
const CRCC = 0x1c;
const CRCR = 0x20;
const TMTV = 0x24;
const SCTL = 0x28;
const STATISTICS = 0x40;
const AD2S = 0x104;
const AD2T = 0x108;
const DES2 = 0x10c;
const CRC_MATRIX = 0x180;

const DESC_CRC = 1 << 20;
const DESC_TO_SYSTEM = 1 << 19;

const CTRL_UNCOMMIT = 1 << 0;
const CTRL_ABORT = 1 << 1;
const CTRL_RESTART = 1 << 2;
const CTRL_CLEAR_DONE = 1 << 3;
const CTRL_CLEAR_TIMEOUT = 1 << 4;
const CTRL_CLEAR_WRITE_BUFFER = 1 << 5;

const STAT_TRANSFERRING = 1 << 0;
const STAT_PAUSED = 1 << 1;
const STAT_QUEUE_FULL = 1 << 2;
const STAT_DONE = 1 << 10;
const STAT_SECOND_DONE = 1 << 11;
const STAT_TIMEOUT = 1 << 12;
const STAT_CRC_ERROR = 1 << 13;
const STAT_TCM_ERROR = 1 << 14;
const STAT_AXI_ERROR = 1 << 15;
const STAT_ABORTED = 1 << 16;
const STAT_SOFT_RESET = 1 << 17;
const STAT_WRITE_BUFFER_ERROR = 1 << 20;

const DONE_BITS = STAT_DONE | STAT_SECOND_DONE;
/** GCTL and STAT bits 20:13. */
const ERROR_BITS = 0x1f_e000;
/** Errors that a restart clears. */
const PAUSING_ERRORS = STAT_CRC_ERROR | STAT_TCM_ERROR | STAT_AXI_ERROR | STAT_ABORTED;
const GCTL_ENABLES = 0x1f_fc00;
const GCTL_SLOW = 1 << 31;

const LINES = (1 << SOURCE.DMA_DONE) | (1 << SOURCE.DMA_ERROR) | (1 << SOURCE.DMA_TIMEOUT) | (1 << SOURCE.SLOW_CLOCK);

export interface DmaPorts {
  /** Interrupt request lines, bit = VIC source: those in `mask` take their bit of `levels`. */
  lines(mask: number, levels: number): void;
  /** Reads `bytes` from the System NoC, to index `first` and following. @returns false for a bus error */
  readSystem(address: number, into: Uint8Array, first: number, bytes: number): boolean;
  /** Writes `bytes` to the System NoC, from index `first` and following. @returns false for a bus error */
  writeSystem(address: number, from: Uint8Array, first: number, bytes: number): boolean;
  /**
   * The whole of that memory, ITCM or DTCM, itself and not a copy, which these bytes lie in; undefined where there are
   * none. Its size is a power of two, and it lies at a multiple of it.
   */
  tcm(address: number, bytes: number): Uint8Array | undefined;
  /** The bytes of that part of the ITCM or DTCM have changed. */
  tcmWritten(address: number, bytes: number): void;
}

interface Transfer {
  readonly system: number;
  readonly tcm: number;
  readonly description: number;
  readonly end: number;
}

export class DmaController implements Peripheral {
  readonly #clock: Clock;
  readonly #core: number;
  readonly #ports: DmaPorts;
  readonly #crc: DmaCrc = new DmaCrc();
  readonly #statistics = new Uint16Array(8);
  #system = 0;
  #tcm = 0;
  #description = 0;
  #queued = false;
  #active: Transfer | undefined;
  #due = NEVER;
  #status = 0;
  #enables = 0;
  #writeBuffer = 0;
  #slowClearedAt = 0;
  #calculated = 0;
  #received = 0;
  #timeout = 0;
  #statisticsOn = 0;
  #last: Transfer | undefined;

  /** @param core physical number of the core, as STAT shows it */
  constructor(clock: Clock, core: number, ports: DmaPorts) {
    this.#clock = clock;
    this.#core = core;
    this.#ports = ports;
  }

  /** Soft reset of the core: the queue is empty and bit 17 tells what happened. */
  reset(): void {
    this.#setActive(undefined);
    this.#queued = false;
    this.#status = STAT_SOFT_RESET;
    this.#enables = 0;
    this.#drive();
  }

  /** When the active transfer will be over. */
  get due(): number {
    return this.#due;
  }

  /** When an interrupt line may next rise by itself, if nothing is written before. */
  get alarm(): number {
    return (this.#enables & (DONE_BITS | ERROR_BITS)) === 0 ? NEVER : this.#due;
  }

  /** When the 32 kHz flag will next be set; of interest only to someone who listens to that interrupt. */
  get slowClockAlarm(): number {
    return this.#slowFlag() ? NEVER : (Math.floor(this.#slowClearedAt / SLOW_CLOCK_CYCLES) + 1) * SLOW_CLOCK_CYCLES;
  }

  /** Completes what is over by now. */
  advance(): void {
    while (this.#active !== undefined && this.#due <= this.#clock.now) this.#complete(this.#active);
    this.#drive();
  }

  /** The clock stood still for `cycles`. */
  pause(cycles: number): void {
    if (this.#active !== undefined) this.#setActive({ ...this.#active, end: this.#due + cycles });
  }

  read(offset: number): number {
    this.advance();
    if (offset >= STATISTICS && offset < STATISTICS + 32) return this.#statistics[(offset - STATISTICS) >>> 2]!;
    if (offset >= CRC_MATRIX && offset < CRC_MATRIX + 4 * CRC_ROWS) return this.#crc.row((offset - CRC_MATRIX) >>> 2);
    switch (offset) {
      case ADRS:
        return this.#system;
      case ADRT:
        return this.#tcm;
      case DESC:
        return this.#description;
      case CTRL:
        return 0;
      case STAT:
        return this.#readStatus();
      case GCTL:
        return (this.#slowFlag() ? GCTL_SLOW : 0) | this.#enables | this.#writeBuffer;
      case CRCC:
        return this.#calculated;
      case CRCR:
        return this.#received;
      case TMTV:
        return this.#timeout;
      case SCTL:
        return this.#statisticsOn;
      case AD2S:
        return this.#shown()?.system ?? 0;
      case AD2T:
        return this.#shown()?.tcm ?? 0;
      case DES2:
        return this.#shown()?.description ?? 0;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    this.advance();
    if (offset >= CRC_MATRIX && offset < CRC_MATRIX + 4 * CRC_ROWS) {
      this.#crc.setRow((offset - CRC_MATRIX) >>> 2, value);
      return true;
    }
    switch (offset) {
      case ADRS:
        if (this.#queued) return false;
        this.#system = value & ~3;
        break;
      case ADRT:
        if (this.#queued) return false;
        this.#tcm = value & ~3;
        break;
      case DESC:
        if (this.#queued) return false;
        this.#description = value & ~3;
        this.#queued = true;
        this.#startQueued();
        break;
      case CTRL:
        this.#writeControl(value);
        break;
      case GCTL:
        this.#enables = value & GCTL_ENABLES;
        this.#writeBuffer = value & 1;
        if ((value & GCTL_SLOW) === 0) this.#slowClearedAt = this.#clock.now;
        break;
      case TMTV:
        this.#timeout = value & 0x3e0;
        break;
      case SCTL:
        this.#statisticsOn = value & 1;
        if ((value & 2) !== 0) this.#statistics.fill(0);
        break;
      case STAT:
      case CRCC:
      case CRCR:
        break;
      default:
        return false;
    }
    this.#drive();
    return true;
  }

  #writeControl(value: number): void {
    if ((value & CTRL_UNCOMMIT) !== 0) this.#queued = false;
    if ((value & CTRL_ABORT) !== 0 && this.#active !== undefined) {
      this.#fail(this.#active, STAT_ABORTED);
    }
    if ((value & CTRL_CLEAR_DONE) !== 0) {
      this.#status &= (this.#status & STAT_SECOND_DONE) !== 0 ? ~STAT_SECOND_DONE : ~STAT_DONE;
    }
    if ((value & CTRL_CLEAR_TIMEOUT) !== 0) this.#status &= ~STAT_TIMEOUT;
    if ((value & CTRL_CLEAR_WRITE_BUFFER) !== 0) this.#status &= ~STAT_WRITE_BUFFER_ERROR;
    if ((value & CTRL_RESTART) !== 0) {
      this.#status &= ~(PAUSING_ERRORS | STAT_PAUSED | STAT_SOFT_RESET);
      this.#startQueued();
    }
  }

  #startQueued(): void {
    if (!this.#queued || this.#active !== undefined || (this.#status & STAT_PAUSED) !== 0) return;
    const words = (this.#description & 0x1_fffc) >>> 2;
    this.#setActive({
      system: this.#system,
      tcm: this.#tcm,
      description: this.#description,
      end: this.#clock.now + DMA_SETUP_CYCLES + DMA_WORD_CYCLES * words,
    });
    this.#queued = false;
  }

  #complete(transfer: Transfer): void {
    const { system, description, end } = transfer;
    const bytes = description & 0x1_fffc;
    const memory = this.#ports.tcm(transfer.tcm, bytes);
    if (memory === undefined) {
      this.#fail(transfer, STAT_TCM_ERROR);
      return;
    }
    const checked = (description & DESC_CRC) !== 0;
    const outward = (description & DESC_TO_SYSTEM) !== 0;
    const first = transfer.tcm & (memory.length - 1);
    const moved = outward
      ? this.#ports.writeSystem(system, memory, first, bytes)
      : this.#ports.readSystem(system, memory, first, bytes);
    if (!outward) this.#ports.tcmWritten(transfer.tcm, bytes);
    const checkOk =
      !moved || !checked || this.#checkSum(system + bytes, memory.subarray(first, first + bytes), outward);
    if (!moved || !checkOk) {
      this.#fail(transfer, moved ? STAT_CRC_ERROR : STAT_AXI_ERROR);
      return;
    }
    if (this.#statisticsOn !== 0) {
      const beatBytes = (description & (1 << 24)) !== 0 ? 8 : 4;
      this.#statistics[0]! += Math.ceil(bytes / (beatBytes << ((description >>> 21) & 7)));
    }
    this.#status |= (this.#status & STAT_DONE) !== 0 ? STAT_SECOND_DONE : STAT_DONE;
    this.#last = transfer;
    this.#setActive(undefined);
    this.#startQueuedAt(end);
  }

  /** The next transfer begins when the last one ended, however late that was noticed. */
  #startQueuedAt(time: number): void {
    this.#startQueued();
    const late = this.#clock.now - time;
    const started = this.#active as Transfer | undefined;
    if (started !== undefined && late > 0) this.#setActive({ ...started, end: started.end - late });
  }

  /** @param address of the check word, which follows the block */
  #checkSum(address: number, block: Uint8Array, outward: boolean): boolean {
    this.#calculated = this.#crc.compute(block);
    const word = new Uint8Array(4);
    const view = new DataView(word.buffer);
    if (outward) {
      view.setUint32(0, this.#calculated, true);
      return this.#ports.writeSystem(address, word, 0, word.length);
    }
    if (!this.#ports.readSystem(address, word, 0, word.length)) return false;
    this.#received = view.getUint32(0, true);
    return this.#received === this.#calculated;
  }

  /** The transfer ends with an error; nothing more starts before a restart. */
  #fail(transfer: Transfer, error: number): void {
    this.#last = transfer;
    this.#setActive(undefined);
    this.#status |= error | STAT_PAUSED;
  }

  #setActive(transfer: Transfer | undefined): void {
    this.#active = transfer;
    this.#due = transfer === undefined ? NEVER : transfer.end;
  }

  #shown(): Transfer | undefined {
    return this.#active ?? this.#last;
  }

  #readStatus(): number {
    return (
      (this.#core << 24) |
      this.#status |
      (this.#queued ? STAT_QUEUE_FULL : 0) |
      (this.#active !== undefined ? STAT_TRANSFERRING : 0)
    );
  }

  #slowFlag(): boolean {
    return Math.floor(this.#clock.now / SLOW_CLOCK_CYCLES) > Math.floor(this.#slowClearedAt / SLOW_CLOCK_CYCLES);
  }

  #drive(): void {
    const asking = this.#status & this.#enables;
    this.#ports.lines(
      LINES,
      ((asking & DONE_BITS) !== 0 ? 1 << SOURCE.DMA_DONE : 0) |
        ((asking & ERROR_BITS) !== 0 ? 1 << SOURCE.DMA_ERROR : 0) |
        ((asking & STAT_TIMEOUT) !== 0 ? 1 << SOURCE.DMA_TIMEOUT : 0) |
        (this.#slowFlag() ? 1 << SOURCE.SLOW_CLOCK : 0),
    );
  }
}
