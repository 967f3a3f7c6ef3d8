/**
 * System control coprocessor of the ARM968E-S: identification, control register, wait for interrupt.
 *
 * @see ARM968E-S Technical Reference Manual (DDI 0311) chapter 2
 */

import type { DataSide } from "./data-side.ts";
import { HIGH_VECTORS, SYSTEM, UNUSUAL_CONTROL, WAIT_REQUESTED } from "./state.ts";

const MAIN_ID = 0x4105_9680;
/** Cache type register: there is none. */
const CACHE_TYPE = 0;
/** Tightly coupled memory size register: 64 KiB of data (code 7), 32 KiB of instructions (code 6). */
const TCM_SIZE = (7 << 18) | (6 << 6);

const ALIGNMENT = 1 << 1;
const DTCM_ENABLE = 1 << 2;
const ITCM_ENABLE = 1 << 12;
const VECTORS_HIGH = 1 << 13;
/** Loads into r15 keep the instruction set, as before ARMv5. */
const LOADS_KEEP_STATE = 1 << 15;
/** Control bits that always read as 1. */
const SHOULD_BE_ONE = 0x78;

export class Coprocessor15 {
  #control = 0;
  #processId = 0;
  readonly #data: DataSide;
  readonly #words: Int32Array;

  /** @param words the core's state, of which SYSTEM is kept right */
  constructor(data: DataSide, words: Int32Array) {
    this.#data = data;
    this.#words = words;
    this.reset(true);
  }

  get loadsInterwork(): boolean {
    return (this.#control & LOADS_KEEP_STATE) === 0;
  }

  /** The TCMs are on after reset, so that code loaded by someone else runs. */
  reset(highVectors: boolean): void {
    this.#setControl(SHOULD_BE_ONE | DTCM_ENABLE | ITCM_ENABLE | (highVectors ? VECTORS_HIGH : 0));
    this.#processId = 0;
    this.#words[SYSTEM]! &= ~WAIT_REQUESTED;
  }

  /** MRC p15, opcode1, Rd, CRn, CRm, opcode2. Registers that do not exist read as 0. */
  read(crn: number, crm: number, opcode2: number): number {
    if (crm !== 0) return 0;
    switch (crn) {
      case 0:
        return opcode2 === 1 ? CACHE_TYPE : opcode2 === 2 ? TCM_SIZE : MAIN_ID;
      case 1:
        return this.#control;
      case 13:
        return this.#processId;
      default:
        return 0;
    }
  }

  write(crn: number, crm: number, opcode2: number, value: number): void {
    if (crn === 1) this.#setControl(value | SHOULD_BE_ONE);
    else if (crn === 7 && crm === 0 && opcode2 === 4) this.#words[SYSTEM]! |= WAIT_REQUESTED;
    else if (crn === 13) this.#processId = value;
  }

  #setControl(value: number): void {
    this.#control = value;
    this.#data.alignmentFaults = (value & ALIGNMENT) !== 0;
    this.#data.dtcmEnabled = (value & DTCM_ENABLE) !== 0;
    this.#data.itcmEnabled = (value & ITCM_ENABLE) !== 0;
    const usual = this.#data.dtcmEnabled && this.#data.itcmEnabled && this.loadsInterwork;
    const high = (value & VECTORS_HIGH) !== 0 ? HIGH_VECTORS : 0;
    this.#words[SYSTEM] = (this.#words[SYSTEM]! & WAIT_REQUESTED) | (usual ? 0 : UNUSUAL_CONTROL) | high;
  }
}
