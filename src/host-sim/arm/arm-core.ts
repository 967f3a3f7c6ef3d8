/**
 * The core as a chip holds it: state, memories and an engine put together, and the loop that takes interrupts between
 * stretches of execution.
 */

import { Clock } from "./clock.ts";
import { Coprocessor15 } from "./coprocessor-15.ts";
import type { Bus, Core, CycleCounter, StopReason } from "./core.ts";
import { type CoreMemory, DTCM_BYTES, DTCM_OFFSET, ITCM_BYTES } from "./core-memory.ts";
import { DataSide } from "./data-side.ts";
import { DecodeCache, DecodedPrograms } from "./decode-cache.ts";
import { Exceptions } from "./exceptions.ts";
import { Interpreter } from "./interpreter.ts";
import {
  COUNTER_ADDRESSES,
  COUNTER_WAIT,
  COUNTER_ZERO_AT,
  CoreState,
  F_BIT,
  I_BIT,
  INSTRUCTIONS,
  LINES,
  SYSTEM,
  WAIT_REQUESTED,
} from "./state.ts";
import type { TranslationCache } from "./translator/translation.ts";
import { TRANSLATION_THRESHOLD, Translator } from "./translator/translator.ts";
import { Uncommon } from "./uncommon.ts";

/** Longest stretch an engine is given at once: it returns twice the cycles left as an int32. */
const LONGEST_STRETCH = 0x3fff_ffff;
/** The state counts instructions in an int32, and a stretch adds less than 2^30. */
const MOST_UNCOUNTED = 0x2000_0000;

export interface ArmCoreOptions {
  /** Translate hot code to WebAssembly and keep the translations here, for all cores given the same cache. */
  readonly translations?: TranslationCache;
  /** Keep decoded code here, for all cores given the same. */
  readonly programs?: DecodedPrograms;
  /** Times code is reached before it is translated. */
  readonly threshold?: number;
}

export class ArmCore implements Core {
  readonly registers: Int32Array;
  readonly itcm: Uint8Array;
  readonly dtcm: Uint8Array;
  observer: ((core: Core) => boolean) | undefined = undefined;
  readonly #state: CoreState;
  readonly #clock: Clock;
  readonly #data: DataSide;
  readonly #cp15: Coprocessor15;
  readonly #exceptions: Exceptions;
  readonly #cache: DecodeCache;
  readonly #interpreter: Interpreter;
  readonly #translator: Translator | undefined;
  #waiting = false;
  #stopping = false;
  /** Cycles of the present run beyond what the clock has been given. */
  #later = 0;
  #counter: CycleCounter | undefined;
  /** Beside those that the state has. */
  #instructions = 0;

  /**
   * A core after reset at high vectors.
   *
   * @param memory shared by the cores of a chip
   * @param index which part of `memory` is this core's
   * @param bus everything outside the TCMs, this core's view of it
   */
  constructor(memory: CoreMemory, index: number, bus: Bus, options: ArmCoreOptions = {}) {
    const base = memory.base(index);
    const { buffer } = memory.memory;
    const bytes = new Uint8Array(buffer, base, DTCM_OFFSET + DTCM_BYTES);
    this.itcm = bytes.subarray(0, ITCM_BYTES);
    this.dtcm = bytes.subarray(DTCM_OFFSET);
    this.#state = new CoreState(memory, index);
    this.registers = this.#state.registers;
    this.#clock = new Clock(this.#state.words);
    const programs = options.programs ?? new DecodedPrograms();
    this.#cache = new DecodeCache(this.itcm, programs, ({ number }) => this.#state.setProgram(number));
    this.#data = new DataSide(bytes, bus, this.#clock, (offset, count) => this.#overwritten(offset, count));
    this.#cp15 = new Coprocessor15(this.#data, this.#state.words);
    this.#exceptions = new Exceptions(this.#state, this.#clock);
    const uncommon = new Uncommon(this.#state, this.#data, this.#cp15, this.#exceptions, this.#clock);
    this.#interpreter = new Interpreter(
      this.#state,
      bytes,
      this.#data,
      this.#cp15,
      this.#exceptions,
      uncommon,
      this.#clock,
      this.#cache,
    );
    const { translations, threshold = TRANSLATION_THRESHOLD } = options;
    if (translations !== undefined) {
      const parts = {
        state: this.#state,
        clock: this.#clock,
        data: this.#data,
        exceptions: this.#exceptions,
        cache: this.#cache,
        interpreter: this.#interpreter,
      };
      this.#translator = new Translator(memory, index, parts, translations, threshold);
    }
    this.reset(true);
  }

  get cpsr(): number {
    return this.#state.cpsr;
  }

  set cpsr(value: number) {
    this.#state.cpsr = value;
  }

  get spsr(): number {
    return this.#state.spsr;
  }

  set spsr(value: number) {
    this.#state.spsr = value;
  }

  get irq(): boolean {
    return (this.#state.words[LINES]! & I_BIT) !== 0;
  }

  set irq(level: boolean) {
    this.#setLine(I_BIT, level);
  }

  get fiq(): boolean {
    return (this.#state.words[LINES]! & F_BIT) !== 0;
  }

  set fiq(level: boolean) {
    this.#setLine(F_BIT, level);
  }

  get waiting(): boolean {
    return this.#waiting;
  }

  get cycles(): number {
    return this.#clock.cycles;
  }

  set cycles(value: number) {
    this.#clock.cycles = value;
  }

  get counter(): CycleCounter | undefined {
    return this.#counter;
  }

  set counter(counter: CycleCounter | undefined) {
    this.#counter = counter;
    const { words } = this.#state;
    words[COUNTER_ADDRESSES] = counter?.addresses[0] ?? 0;
    words[COUNTER_ADDRESSES + 1] = counter?.addresses[1] ?? 0;
    words[COUNTER_ZERO_AT] = counter?.zeroAt ?? 0;
    words[COUNTER_WAIT] = counter?.waitCycles ?? 0;
  }

  get instructions(): number {
    return this.#instructions + this.#state.words[INSTRUCTIONS]!;
  }

  get privileged(): boolean {
    return this.#state.privileged && !this.#data.userAccess;
  }

  reset(highVectors: boolean): void {
    this.#waiting = false;
    this.#cp15.reset(highVectors);
    this.#exceptions.reset();
  }

  stop(): void {
    this.#stopping = true;
    this.#clock.interrupt();
  }

  shorten(cycles: number): void {
    const given = this.#clock.left + this.#clock.held;
    this.#later = Math.max(0, Math.min(this.#later, cycles - given));
    this.#clock.shorten(cycles);
  }

  invalidate(address: number, bytes: number): void {
    this.#overwritten(address, bytes);
  }

  run(maxCycles: number): StopReason {
    const clock = this.#clock;
    const { words } = this.#state;
    if (words[INSTRUCTIONS]! > MOST_UNCOUNTED) {
      this.#instructions += words[INSTRUCTIONS]!;
      words[INSTRUCTIONS] = 0;
    }
    this.#stopping = false;
    this.#later = Math.max(0, maxCycles - LONGEST_STRETCH);
    clock.begin(maxCycles - this.#later);
    for (;;) {
      clock.resume();
      if ((words[SYSTEM]! & WAIT_REQUESTED) !== 0) {
        words[SYSTEM]! &= ~WAIT_REQUESTED;
        this.#waiting = true;
      }
      if (this.#waiting) {
        if (words[LINES] === 0) return this.#end("waiting");
        this.#waiting = false;
      }
      if (this.#stopping) return this.#end("stopped");
      if (clock.left <= 0) {
        if (this.#later === 0) return this.#end("budget");
        const more = Math.min(this.#later, LONGEST_STRETCH);
        this.#later -= more;
        clock.extend(more);
      }
      const pending = this.#state.pendingInterrupts;
      if ((pending & F_BIT) !== 0) this.#exceptions.fastInterrupt();
      else if (pending !== 0) this.#exceptions.interrupt();
      if (this.observer === undefined) this.#execute();
      else if (this.observer(this)) return this.#end("observer");
      else this.#step();
    }
  }

  #end(reason: StopReason): StopReason {
    this.#clock.begin(0);
    return reason;
  }

  #setLine(bit: number, level: boolean): void {
    const { words } = this.#state;
    words[LINES] = level ? words[LINES]! | bit : words[LINES]! & ~bit;
    if (this.#state.pendingInterrupts !== 0) this.#clock.interrupt();
  }

  #execute(): void {
    if (this.#translator === undefined) this.#interpreter.run(undefined);
    else this.#translator.run();
  }

  /** One instruction. */
  #step(): void {
    this.#clock.held = this.#clock.left - 1;
    this.#clock.left = 1;
    this.#interpreter.run(undefined);
  }

  #overwritten(offset: number, bytes: number): void {
    const settled = this.#cache.invalidate(offset, bytes);
    // The interpreter holds on to the entries during a run.
    if (settled) this.#clock.interrupt();
    this.#translator?.invalidate(offset, bytes, settled);
  }
}
