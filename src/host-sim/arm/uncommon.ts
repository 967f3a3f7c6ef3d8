/**
 * Instructions that the engines do not handle themselves, executed from the instruction word: status registers,
 * coprocessors, exceptions, swaps, saturating arithmetic, and every form that reads or writes r15 or another bank in an
 * unusual way. Thumb code arrives here as the equivalent ARM instruction.
 *
 * Where the architecture says UNPREDICTABLE, something harmless and fixed happens.
 *
 * @see ARM Architecture Reference Manual (DDI 0100) A4
 */

import type { Clock } from "./clock.ts";
import type { Coprocessor15 } from "./coprocessor-15.ts";
import { cyclesOf } from "./cycles.ts";
import type { DataSide } from "./data-side.ts";
import { blockTransferSpan, rotate } from "./decode.ts";
import type { Exceptions } from "./exceptions.ts";
import { bottom, carryOf, highSigned, highUnsigned, mulWordHalf, top } from "./multiply.ts";
import { C, type CoreState, N, Q, SYSTEM, T, T_BIT, V, WAIT_REQUESTED, Z } from "./state.ts";

const bit = (word: number, index: number): boolean => ((word >>> index) & 1) !== 0;
const field = (word: number, index: number): number => (word >>> index) & 15;

/** Writable bits of a status register by byte of the MSR field mask: control, extension, status, flags. */
const FLAGS_MASK = 0xf800_0000 | 0;
const CONTROL_MASK = 0xff;

export class Uncommon {
  readonly #state: CoreState;
  readonly #words: Int32Array;
  readonly #registers: Int32Array;
  readonly #data: DataSide;
  readonly #cp15: Coprocessor15;
  readonly #exceptions: Exceptions;
  readonly #clock: Clock;
  /** Carry out of the last shifter operand. */
  #shifterCarry = 0;

  constructor(state: CoreState, data: DataSide, cp15: Coprocessor15, exceptions: Exceptions, clock: Clock) {
    this.#state = state;
    this.#words = state.words;
    this.#registers = state.registers;
    this.#data = data;
    this.#cp15 = cp15;
    this.#exceptions = exceptions;
    this.#clock = clock;
  }

  /**
   * Executes `word`, whose condition has passed. r15 is its address before and the address of the next instruction
   * after; the clock is charged.
   */
  execute(word: number): void {
    if (!this.#dispatch(word)) {
      this.#exceptions.undefinedInstruction();
      return;
    }
    if (this.#data.aborted) {
      this.#data.aborted = false;
      this.#exceptions.dataAbort();
    }
  }

  /** @returns false for an undefined instruction */
  #dispatch(word: number): boolean {
    if (word >>> 28 === 15) return false;
    switch ((word >>> 25) & 7) {
      case 0:
      case 1:
        return this.#group0(word);
      case 2:
        return this.#transfer(word);
      case 3:
        return !bit(word, 4) && this.#transfer(word);
      case 4:
        this.#blockTransfer(word);
        return true;
      case 7:
        if (bit(word, 24)) {
          this.#exceptions.softwareInterrupt();
          return true;
        }
        return this.#coprocessor(word);
      default:
        return false;
    }
  }

  #group0(word: number): boolean {
    if (!bit(word, 25) && (word & 0x90) === 0x90) {
      if ((word & 0x60) !== 0) return this.#extraTransfer(word);
      return bit(word, 24) ? this.#swap(word) : this.#multiply(word);
    }
    if ((word & 0x0190_0000) === 0x0100_0000) return this.#miscellaneous(word);
    this.#dataProcessing(word);
    return true;
  }

  // Registers and program counter

  #read(register: number): number {
    const value = this.#registers[register]!;
    return register === 15 ? value + (this.#state.thumb ? 4 : 8) : value;
  }

  /** What a store of `register` writes: r15 is 12 ahead. */
  #readStored(register: number): number {
    return register === 15 ? this.#registers[15]! + 12 : this.#registers[register]!;
  }

  /** Ends an instruction that did not touch r15. */
  #finish(word: number): void {
    this.#clock.left -= cyclesOf(word);
    this.#registers[15] = this.#registers[15]! + (this.#state.thumb ? 2 : 4);
  }

  /** Ends an instruction by going to `address` in the present instruction set. */
  #branch(word: number, address: number): void {
    this.#clock.left -= cyclesOf(word);
    this.#registers[15] = address & (this.#state.thumb ? ~1 : ~3);
  }

  /** Ends an instruction by going to `address`, in Thumb state if it is odd. */
  #exchange(word: number, address: number): void {
    this.#words[T] = address & 1;
    this.#branch(word, address);
  }

  /** Ends a load into r15. */
  #loadedBranch(word: number, address: number): void {
    if (this.#cp15.loadsInterwork) this.#exchange(word, address);
    else this.#branch(word, address);
  }

  /** Puts a result where it belongs and ends the instruction. */
  #result(word: number, register: number, value: number): void {
    if (register === 15) this.#branch(word, value);
    else {
      this.#registers[register] = value;
      this.#finish(word);
    }
  }

  #setCpsr(value: number): void {
    this.#state.cpsr = value;
    this.#clock.interrupt();
  }

  // Data processing

  #dataProcessing(word: number): void {
    const w = this.#words;
    const opcode = (word >>> 21) & 15;
    const rd = field(word, 12);
    const registerShift = !bit(word, 25) && bit(word, 4);
    const ahead = (register: number): number => (registerShift && register === 15 ? 4 : 0);
    const b = bit(word, 25) ? this.#immediate(word) : this.#shifted(word, ahead(word & 15));
    const rn = field(word, 16);
    let a = this.#read(rn) + ahead(rn);
    if (rn === 15 && this.#state.thumb && bit(word, 25)) a &= ~3;
    let carry = this.#shifterCarry;
    let overflow = w[V]!;
    const add = (x: number, y: number, carryIn: number): number => {
      const sum = (x + y + carryIn) | 0;
      carry = (x >>> 0) + (y >>> 0) + carryIn > 0xffff_ffff ? 1 : 0;
      overflow = (x ^ sum) & (y ^ sum);
      return sum;
    };
    let value: number;
    switch (opcode) {
      case 0:
      case 8:
        value = a & b;
        break;
      case 1:
      case 9:
        value = a ^ b;
        break;
      case 2:
      case 10:
        value = add(a, ~b, 1);
        break;
      case 3:
        value = add(b, ~a, 1);
        break;
      case 4:
      case 11:
        value = add(a, b, 0);
        break;
      case 5:
        value = add(a, b, w[C]!);
        break;
      case 6:
        value = add(a, ~b, w[C]!);
        break;
      case 7:
        value = add(b, ~a, w[C]!);
        break;
      case 12:
        value = a | b;
        break;
      case 13:
        value = b;
        break;
      case 14:
        value = a & ~b;
        break;
      default:
        value = ~b;
    }
    const compares = (opcode & 12) === 8;
    if (bit(word, 20) && (compares || rd !== 15)) {
      w[N] = value;
      w[Z] = value;
      w[C] = carry;
      w[V] = overflow;
    } else if (bit(word, 20)) this.#restoreStatus();
    if (compares) this.#finish(word);
    else this.#result(word, rd, value);
  }

  /** CPSR from SPSR: how exceptions return. */
  #restoreStatus(): void {
    if (this.#state.hasSpsr) this.#setCpsr(this.#state.spsr);
  }

  #immediate(word: number): number {
    const rotation = (word >>> 7) & 30;
    const value = rotate(word & 0xff, rotation);
    this.#shifterCarry = rotation === 0 ? this.#words[C]! : value >>> 31;
    return value | 0;
  }

  /** Shifted register operand; `ahead` is added to a program counter. */
  #shifted(word: number, ahead: number): number {
    const byRegister = bit(word, 4);
    const value = this.#read(word & 15) + ahead;
    const type = (word >>> 5) & 3;
    let amount = byRegister ? this.#read(field(word, 8)) & 0xff : (word >>> 7) & 31;
    this.#shifterCarry = this.#words[C]!;
    if (amount === 0) {
      if (byRegister || type === 0) return value;
      if (type === 3) {
        this.#shifterCarry = value & 1;
        return (value >>> 1) | (this.#words[C]! << 31);
      }
      amount = 32;
    }
    return this.#shift(type, value, amount);
  }

  /** @param amount 1 to 255 */
  #shift(type: number, value: number, amount: number): number {
    switch (type) {
      case 0:
        this.#shifterCarry = amount > 32 ? 0 : (value >>> (32 - amount)) & 1;
        return amount > 31 ? 0 : value << amount;
      case 1:
        this.#shifterCarry = amount > 32 ? 0 : (value >>> (amount - 1)) & 1;
        return amount > 31 ? 0 : value >>> amount;
      case 2:
        this.#shifterCarry = (value >> Math.min(amount - 1, 31)) & 1;
        return value >> Math.min(amount, 31);
      default:
        this.#shifterCarry = (value >>> ((amount - 1) & 31)) & 1;
        return rotate(value, amount & 31);
    }
  }

  // Multiplies

  #multiply(word: number): boolean {
    const opcode = (word >>> 21) & 7;
    if (opcode === 2 || opcode === 3) return false;
    const w = this.#words;
    const r = this.#registers;
    const rm = this.#read(word & 15);
    const rs = this.#read(field(word, 8));
    const high = field(word, 16);
    const low = field(word, 12);
    let lowWord = Math.imul(rm, rs);
    if (opcode < 2) {
      if (opcode === 1) lowWord = (lowWord + this.#read(low)) | 0;
      if (bit(word, 20)) {
        w[N] = lowWord;
        w[Z] = lowWord;
      }
      this.#result(word, high, lowWord);
      return true;
    }
    let highWord = bit(word, 22) ? highSigned(rm, rs) : highUnsigned(rm, rs);
    if (bit(word, 21)) {
      const addend = r[low]!;
      lowWord = (lowWord + addend) | 0;
      highWord = (highWord + r[high]! + carryOf(lowWord, addend)) | 0;
    }
    if (bit(word, 20)) {
      w[N] = highWord;
      w[Z] = highWord | lowWord;
    }
    if (low !== 15) r[low] = lowWord;
    this.#result(word, high, highWord);
    return true;
  }

  /** SMLAxy, SMLAWy, SMULWy, SMLALxy, SMULxy with r15 somewhere: like any other register, but for the result. */
  #halfMultiply(word: number): void {
    const r = this.#registers;
    const opcode = (word >>> 21) & 3;
    const high = field(word, 16);
    const low = field(word, 12);
    const rm = this.#read(word & 15);
    const rs = bit(word, 6) ? top(this.#read(field(word, 8))) : bottom(this.#read(field(word, 8)));
    const product = opcode === 1 ? mulWordHalf(rm, rs) : (bit(word, 5) ? top(rm) : bottom(rm)) * rs;
    if (opcode === 2) {
      const lowWord = (r[low]! + product) | 0;
      const highWord = (r[high]! + (product >> 31) + carryOf(lowWord, product)) | 0;
      if (low !== 15) r[low] = lowWord;
      this.#result(word, high, highWord);
    } else if (opcode === 3 || (opcode === 1 && bit(word, 5))) this.#result(word, high, product);
    else {
      const sum = product + this.#read(low);
      if (sum !== (sum | 0)) this.#words[Q] = 1;
      this.#result(word, high, sum | 0);
    }
  }

  #saturate(value: number): number {
    if (value === (value | 0)) return value;
    this.#words[Q] = 1;
    return value < 0 ? -0x8000_0000 : 0x7fff_ffff;
  }

  // Status registers, branches by register, saturation

  #miscellaneous(word: number): boolean {
    if (bit(word, 25)) return bit(word, 21) && this.#moveToStatus(word, this.#immediate(word));
    if ((word & 0x90) === 0x80) {
      this.#halfMultiply(word);
      return true;
    }
    const opcode = (word >>> 21) & 3;
    switch (field(word, 4)) {
      case 0:
        if (bit(word, 21)) return this.#moveToStatus(word, this.#read(word & 15));
        this.#result(word, field(word, 12), bit(word, 22) ? this.#state.spsr : this.#state.cpsr);
        return true;
      case 1:
        if (opcode === 1) this.#exchange(word, this.#read(word & 15));
        else if (opcode === 3) this.#result(word, field(word, 12), Math.clz32(this.#read(word & 15)));
        else return false;
        return true;
      case 3: {
        if (opcode !== 1) return false;
        const target = this.#read(word & 15);
        this.#registers[14] = this.#state.thumb ? (this.#registers[15]! + 2) | 1 : this.#registers[15]! + 4;
        this.#exchange(word, target);
        return true;
      }
      case 5: {
        const rm = this.#read(word & 15);
        const rn = this.#read(field(word, 16));
        const b = bit(word, 22) ? this.#saturate(2 * rn) : rn;
        this.#result(word, field(word, 12), this.#saturate(bit(word, 21) ? rm - b : rm + b));
        return true;
      }
      case 7:
        if (opcode !== 1) return false;
        this.#exceptions.prefetchAbort();
        return true;
      default:
        return false;
    }
  }

  #moveToStatus(word: number, value: number): boolean {
    const fields = (bit(word, 19) ? FLAGS_MASK : 0) | (bit(word, 16) ? CONTROL_MASK : 0);
    if (bit(word, 22)) {
      this.#state.spsr = (this.#state.spsr & ~fields) | (value & fields);
    } else {
      const allowed = this.#state.privileged ? fields & ~T_BIT : fields & FLAGS_MASK;
      if ((allowed & CONTROL_MASK) === 0) {
        if (allowed !== 0) this.#state.setFlags(value);
      } else this.#setCpsr((this.#state.cpsr & ~allowed) | (value & allowed));
    }
    this.#finish(word);
    return true;
  }

  // Loads and stores

  #transfer(word: number): boolean {
    const offset = bit(word, 25) ? this.#shifted(word, 0) : word & 0xfff;
    const load = bit(word, 20);
    const byte = bit(word, 22);
    const rd = field(word, 12);
    const data = this.#data;
    this.#indexed(word, offset, load, (address) => {
      if (!load) {
        if (byte) data.store8(address, this.#readStored(rd));
        else data.store32(address, this.#readStored(rd));
        return 0;
      }
      return byte ? data.load8(address) : data.load32(address);
    });
    return true;
  }

  #extraTransfer(word: number): boolean {
    const offset = bit(word, 22) ? ((word >>> 4) & 0xf0) | (word & 15) : this.#read(word & 15);
    const kind = (word >>> 5) & 3;
    const load = bit(word, 20);
    const rd = field(word, 12);
    const double = !load && kind !== 1;
    if (double && (bit(rd, 0) || rd === 14)) return false;
    const r = this.#registers;
    const data = this.#data;
    this.#indexed(word, offset, load || (double && kind === 2), (address) => {
      if (load) {
        if (kind === 1) return data.load16(address);
        return kind === 2 ? (data.load8(address) << 24) >> 24 : (data.load16(address) << 16) >> 16;
      }
      if (!double) data.store16(address, this.#readStored(rd));
      else if (kind === 3) {
        data.store32(address, r[rd]!);
        if (!data.aborted) data.store32(address + 4, r[rd + 1]!);
      } else {
        const first = data.load32Aligned(address);
        const second = data.aborted ? 0 : data.load32Aligned(address + 4);
        if (!data.aborted) r[rd + 1] = second;
        return first;
      }
      return 0;
    });
    return true;
  }

  /** Does an access at the address that the indexing bits ask for, then writes base and, if it loads, rd. */
  #indexed(word: number, offset: number, loads: boolean, access: (address: number) => number): void {
    const rn = field(word, 16);
    const before = bit(word, 24);
    const base = rn === 15 && this.#state.thumb ? this.#read(15) & ~3 : this.#read(rn);
    const moved = (bit(word, 23) ? base + offset : base - offset) | 0;
    this.#data.userAccess = !before && bit(word, 21);
    const value = access(before ? moved : base);
    this.#data.userAccess = false;
    if (this.#data.aborted) return;
    if ((!before || bit(word, 21)) && rn !== 15) this.#registers[rn] = moved;
    if (!loads) this.#finish(word);
    else if (field(word, 12) === 15) this.#loadedBranch(word, value);
    else this.#result(word, field(word, 12), value);
  }

  #swap(word: number): boolean {
    if ((word & 0x00b0_0000) !== 0) return false;
    const data = this.#data;
    const address = this.#read(field(word, 16));
    const byte = bit(word, 22);
    const value = byte ? data.load8(address) : data.load32(address);
    if (data.aborted) return true;
    if (byte) data.store8(address, this.#readStored(word & 15));
    else data.store32(address, this.#readStored(word & 15));
    if (!data.aborted) this.#result(word, field(word, 12), value);
    return true;
  }

  #blockTransfer(word: number): void {
    const r = this.#registers;
    const list = word & 0xffff;
    const rn = field(word, 16);
    const load = bit(word, 20);
    const writeBack = bit(word, 21) && rn !== 15;
    const withPc = load && bit(list, 15);
    const userBank = bit(word, 22) && !withPc;
    const { start, delta } = blockTransferSpan(word);
    const base = this.#read(rn);
    const moved = (base + 4 * delta) | 0;
    let address = (base + 4 * start) | 0;
    let target = 0;
    for (let register = 0; register < 16; register++) {
      if (!bit(list, register)) continue;
      if (load) {
        const value = this.#data.load32Aligned(address);
        if (this.#data.aborted) break;
        if (register === 15) target = value;
        else if (userBank) this.#state.setUserRegister(register, value);
        else r[register] = value;
      } else {
        let value = userBank && register !== 15 ? this.#state.userRegister(register) : this.#readStored(register);
        if (register === rn && writeBack && (list & ((1 << register) - 1)) !== 0) value = moved;
        this.#data.store32(address, value);
        if (this.#data.aborted) break;
      }
      address = (address + 4) | 0;
    }
    if (this.#data.aborted) {
      if (rn !== 15 && !userBank) r[rn] = base;
      return;
    }
    if (writeBack && !(load && bit(list, rn) && !userBank)) r[rn] = moved;
    if (!withPc) this.#finish(word);
    else if (bit(word, 22)) {
      this.#restoreStatus();
      this.#branch(word, target);
    } else this.#loadedBranch(word, target);
  }

  /** Only register transfers of coprocessor 15, and only in privileged modes, exist. */
  #coprocessor(word: number): boolean {
    if (!bit(word, 4) || field(word, 8) !== 15 || !this.#state.privileged || (word & 0x00e0_0000) !== 0) return false;
    const rd = field(word, 12);
    const opcode2 = (word >>> 5) & 7;
    if (!bit(word, 20)) this.#cp15.write(field(word, 16), word & 15, opcode2, this.#read(rd));
    else {
      const value = this.#cp15.read(field(word, 16), word & 15, opcode2);
      if (rd === 15) this.#state.setFlags((value & 0xf000_0000) | (this.#words[Q]! << 27));
      else this.#registers[rd] = value;
    }
    this.#finish(word);
    if ((this.#words[SYSTEM]! & WAIT_REQUESTED) !== 0) this.#clock.interrupt();
    return true;
  }
}
