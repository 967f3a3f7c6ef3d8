/**
 * Programmer's model: registers, their banks, status registers. All of it lies in the core's memory, so that translated
 * code sees the same words.
 *
 * @see ARM Architecture Reference Manual (DDI 0100) A2.3 to A2.6
 */

import { type CoreMemory, STATE_OFFSET } from "./core-memory.ts";

/** Mode field of a status register, bits 4:0. */
export const USR = 0x10;
export const FIQ = 0x11;
export const IRQ = 0x12;
export const SVC = 0x13;
export const ABT = 0x17;
export const UND = 0x1b;
export const SYS = 0x1f;

/** Status register bits. */
export const I_BIT = 0x80;
export const F_BIT = 0x40;
export const T_BIT = 0x20;
export const Q_BIT: number = 1 << 27;

/** Fields of an MSR instruction: the bytes it writes. */
export const MSR_FLAGS: number = 1 << 19;
export const MSR_CONTROL: number = 1 << 16;

/**
 * Word indices of the state, from {@link STATE_OFFSET}. Flags are kept as whatever the last instruction left:
 * N is set when word `N` is negative, Z when word `Z` is 0, V when word `V` is negative; `C`, `Q` and `T` are 0 or 1.
 */
export const N = 16;
export const Z = 17;
export const C = 18;
export const V = 19;
export const Q = 20;
export const T = 21;
/** I, F and mode bits in their places of the CPSR. */
export const CONTROL = 22;
/** Instructions executed since they were last counted elsewhere. */
export const INSTRUCTIONS = 23;
/** Interrupt lines that are high, in the places of the bits that mask them. */
export const LINES = 60;
/** Cycles left, while translated code makes a bus access; and did the access end in an abort? */
export const LEFT_AT_ACCESS = 61;
export const ABORTED = 62;
/** Where the translated function that was left last says it goes on, see `hot-code.ts`; -1: it does not know. */
export const PLACE = 63;
/** Where to go on at the beginning of a run, if r15 with the T bit is still the key. */
export const RESUME_KEY = 52;
export const RESUME_ENTRY = 53;
/** r8 to r12 of the banks that are not current: of all other modes, then of FIQ. */
export const SHARED_8_TO_12 = 24;
export const FIQ_8_TO_12 = 29;
/** The register that counts with the clock (see `CycleCounter`): its two addresses or 0, when it is 0, its wait cycles. */
export const COUNTER_ADDRESSES = 54;
export const COUNTER_ZERO_AT = 56;
export const COUNTER_WAIT = 57;
/** Cycle count when no cycles are left, its low 32 bits, while nothing is held back (see `Clock`). */
export const CLOCK_END = 58;
/** r13 and r14 per bank. */
export const STACK_AND_LINK = 34;
/**
 * What runs and exceptions ask of coprocessor 15: {@link WAIT_REQUESTED}, {@link UNUSUAL_CONTROL},
 * {@link HIGH_VECTORS}. In the place of SPSR [0].
 */
export const SYSTEM = 46;
/** The program wants to wait for an interrupt. */
export const WAIT_REQUESTED = 1;
/** A TCM is off, or loads into r15 keep the instruction set. */
export const UNUSUAL_CONTROL = 2;
/** Vectors at 0xffff0000. */
export const HIGH_VECTORS = 4;
/** SPSR per bank from [1]. */
export const SPSR = 46;
/** Number of the program in the ITCM: that of {@link CoreState.setProgram}, or below 0 and like no other core's. */
export const PROGRAM = 59;
const STATE_WORDS = 64;

/** No key of an instruction: halfway between two ARM ones, outside the ITCM. */
const NOWHERE = 0x7fff_fffe;

/** Banks of r13, r14 and SPSR by the mode they belong to; all others, user and system, have bank 0 and no SPSR. */
export const BANKED_MODES: readonly (readonly [bank: number, mode: number])[] = [
  [1, FIQ],
  [2, IRQ],
  [3, SVC],
  [4, ABT],
  [5, UND],
];
const BANK_OF_MODE: Uint8Array = new Uint8Array(32);
for (const [bank, mode] of BANKED_MODES) BANK_OF_MODE[mode] = bank;

/** @param mode 0 to 31 */
function bankOf(mode: number): number {
  return BANK_OF_MODE[mode]!;
}

let ownPrograms = -1;

export class CoreState {
  /** See the indices above; the first 16 words are the current registers. */
  readonly words: Int32Array;
  readonly registers: Int32Array;

  constructor(memory: CoreMemory, core: number) {
    this.words = new Int32Array(memory.memory.buffer, memory.base(core) + STATE_OFFSET, STATE_WORDS);
    this.registers = this.words.subarray(0, 16);
    this.forgetTranslated();
    this.words[CONTROL] = SVC | I_BIT | F_BIT;
    this.words[Z] = 1;
  }

  /** Forgets where translated code is, which may be gone. */
  forgetTranslated(): void {
    this.words[RESUME_KEY] = NOWHERE;
    this.words[PROGRAM] = ownPrograms--;
  }

  /** @param program above 0, the same for cores whose ITCM is the same to the last byte, until it is written */
  setProgram(program: number): void {
    this.words[PROGRAM] = program;
  }

  /** Address of the first exception vector. */
  get vectorBase(): number {
    return (this.words[SYSTEM]! & HIGH_VECTORS) === 0 ? 0 : 0xffff_0000 | 0;
  }

  get mode(): number {
    return this.words[CONTROL]! & 0x1f;
  }

  get privileged(): boolean {
    return this.mode !== USR;
  }

  /** {@link I_BIT} and {@link F_BIT} of the interrupts to be taken: line high, not masked. */
  get pendingInterrupts(): number {
    return this.words[LINES]! & ~this.words[CONTROL]! & (I_BIT | F_BIT);
  }

  get thumb(): boolean {
    return this.words[T] !== 0;
  }

  get cpsr(): number {
    const w = this.words;
    return (
      (w[N]! & 0x8000_0000) |
      (w[Z] === 0 ? 1 << 30 : 0) |
      (w[C]! << 29) |
      ((w[V]! >>> 31) << 28) |
      (w[Q]! << 27) |
      (w[T]! << 5) |
      w[CONTROL]!
    );
  }

  /** Sets all of it, T bit included, and switches banks. */
  set cpsr(value: number) {
    this.setFlags(value);
    this.words[T] = (value >> 5) & 1;
    this.#switchMode(value & 0x1f);
    this.words[CONTROL] = value & (I_BIT | F_BIT | 0x1f);
  }

  /** N, Z, C, V and Q from their places in a status register. */
  setFlags(value: number): void {
    const w = this.words;
    w[N] = value;
    w[Z] = ~value & (1 << 30);
    w[C] = (value >>> 29) & 1;
    w[V] = value << 3;
    w[Q] = (value >>> 27) & 1;
  }

  get hasSpsr(): boolean {
    return bankOf(this.mode) !== 0;
  }

  /** User and system mode have none: the CPSR is read instead, writes are lost (the architecture leaves both open). */
  get spsr(): number {
    const bank = bankOf(this.mode);
    return bank === 0 ? this.cpsr : this.words[SPSR + bank]!;
  }

  set spsr(value: number) {
    const bank = bankOf(this.mode);
    if (bank !== 0) this.words[SPSR + bank] = value;
  }

  /** Register of user mode, whatever the mode is. */
  userRegister(register: number): number {
    return this.words[this.#userIndex(register)]!;
  }

  setUserRegister(register: number, value: number): void {
    this.words[this.#userIndex(register)] = value;
  }

  /**
   * What every exception does: save status, enter the mode in ARM state with interrupts masked, go to the vector.
   *
   * @param mode one of the five exception modes
   * @param link what r14 of that mode becomes
   * @param vector offset of the vector
   */
  enterException(mode: number, link: number, vector: number): void {
    const { words } = this;
    const saved = this.cpsr;
    const masks = mode === FIQ ? I_BIT | F_BIT : I_BIT | (saved & F_BIT);
    this.#switchMode(mode);
    words[CONTROL] = masks | mode;
    words[T] = 0;
    words[SPSR + bankOf(mode)] = saved;
    words[14] = link;
    words[15] = this.vectorBase + vector;
  }

  #userIndex(register: number): number {
    const mode = this.mode;
    if (register >= 8 && register <= 12 && mode === FIQ) return SHARED_8_TO_12 + register - 8;
    if ((register === 13 || register === 14) && bankOf(mode) !== 0) return STACK_AND_LINK + register - 13;
    return register;
  }

  #switchMode(mode: number): void {
    const w = this.words;
    const from = bankOf(this.mode);
    const to = bankOf(mode);
    if (from === to) return;
    w[STACK_AND_LINK + 2 * from] = w[13]!;
    w[STACK_AND_LINK + 2 * from + 1] = w[14]!;
    w[13] = w[STACK_AND_LINK + 2 * to]!;
    w[14] = w[STACK_AND_LINK + 2 * to + 1]!;
    if (from !== 1 && to !== 1) return;
    const [kept, taken] = to === 1 ? [SHARED_8_TO_12, FIQ_8_TO_12] : [FIQ_8_TO_12, SHARED_8_TO_12];
    for (let i = 0; i < 5; i++) {
      w[kept + i] = w[8 + i]!;
      w[8 + i] = w[taken + i]!;
    }
  }
}
