/**
 * The reference engine: fetches micro-operations from the decode cache and executes them in one `switch`.
 *
 * Made for V8: program counter, flags, cycles and instruction set are locals, written back before anything else looks
 * at them; registers are an Int32Array; the case labels are literals (named in the comments as in `micro-op.ts`), since
 * only those become a jump table. N, Z and V are kept as the words they come from (see `state.ts`).
 *
 * TCM addresses are tested first: bits 31:23 and the alignment bits zero is an access both TCMs serve, told apart by
 * bit 22. `tag` is what those bits must be: 0, or something that never matches while a TCM is off.
 */

import type { Clock } from "./clock.ts";
import type { Coprocessor15 } from "./coprocessor-15.ts";
import { ITCM_BYTES } from "./core-memory.ts";
import { NO_SOURCES, registerCount } from "./cycles.ts";
import type { DataSide } from "./data-side.ts";
import { decodeArm, decodeThumb } from "./decode.ts";
import { type DecodeCache, THUMB_ENTRIES } from "./decode-cache.ts";
import type { Exceptions } from "./exceptions.ts";
import type { HotCode } from "./hot-code.ts";
import { conditionOf, Op } from "./micro-op.ts";
import { bottom, carryOf, highSigned, highUnsigned, mulWordHalf, top } from "./multiply.ts";
import {
  C,
  CONTROL,
  type CoreState,
  F_BIT,
  I_BIT,
  INSTRUCTIONS,
  LINES,
  MSR_CONTROL,
  MSR_FLAGS,
  N,
  Q,
  T,
  USR,
  V,
  Z,
} from "./state.ts";
import type { Uncommon } from "./uncommon.ts";

/** Address bits that are 0 when the TCMs serve an access to a byte, halfword, word. */
const WINDOW = 0xff80_0000 | 0;
const WINDOW_16 = WINDOW | 1;
const WINDOW_32 = WINDOW | 3;
/** The same for the DTCM alone, which stores go to without further ado. */
const DTCM_WINDOW = 0xffc0_0000 | 0;
const DTCM_WINDOW_16 = DTCM_WINDOW | 1;
const DTCM_WINDOW_32 = DTCM_WINDOW | 3;
/** Value that no masked address has. */
const OFF = 1 << 21;

/** A Thumb instruction that waits for nothing, as what follows a fetched one. */
const BRANCH_TO_SELF = 0xe7fe;

/** Byte offset in the core's memory of a TCM address. */
function tcmOffset(address: number): number {
  return (address & 0x0040_0000) !== 0 ? 0x1_0000 | (address & 0xffff) : address & 0x7fff;
}

export class Interpreter {
  readonly #state: CoreState;
  readonly #bytes: Uint8Array;
  readonly #signedBytes: Int8Array;
  readonly #halves: Uint16Array;
  readonly #signedHalves: Int16Array;
  readonly #memory: Int32Array;
  readonly #data: DataSide;
  readonly #cp15: Coprocessor15;
  readonly #exceptions: Exceptions;
  readonly #uncommon: Uncommon;
  readonly #clock: Clock;
  readonly #cache: DecodeCache;
  /** Micro-operation of an instruction fetched from outside the ITCM. */
  readonly #fetched: Int32Array = new Int32Array(2);
  /** Second word of the last LDRD that went through {@link #access}. */
  #second = 0;

  /** @param bytes the core's memory from its base, ITCM first */
  constructor(
    state: CoreState,
    bytes: Uint8Array,
    data: DataSide,
    cp15: Coprocessor15,
    exceptions: Exceptions,
    uncommon: Uncommon,
    clock: Clock,
    cache: DecodeCache,
  ) {
    const { buffer, byteOffset, length } = bytes;
    this.#state = state;
    this.#bytes = bytes;
    this.#signedBytes = new Int8Array(buffer, byteOffset, length);
    this.#halves = new Uint16Array(buffer, byteOffset, length / 2);
    this.#signedHalves = new Int16Array(buffer, byteOffset, length / 2);
    this.#memory = new Int32Array(buffer, byteOffset, length / 4);
    this.#data = data;
    this.#cp15 = cp15;
    this.#exceptions = exceptions;
    this.#uncommon = uncommon;
    this.#clock = clock;
    this.#cache = cache;
  }

  /**
   * Executes while `clock.left` is positive.
   *
   * @param hot where given, also returns before a branch target that is translated or has become worth it
   * @returns did it stop for such a target?
   */
  run(hot: HotCode | undefined): boolean {
    const s = this.#state.words;
    const r = this.#state.registers;
    const bytes = this.#bytes;
    const signedBytes = this.#signedBytes;
    const halves = this.#halves;
    const signedHalves = this.#signedHalves;
    const memory = this.#memory;
    const data = this.#data;
    const clock = this.#clock;
    const cache = this.#cache;
    const heat = hot?.entries;
    const threshold = hot === undefined ? 0 : -hot.threshold;

    reload: for (;;) {
      let entries = cache.entries;
      let pc = r[15]!;
      let n = s[N]!;
      let z = s[Z]!;
      let c = s[C]!;
      let v = s[V]!;
      let left = clock.left;
      let executed = 0;
      let size = s[T] !== 0 ? 2 : 4;
      let entryBase = s[T] !== 0 ? THUMB_ENTRIES : 0;
      let entryShift = s[T] !== 0 ? 0 : 1;
      const codeEnd = data.itcmEnabled ? ITCM_BYTES : 0;
      const tag = data.itcmEnabled && data.dtcmEnabled ? 0 : OFF;
      const dtcmTag = data.dtcmEnabled ? 0x0040_0000 : OFF;

      while (left > 0) {
        let w0: number;
        let w1: number;
        if (pc >>> 0 < codeEnd) {
          const at = entryBase + (pc >>> entryShift);
          w0 = entries[at]!;
          w1 = entries[at + 1]!;
        } else {
          clock.left = left;
          r[15] = pc;
          this.#fetch(pc, size === 2);
          left = clock.left;
          if (data.aborted) {
            data.aborted = false;
            this.#save(pc, size, n, z, c, v, left, executed);
            this.#exceptions.prefetchAbort();
            continue reload;
          }
          w0 = this.#fetched[0]!;
          w1 = this.#fetched[1]!;
        }
        executed++;

        if ((w0 & 0xf00) !== 0) {
          let passed: boolean;
          switch (conditionOf(w0)) {
            case 0:
              passed = z === 0;
              break;
            case 1:
              passed = z !== 0;
              break;
            case 2:
              passed = c !== 0;
              break;
            case 3:
              passed = c === 0;
              break;
            case 4:
              passed = n < 0;
              break;
            case 5:
              passed = n >= 0;
              break;
            case 6:
              passed = v < 0;
              break;
            case 7:
              passed = v >= 0;
              break;
            case 8:
              passed = c !== 0 && z !== 0;
              break;
            case 9:
              passed = c === 0 || z === 0;
              break;
            case 10:
              passed = (n ^ v) >= 0;
              break;
            case 11:
              passed = (n ^ v) < 0;
              break;
            case 12:
              passed = z !== 0 && (n ^ v) >= 0;
              break;
            default:
              passed = z === 0 || (n ^ v) < 0;
          }
          if (!passed) {
            left -= 1;
            pc = (pc + size) | 0;
            continue;
          }
        }

        // The second operand, and the carry of the shifter for logical instructions that set flags.
        let b = w1;
        let shifterCarry = c;
        if ((w0 & 0x0f00_0000) !== 0) {
          const m = r[(w0 >>> 20) & 15]!;
          switch ((w0 >>> 24) & 15) {
            case 1: // REGISTER
              b = m;
              break;
            case 2: // LSL
              b = m << w1;
              shifterCarry = (m >>> (32 - w1)) & 1;
              break;
            case 3: // LSR
              b = w1 === 32 ? 0 : m >>> w1;
              shifterCarry = (m >>> (w1 - 1)) & 1;
              break;
            case 4: // ASR
              b = w1 === 32 ? m >> 31 : m >> w1;
              shifterCarry = (m >> (w1 - 1)) & 1;
              break;
            case 5: // ROR
              b = (m >>> w1) | (m << (32 - w1));
              shifterCarry = (m >>> (w1 - 1)) & 1;
              break;
            case 6: // RRX
              b = (m >>> 1) | (c << 31);
              shifterCarry = m & 1;
              break;
            case 7: {
              // LSL_REGISTER
              const amount = r[w1 & 15]! & 0xff;
              if (amount === 0) b = m;
              else {
                b = amount < 32 ? m << amount : 0;
                shifterCarry = amount <= 32 ? (m >>> (32 - amount)) & 1 : 0;
              }
              break;
            }
            case 8: {
              // LSR_REGISTER
              const amount = r[w1 & 15]! & 0xff;
              if (amount === 0) b = m;
              else {
                b = amount < 32 ? m >>> amount : 0;
                shifterCarry = amount <= 32 ? (m >>> (amount - 1)) & 1 : 0;
              }
              break;
            }
            case 9: {
              // ASR_REGISTER
              const amount = r[w1 & 15]! & 0xff;
              if (amount === 0) b = m;
              else {
                b = amount < 32 ? m >> amount : m >> 31;
                shifterCarry = amount < 32 ? (m >>> (amount - 1)) & 1 : m >>> 31;
              }
              break;
            }
            case 10: {
              // ROR_REGISTER
              const amount = r[w1 & 15]! & 0xff;
              b = (m >>> (amount & 31)) | (m << (32 - (amount & 31)));
              if (amount !== 0) shifterCarry = (m >>> ((amount - 1) & 31)) & 1;
              break;
            }
            case 11: // MINUS_REGISTER
              b = -m | 0;
              break;
            case 12: // MINUS_LSL
              b = -(m << w1) | 0;
              break;
            default: // ROTATED_IMMEDIATE
              shifterCarry = w1 >>> 31;
          }
          b |= 0;
        }

        const rd = (w0 >>> 12) & 15;
        const rn = (w0 >>> 16) & 15;
        // biome-ignore lint/suspicious/noConfusingLabels: only aborted accesses leave it, all else pays nothing for them
        access: {
          switch (w0 & 0xff) {
            case 0: // AND
              if (w0 === 0) {
                cache.decode(pc, size === 2);
                entries = cache.entries;
                executed--;
                continue;
              }
              r[rd] = r[rn]! & b;
              break;
            case 1: // EOR
              r[rd] = r[rn]! ^ b;
              break;
            case 2: // SUB
              r[rd] = r[rn]! - b;
              break;
            case 3: // RSB
              r[rd] = b - r[rn]!;
              break;
            case 4: // ADD
              r[rd] = r[rn]! + b;
              break;
            case 5: // ADC
              r[rd] = r[rn]! + b + c;
              break;
            case 6: // SBC
              r[rd] = r[rn]! - b - 1 + c;
              break;
            case 7: // RSC
              r[rd] = b - r[rn]! - 1 + c;
              break;
            case 12: // ORR
              r[rd] = r[rn]! | b;
              break;
            case 13: // MOV
              r[rd] = b;
              break;
            case 14: // BIC
              r[rd] = r[rn]! & ~b;
              break;
            case 15: // MVN
              r[rd] = ~b;
              break;

            case 16: // ANDS
              r[rd] = n = z = r[rn]! & b;
              c = shifterCarry;
              break;
            case 17: // EORS
              r[rd] = n = z = r[rn]! ^ b;
              c = shifterCarry;
              break;
            case 18: {
              // SUBS
              const a = r[rn]!;
              const result = (a - b) | 0;
              c = a >>> 0 >= b >>> 0 ? 1 : 0;
              v = (a ^ b) & (a ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 19: {
              // RSBS
              const a = r[rn]!;
              const result = (b - a) | 0;
              c = b >>> 0 >= a >>> 0 ? 1 : 0;
              v = (b ^ a) & (b ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 20: {
              // ADDS
              const a = r[rn]!;
              const result = (a + b) | 0;
              c = result >>> 0 < a >>> 0 ? 1 : 0;
              v = (a ^ result) & (b ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 21: {
              // ADCS
              const a = r[rn]!;
              const result = (a + b + c) | 0;
              c = (a >>> 0) + (b >>> 0) + c > 0xffff_ffff ? 1 : 0;
              v = (a ^ result) & (b ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 22: {
              // SBCS
              const a = r[rn]!;
              const result = (a - b - 1 + c) | 0;
              c = (a >>> 0) - (b >>> 0) - 1 + c >= 0 ? 1 : 0;
              v = (a ^ b) & (a ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 23: {
              // RSCS
              const a = r[rn]!;
              const result = (b - a - 1 + c) | 0;
              c = (b >>> 0) - (a >>> 0) - 1 + c >= 0 ? 1 : 0;
              v = (b ^ a) & (b ^ result);
              r[rd] = n = z = result;
              break;
            }
            case 24: // TST
              n = z = r[rn]! & b;
              c = shifterCarry;
              break;
            case 25: // TEQ
              n = z = r[rn]! ^ b;
              c = shifterCarry;
              break;
            case 26: {
              // CMP
              const a = r[rn]!;
              n = z = (a - b) | 0;
              c = a >>> 0 >= b >>> 0 ? 1 : 0;
              v = (a ^ b) & (a ^ n);
              break;
            }
            case 27: {
              // CMN
              const a = r[rn]!;
              n = z = (a + b) | 0;
              c = n >>> 0 < a >>> 0 ? 1 : 0;
              v = (a ^ n) & (b ^ n);
              break;
            }
            case 28: // ORRS
              r[rd] = n = z = r[rn]! | b;
              c = shifterCarry;
              break;
            case 29: // MOVS
              r[rd] = n = z = b;
              c = shifterCarry;
              break;
            case 30: // BICS
              r[rd] = n = z = r[rn]! & ~b;
              c = shifterCarry;
              break;
            case 31: // MVNS
              r[rd] = n = z = ~b;
              c = shifterCarry;
              break;

            case 32: // MUL
              r[rd] = Math.imul(r[(w0 >>> 20) & 15]!, r[w1]!);
              break;
            case 33: // MLA
              r[rd] = Math.imul(r[(w0 >>> 20) & 15]!, r[w1]!) + r[rn]!;
              break;
            case 34: // MULS
              r[rd] = n = z = Math.imul(r[(w0 >>> 20) & 15]!, r[w1]!);
              break;
            case 35: {
              // UMULL
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1]!;
              r[rn] = Math.imul(m, k);
              r[rd] = highUnsigned(m, k);
              break;
            }
            case 36: {
              // UMLAL
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1]!;
              const low = (Math.imul(m, k) + r[rn]!) | 0;
              const high = highUnsigned(m, k) + r[rd]! + carryOf(low, r[rn]!);
              r[rn] = low;
              r[rd] = high;
              break;
            }
            case 37: {
              // SMULL
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1]!;
              r[rn] = Math.imul(m, k);
              r[rd] = highSigned(m, k);
              break;
            }
            case 38: {
              // SMLAL
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1]!;
              const low = (Math.imul(m, k) + r[rn]!) | 0;
              const high = highSigned(m, k) + r[rd]! + carryOf(low, r[rn]!);
              r[rn] = low;
              r[rd] = high;
              break;
            }
            case 39: // SMULXY
            case 40: {
              // SMLAXY
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1 & 15]!;
              const product = ((w1 & 0x10) !== 0 ? top(m) : bottom(m)) * ((w1 & 0x20) !== 0 ? top(k) : bottom(k));
              if ((w0 & 0xff) === 39) r[rd] = product;
              else {
                const a = r[rn]!;
                const sum = (product + a) | 0;
                if (((product ^ sum) & (a ^ sum)) < 0) s[Q] = 1;
                r[rd] = sum;
              }
              break;
            }
            case 41: // SMULW
            case 42: {
              // SMLAW
              const k = r[w1 & 15]!;
              const product = mulWordHalf(r[(w0 >>> 20) & 15]!, (w1 & 0x20) !== 0 ? top(k) : bottom(k));
              if ((w0 & 0xff) === 41) r[rd] = product;
              else {
                const a = r[rn]!;
                const sum = (product + a) | 0;
                if (((product ^ sum) & (a ^ sum)) < 0) s[Q] = 1;
                r[rd] = sum;
              }
              break;
            }
            case 43: {
              // SMLALXY
              const m = r[(w0 >>> 20) & 15]!;
              const k = r[w1 & 15]!;
              const product = ((w1 & 0x10) !== 0 ? top(m) : bottom(m)) * ((w1 & 0x20) !== 0 ? top(k) : bottom(k));
              const low = (product + r[rn]!) | 0;
              const high = r[rd]! + (product >> 31) + carryOf(low, product);
              r[rn] = low;
              r[rd] = high;
              break;
            }
            case 44: // CLZ
              r[rd] = Math.clz32(r[(w0 >>> 20) & 15]!);
              break;

            case 48: {
              // LDR
              const address = (r[rn]! + b) | 0;
              if ((address & WINDOW_32) === tag) r[rd] = memory[tcmOffset(address) >>> 2]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load32(address);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = value;
              }
              break;
            }
            case 49: {
              // LDRB
              const address = (r[rn]! + b) | 0;
              if ((address & WINDOW) === tag) r[rd] = bytes[tcmOffset(address)]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load8(address);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = value;
              }
              break;
            }
            case 50: {
              // LDRH
              const address = (r[rn]! + b) | 0;
              if ((address & WINDOW_16) === tag) r[rd] = halves[tcmOffset(address) >>> 1]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load16(address);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = value;
              }
              break;
            }
            case 51: {
              // LDRSB
              const address = (r[rn]! + b) | 0;
              if ((address & WINDOW) === tag) r[rd] = signedBytes[tcmOffset(address)]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load8(address);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = (value << 24) >> 24;
              }
              break;
            }
            case 52: {
              // LDRSH
              const address = (r[rn]! + b) | 0;
              if ((address & WINDOW_16) === tag) r[rd] = signedHalves[tcmOffset(address) >>> 1]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load16(address);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = (value << 16) >> 16;
              }
              break;
            }
            case 53: {
              // STR
              const address = (r[rn]! + b) | 0;
              if ((address & DTCM_WINDOW_32) === dtcmTag) memory[0x4000 | ((address & 0xffff) >>> 2)] = r[rd]!;
              else {
                clock.left = left;
                r[15] = pc;
                data.store32(address, r[rd]!);
                left = clock.left;
                if (data.aborted) break access;
              }
              break;
            }
            case 54: {
              // STRB
              const address = (r[rn]! + b) | 0;
              if ((address & DTCM_WINDOW) === dtcmTag) bytes[0x1_0000 | (address & 0xffff)] = r[rd]!;
              else {
                clock.left = left;
                r[15] = pc;
                data.store8(address, r[rd]!);
                left = clock.left;
                if (data.aborted) break access;
              }
              break;
            }
            case 55: {
              // STRH
              const address = (r[rn]! + b) | 0;
              if ((address & DTCM_WINDOW_16) === dtcmTag) halves[0x8000 | ((address & 0xffff) >>> 1)] = r[rd]!;
              else {
                clock.left = left;
                r[15] = pc;
                data.store16(address, r[rd]!);
                left = clock.left;
                if (data.aborted) break access;
              }
              break;
            }
            case 56: // LDRD
            case 57: // STRD
            case 64: // LDR, pre-indexed
            case 65: // LDRB
            case 66: // LDRH
            case 67: // LDRSB
            case 68: // LDRSH
            case 69: // STR
            case 70: // STRB
            case 71: // STRH
            case 72: // LDRD
            case 73: // STRD
            case 80: // LDR, post-indexed
            case 81: // LDRB
            case 82: // LDRH
            case 83: // LDRSB
            case 84: // LDRSH
            case 85: // STR
            case 86: // STRB
            case 87: // STRH
            case 88: // LDRD
            case 89: {
              // STRD
              const op = w0 & 0xff;
              const base = r[rn]!;
              const moved = (base + b) | 0;
              const address = op < 80 ? moved : base;
              let value = 0;
              let second = 0;
              let bus = false;
              switch (op & 15) {
                case 0:
                  if ((address & WINDOW_32) === tag) value = memory[tcmOffset(address) >>> 2]!;
                  else bus = true;
                  break;
                case 1:
                  if ((address & WINDOW) === tag) value = bytes[tcmOffset(address)]!;
                  else bus = true;
                  break;
                case 2:
                  if ((address & WINDOW_16) === tag) value = halves[tcmOffset(address) >>> 1]!;
                  else bus = true;
                  break;
                case 3:
                  if ((address & WINDOW) === tag) value = signedBytes[tcmOffset(address)]!;
                  else bus = true;
                  break;
                case 4:
                  if ((address & WINDOW_16) === tag) value = signedHalves[tcmOffset(address) >>> 1]!;
                  else bus = true;
                  break;
                case 5:
                  value = r[rd]!;
                  if ((address & DTCM_WINDOW_32) === dtcmTag) memory[0x4000 | ((address & 0xffff) >>> 2)] = value;
                  else bus = true;
                  break;
                case 6:
                  value = r[rd]!;
                  if ((address & DTCM_WINDOW) === dtcmTag) bytes[0x1_0000 | (address & 0xffff)] = value;
                  else bus = true;
                  break;
                case 7:
                  value = r[rd]!;
                  if ((address & DTCM_WINDOW_16) === dtcmTag) halves[0x8000 | ((address & 0xffff) >>> 1)] = value;
                  else bus = true;
                  break;
                case 8:
                  if ((address & (DTCM_WINDOW | 7)) === dtcmTag) {
                    value = memory[0x4000 | ((address & 0xffff) >>> 2)]!;
                    second = memory[0x4001 | ((address & 0xffff) >>> 2)]!;
                  } else bus = true;
                  break;
                default:
                  if ((address & (DTCM_WINDOW | 7)) === dtcmTag) {
                    memory[0x4000 | ((address & 0xffff) >>> 2)] = r[rd]!;
                    memory[0x4001 | ((address & 0xffff) >>> 2)] = r[rd + 1]!;
                  } else bus = true;
              }
              if (bus) {
                clock.left = left;
                r[15] = pc;
                value = this.#access(op & 15, address, rd);
                second = this.#second;
                left = clock.left;
                if (data.aborted) break access;
              }
              if (op >= 64) r[rn] = moved;
              const kind = op & 15;
              if (kind < 5) r[rd] = value;
              else if (kind === 8) {
                r[rd] = value;
                r[rd + 1] = second;
              }
              break;
            }
            case 96: // LDR_LITERAL
              if ((w1 & WINDOW_32) === tag) r[rd] = memory[tcmOffset(w1) >>> 2]!;
              else {
                clock.left = left;
                r[15] = pc;
                const value = data.load32(w1);
                left = clock.left;
                if (data.aborted) break access;
                r[rd] = value;
              }
              break;

            case 98: {
              // LDM
              let address = (r[rn]! + (((w1 << 8) >> 24) << 2)) | 0;
              const moved = (r[rn]! + ((w1 >> 24) << 2)) | 0;
              const list = w1 & 0xffff;
              const last = address + 60;
              if ((address & DTCM_WINDOW_32) === dtcmTag && (last & DTCM_WINDOW) === dtcmTag) {
                let count = 0;
                if (moved !== r[rn]) r[rn] = moved;
                for (let rest = list; rest !== 0; rest &= rest - 1) {
                  r[31 - Math.clz32(rest & -rest)] = memory[0x4000 | ((address & 0xffff) >>> 2)]!;
                  address += 4;
                  count++;
                }
                left -= count === 1 ? 2 : count;
              } else {
                clock.left = left;
                r[15] = pc;
                this.#loadMultiple(rn, list, address, moved);
                left = clock.left;
                if (data.aborted) break access;
              }
              break;
            }
            case 100: {
              // STM
              let address = (r[rn]! + (((w1 << 8) >> 24) << 2)) | 0;
              const moved = (r[rn]! + ((w1 >> 24) << 2)) | 0;
              const list = w1 & 0xffff;
              const last = address + 60;
              if ((address & DTCM_WINDOW_32) === dtcmTag && (last & DTCM_WINDOW) === dtcmTag) {
                let count = 0;
                for (let rest = list; rest !== 0; rest &= rest - 1) {
                  memory[0x4000 | ((address & 0xffff) >>> 2)] = r[31 - Math.clz32(rest & -rest)]!;
                  address += 4;
                  count++;
                }
                r[rn] = moved;
                left -= count === 1 ? 2 : count;
              } else {
                clock.left = left;
                r[15] = pc;
                this.#storeMultiple(rn, list, address, moved);
                left = clock.left;
                if (data.aborted) break access;
              }
              break;
            }
            case 116: // MRS
              r[rd] =
                (n & 0x8000_0000) |
                (z === 0 ? 1 << 30 : 0) |
                (c << 29) |
                ((v >>> 31) << 28) |
                (s[Q]! << 27) |
                s[CONTROL]!;
              break;
            case 113: // NOP
              break;

            // What follows goes somewhere else: each case ends by `continue` or by falling to the shared branch code.
            default: {
              let target = w1;
              switch (w0 & 0xff) {
                case 97: // LDR_PC
                case 99: // LDM_PC
                case 114: {
                  // JUMP_TABLE
                  clock.left = left;
                  r[15] = pc;
                  target =
                    (w0 & 0xff) === 97
                      ? data.load32((r[rn]! + b) | 0)
                      : (w0 & 0xff) === 99
                        ? this.#loadMultiplePc(rn, w1)
                        : data.load32((w1 + (r[(w0 >>> 20) & 15]! << 2)) | 0);
                  left = clock.left;
                  if (data.aborted) break access;
                  if (this.#cp15.loadsInterwork) size = (target & 1) !== 0 ? 2 : 4;
                  break;
                }
                case 104: // B
                  break;
                case 105: // BL
                  r[14] = pc + 4;
                  break;
                case 106: // BLX
                  r[14] = pc + 4;
                  size = 2;
                  break;
                case 107: // BX
                  target = r[(w0 >>> 20) & 15]!;
                  size = (target & 1) !== 0 ? 2 : 4;
                  break;
                case 108: // BLX_REGISTER
                  target = r[(w0 >>> 20) & 15]!;
                  r[14] = size === 2 ? (pc + 2) | 1 : pc + 4;
                  size = (target & 1) !== 0 ? 2 : 4;
                  break;
                case 109: // BL_SUFFIX
                  target = (r[14]! + w1) | 0;
                  r[14] = (pc + 2) | 1;
                  break;
                case 110: // BLX_SUFFIX
                  target = (r[14]! + w1) & ~3;
                  r[14] = (pc + 2) | 1;
                  size = 4;
                  break;
                case 111: {
                  // DELAY_LOOP: whole turns of branch and subtraction at once, as many as cycles and counter allow
                  const counter = r[rd]!;
                  const turns = Math.min(
                    Math.ceil((left - 3) / 4),
                    conditionOf(w0) === 2 ? counter >>> 0 : (counter - 1) >>> 0,
                  );
                  if (turns > 0) {
                    const before = (counter - turns + 1) | 0;
                    const result = (before - 1) | 0;
                    r[rd] = n = z = result;
                    c = before !== 0 ? 1 : 0;
                    v = (before ^ 1) & (before ^ result);
                    left -= 4 * turns;
                    executed += 2 * turns;
                    if (left <= 0) {
                      executed--;
                      continue;
                    }
                  }
                  break;
                }
                case 112: // MOV_PC
                  target = r[(w0 >>> 20) & 15]!;
                  break;
                case 115: // JUMP_CHAIN
                  target = (w1 + (r[(w0 >>> 20) & 15]! << 2)) | 0;
                  break;
                default: {
                  if ((w0 & 0xff) === 117) {
                    // MSR
                    const value = r[(w0 >>> 20) & 15]!;
                    const control = s[CONTROL]!;
                    const setsControl = (w1 & MSR_CONTROL) !== 0;
                    if (!setsControl || (((control ^ value) & 0x1f) === 0 && (control & 0x1f) !== USR)) {
                      if ((w1 & MSR_FLAGS) !== 0) {
                        n = value;
                        z = ~value & (1 << 30);
                        c = (value >>> 29) & 1;
                        v = value << 3;
                        s[Q] = (value >>> 27) & 1;
                      }
                      left -= w0 >>> 28;
                      pc = (pc + 4) | 0;
                      if (setsControl) {
                        s[CONTROL] = value & (I_BIT | F_BIT | 0x1f);
                        if ((s[LINES]! & ~value & (I_BIT | F_BIT)) !== 0) {
                          clock.left = left;
                          clock.interrupt();
                          left = clock.left;
                        }
                      }
                      continue;
                    }
                  }
                  // UNCOMMON
                  this.#save(pc, size, n, z, c, v, left, executed);
                  this.#uncommon.execute(w1);
                  if (heat !== undefined && this.#stopsAt(heat, threshold)) return true;
                  continue reload;
                }
              }
              left -= w0 >>> 28;
              pc = size === 2 ? target & ~1 : target & ~3;
              entryBase = size === 2 ? THUMB_ENTRIES : 0;
              entryShift = size === 2 ? 0 : 1;
              if (heat !== undefined && pc >>> 0 < codeEnd) {
                const at = entryBase + (pc >>> entryShift);
                const reached = heat[at]!;
                if (reached >= threshold) {
                  if (reached > 0 || reached === threshold) {
                    this.#save(pc, size, n, z, c, v, left, executed);
                    return true;
                  }
                  heat[at] = reached - 1;
                }
              }
              continue;
            }
          }

          left -= w0 >>> 28;
          pc = (pc + size) | 0;
          continue;
        }

        // Only by `break access`: the instruction has changed nothing but the clock.
        data.aborted = false;
        this.#save(pc, size, n, z, c, v, left, executed);
        this.#exceptions.dataAbort();
        continue reload;
      }

      this.#save(pc, size, n, z, c, v, left, executed);
      return false;
    }
  }

  /**
   * Executes the next instruction if it is an uncommon one that is not conditional, which is quicker than {@link run}.
   *
   * @returns whether it was
   */
  executeUncommon(): boolean {
    const pc = this.#state.registers[15]!;
    const at = this.#state.thumb ? THUMB_ENTRIES + pc : pc >>> 1;
    const { entries } = this.#cache;
    if (pc >>> 0 >= ITCM_BYTES || (entries[at]! & 0xfff) !== Op.UNCOMMON) return false;
    this.#state.words[INSTRUCTIONS]!++;
    this.#uncommon.execute(entries[at + 1]!);
    return true;
  }

  /** Writes the locals of {@link run} back. */
  #save(pc: number, size: number, n: number, z: number, c: number, v: number, left: number, executed: number): void {
    const s = this.#state.words;
    s[N] = n;
    s[Z] = z;
    s[C] = c;
    s[V] = v;
    s[T] = size === 2 ? 1 : 0;
    this.#state.registers[15] = pc;
    this.#clock.left = left;
    s[INSTRUCTIONS]! += executed;
  }

  /** After an uncommon instruction: is there a reason to stop before the next one? */
  #stopsAt(heat: Int32Array, threshold: number): boolean {
    const pc = this.#state.registers[15]!;
    if (this.#clock.left <= 0 || pc >>> 0 >= ITCM_BYTES) return false;
    const at = this.#state.thumb ? THUMB_ENTRIES + pc : pc >>> 1;
    const reached = heat[at]!;
    if (reached > threshold && reached <= 0) heat[at] = reached - 1;
    return reached > 0 || reached === threshold;
  }

  /**
   * Decodes the instruction at `pc`, outside the ITCM, every time anew: anyone may have written there. The ARM968 fetches
   * words: a Thumb instruction in the upper half came with the one below it.
   */
  #fetch(pc: number, thumb: boolean): void {
    const upper = (pc & 2) !== 0;
    const word = this.#data.fetch(pc & ~3, thumb && upper);
    if (thumb) {
      const half = upper ? word >>> 16 : word & 0xffff;
      decodeThumb(half, 0, BRANCH_TO_SELF, pc, this.#fetched, 0);
    } else decodeArm(word, NO_SOURCES, pc, this.#fetched, 0);
  }

  /** Any single or double transfer, by kind as in the switch, through the data side. */
  #access(kind: number, address: number, rd: number): number {
    const r = this.#state.registers;
    const data = this.#data;
    switch (kind) {
      case 0:
        return data.load32(address);
      case 1:
        return data.load8(address);
      case 2:
        return data.load16(address);
      case 3:
        return (data.load8(address) << 24) >> 24;
      case 4:
        return (data.load16(address) << 16) >> 16;
      case 5:
        data.store32(address, r[rd]!);
        return 0;
      case 6:
        data.store8(address, r[rd]!);
        return 0;
      case 7:
        data.store16(address, r[rd]!);
        return 0;
      case 8: {
        const first = data.load32Aligned(address);
        if (!data.aborted) this.#second = data.load32Aligned((address + 4) | 0);
        return first;
      }
      default:
        data.store32(address, r[rd]!);
        if (!data.aborted) data.store32((address + 4) | 0, r[rd + 1]!);
        return 0;
    }
  }

  /** On an abort the registers before the failing one are loaded, but the base is as before. */
  #loadMultiple(rn: number, list: number, from: number, moved: number): void {
    const r = this.#state.registers;
    const data = this.#data;
    const base = r[rn]!;
    if (moved !== base) r[rn] = moved;
    let address = from;
    for (let rest = list; rest !== 0; rest &= rest - 1) {
      const value = data.load32Aligned(address);
      if (data.aborted) {
        r[rn] = base;
        return;
      }
      r[31 - Math.clz32(rest & -rest)] = value;
      address = (address + 4) | 0;
    }
    this.#clock.left -= Math.max(2, registerCount(list));
  }

  #storeMultiple(rn: number, list: number, from: number, moved: number): void {
    const r = this.#state.registers;
    const data = this.#data;
    let address = from;
    for (let rest = list; rest !== 0; rest &= rest - 1) {
      data.store32(address, r[31 - Math.clz32(rest & -rest)]!);
      if (data.aborted) return;
      address = (address + 4) | 0;
    }
    r[rn] = moved;
    this.#clock.left -= Math.max(2, registerCount(list));
  }

  /** @returns the word for r15 */
  #loadMultiplePc(rn: number, w1: number): number {
    const base = this.#state.registers[rn]!;
    const from = (base + (((w1 << 8) >> 24) << 2)) | 0;
    const list = w1 & 0x7fff;
    const count = registerCount(list);
    const moved = (base + ((w1 >> 24) << 2)) | 0;
    this.#loadMultiple(rn, list, from, moved);
    if (this.#data.aborted) return 0;
    const target = this.#data.load32Aligned((from + 4 * count) | 0);
    if (this.#data.aborted) {
      this.#state.registers[rn] = base;
      return 0;
    }
    // The list without r15 was charged; r15 and the branch are not yet.
    this.#clock.left += Math.max(2, count) - Math.max(2, count + 1) - 4;
    return target;
  }
}
